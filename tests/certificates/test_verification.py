"""verify_certificates: all agrees, or exactly what was corrupted is named."""

import io

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates import services
from certificates.keys import multibase_of
from certificates.models import Certificate, IssuerKey
from certificates.verification import last_run, unclaimed
from certificates.verification_models import VerificationFinding
from courses.models import Enrollment, Track
from courses.services import mark_done
from quizzes.regrade_models import RegradeMode
from quizzes.regrades import regrade, way_of
from tests.certificates.verifying import (
    corrupt,
    findings,
    finish,
    insert_event,
    verify,
)
from tests.factories import make_question, make_user
from tests.quizzes.mending import revise


def kinds_found(certificate: Certificate, **options: object) -> set[str]:
    """What a run says of this certificate; of no other it says a thing."""
    complaint = io.StringIO()
    with pytest.raises(CommandError, match="1 certificate of 3 does not agree"):
        verify(stderr=complaint, **options)
    run = last_run()
    assert run is not None
    found = run.findings.select_related("certificate")
    assert {finding.certificate.code for finding in found} == {certificate.code}
    lines = complaint.getvalue().splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith(certificate.code) for line in lines)
    return {finding.kind for finding in found}


def test_whatever_happened_to_certificates_agrees(ada, ben, ruth, others, held):
    services.supersede(held, "Ada Renamed", "the name was corrected")
    revoked, hidden = others
    services.revoke(revoked, ruth, "it was issued to the wrong account")
    services.issue_anew(revoked, ruth, "it was revoked by mistake")
    services.hide(hidden)
    services.show(hidden)
    services.withdraw(hidden)

    assert "5 certificates agree" in verify(without_files=False)
    run = last_run()
    assert run is not None
    assert (run.checked, run.findings.count()) == (5, 0)


def test_a_credit_that_a_regrade_gave_is_right(ada, iris, finished, probe):
    new = revise(probe)
    regrade(new, way_of(RegradeMode.FULL, new), iris, "it misled")
    certificate = services.claim_certificate(ada, finished, "Ada Sample")

    assert certificate.score == 100
    assert "1 certificate agrees." in verify()


