"""Publishing at a time: odd times, a track's and its lesson's own, and what learners keep."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from courses.models import Enrollment, Lesson, LessonCompletion
from courses.services import mark_done
from quizzes.models import Answer
from tests.admin_forms import admin_client
from tests.factories import make_lesson, make_question
from tests.quizzes.test_publication import of, page_of

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 13, 12, tzinfo=UTC)


@pytest.fixture
def draft(soil) -> Lesson:
    lesson = make_lesson(soil, "draft", published=False)
    make_question(lesson)
    return lesson


@pytest.mark.parametrize(
    "at",
    ["2027-03-28T02:30", "2027-10-31T02:30"],  # skipped; there twice
)
def test_a_time_that_the_clocks_skip_or_repeat_is_refused_as_typed(
    iris, draft, settings, at
):
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(NOON, tick=False):
        sent = {"action": "at", "at": at}
        page = page_of(admin_client(iris).post(of(draft), sent), 422)

    assert "The clocks change then" in page
    assert f'value="{at}"' in page
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_lesson_keeps_its_own_time_through_its_tracks_states(iris, soil, draft):
    with time_machine.travel(NOON, tick=False) as clock:
        client = admin_client(iris)
        client.post(of(draft), {"action": "at", "at": "2027-03-15T09:00"})
        client.post(of(soil), {"action": "draft"})
        client.post(of(soil), {"action": "at", "at": "2027-03-14T09:00"})

        opened = []
        for day in 14, 15:
            clock.move_to(datetime(2027, 3, day, 9, tzinfo=UTC))
            urls = [soil.get_absolute_url(), draft.get_absolute_url()]
            opened.append([Client().get(url).status_code for url in urls])

    assert opened == [[200, 404], [200, 200]]


def test_a_lesson_whose_time_comes_first_waits_for_its_track(iris, soil, draft):
    with time_machine.travel(NOON, tick=False) as clock:
        client = admin_client(iris)
        client.post(of(draft), {"action": "at", "at": "2027-03-14T09:00"})
        client.post(of(soil), {"action": "draft"})
        clock.move_to(datetime(2027, 3, 14, 10, tzinfo=UTC))
        assert Client().get(draft.get_absolute_url()).status_code == 404
        page = page_of(client.get(of(draft)))
        assert "Its track is not published, so learners do not see it." in page

        client.post(of(soil), {"action": "now"})
        assert Client().get(draft.get_absolute_url()).status_code == 200


def test_marks_and_answers_survive_every_order_of_states(
    iris, ada, soil, lesson, probe
):
    """Also of a visitor; and nobody adds any to a draft."""
    learner, visitor = Client(), Client()
    learner.force_login(ada)
    right = probe.choices.get(text="Right").pk
    for client in learner, visitor:
        client.post(probe.answer_url, {"submission": uuid4(), "choice": right})
    for each in soil.lessons.all():
        mark_done(ada, each)
    before = kept()
    assert [len(rows) for rows in before] == [1, 2, 2]
    now = datetime.now(UTC).replace(microsecond=0)

    with time_machine.travel(now, tick=False):
        desk = admin_client(iris)
        for row, states in (
            (lesson, ["draft", "at", "draft", "now", "draft"]),
            (soil, ["draft", "at", "archive", "take_back", "draft", "archive"]),
        ):
            for state in states:
                at = now.replace(year=now.year + 1).strftime("%Y-%m-%dT%H:%M")
                sent = {"action": state} | ({"at": at} if state == "at" else {})
                assert desk.post(of(row), sent).status_code == 302, state
                if state in {"draft", "at"}:
                    again = {"submission": uuid4(), "choice": right}
                    for client in learner, visitor:
                        assert client.post(probe.answer_url, again).status_code == 404
                assert kept() == before, state

        for row, state in (soil, "take_back"), (soil, "now"), (lesson, "now"):
            assert desk.post(of(row), {"action": state}).status_code == 302
    assert kept() == before
    assert "Correct" in page_of(learner.get(lesson.get_absolute_url()))
    assert "Correct" in page_of(visitor.get(lesson.get_absolute_url()))


def kept() -> list[Any]:
    tables: list[Any] = [Enrollment, LessonCompletion, Answer]
    return [list(table.objects.order_by("pk").values()) for table in tables]
