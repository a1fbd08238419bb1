"""The hand-written statements find what the ORM's rule finds, and the same of it."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from courses.access import _open_lesson, get_lesson_for
from courses.audience import Audience
from courses.models import Lesson
from quizzes.access import _open_question, get_question_for
from quizzes.models import Question
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

DAYS = [None, -1, 1]  # never, yesterday, tomorrow
visitor = AnonymousUser()


def at(days):
    return None if days is None else timezone.now() + timedelta(days=days)


@pytest.mark.parametrize(
    ("lesson_day", "track_day", "archived_day", "audience"),
    list(product(DAYS, DAYS, [None, -1], Audience.values)),
)
def test_what_is_open_is_one_rule(lesson_day, track_day, archived_day, audience):
    track = make_track(
        published=False,
        published_at=at(track_day),
        archived_at=at(archived_day),
        audience=audience,
    )
    lesson = make_lesson(track, "probe", published=False, published_at=at(lesson_day))
    question = make_question(lesson)

    is_open = Lesson.objects.visible_to(visitor).filter(pk=lesson.pk).exists()

    found = _open_lesson(visitor, "soil", "probe")
    asked = _open_question(visitor, "soil", "probe", question.uuid)
    assert (found == lesson) is is_open
    assert (asked == question) is is_open


def test_an_open_lesson_holds_what_the_orm_reads(ada, lesson):
    ours = get_lesson_for(ada, "soil", lesson.slug)
    theirs = Lesson.objects.select_related("track").get(pk=lesson.pk)

    assert_same(ours, theirs)
    assert_same(ours.track, theirs.track)


def test_an_open_question_holds_what_the_orm_reads(ada, lesson, probe):
    ours = get_question_for(ada, "soil", lesson.slug, probe.uuid)
    theirs = Question.objects.select_related("lesson__track").get(pk=probe.pk)

    assert_same(ours, theirs)
    assert_same(ours.lesson, theirs.lesson)
    assert_same(ours.lesson.track, theirs.lesson.track)


def assert_same(ours, theirs):
    """Every column that ours has is the one of theirs."""
    deferred = ours.get_deferred_fields()
    names = {field.attname for field in theirs._meta.concrete_fields} - deferred
    assert "slug" in names or "uuid" in names
    for name in names:
        assert getattr(ours, name) == getattr(theirs, name), name


def test_a_question_is_not_found_in_another_lesson(ada, soil, probe):
    assert _open_question(ada, "soil", "water-it", probe.uuid) is None


def test_a_retired_question_is_not_found(ada, soil, lesson, probe):
    Question.objects.filter(pk=probe.pk).update(position=None)

    assert _open_question(ada, "soil", lesson.slug, probe.uuid) is None
