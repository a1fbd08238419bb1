"""A button that is pressed twice, or while somebody else saves: said kindly, done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg
import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse

from courses.models import Lesson, Track, TrackInstructor
from exchange.models import Version
from quizzes.models import Question
from quizzes.regrade_models import Regrade, RegradeMode
from quizzes.regrades import Way, regrade
from tests.admin_forms import admin_client, fields_of
from tests.factories import make_lesson, make_question, make_track
from tests.quizzes.mending import answer, own, revise
from tests.quizzes.test_publication import form_of, of, page_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 13, 12, tzinfo=UTC)
AT = "2027-03-14T09:00"
BUSY = "Somebody is saving this at the same time. Try once more."


@pytest.fixture
def client(iris) -> Client:
    return admin_client(iris)


@pytest.fixture
def draft(soil) -> Lesson:
    lesson = make_lesson(soil, "draft", published=False)
    make_question(lesson)
    return lesson


@pytest.fixture
def moss(iris) -> Track:
    track = make_track("moss", published=False)
    for slug in "look", "grow":
        make_lesson(track, slug, published=False)
    TrackInstructor.objects.create(track=track, user=iris)
    return track


def twice(client: Client, address: str, sent: dict[str, Any]) -> tuple[str, str]:
    """The page after each of two equal posts; the second one leaves all as it is."""
    first = page_of(client.post(address, sent, follow=True))
    before = everything()
    second = page_of(client.post(address, sent, follow=True))
    assert everything() == before
    return first, second


def everything() -> list[Any]:
    """What these buttons can change, with what the history says of it."""
    return [
        list(rows.order_by("pk").values())
        for rows in (
            Track.objects,
            Lesson.objects,
            Question.objects,
            LogEntry.objects,
            Version.objects,
        )
    ]


# Publication


def test_a_lesson_is_opened_and_closed_once(client, draft):
    first, second = twice(client, of(draft), {"action": "now"})
    assert "The lesson is published." in first
    assert "The lesson is published already." in second

    first, second = twice(client, of(draft), {"action": "draft"})
    assert "The lesson is a draft again." in first
    assert "The lesson is a draft already." in second


def test_a_lesson_and_a_track_are_given_a_time_once(iris, draft, moss):
    with time_machine.travel(NOON, tick=False):
        client = admin_client(iris)
        lessons = {"lessons": [row.pk for row in moss.lessons.all()]}
        for address, more in (of(draft), {}), (of(moss), lessons):
            sent = {"action": "at", "at": AT} | more
            _first, second = twice(client, address, sent)
            assert "It is published from 14 March 2027, 09:00 UTC already." in second


def test_a_track_and_its_lessons_are_opened_and_closed_once(client, moss):
    make_lesson(moss, "later", published=False)
    look, _grow, _later = moss.lessons.all()
    for sent, said in (
        ({"action": "now", "lessons": [look.pk]}, "It is published already."),
        ({"action": "draft"}, "The track is a draft already."),
        ({"action": "archive"}, "The track is in the archive already."),
        ({"action": "take_back"}, "The track is not in the archive."),
    ):
        first, second = twice(client, of(moss), sent)
        assert said not in first
        assert said in second


def test_what_is_not_so_yet_is_no_repetition(client, moss, draft):
    look, grow = moss.lessons.all()
    client.post(of(moss), {"action": "now", "lessons": [look.pk]})

    said = page_of(
        client.post(of(moss), {"action": "now", "lessons": [grow.pk]}, follow=True)
    )

    assert "Published: 1 lesson." in said
    foreign = {"action": "now", "lessons": [draft.pk]}
    assert client.post(of(moss), foreign).status_code == 422


def test_closing_instead_of_deleting_is_done_once(client, soil, lesson):
    for row, said in (lesson, "is a draft already."), (soil, "in the archive already."):
        name = f"admin:courses_{type(row).__name__.lower()}_close"
        first, second = twice(client, reverse(name, args=[row.pk]), {})
        assert said not in first
        assert said in second


def test_publishing_from_the_list_is_done_once(client, draft):
    for action, said in (
        ("publish", "They are published already."),
        ("unpublish", "They are drafts already."),
    ):
        sent = {"action": action, "_selected_action": [draft.pk]}
        first, second = twice(client, "/admin/courses/lesson/", sent)
        assert said not in first
        assert said in second


def test_save_and_publish_is_done_once(client, draft):
    sent = fields_of(client, form_of(draft)) | {"courses_lesson_publish_now": ""}

    client.post(form_of(draft), sent | {"title": "Done"})
    before = Lesson.objects.values().get(pk=draft.pk)
    page_of(client.post(form_of(draft), sent | {"title": "Done"}, follow=True))

    assert Lesson.objects.values().get(pk=draft.pk) == before
    assert (before["title"], before["published_at"] is None) == ("Done", False)
    said = LogEntry.objects.filter(change_message="The lesson is published.")
    assert said.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_one_moment_publish_once(iris, draft):
    clients = [admin_client(iris) for _ in range(4)]
    posts = [partial(each.post, of(draft), {"action": "now"}) for each in clients]
    pages = at_once(posts)

    assert [page.status_code for page in pages] == [302] * 4
    said = LogEntry.objects.filter(change_message="The lesson is published.")
    assert said.count() == 1


# Mending


def test_a_question_is_retired_once(client, probe, lesson):
    address = reverse("admin:quizzes_question_retire", args=[probe.pk])

    first, second = twice(client, address, {})

    assert "is retired." in first
    assert "The lesson no longer asks this question." in second
    page = client.get(address, follow=True)
    assert page.redirect_chain == [(form_of(lesson), 302)]


# While somebody else saves


@contextmanager
def held(*tables: str) -> Iterator[None]:
    """All rows of these are locked elsewhere, and nobody waits long for them."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        with psycopg.connect(**connection.get_connection_params()) as other:
            for table in tables:
                other.execute(f"SELECT 1 FROM {table} FOR UPDATE")
            yield
    finally:
        connection.close()


