"""The lesson's context held in memory, and the tags that answer from it.

It is the page of the first learner. The run compares it with the real page, byte for
byte, so that the two cannot drift apart.
"""

from functools import cache
from typing import Any

from django import template
from django.template import Context

from accounts.models import User
from benchmarks.data import FIRST_LEARNER, LESSON, TRACK
from courses.access import get_lesson_for
from courses.models import Lesson, Track
from courses.progress import outline_of
from quizzes.forms import AnswerForm
from quizzes.log import Person, begun_lessons
from quizzes.self_check import (
    Item,
    Revised,
    Verdict,
    questions_of,
    state_of,
    verdicts_of,
)

register = template.Library()


@cache
def lesson_context() -> dict[str, Any]:
    """What courses.views.render_lesson gives the template."""
    learner = User.objects.get(email=FIRST_LEARNER)
    lesson = get_lesson_for(learner, TRACK, LESSON)
    outline = outline_of(lesson.track, learner)
    step = next(step for step in outline.steps if step.id == lesson.pk)
    return {
        "lesson": lesson,
        "track": lesson.track,
        "outline": outline,
        "step": step,
        "around": outline.neighbours_of(step),
        "next_number": step.number + 1,
        "room": "tracks",
    }


@cache
def _begun() -> set[int]:
    learner = User.objects.get(email=FIRST_LEARNER)
    return begun_lessons(Person(learner.pk), lesson_context()["track"].pk)


@cache
def _self_check() -> dict[str, Any]:
    learner = User.objects.get(email=FIRST_LEARNER)
    lesson_id = lesson_context()["lesson"].pk
    verdicts = verdicts_of(Person(learner.pk), lesson_id)
    asked = questions_of(lesson_id)
    items = [
        _item(question, len(asked), verdicts.get(question.id)) for question in asked
    ]
    return {"items": items, "state": state_of(verdicts.values(), len(asked))}


def _item(question: Any, total: int, found: Verdict | Revised | None) -> Item:
    verdict = found if isinstance(found, Verdict) else None
    return Item(question, total, verdict=verdict, form=AnswerForm(question))


@register.simple_tag
def begun_in(track: Track) -> set[int]:
    return _begun()


@register.inclusion_tag("quizzes/_self_check.html", takes_context=True)
def self_check(context: Context, lesson: Lesson) -> dict[str, Any]:
    return _self_check() | {
        "request": context["request"],
        "user": context["user"],
        "csrf_token": context.get("csrf_token"),
        "lesson": lesson,
    }
