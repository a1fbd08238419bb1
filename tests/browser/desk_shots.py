"""What stands on an instructor's desk a month later, for the pictures in the docs."""

from datetime import timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.audit import Deed, record, record_export
from certificates.models import ReportExport
from certificates.services import claim_certificate, issue_anew, revoke
from courses.models import Lesson, Track
from courses.services import mark_done
from exchange.models import Version
from quizzes.models import Question
from quizzes.objections import object_to
from tests.admin_forms import fields_of
from tests.browser.stage import Stage, lessons_of, questions_of
from tests.certificates.issuing import issue
from tests.factories import make_admin, make_instructor, make_lesson, make_user
from tests.quizzes.mending import answer, full, own
from tests.quizzes.mending import revise as revise_question

LEARNERS = 30
MISREAD = 3  # the place of the question that the best learners get wrong
LEAVE = 3  # learners who stop after each lesson


def dashboard(stage: Stage) -> str:
    """Answers, a report, a draft and a lesson that opens by itself."""
    track = taught(stage)
    learn(track)
    asked = questions_of(track)
    words = "The second answer is right, too, if the release changed both."
    object_to(asked[MISREAD], make_user("Ada"), words)
    make_lesson(track, "what-an-agent-does", published=False)
    opening = timezone.now() + timedelta(days=2)
    make_lesson(track, "what-it-costs", published_at=opening)
    return reverse("admin:index")


def publication(stage: Stage) -> str:
    """A draft with something to look at."""
    lesson = lessons_of(taught(stage))[1]
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    url = reverse("admin:courses_lesson_change", args=[lesson.pk])
    typed = fields_of(stage.client, url)
    typed["markdown"] += "\n#### In short\n\nMore in [the next lesson](03-tokens.md).\n"
    typed["questions-1-explanation"] = ""
    assert stage.client.post(url, typed, follow=True).status_code == 200
    return reverse("admin:courses_lesson_publication", args=[lesson.pk])


def revise(stage: Stage) -> str:
    track = taught(stage)
    learn(track)
    question = questions_of(track)[MISREAD]
    return reverse("admin:quizzes_question_revise", args=[question.pk])


def see_what_would_change(page: Page) -> None:
    """Full credit, for a reason; nothing is stored."""
    page.get_by_label("Full credit").check()
    page.get_by_label("Why").fill("Two answers could be read as right.")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()


def figures(stage: Stage) -> str:
    track = taught(stage)
    learn(track)
    return reverse("admin:courses_track_figures", args=[track.pk])


def history(stage: Stage) -> str:
    """What a save changed in the text."""
    lesson = lessons_of(taught(stage))[1]
    url = reverse("admin:courses_lesson_change", args=[lesson.pk])
    typed = fields_of(stage.client, url)
    text = typed["markdown"]
    text = text.replace("is half a sentence", "is only half a sentence")
    typed["markdown"] = text.replace("has no manners", "does as it likes")
    assert stage.client.post(url, typed, follow=True).status_code == 200
    version = Version.objects.filter(lesson=lesson.pk).latest("pk")
    return reverse("admin:courses_lesson_version", args=[lesson.pk, version.pk])


def audit_log(stage: Stage) -> str:
    """A certificate claimed, revoked and issued anew, a regrade, a file, a role."""
    track = Track.objects.get(slug="ai-fundamentals")
    iris, ruth = make_instructor("Iris", track), make_admin("Ruth")
    stage.sign_in(ruth)
    ada, ben = make_user("Ada"), make_user("Ben")
    for lesson in lessons_of(track):
        mark_done(ada, lesson)
    held = claim_certificate(ada, track, "Ada Sample")
    revoke(held, ruth, "it was issued to the wrong account")
    issue_anew(held, ruth, "the account was theirs after all")
    asked = questions_of(track)[MISREAD]
    answer(own(ben), asked, *reply(asked, right=True))
    full(revise_question(asked), iris, "Two answers could be read as right.")
    record_export(
        ruth,
        "certificates",
        "csv",
        rows=1204,
        filters={"track": track.title, "issued_from": "2026-03-01"},
        is_searched=True,
    )
    record(Deed.MADE_INSTRUCTOR, actor=ruth, about=ben)
    return reverse("admin:accounts_auditevent_changelist")


def report(stage: Stage) -> str:
    """Half a year of certificates, of which one was revoked."""
    ruth = make_admin("Ruth")
    stage.sign_in(ruth)
    track = Track.objects.get(slug="ai-fundamentals")
    for number in range(60):
        learner = make_user(f"Learner-{number:02}")
        ago = timedelta(days=3 * number + number**2 / 40)
        score = 100 - (number * 7) % 41 if number % 9 else None
        held = issue(
            learner,
            track,
            issued_at=timezone.now() - ago,
            score=score,
            answered=0 if score is None else 11,
        )
    revoke(held, ruth, "it was issued to the wrong account")
    return reverse("admin:certificates_certificate_changelist")


def export(stage: Stage) -> str:
    """A third of a long spreadsheet is written."""
    ruth = make_admin("Ruth")
    stage.sign_in(ruth)
    track = Track.objects.get(slug="ai-fundamentals")
    now = timezone.now()
    written = ReportExport.objects.create(
        report="enrolments",
        filters={"track": track.title},
        asked_by=ruth,
        state="running",
        worker=uuid4(),
        heartbeat=now,
        rows_total=61_200,
        rows_done=22_000,
    )
    return reverse("admin:certificates_reportexport_change", args=[written.pk])


def taught(stage: Stage) -> Track:
    """By Iris, who is signed in."""
    track = Track.objects.get(slug="ai-fundamentals")
    stage.sign_in(make_instructor("Iris", track))
    return track


def learn(track: Track) -> None:
    """The more a learner knows, the more of the track they read."""
    people = [make_user(f"learner-{number}") for number in range(LEARNERS)]
    asked = questions_of(track)
    for place, lesson in enumerate(lessons_of(track)):
        for known, learner in enumerate(people):
            if known < LEAVE * place:
                continue
            for number, question in enumerate(asked):
                if question.lesson_id == lesson.pk:
                    knows = (known * 7 + number * 11) % LEARNERS < known + 8
                    right = knows != (number == MISREAD)
                    answer(own(learner), question, *reply(question, right=right))
            if known >= LEAVE * (place + 1) - 2:
                mark_done(learner, lesson)


def reply(question: Question, *, right: bool) -> list[str]:
    """Wholly right, or the last of what is wrong."""
    if not question.has_choices and not right:
        return ["7"]
    choices = question.choices.filter(is_right=right).order_by("position")
    texts = list(choices.values_list("text", flat=True))
    return texts if right and question.has_choices else texts[-1:]