CORRUPTIONS = {
    "the score": ("certificate", "score = 60", {"score", "text"}),
    "the coverage": (
        "certificate",
        "answered = 0, score = NULL",
        {"score", "text"},
    ),
    "the title": ("certificate", "track_title = 'Sand'", {"text"}),
    "the code": ("certificate", "code = '0000-0000-0000-0000'", {"text"}),
    "the time of issue": (
        "certificate",
        "issued_at = issued_at - interval '1 day'",
        {"text", "events"},
    ),
    "the day first earned": (
        "certificate",
        "awarded_at = awarded_at - interval '1 day'",
        {"text", "unfinished"},
    ),
    "the day of finishing": (
        "certificate",
        "finished_at = finished_at - interval '1 day'",
        {"text", "unfinished"},
    ),
    "the number of lessons": ("certificate", "lesson_count = 9", {"text"}),
    "a lesson": (
        "certificate",
        """facts = jsonb_set(facts, '{lessons,0,title}', '"Dig"')""",
        {"text"},
    ),
    "the criteria": (
        "certificate",
        """facts = jsonb_set(facts, '{criteria}', '"None."')""",
        {"text"},
    ),
    "a frozen credit": (
        "certificate",
        """facts = jsonb_set(facts, '{counted,0,credit}', '"0.900000"')""",
        {"score"},
    ),
    "a counted question": (
        "certificate",
        "facts = jsonb_set(facts, '{counted,0,question}', to_jsonb(%(other)s::text))",
        {"score"},
    ),
    "a counted answer": (
        "certificate",
        "facts = jsonb_set(facts, '{counted,0,answer}', '99999999')",
        {"score"},
    ),
    "the printed name": ("document", "name = 'Eve'", {"text"}),
    "the text": (
        "document",
        "credential = replace(credential, 'Ada Sample', 'Eve Sample')",
        {"text", "signature"},
    ),
    "the proof": (
        "document",
        'credential = replace(credential, \'"proofValue": "z\', \'"proofValue": "z2\')',
        {"signature"},
    ),
    "the shape": ("document", "credential = '[]'", {"text", "signature"}),
    "the facts": ("certificate", "facts = '[]'", {"text"}),
    "the edition": (
        "certificate",
        """facts = jsonb_set(facts, '{edition}', '"000000000000"')""",
        {"text"},
    ),
    "the track": (
        "certificate",
        """facts = jsonb_set(facts, '{slug}', '"sand"')""",
        {"text"},
    ),
    "the language": (
        "certificate",
        """facts = jsonb_set(facts, '{language}', '"de"')""",
        {"text"},
    ),
    "the number of questions": ("certificate", "questions = 2", {"text"}),
    "its enrolment": ("certificate", "enrollment_id = 0", {"unfinished"}),
    "the bytes": ("document", "credential = credential || ' '", {"text"}),
    "the day of the enrolment": (
        "enrollment",
        "completed_at = completed_at + interval '1 day'",
        {"unfinished"},
    ),
    "a day": (
        "certificate",
        """facts = jsonb_set(facts, '{lessons,0,done_on}', '"some day"')""",
        {"text"},
    ),
    "the key": ("document", "key_id = %(key)s", {"signature"}),
    "the time of signing": (
        "document",
        "created_at = created_at + interval '1 day'",
        {"text"},
    ),
    "its track": ("certificate", "track_id = 0", {"unfinished"}),
    "the lack of a key": ("document", "key_id = NULL", {"unsigned"}),
    "the status bit": (
        "status",
        "list_index = (list_index + 1) %% 131072",
        {"text"},
    ),
    "the enrolment": ("enrollment", "completed_at = NULL", {"unfinished"}),
}
TABLES = {
    "certificate": "certificates_certificate SET {} WHERE id = %(certificate)s",
    "document": "certificates_certificatedocument SET {} "
    "WHERE certificate_id = %(certificate)s",
    "status": "certificates_statusentry SET {} WHERE certificate_id = %(certificate)s",
    "enrollment": "courses_enrollment SET {} WHERE id = %(enrollment)s",
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_one_corrupted_row_names_its_certificate_alone(held, others, probe, what):
    table, change, kinds = CORRUPTIONS[what]
    other = make_question(probe.lesson)
    key = IssuerKey.objects.create(
        name="key-2026-02", multibase=multibase_of(Ed25519PrivateKey.generate())
    )

    corrupt(
        f"UPDATE {TABLES[table].format(change)}",
        certificate=held.pk,
        enrollment=held.enrollment_id,
        other=other.uuid,
        key=key.pk,
    )

    held.refresh_from_db()
    assert kinds_found(held) == kinds


def test_an_answer_whose_credit_was_changed_is_named(held, others):
    corrupt("UPDATE quizzes_answer SET credit = 1")

    assert kinds_found(held) == {"score"}


def test_an_answer_of_another_learner_is_named(held, others, ben):
    corrupt("UPDATE quizzes_respondent SET learner_id = %(ben)s", ben=ben.pk)

    assert kinds_found(held) == {"score"}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("superseded", {"events"}),  # by none
        ("shown", {"events"}),  # it was not hidden
        ("withdrawn", {"events", "text"}),  # which is still there
    ],
)
def test_an_event_that_nothing_led_to_is_named(held, others, kind, found):
    insert_event(held, kind)

    assert kinds_found(held) == found


@pytest.mark.parametrize(
    "png", ["'rubbish'", "set_byte(png, 300, get_byte(png, 300) # 1)"]
)
def test_an_emblem_that_was_changed_is_named(client, held, others, png):
    last = others[-1]
    assert client.get(f"/certificates/{last.code}.png").status_code == 200
    corrupt(f"UPDATE certificates_emblem SET png = {png}")

    assert kinds_found(last, without_files=False) == {"file"}


