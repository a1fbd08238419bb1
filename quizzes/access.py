"""Look a question up for a reader; hidden and missing are the same 404."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Reader
from courses.models import Lesson, Track
from courses.querysets import OPEN_LESSON, plan_mode
from courses.rows import Columns
from quizzes.models import Choice, Question, Respondent
from quizzes.self_check import Offered

_QUESTION = Columns(
    Question,
    "q",
    without={
        "explanation",
        "explanation_html",
        "other_feedback",
        "other_feedback_html",
    },
)
_LESSON = Columns(
    Lesson,
    "l",
    without={"body_html", "body_text", "markdown", "search", "headings"},
)
_TRACK = Columns(Track, "t", without={"description", "description_html"})
_CHOICE = Columns(Choice, "c")
_OFFERED = """
SELECT id, text_html FROM quizzes_choice WHERE question_id = %s ORDER BY position"""
_CHOICES = f"""
SELECT {_CHOICE.sql} FROM quizzes_choice c
WHERE c.question_id = %s ORDER BY c.position"""  # noqa: S608
_OPEN = f"""
SELECT {_QUESTION.sql}, {_LESSON.sql}, {_TRACK.sql}, own.id
FROM quizzes_question q
JOIN courses_lesson l ON l.id = q.lesson_id
JOIN courses_track t ON t.id = l.track_id
LEFT JOIN quizzes_respondent own ON own.learner_id = %(learner)s AND own.is_own
WHERE q.uuid = %(uuid)s AND q.position IS NOT NULL
  AND l.slug = %(slug)s AND t.slug = %(track)s AND {OPEN_LESSON}"""  # noqa: S608


def get_question_for(
    reader: Reader, track_slug: str, lesson_slug: str, uuid: UUID
) -> Question:
    """A current question of a lesson this reader may see, at its own address.

    It carries `own_respondent`, the learner's id in the answer log, if there is one.
    As with get_lesson_for, the whole rule is asked only where the lesson is not open.
    """
    found = _open_question(reader, track_slug, lesson_slug, uuid)
    if found is not None:
        return found
    lessons = Lesson.objects.visible_to(reader).filter(
        slug=lesson_slug, track__slug=track_slug
    )
    own = Respondent.objects.filter(learner=reader.pk or 0, is_own=True)
    questions = (
        Question.objects.current()
        .filter(lesson__in=lessons)
        .annotate(own_respondent=Subquery(own.values("pk")[:1]))
        .select_related("lesson__track")
        .defer("lesson__body_html", "lesson__body_text", "lesson__markdown")
        .defer("lesson__search", "lesson__headings", "lesson__track__description_html")
    )
    return get_object_or_404(questions.fetch_mode(plan_mode()), uuid=uuid)


def get_successor_for(
    reader: Reader, track_slug: str, lesson_slug: str, uuid: UUID
) -> Question | None:
    """What the lesson asks now instead of a question it no longer asks; None: nothing.

    Raises:
        Http404: there was no such question, or this reader may not see the lesson.
    """
    lessons = Lesson.objects.visible_to(reader).filter(
        slug=lesson_slug, track__slug=track_slug
    )
    past = Question.objects.filter(position=None, lesson__in=lessons)
    gone = get_object_or_404(past.only("lineage", "lesson"), uuid=uuid)
    current = Question.objects.current().filter(
        lineage=gone.lineage, lesson=gone.lesson_id
    )
    now = current.values_list("uuid", flat=True).first()
    if now is None:
        return None
    return get_question_for(reader, track_slug, lesson_slug, now)


def _open_question(
    reader: Reader, track_slug: str, lesson_slug: str, uuid: UUID
) -> Question | None:
    values: dict[str, Any] = {
        "learner": reader.pk or 0,  # never null, so that one plan serves all
        "track": track_slug,
        "slug": lesson_slug,
        "uuid": uuid,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    question, lesson, track = _QUESTION.take(row), _LESSON.take(row), _TRACK.take(row)
    question.lesson, lesson.track = lesson, track
    question.own_respondent = next(row)  # type: ignore[attr-defined]
    return question


def offered_by(question: Question) -> list[Offered]:
    """The choices in the author's order, to show: without the key."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [question.pk])
        return [Offered(*row) for row in cursor.fetchall()]


def choices_of(question: Question) -> list[Choice]:
    """The choices in the author's order, with the key: to grade by, not to show."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES, [question.pk])
        return [_CHOICE.take(iter(row)) for row in cursor.fetchall()]
