"""The first page of the admin, and what the admin holds."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

import gradus.urls
from accounts.models import User
from certificates.models import Certificate
from certificates.services import claim_certificate
from certificates.verification_models import VerificationRun
from courses import publishing
from courses.models import Enrollment, Lesson, Track, TrackInstructor
from courses.services import mark_done, mark_revised
from gradus import dashboard
from quizzes.analysis_model import TrackAnalysis
from quizzes.analysis_query import Counted
from quizzes.lesson_figures import LessonFigures
from quizzes.models import Choice, Objection, Question
from quizzes.track_analysis import keys_at
from tests.admin_forms import admin_client
from tests.factories import make_instructor, make_lesson, make_question, make_track
from tests.quizzes.answering import abandon, mislead
from tests.quizzes.mending import revise

pytestmark = pytest.mark.django_db

# Of libraries: a role is given on a person's page, an address is the person's own.
STOCK = [
    "auth_group",
    "auth_permission",
    "account_emailaddress",
    "account_emailconfirmation",
    "django_tasks_database_dbtaskresult",
    "sites_site",
    "sessions_session",
]


def index_of(user) -> str:
    page: str = admin_client(user).get("/admin/").content.decode()
    return " ".join(page.split())


def assert_waits(user, heading: str, *said: str) -> None:
    """Under this heading, and there alone, with each of these words."""
    page = index_of(user)
    assert f"<h3>{heading}</h3>" in page
    part = page.partition(f"<h3>{heading}</h3>")[2].partition("</ul>")[0]
    for words in said:
        assert words in part, part


def assert_mended(user, heading: str) -> None:
    assert f"<h3>{heading}</h3>" not in index_of(user)


# What the admin holds


def test_the_admin_holds_the_models_of_our_own_rooms_alone():
    assert gradus.urls.urlpatterns
    rooms = {model._meta.app_label for model in admin.site._registry}

    assert rooms <= {"accounts", "courses", "quizzes", "certificates", "exchange"}
    assert {"accounts", "courses", "quizzes", "certificates"} <= rooms


@pytest.mark.parametrize("name", STOCK)
def test_no_address_leads_to_a_librarys_model(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{name}_changelist")


@pytest.mark.parametrize("place", ["account/emailaddress", "auth/group"])
def test_not_even_a_superuser_finds_one(ruth, place):
    ruth.is_superuser = True
    ruth.save()
    client = admin_client(ruth)

    assert client.get(f"/admin/{place}/").status_code == 404
    assert f"/admin/{place}/" not in client.get("/admin/").content.decode()


# What waits


def test_nothing_waits_where_all_is_published(iris, lesson, probe):
    page = index_of(iris)

    assert "Nothing needs you now." in page
    assert "Your first track" not in page


def test_draft_lessons_wait_until_they_are_published(iris, soil):
    drafts = [make_lesson(soil, slug, published=False).pk for slug in ("one", "two")]
    address = f"/admin/courses/track/{soil.pk}/publication/"

    heading = "Drafts in published tracks"
    assert_waits(iris, heading, "Soil", "2 lessons are drafts.", address)
    publishing.publish_lessons(drafts)
    assert_mended(iris, heading)


def test_a_draft_in_a_track_that_opens_later_waits_too(iris, soil):
    make_lesson(soil, "one", published=False)
    later = timezone.now() + timedelta(days=1)
    Track.objects.filter(pk=soil.pk).update(published_at=later)

    assert_waits(iris, "Drafts in published tracks", "Soil", "1 lesson is a draft.")


def test_a_draft_track_waits_once_its_lessons_are_published(iris, soil):
    publishing.unpublish_track(soil)

    heading = "Tracks that are drafts"
    assert_waits(iris, heading, "Soil", "2 published lessons wait for it.")
    publishing.publish_track(soil)
    assert_mended(iris, heading)


def test_a_track_waits_until_a_lesson_of_it_is_published(iris, soil):
    moss = make_track("moss")
    TrackInstructor.objects.create(track=moss, user=iris)
    heading = "Tracks without a published lesson"

    add = f"/admin/courses/lesson/add/?track={moss.pk}"
    assert_waits(iris, heading, "Moss", "It has no lesson. Write the first.", add)
    lesson = make_lesson(moss, published=False)
    assert_waits(iris, heading, "Moss", "Its 1 lesson is a draft.")
    publishing.publish_lessons([lesson.pk])
    assert_mended(iris, heading)


def test_what_opens_later_is_told_with_its_time_until_it_is_open(iris, soil):
    at = timezone.now() + timedelta(days=2)
    lesson = make_lesson(soil, "later", published_at=at)

    assert_waits(iris, "Published later", "Later", f"{at:%Y}, {at:%H:%M} UTC.")
    publishing.unpublish_lessons([lesson.pk])
    assert_mended(iris, "Published later")


def test_a_track_that_opens_with_its_lessons_is_told_once(iris, soil):
    at = timezone.now() + timedelta(days=2)
    Track.objects.filter(pk=soil.pk).update(published_at=at)
    Lesson.objects.filter(track=soil).update(published_at=at)

    assert [entry.title for entry in dashboard.scheduled(iris)] == ["Soil"]


def test_a_lesson_with_a_fault_waits_until_it_is_mended(iris, lesson, probe):
    Choice.objects.update(is_right=False)

    change = f"/admin/courses/lesson/{lesson.pk}/change/"
    assert_waits(iris, "Lessons with a fault", "Probe the soil", change)
    Choice.objects.filter(text="Right").update(is_right=True)
    assert_mended(iris, "Lessons with a fault")


def test_a_reported_question_waits_for_a_reply(iris, ada, probe):
    report = Objection.objects.create(question=probe, learner=ada, text="Not so deep?")

    assert_waits(iris, "Reported questions", "Probe the soil", "“Not so deep?”")
    Objection.objects.filter(pk=report.pk).update(
        reply="Right you are.", replied_at=timezone.now(), replied_by=iris
    )
    assert_mended(iris, "Reported questions")


def test_archived_tracks_wait_for_nothing(iris, soil, probe):
    make_lesson(soil, published=False)
    make_lesson(soil, published_at=timezone.now() + timedelta(days=2))
    Choice.objects.update(is_right=False)
    publishing.archive_track(soil)

    assert "Nothing needs you now." in index_of(iris)


def test_everybody_is_told_of_the_own_tracks_and_an_admin_of_all(
    iris, omar, ruth, soil
):
    make_lesson(soil, published=False)

    assert "1 lesson is a draft." in index_of(iris)
    assert "1 lesson is a draft." not in index_of(omar)
    assert "1 lesson is a draft." in index_of(ruth)


def test_texts_of_tracks_stand_as_they_were_typed(iris, soil):
    Track.objects.update(title="<b>Soil</b> & sand")
    make_lesson(soil, published=False)

    assert "&lt;b&gt;Soil&lt;/b&gt; &amp; sand" in index_of(iris)


@pytest.mark.parametrize(
    "heading_and_watch", dashboard.WATCHES, ids=lambda w: w[1].__name__
)
def test_each_watch_is_bounded_in_statements_and_in_entries(
    iris, ruth, ada, heading_and_watch
):
    watch = heading_and_watch[1]
    counts = []
    looking = ruth if watch is dashboard.disagreeing_certificates else iris
    assert watch(looking) == []  # and so the own groups are read
    for more in 2, 50:
        for _ in range(more):
            fill(iris, ada)
        with CaptureQueriesContext(connection) as statements:
            found = watch(looking)
        counts.append(len(statements))
        assert 0 < len(found) <= dashboard.MOST
        assert all(entry.title and entry.sentence and entry.url for entry in found)

    assert counts[0] == counts[1] <= 6


def fill(iris, ada) -> None:
    """One of everything that waits."""
    number = Track.objects.count()
    later = timezone.now() + timedelta(days=2)
    track, bare, draft = (make_track(f"{kind}-{number}") for kind in ("a", "b", "c"))
    publishing.unpublish_track(draft)
    for each in track, bare, draft:
        TrackInstructor.objects.create(track=each, user=iris)
    make_lesson(draft)
    make_lesson(track, published=False)
    make_lesson(track, published_at=later)
    faulty = make_question(make_lesson(track))
    faulty.choices.update(is_right=False)
    Objection.objects.create(question=faulty, learner=ada, text="Which?")
    for each in track, bare, draft:
        keep_figures(each, faulty)
    find_fault(ada)


def find_fault(ada: User) -> None:
    """The last run found one more about her certificate."""
    if not Certificate.objects.exists():
        track = make_track("done", lessons=1)
        Enrollment.objects.create(learner=ada, track=track)
        mark_done(ada, track.lessons.get())
        claim_certificate(ada, track, "Ada")
        now = timezone.now()
        VerificationRun.objects.create(started_at=now, finished_at=now)
    VerificationRun.objects.get().findings.create(
        certificate=Certificate.objects.get(), kind="score", detail="…"
    )


def keep_figures(track: Track, question: Question) -> None:
    """As if they had just been made: the question misleads, its lesson is left."""
    now = timezone.now()
    item = Counted(30, 0, 0.5, 30, -0.9)
    TrackAnalysis.objects.create(
        track=track,
        key=keys_at({track.pk: (0, now)})[track.pk],
        settled_id=0,
        settled_at=now,
        made_at=now,
        questions={str(question.pk): asdict(item)},
        lessons={str(question.lesson_id): asdict(LessonFigures(20, 0, 20, 0, 20, 0.5))},
        lessons_at=now,
    )


# The first ten minutes


def test_a_newcomer_is_led_to_a_published_lesson(db):
    iris = make_instructor("Iris")
    page = index_of(iris)
    for step in "Write your first track", "Write a lesson", "Publish both":
        assert step in page
    assert "/admin/courses/track/add/" in page
    assert "Needs attention" not in page
    assert [step.is_done for step in dashboard.first_steps(iris)] == [False] * 3

    track = make_track("moss", published=False)
    TrackInstructor.objects.create(track=track, user=iris)
    assert f"/admin/courses/lesson/add/?track={track.pk}" in index_of(iris)
    lesson = make_lesson(track, published=False)
    steps = dashboard.first_steps(iris)
    assert [step.is_done for step in steps] == [True, True, False]
    assert steps[2].url == f"/admin/courses/track/{track.pk}/publication/"

    publishing.publish_track(track, [lesson.pk])
    assert dashboard.first_steps(iris) == []
    assert "Your first track" not in index_of(iris)


def test_a_question_that_misleads_waits_until_it_is_revised(iris, probe):
    assert_mended(iris, "Questions that may mislead")
    mislead(probe)
    assert_waits(
        iris,
        "Questions that may mislead",
        "Where does the probe go?",
        "The best learners pick B: is B right?",
        f"#question-{probe.pk}",
    )

    revise(probe, "+Down", "Up")

    assert_mended(iris, "Questions that may mislead")


def test_a_lesson_people_leave_waits_until_it_is_changed(iris, soil):
    assert_mended(iris, "Lessons people leave")
    lesson = abandon(soil)
    assert_waits(
        iris,
        "Lessons people leave",
        "Water it",
        "20 learners started it, 9 marked it done.",
    )

    mark_revised([lesson.pk], timezone.now() + timedelta(seconds=1))

    assert_mended(iris, "Lessons people leave")
