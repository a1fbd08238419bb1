"""What changes the answer log and the questions: each verb is one transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.constraints import broken_constraint
from courses.models import Lesson
from courses.services import claim_marks, mark_revised, take_up
from quizzes.grading import Key, Reply, grade
from quizzes.models import Answer, Choice, Question, Respondent

# An answer with what was picked or written, in one statement: the most frequent write.
# The lock waits for whoever edits, replaces or retires the question, and then looks at
# it again: an answer to a question that its lesson no longer asks is not stored.
_APPEND = """
WITH asked AS MATERIALIZED (
    SELECT id, revision FROM quizzes_question
    WHERE id = %(question)s AND revision = %(revision)s AND position IS NOT NULL
    FOR KEY SHARE
), answer AS (
    INSERT INTO quizzes_answer (respondent_id, question_id, question_revision,
                                submission, credit, answered_at)
    SELECT %(respondent)s, asked.id, asked.revision,
           %(submission)s, %(credit)s, %(now)s
    FROM asked
    RETURNING id, question_id
), picks AS (
    INSERT INTO quizzes_answerchoice (answer_id, question_id, choice_id)
    SELECT answer.id, answer.question_id, choice
    FROM answer, unnest(%(picked)s::uuid[]) AS choice
), written AS (
    INSERT INTO quizzes_writtenanswer (answer_id, text)
    SELECT answer.id, given.text
    FROM answer, (SELECT %(written)s::varchar AS text) AS given
    WHERE given.text IS NOT NULL
)
SELECT id FROM answer"""

A_MOMENT = timedelta(minutes=1)


class AnswerRefusedError(Exception):
    """The answer was not stored; `status` is the response's, str() says why."""

    status = 422


class SubmissionReusedError(AnswerRefusedError):
    def __init__(self) -> None:
        super().__init__(_("This form was already used. Answer once more, please."))


class QuestionChangedError(AnswerRefusedError):
    """The question was edited, replaced or retired since it was read."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This question has just been changed. Read it again and answer once more."
            )
        )


def key_of(question: Question, choices: Sequence[Choice]) -> Key:
    """What is right about the question.

    Its choices, in order, must have been read after it and never before: then an
    edit in between has raised the revision, and the answer is refused.
    """
    return Key(
        kind=question.kind,  # type: ignore[arg-type]
        right=frozenset(choice.pk for choice in choices if choice.is_right),
        wrong=frozenset(choice.pk for choice in choices if not choice.is_right),
        accepted=tuple(choice.text for choice in choices),
        tolerance=question.tolerance,
    )


def learner_respondent(learner: User, known: UUID | None) -> UUID:
    """The learner's own respondent, made at the first answer."""
    if known is not None:
        return known
    Respondent.objects.bulk_create(
        [Respondent(learner=learner, is_own=True)], ignore_conflicts=True
    )
    return Respondent.objects.get(learner=learner, is_own=True).pk


def visitor_respondent(visitor: UUID, *, is_kept: bool) -> UUID:
    """The visitor's respondent, made at the first answer.

    is_kept: the session knows it. Else the id was derived for a double click, and is
    good for A_MOMENT: an older one is of a visit that is over. A claimed respondent is
    somebody's already. In both cases a new one is made.
    """
    known = Respondent.objects.filter(pk=visitor).first()
    if known is not None:
        is_over = not is_kept and timezone.now() - known.created_at > A_MOMENT
        if known.learner_id is not None or is_over:
            return Respondent.objects.create().pk
    if known is None:
        Respondent.objects.bulk_create([Respondent(pk=visitor)], ignore_conflicts=True)
    return visitor