@pytest.fixture
def regraded(ada, iris, probe) -> Regrade:
    answer(own(ada), probe, "Right")
    new = revise(probe)
    way = Way(RegradeMode.FULL, new.lineage, new.pk)
    return regrade(new, way, iris, "It misled.")


def pressed(client: Client, address: str, sent: dict[str, Any], *tables: str) -> str:
    """The page that comes of it while these tables are held, where nothing changes."""
    before = everything()
    with held(*tables):
        response: Any = client.post(address, sent)
    page = page_of(client.get(response.url))
    assert everything() == before
    return page


@pytest.mark.django_db(transaction=True)
def test_retiring_meanwhile_says_so_and_works_a_moment_later(client, probe):
    address = reverse("admin:quizzes_question_retire", args=[probe.pk])

    assert BUSY in pressed(client, address, {}, "quizzes_question")
    assert "is retired." in page_of(client.post(address, follow=True))


@pytest.mark.django_db(transaction=True)
def test_taking_back_meanwhile_says_so_and_works_a_moment_later(client, regraded):
    address = reverse("admin:quizzes_regrade_take_back", args=[regraded.pk])

    assert BUSY in pressed(client, address, {}, "quizzes_regrade")
    regraded.refresh_from_db()
    assert regraded.taken_back_at is None
    assert "is taken back" in page_of(client.post(address, follow=True))


@pytest.mark.django_db(transaction=True)
def test_restoring_meanwhile_says_so_and_works_a_moment_later(client, lesson):
    sent = fields_of(client, form_of(lesson))
    client.post(form_of(lesson), sent | {"markdown": "Other words."})
    version = Version.objects.filter(lesson=lesson.pk).earliest("pk")
    args = [lesson.pk, version.pk]
    address = reverse("admin:courses_lesson_restore", args=args)
    agreed = fields_of(client, address)

    assert BUSY in pressed(client, address, agreed, "courses_track")
    assert "is restored." in page_of(client.post(address, agreed, follow=True))


@pytest.mark.django_db(transaction=True)
def test_publishing_meanwhile_says_so_and_keeps_what_was_chosen(client, moss):
    look, grow = moss.lessons.all()
    sent = {"action": "at", "at": "2099-01-01T00:00", "lessons": [grow.pk]}
    before = everything()
    with held("courses_track"):
        page = page_of(client.post(of(moss), sent), 409)

    assert everything() == before
    assert BUSY in page
    assert 'value="2099-01-01T00:00"' in page
    assert f'value="{grow.pk}" checked' in page
    assert f'value="{look.pk}" checked' not in page


@pytest.mark.django_db(transaction=True)
def test_closing_meanwhile_says_so(client, soil):
    address = reverse("admin:courses_track_close", args=[soil.pk])

    assert BUSY in pressed(client, address, {}, "courses_track")
    assert "is archived." in page_of(client.post(address, follow=True))
