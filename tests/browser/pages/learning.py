"""My learning, the score, and the end of an account."""

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from certificates.services import claim_certificate, withdraw
from courses.models import Track
from quizzes.models import Objection, Question
from quizzes.objections import reply_to
from tests.browser.pages.entry import Entry
from tests.browser.stage import LONG_CODE, LONG_WORD, Stage, questions_of
from tests.factories import make_admin, make_lesson, make_track

ME = "/me/"


def not_begun(stage: Stage) -> str:
    stage.sign_in()
    stage.soil()
    return ME


def begun(stage: Stage) -> str:
    stage.half_way()
    return ME


def only_done(stage: Stage) -> str:
    """A track with a mark and without an answer."""
    stage.sign_in()
    stage.finish(stage.soil())
    return ME


def long_title(stage: Stage) -> str:
    """A certificate, and one more lesson since then."""
    user = stage.sign_in()
    track = stage.long_words()
    stage.finish(track)
    claim_certificate(user, track, LONG_WORD)
    make_lesson(track, "one-more", title=LONG_WORD, published_at=timezone.now())
    return ME


def closed(stage: Stage) -> str:
    """Half of a track done that is now for groups without this learner."""
    stage.half_way()
    Track.objects.update(audience="groups")
    return ME


def with_certificate(stage: Stage) -> str:
    stage.certified()
    return ME


def withdrawn(stage: Stage) -> str:
    withdraw(stage.certified())
    return ME


def arabic(stage: Stage) -> str:
    user = stage.sign_in()
    track = stage.arabic()
    stage.answer_all(track)
    stage.finish(track)
    claim_certificate(user, track, "Ada Sample")
    return ME


def with_what_came_along(stage: Stage) -> str:
    """She answered as a visitor, and signed in afterwards."""
    track = stage.soil()
    stage.answer(questions_of(track)[0], "10 cm")
    stage.finish(track)
    stage.sign_in()
    return ME


def score_address() -> str:
    return reverse("score", args=[Track.objects.get().slug])


def score_of_a_visitor(stage: Stage) -> str:
    stage.soil()
    return score_address()


def no_score(stage: Stage) -> str:
    stage.sign_in()
    stage.soil()
    return score_address()


def half_a_score(stage: Stage) -> str:
    stage.half_way()
    stage.answer(Question.objects.earliest("pk"), "Not so")
    return score_address()


def long_score(stage: Stage) -> str:
    stage.sign_in()
    stage.answer(questions_of(stage.long_words())[0], f"`{LONG_CODE}`")
    return score_address()


def nothing_to_score(stage: Stage) -> str:
    stage.sign_in()
    make_track("stars", lessons=1)
    return score_address()


def arabic_score(stage: Stage) -> str:
    stage.sign_in()
    stage.answer_all(stage.arabic())
    return score_address()


def deleting(stage: Stage) -> str:
    stage.sign_in()
    return reverse("me_delete")


def deleting_with_certificate(stage: Stage) -> str:
    stage.certified()
    return reverse("me_delete")


def mistype_the_password(page: Page) -> None:
    page.get_by_label("Your password").fill("not the password")
    page.get_by_role("button", name="Delete my account").click()


def reporting(stage: Stage) -> str:
    """The form that the verdict leads to."""
    stage.half_way()
    return answered(stage).objection_url


def reported(stage: Stage) -> str:
    address = reporting(stage)
    stage.client.post(address, {"text": "Both of the first two are right."})
    return address


def with_reports(stage: Stage) -> str:
    """One with a reply, one without."""
    stage.client.post(reported(stage))
    reply_to(Objection.objects.get(), "Right: it is mended.", make_admin("Ruth"))
    stage.client.post(
        answered(stage).objection_url, {"text": "Now neither of them is."}
    )
    return ME


def answered(stage: Stage) -> Question:
    return Question.objects.filter(answers__isnull=False).earliest("pk")


def send_nothing(page: Page) -> None:
    page.get_by_role("button", name="Send").click()


LEARNING = [
    Entry("me, first run", "me", not_begun, "You have not started a track."),
    Entry("me, begun", "me", begun, "No certificates yet."),
    Entry("me, no score", "me", only_done, "No score yet"),
    Entry("me, closed", "me", closed, "no longer open to you"),
    Entry("me, certified", "me", with_certificate, "Certificates"),
    Entry("me, long title", "me", long_title, LONG_WORD),
    Entry("me, withdrawn", "me", withdrawn, "You withdrew your certificate for"),
    Entry("me, reported", "me", with_reports, "an instructor replied"),
    Entry("report a question", "objection", reporting, "A sentence is enough."),
    Entry(
        "report a question, blank",
        "objection",
        reporting,
        "Write what is wrong",
        status=422,
        steps=send_nothing,
    ),
    Entry("report a question, sent", "objection", reported, "Nobody has replied yet."),
    Entry("me, right to left", "me", arabic, "التربة والماء"),
    Entry("me, just signed in", "me", with_what_came_along, "were added."),
    Entry(
        "score, visitor", "score", score_of_a_visitor, "A score belongs to an account"
    ),
    Entry("score, none", "score", no_score, "No score yet"),
    Entry("score, half way", "score", half_a_score, "1 other answer"),
    Entry("score, no questions", "score", nothing_to_score, "asks no questions"),
    Entry("score, right to left", "score", arabic_score, "1 answer earned 1 of 1"),
    Entry("score, long title", "score", long_score, LONG_WORD),
    Entry("delete", "me_delete", deleting, "This cannot be undone."),
    Entry("delete, certified", "me_delete", deleting_with_certificate, "1 certificate"),
    Entry(
        "delete, error",
        "me_delete",
        deleting,
        "This is not your password",
        422,
        mistype_the_password,
    ),
]