def record_answer(
    question: Question,
    key: Key,
    reply: Reply,
    respondent: UUID,
    submission: UUID,
    learner: User | None = None,
) -> None:
    """Grade and append one answer; the same submission again changes nothing.

    reply has passed the form: not blank, and its choices are the question's own.
    A learner's answer also takes up the track.

    Raises:
        SubmissionReusedError: this submission already answered another question.
        QuestionChangedError: the question was edited, replaced or retired since it
            was read.
    """
    try:
        with transaction.atomic():
            now = timezone.now()
            if learner is not None:
                take_up(learner, question.lesson.track_id, now)
            _append(question, key, reply, respondent, submission, now)
    except QuestionChangedError:
        if not _is_replay(question, respondent, submission):
            raise
    except IntegrityError as error:
        match broken_constraint(error):
            case "answer_once_per_respondent":
                _is_replay(question, respondent, submission)
            case (
                "answer_graded_under_current_revision" | "picked_choice_of_the_question"
            ):
                raise QuestionChangedError from error
            case _:
                raise


def _append(
    question: Question,
    key: Key,
    reply: Reply,
    respondent: UUID,
    submission: UUID,
    now: datetime,
) -> None:
    values: dict[str, Any] = {
        "respondent": respondent,
        "question": question.pk,
        "revision": question.revision,
        "submission": submission,
        "credit": grade(key, reply),
        "now": now,
        "picked": sorted(reply.picked) if question.has_choices else [],
        "written": None if question.has_choices else reply.written,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, values)
        if cursor.fetchone() is None:
            raise QuestionChangedError


def _is_replay(question: Question, respondent: UUID, submission: UUID) -> bool:
    """Whether this very answer is stored already."""
    stored = Answer.objects.filter(respondent=respondent, submission=submission).first()
    if stored is not None and stored.question_id != question.pk:
        raise SubmissionReusedError
    return stored is not None


@dataclass(frozen=True)
class Claimed:
    """What a sign-in added to the account."""

    answers: int = 0
    lessons: int = 0


@transaction.atomic
def claim_visit(
    learner: User, visitor: UUID | None, marks: Mapping[int, datetime]
) -> Claimed:
    """A visitor's answers and done marks become the learner's, once.

    The answers stay as they are: the respondent is given its learner.
    """
    answers = 0
    if visitor is not None:
        claimed = Respondent.objects.filter(pk=visitor, learner=None).update(
            learner=learner, claimed_at=timezone.now()
        )
        if claimed:
            answers = _take_up_answered(learner, visitor)
    return Claimed(answers, claim_marks(learner, marks) if marks else 0)


def _take_up_answered(learner: User, visitor: UUID) -> int:
    answered = Answer.objects.filter(respondent=visitor)
    now = timezone.now()
    tracks = answered.values_list("question__lesson__track", flat=True).distinct()
    for track_id in sorted(tracks):
        take_up(learner, track_id, now)
    return answered.count()


def retire_question(question: Question) -> bool:
    """Out of its lesson; its answers stay, and the others move up.

    False: it was retired or replaced already.
    """
    return bool(retire_questions([question.pk]))


@transaction.atomic
def retire_questions(question_ids: Collection[int]) -> int:
    """All of these at once, in a few statements; how many were current still."""
    going = Question.objects.current().filter(pk__in=question_ids)
    locked = list(going.select_for_update().order_by("pk"))
    if not locked:
        return 0
    now = timezone.now()
    lessons = sorted({question.lesson_id for question in locked})
    gone = [question.pk for question in locked]
    Question.objects.filter(pk__in=gone).update(position=None, retired_at=now)
    renumber(lessons)
    mark_revised(lessons, now)
    return len(gone)


def renumber(lesson_ids: Collection[int]) -> None:
    """Positions 1…n again in each of these lessons, in the order they had."""
    current = Question.objects.current().filter(lesson__in=lesson_ids)
    last: Counter[int] = Counter()
    moved = []
    for question in current.order_by("lesson", "position", "pk"):
        last[question.lesson_id] += 1
        if question.position != last[question.lesson_id]:
            question.position = last[question.lesson_id]
            moved.append(question)
    Question.objects.bulk_update(moved, ["position"], batch_size=500)


def lock_questions(lesson: Lesson) -> list[Question]:
    """The lesson's questions, locked before anything about them is edited."""
    return list(
        Question.objects.select_for_update().filter(lesson=lesson).order_by("pk")
    )
