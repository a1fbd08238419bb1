"""Claiming: what it takes, what is frozen, and that it happens once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.services import (
    ErasedError,
    NotFinishedError,
    WithdrawnError,
    claim_certificate,
    supersede,
    withdraw,
)
from courses.models import Enrollment
from courses.services import mark_done, undo_done
from tests.certificates.stage import answer
from tests.factories import make_lesson, make_question


def test_who_finished_gets_a_certificate_with_score_and_coverage(ada, finished, lesson):
    make_question(lesson, "A question she left out")

    certificate = claim_certificate(ada, finished, "Ada Sample")

    assert (certificate.score, certificate.answered, certificate.questions) == (
        50,
        1,
        2,
    )
    assert certificate.lesson_count == 2
    assert certificate.documents.get().name == "Ada Sample"


def test_a_second_claim_returns_the_first_certificate(ada, finished, held):
    assert claim_certificate(ada, finished, "Another Name") == held
    assert Certificate.objects.count() == 1


def test_a_repeated_claim_takes_two_statements(
    ada, finished, held, django_assert_num_queries
):
    with django_assert_num_queries(4):  # two of them the savepoint of this test
        claim_certificate(ada, finished, "Ada Sample")


def test_a_lesson_left_undone_refuses_the_claim(ada, soil, lesson):
    mark_done(ada, lesson)

    with pytest.raises(NotFinishedError):
        claim_certificate(ada, soil, "Ada")
    assert not Certificate.objects.exists()


def test_who_is_not_on_the_track_cannot_claim(ben, soil):
    with pytest.raises(NotFinishedError):
        claim_certificate(ben, soil, "Ben")


def test_a_track_without_a_published_lesson_gives_no_certificate(ada, finished):
    finished.lessons.update(published_at=None)

    with pytest.raises(NotFinishedError):
        claim_certificate(ada, finished, "Ada")


def test_a_lesson_added_after_finishing_does_not_stand_in_the_way(ada, finished):
    make_lesson(finished, "added-later")

    certificate = claim_certificate(ada, finished, "Ada")

    assert certificate.lesson_count == 2
    titles = [row["slug"] for row in certificate.facts["lessons"]]
    assert titles == ["probe-the-soil", "water-it"]


def test_the_claim_notes_the_finish_when_unpublishing_brought_it_about(
    ada, soil, lesson
):
    mark_done(ada, lesson)
    soil.lessons.exclude(pk=lesson.pk).update(published_at=None)

    certificate = claim_certificate(ada, soil, "Ada")

    place = Enrollment.objects.get(learner=ada, track=soil)
    assert place.completed_at == certificate.finished_at
    assert place.certified_at == certificate.issued_at


def test_the_confirmed_name_becomes_the_accounts(ada, finished):
    claim_certificate(ada, finished, "Ada Confirmed")

    ada.refresh_from_db()
    assert ada.name == "Ada Confirmed"


def test_an_account_erased_in_between_gets_no_name_again(ada, finished):
    type(ada).objects.filter(pk=ada.pk).update(
        erased_at=timezone.now(), name="", email=None
    )

    with pytest.raises(ErasedError):
        claim_certificate(ada, finished, "Ada")
    assert not Certificate.objects.exists()


def test_after_a_certificate_undoing_a_lesson_leaves_the_track_finished(
    ada, finished, held, lesson
):
    undo_done(ada, lesson)

    assert Enrollment.objects.get(learner=ada).completed_at == held.finished_at


def test_the_counted_answers_add_up_to_the_printed_score(ada, finished, lesson):
    for credit in ("1", "0.333333", "0.25"):
        answer(ada, make_question(lesson), Decimal(credit))

    certificate = claim_certificate(ada, finished, "Ada")

    counted = [Decimal(row["credit"]) for row in certificate.facts["counted"]]
    assert len(counted) == certificate.answered == 4
    assert sum(counted) == Decimal("2.083333")
    assert certificate.score == 52
    assert {row["lesson"] for row in certificate.facts["counted"]} == {lesson.slug}


def test_a_withdrawn_certificate_cannot_be_claimed_again(ada, finished, held):
    withdraw(held)

    with pytest.raises(WithdrawnError):
        claim_certificate(ada, finished, "Ada")


def test_a_code_that_is_taken_is_drawn_again(ada, finished, held, ben, monkeypatch):
    for lesson in finished.lessons.all():
        mark_done(ben, lesson)
    drawn = iter(held.code.replace("-", "") + "0123456789ABCDEF")
    monkeypatch.setattr("secrets.choice", lambda _alphabet: next(drawn))

    assert claim_certificate(ben, finished, "Ben").code == "0123-4567-89AB-CDEF"


def test_a_source_that_draws_one_code_for_ever_is_an_error(
    ada, finished, held, ben, monkeypatch
):
    for lesson in finished.lessons.all():
        mark_done(ben, lesson)
    monkeypatch.setattr("secrets.choice", lambda _alphabet: "0")
    claim_certificate(ben, finished, "Ben")

    with pytest.raises(IntegrityError), transaction.atomic():
        supersede(held, "Ada Other", "the name was corrected")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE certificates_certificate SET track_title = 'Other'",
        "DELETE FROM certificates_certificate",
        "UPDATE certificates_certificatedocument SET name = 'Other'",
        "DELETE FROM certificates_certificatedocument",
        "UPDATE certificates_certificateevent SET reason = 'Other'",
        "DELETE FROM certificates_certificateevent",
        "TRUNCATE certificates_certificate CASCADE",
        "TRUNCATE certificates_certificatedocument",
        "TRUNCATE certificates_certificateevent",
        "TRUNCATE certificates_statusentry",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(held, sql):
    CertificateEvent.objects.create(certificate=held, kind="hidden")
    connection.check_constraints()  # what waits for the end would keep it, too

    with (
        pytest.raises(IntegrityError, match="are kept"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_document_goes_only_once_it_is_withdrawn(held):
    with pytest.raises(IntegrityError), transaction.atomic():
        held.documents.all().delete()

    withdraw(held)

    assert not CertificateDocument.objects.exists()


def test_nothing_is_written_about_a_withdrawn_certificate(held):
    withdraw(held)

    for row in (
        CertificateEvent(certificate=held, kind="shown"),
        CertificateDocument(certificate=held, name="Ada", credential="{}"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_a_successor_belongs_to_the_same_enrolment(held, ben, soil):
    other = Enrollment.objects.create(learner=ben, track=soil)

    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            code="0000-0000-0000-0000",
            enrollment=other,
            supersedes=held,
            track_title="Soil",
            lesson_count=1,
            answered=0,
            questions=0,
            finished_at=timezone.now(),
            awarded_at=timezone.now() - timedelta(days=1),
            facts={},
        )


def test_a_code_in_another_spelling_is_refused(held):
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            code="7k4m-9qxt-2hwd-5vpn",
            enrollment=held.enrollment,
            supersedes=held,
            track_title="Soil",
            lesson_count=1,
            answered=0,
            questions=0,
            finished_at=timezone.now(),
            awarded_at=timezone.now(),
            facts={},
        )
