"""A question that people have answered is replaced, never changed: here is how."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone, translation

from courses.models import Lesson
from courses.services import mark_revised
from quizzes.models import Choice, Question
from quizzes.services import lock_questions


class QuestionReplacedError(Exception):
    """The question is no longer its lesson's: it was replaced, retired or moved away."""


@transaction.atomic
def replace_question(
    old: Question, new: Question, choices: Sequence[Choice]
) -> Question:
    """From now on the lesson asks `new` where it asked `old`; old answers stay with old.

    new: unsaved, with prompt, kind, tolerance, explanation and other_feedback; it gets
    the lesson, position, handle and lineage of `old`. choices: unsaved, in order.
    The lesson's questions are locked, so an answer to `old` that is being stored is
    waited for, and a later one is refused.

    Raises:
        QuestionReplacedError: somebody else was first; nothing was changed.
    """
    lesson = Lesson.objects.select_related("track").get(pk=old.lesson_id)
    locked = next((q for q in lock_questions(lesson) if q.pk == old.pk), None)
    if locked is None or locked.position is None:
        raise QuestionReplacedError
    take_place(new, locked, lesson)
    step_aside([locked])  # first out, then in: one id is one current question's
    with translation.override(lesson.page_language):
        new.save(force_insert=True)
        for position, choice in enumerate(choices, start=1):
            choice.question = new
            choice.position = position
        Choice.objects.bulk_create(choices)
    new.refresh_from_db(fields=["revision"])  # each choice has raised it
    mark_revised([lesson.pk], timezone.now())
    return new


def step_aside(old: Iterable[Question]) -> None:
    """Out of their lessons, for those that replace them; one statement."""
    gone = [question.pk for question in old]
    Question.objects.filter(pk__in=gone).update(position=None)


def take_place(new: Question, old: Question, lesson: Lesson) -> None:
    """Make the unsaved question the next version of the other."""
    new.lesson = lesson
    new.position = old.position
    new.handle = old.handle
    new.lineage = old.lineage
    new.replaces = old