def test_the_emblem_of_another_edition_is_named_and_its_own_is_not(
    client, held, others
):
    last = others[-1]
    for certificate in held, last:
        response = client.get(f"/certificates/{certificate.code}.png")
        assert response.status_code == 200
    assert "3 certificates agree" in verify(without_files=False)

    corrupt(
        "UPDATE certificates_emblem SET png = (SELECT png FROM certificates_emblem "
        "WHERE edition = %(other)s) WHERE edition = %(own)s",
        own=last.facts["edition"],
        other=held.facts["edition"],
    )

    assert kinds_found(last, without_files=False) == {"file"}


def test_a_pdf_that_cannot_be_set_is_named(held, others):
    corrupt(
        "UPDATE certificates_certificate "
        """SET facts = jsonb_set(facts, '{lessons,0,done_on}', '"some day"') """
        "WHERE id = %(pk)s",
        pk=held.pk,
    )

    assert kinds_found(held, without_files=False) == {"text", "file"}


@pytest.mark.parametrize("language", ["de-ch-1996", "zh-yue", "i-klingon"])
def test_a_language_that_is_stated_in_other_words_agrees(ada, finished, language):
    Track.objects.filter(pk=finished.pk).update(language=language)
    finished.refresh_from_db()
    services.claim_certificate(ada, finished, "Ada Sample")

    assert "1 certificate agrees." in verify()


def test_a_lost_text_is_named(held, others):
    corrupt(
        "DELETE FROM certificates_certificatedocument WHERE certificate_id = %(pk)s",
        pk=held.pk,
    )

    assert kinds_found(held) == {"text"}


def test_what_a_revoked_key_signed_is_named(held, others):
    IssuerKey.objects.update(revoked_at=timezone.now())

    with pytest.raises(CommandError, match="3 certificates of 3 do"):
        verify()
    assert {kind for _code, kind in findings()} == {"signature"}


def test_it_lists_who_finished_and_has_not_claimed(held, finished):
    slow = make_user("Slow")
    enrollment = Enrollment.objects.create(learner=slow, track=finished)
    for lesson in finished.lessons.all():
        mark_done(slow, lesson)

    assert "finished, not claimed: slow@example.org" in verify()
    run = last_run()
    assert run is not None
    assert run.unclaimed == 1
    assert list(unclaimed()) == [enrollment]


def test_it_lists_who_finished_when_the_last_lesson_was_taken_away(held, finished):
    """No day of finishing was written down, and the certificate can be claimed."""
    slow, idle = make_user("Slow"), make_user("Idle")
    Enrollment.objects.create(learner=idle, track=finished)
    mark_done(slow, finished.lessons.get(slug="water-it"))
    finished.lessons.filter(slug="probe-the-soil").update(published_at=None)

    assert [place.learner for place in unclaimed()] == [slow]
    assert services.claim_certificate(slow, finished, "Slow")
    finished.lessons.update(published_at=None)
    assert not unclaimed()


def test_several_processes_find_the_same(held, others):
    corrupt(
        "UPDATE certificates_certificate SET score = 60 WHERE id = %(pk)s", pk=held.pk
    )

    with pytest.raises(CommandError, match="1 certificate of 3 does"):
        verify(processes=2)
    assert findings() == {(held.code, "score"), (held.code, "text")}


def test_what_is_stored_names_no_person(held, others):
    corrupt(
        "UPDATE certificates_certificatedocument SET name = 'Eve' "
        "WHERE certificate_id = %(pk)s",
        pk=held.pk,
    )

    with pytest.raises(CommandError):
        verify()
    said = " ".join(VerificationFinding.objects.values_list("detail", flat=True))
    assert "name" in said
    assert "Eve" not in said
    assert "Ada" not in said


def test_with_ten_times_as_many_it_asks_no_more_often(held, others, finished):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            verify()
        return len(asked)

    few = statements()
    for number in range(27):
        finish(f"Learner{number}", finished)

    assert statements() == few
