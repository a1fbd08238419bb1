""" "Update my certificate": what was learned since, in a new certificate."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from certificates.services import claim_certificate, hide, revoke, supersede, withdraw
from certificates.updating import (
    LookAgainError,
    NothingGainedError,
    NotOpenError,
    read_outlook,
    update_certificate,
)
from courses.groups import LearnerGroup, TrackGroup
from courses.services import mark_done, undo_done
from quizzes.regrade_models import RegradeMode
from quizzes.regrades import regrade, way_of
from quizzes.services import retire_question
from tests.certificates.stage import answer, text_of
from tests.factories import make_lesson, make_question
from tests.quizzes.mending import revise

ALL, HALF = Decimal(1), Decimal("0.5")


def update_url(certificate: Certificate) -> str:
    return reverse("update_certificate", args=[certificate.code])


def current() -> Certificate:
    return Certificate.objects.current().get()


def seen_by_holder(certificate: Certificate) -> str:
    outlook = read_outlook(certificate)
    assert outlook is not None
    return outlook.mark


def press(client, certificate: Certificate):
    """Look at what would change, and say yes to it."""
    page = client.get(update_url(certificate))
    seen = re.findall(r'name="seen" value="(\w+)"', page.text)
    data = {"seen": seen[0]} if seen else {}
    return client.post(update_url(certificate), data, follow=True)


@pytest.fixture
def added(ada, soil, held):
    """A lesson with a question, published since, done and answered."""
    lesson = make_lesson(soil, "mulch-it")
    question = make_question(lesson)
    answer(ada, question, credit=ALL)
    mark_done(ada, lesson)
    return lesson


def test_old_and_new_stand_side_by_side_before_it_is_confirmed(
    signed_in, ada, held, added
):
    client = signed_in(ada)

    for address in (update_url(held), held.get_absolute_url(), "/tracks/soil/"):
        said = text_of(client.get(address))
        assert "It says It would say Lessons finished 2 3 · 1 more" in said, address
        assert "Knowledge score 50 % 75 %" in said, address
        assert "Questions answered 1 of 1 2 of 2" in said, address
        assert update_url(held) in client.get(held.get_absolute_url()).text
    assert "it would list, too Mulch it" in text_of(client.get(update_url(held)))
    assert current() == held


def test_confirmed_it_freezes_the_facts_anew(signed_in, ada, held, added):
    response = press(signed_in(ada), held)

    new = current()
    assert response.redirect_chain == [(new.get_absolute_url(), 302)]
    assert (new.supersedes, new.cause) == (held, Certificate.Cause.UPDATED)
    assert (new.lesson_count, new.score, new.answered, new.questions) == (3, 75, 2, 2)
    assert [row["slug"] for row in new.facts["lessons"]][-1] == "mulch-it"
    assert len(new.facts["counted"]) == 2
    assert (new.awarded_at, new.finished_at) == (held.awarded_at, held.finished_at)
    assert new.issued_at > held.issued_at
    assert new.documents.get().name == "Ada Sample"
    assert (held.lesson_count, held.score) == (2, 50)


def test_the_old_page_says_so_and_links_on(signed_in, ada, client, held, added):
    press(signed_in(ada), held)

    page = client.get(held.get_absolute_url())

    assert "An updated certificate took its place on" in text_of(page)
    assert "lessons or answers were added" in text_of(page)
    assert current().get_absolute_url() in page.text
    assert "50 % · 1 of 1 question answered" in text_of(page)


def test_an_answer_alone_is_enough(signed_in, ada, lesson, held):
    answer(ada, make_question(lesson), credit=ALL)

    press(signed_in(ada), held)

    assert (current().score, current().lesson_count) == (75, 2)


def test_a_retry_that_counts_is_enough_and_may_lower_the_score(
    signed_in, ada, probe, held
):
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        answer(ada, probe, credit=Decimal(0))

        press(signed_in(ada), held)

    assert (current().score, current().supersedes) == (0, held)


def test_a_regrade_alone_is_enough_and_is_called_by_its_name(
    signed_in, ada, iris, client, probe, held
):
    mended = revise(probe)
    regrade(mended, way_of(RegradeMode.FULL, mended), iris, "it misled")

    press(signed_in(ada), held)

    assert (current().score, current().lesson_count) == (100, 2)
    said = text_of(client.get(held.get_absolute_url()))
    assert "An updated certificate took its place on" in said
    assert "answers were regraded" in said
    for address in (held, current()):
        page = signed_in(ada).get(address.get_absolute_url())
        assert "lessons or answers were added" not in text_of(page)


def test_nothing_changed_says_so_and_returns_the_current_one(signed_in, ada, held):
    client = signed_in(ada)

    assert "Nothing changed since it was issued" in text_of(
        client.get(update_url(held))
    )
    response = press(client, held)

    assert response.redirect_chain == [(held.get_absolute_url(), 302)]
    assert "Nothing changed since it was issued" in response.text
    assert current() == held
    for address in (held.get_absolute_url(), "/tracks/soil/"):
        assert update_url(held) not in client.get(address).text


def test_a_second_click_leads_to_the_new_one(signed_in, ada, held, added):
    client = signed_in(ada)
    press(client, held)

    response = press(client, held)

    assert response.redirect_chain[-1] == (current().get_absolute_url(), 302)
    assert Certificate.objects.count() == 2


def test_an_update_is_no_correction_of_the_name(signed_in, ada, held, added):
    press(signed_in(ada), held)

    corrected = supersede(current(), "Ada Byron", "the name was corrected")

    assert (corrected.correction, corrected.lesson_count) == (1, 3)


def test_what_is_hidden_stays_hidden(signed_in, ada, client, held, added):
    hide(held)

    press(signed_in(ada), held)

    assert "Ada" not in client.get(current().get_absolute_url()).text


# The track changed


def test_a_track_that_grew_leaves_the_certificate_as_it_is(
    signed_in, ada, ben, client, soil, held
):
    """It names the lessons it covers; its holder alone is told what was added."""
    page = client.get(held.get_absolute_url()).content
    for slug in ("one", "two", "three"):
        make_lesson(soil, slug)

    said = text_of(signed_in(ada).get(held.get_absolute_url()))

    assert "3 lessons were added since. Your certificate stays valid" in said
    assert "3 lessons are still to do: once one is done, you can update" in said
    assert client.get(held.get_absolute_url()).content == page
    assert "were added" not in signed_in(ben).get(held.get_absolute_url()).text
    assert "3 lessons were added since you finished." in text_of(
        signed_in(ada).get(update_url(held))
    )
    assert press(signed_in(ada), held).status_code == 200
    assert current() == held


def test_what_was_added_before_the_claim_is_not_said_to_come_after_it(
    signed_in, ada, soil, finished
):
    make_lesson(soil, "mulch-it")
    late = claim_certificate(ada, finished, "Ada Sample")

    said = text_of(signed_in(ada).get(late.get_absolute_url()))

    assert "Since you finished 1 lesson was added since." in said
    assert "Since it was issued" not in said


def test_one_of_the_lessons_added_is_done(signed_in, ada, soil, held, added):
    make_lesson(soil, "two")

    said = text_of(signed_in(ada).get(held.get_absolute_url()))

    assert "2 lessons were added since." in said
    assert "1 lesson is still to do" in said
    press(signed_in(ada), held)
    assert current().lesson_count == 3


def test_a_question_that_was_added_gains_nothing(signed_in, ada, lesson, held):
    make_question(lesson)
    client = signed_in(ada)

    response = press(client, held)

    assert response.status_code == 409
    assert "you have done no lesson and given no answer" in text_of(response)
    assert update_url(held) not in client.get(held.get_absolute_url()).text
    assert current() == held


@pytest.mark.parametrize("loss", ["unpublished", "undone", "retired"])
def test_what_is_lost_alone_is_no_update(signed_in, ada, lesson, probe, held, loss):
    """A lesson was unpublished, or its mark taken back; a question was retired."""
    match loss:
        case "unpublished":
            type(lesson).objects.filter(pk=lesson.pk).update(published_at=None)
        case "undone":
            undo_done(ada, lesson)
        case "retired":
            retire_question(probe)

    response = press(signed_in(ada), held)

    assert response.status_code == 409
    assert current() == held
    with pytest.raises(NothingGainedError):
        update_certificate(held, "")


def test_lessons_are_never_lost_unseen(signed_in, ada, lesson, held, added):
    type(lesson).objects.filter(pk=lesson.pk).update(published_at=None)
    client = signed_in(ada)

    said = text_of(client.get(update_url(held)))

    assert "it would no longer list Probe the soil" in said
    press(client, held)
    assert [row["slug"] for row in current().facts["lessons"]] == [
        "water-it",
        "mulch-it",
    ]


def test_a_lesson_unpublished_after_the_look_is_shown_first(
    signed_in, ada, lesson, held, added
):
    seen = seen_by_holder(held)
    type(lesson).objects.filter(pk=lesson.pk).update(published_at=None)

    with pytest.raises(LookAgainError):
        update_certificate(held, seen)
    response = signed_in(ada).post(update_url(held), {"seen": seen})

    assert response.status_code == 409
    assert "What would change is not what you were shown any more" in text_of(response)
    assert "it would no longer list Probe the soil" in text_of(response)
    assert current() == held


def test_without_a_lesson_there_is_no_certificate(ada, soil, probe, held):
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        answer(ada, probe, credit=ALL)
        for lesson in soil.lessons.all():
            undo_done(ada, lesson)

        with pytest.raises(NothingGainedError):
            update_certificate(held, seen_by_holder(held))


def test_an_archived_track_counts_what_was_learned_in_it(
    signed_in, ada, soil, held, added
):
    type(soil).objects.update(archived_at=timezone.now())

    press(signed_in(ada), held)

    assert current().lesson_count == 3


@pytest.mark.parametrize("closed", ["draft", "for others"])
def test_a_track_that_is_not_open_is_refused_kindly(
    signed_in, ada, soil, held, added, closed
):
    if closed == "draft":
        type(soil).objects.update(published_at=None)
    else:
        others = LearnerGroup.objects.create(name="Class 7")
        TrackGroup.objects.create(track=soil, group=others)
        type(soil).objects.update(audience="groups")
    client = signed_in(ada)

    response = press(client, held)

    assert response.status_code == 409
    assert "The track is not open at the moment" in text_of(response)
    assert update_url(held) not in client.get(held.get_absolute_url()).text
    with pytest.raises(NotOpenError):
        update_certificate(held, "")


def test_another_title_is_shown_and_taken_over(signed_in, ada, soil, held, added):
    type(soil).objects.update(title="Soil and mulch")
    client = signed_in(ada)

    assert "Track Soil Soil and mulch" in text_of(client.get(update_url(held)))
    press(client, held)

    assert (current().track_title, held.track_title) == ("Soil and mulch", "Soil")


# Who may, and when


def test_a_revoked_one_is_refused_kindly(signed_in, ada, ruth, held, added):
    revoke(held, ruth, "it was issued to the wrong account")

    response = press(signed_in(ada), held)

    assert "A revoked certificate stays as it is." in response.text
    assert current() == held


def test_a_withdrawn_one_stays_withdrawn(signed_in, ada, held, added):
    withdraw(held)

    response = press(signed_in(ada), held)

    assert response.redirect_chain == [(held.get_absolute_url(), 302)]
    assert current() == held


def test_nobody_else_updates_it(signed_in, ben, client, held, added):
    assert signed_in(ben).get(update_url(held)).status_code == 404
    assert signed_in(ben).post(update_url(held)).status_code == 404
    assert client.post(update_url(held)).status_code == 302
    assert current() == held
