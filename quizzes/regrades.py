"""Giving the answers to earlier versions of a question new credits, and taking it back.

The log is never touched. A map is graded once for each different reply, not for each
answer, so that a question with a million answers costs a handful of statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import Deed, Details, record
from accounts.models import User
from courses.models import Lesson
from quizzes.analysis_query import room_to_compute
from quizzes.grading import Key, Reply
from quizzes.log import (
    COUNTED,
    CURRENT,
    PAIRS,
    REGRADED,
    STANDING,
    VERSIONS,
    of_track,
)
from quizzes.models import Choice, Question
from quizzes.regrade_models import Regrade, RegradeMap, RegradeMode
from quizzes.regrading import WRITTEN, Outlook, grade_again, outlook
from quizzes.revising import QuestionReplacedError
from quizzes.services import key_of, lock_questions

# what was picked, in one order, or written; nothing where the text is erased
_REPLIES = """replies AS MATERIALIZED (
    SELECT a.id AS answer_id, a.question_id,
           coalesce(w.text, string_agg(p.choice_id::text, ' ' ORDER BY p.choice_id))
               AS reply
    FROM quizzes_answer a
    LEFT JOIN quizzes_writtenanswer w ON w.answer_id = a.id
    LEFT JOIN quizzes_answerchoice p ON p.answer_id = a.id
    WHERE a.question_id = %(source)s
    GROUP BY a.id, w.text
)"""

_BY_MAP = f"""{_REPLIES},
fresh AS MATERIALIZED (
    SELECT r.answer_id, r.question_id, g.credit
    FROM replies r
    JOIN unnest(%(replies)s::text[], %(credits)s::numeric[]) AS g(reply, credit)
        ON g.reply = r.reply
)"""  # noqa: S608 (no value is pasted in)

_IN_FULL = """fresh AS MATERIALIZED (
    SELECT a.id AS answer_id, a.question_id, 1.0 AS credit
    FROM quizzes_question q JOIN quizzes_answer a ON a.question_id = q.id
    WHERE q.lineage = %(lineage)s AND q.id IS DISTINCT FROM %(target)s
)"""

_NONE = """fresh AS MATERIALIZED (
    SELECT 0::bigint AS answer_id, 0::numeric AS credit WHERE false
)"""

_KEEP = """
INSERT INTO quizzes_regradedanswer
    (regrade_id, answer_id, question_id, lineage, credit)
SELECT %(regrade)s, answer_id, question_id, %(lineage)s, credit FROM fresh"""

# The scores as they are, and as they would be: only what one question counts differs, so
# the log of the whole track is read and counted once.
_CHANGES = f"""
as_if AS MATERIALIZED (
    SELECT DISTINCT ON (n.answer_id) n.answer_id, n.credit
    FROM (
        SELECT n.answer_id, n.credit, n.regrade_id
        FROM standing s JOIN quizzes_regradedanswer n ON n.regrade_id = s.id
        WHERE n.lineage = %(lineage)s AND s.id IS DISTINCT FROM %(without)s
        UNION ALL
        SELECT answer_id, credit, NULL FROM fresh
    ) n
    ORDER BY n.answer_id, n.regrade_id DESC NULLS FIRST
),
{PAIRS},
others AS (
    SELECT r.learner_id, a.id, {COUNTED} AS counted
    FROM answers a JOIN quizzes_respondent r ON r.id = a.respondent_id
    LEFT JOIN as_if n ON n.answer_id = a.answer_id
    WHERE r.learner_id IS NOT NULL AND a.lineage = %(lineage)s
    GROUP BY 1, 2
),
credits AS (
    SELECT learner_id, (counted).credit AS earned, 1 AS answered,
           CASE WHEN id IN (SELECT id FROM current WHERE lineage = %(lineage)s)
                THEN 0 ELSE (counted).credit END AS earned_then
    FROM pairs
    UNION ALL
    SELECT learner_id, 0, 0, (counted).credit FROM others
),
scores AS (
    SELECT sum(earned) AS earned, sum(earned_then) AS earned_then,
           sum(answered) AS answered
    FROM credits GROUP BY learner_id
)
SELECT earned, earned_then, answered, count(*) FROM scores GROUP BY 1, 2, 3"""  # noqa: S608


class NothingToRegradeError(Exception):
    """Nobody answered an earlier version."""


@dataclass(frozen=True)
class Way:
    """How the earlier answers are to be graded anew.

    key, source, same: of a map alone; the later version's key, the earlier version, and
    what each choice of it is in the later one (quizzes.regrading.grade_again).
    """

    mode: RegradeMode
    lineage: UUID
    target: int | None = None  # None: it is not stored yet
    source: Question | None = None
    key: Key | None = None
    same: Mapping[UUID, UUID | None] = field(default_factory=dict)

    def values(self) -> tuple[str, dict[str, Any]]:
        """The step `fresh` of a statement, and what goes into it."""
        values: dict[str, Any] = {"lineage": self.lineage, "target": self.target}
        if self.key is None or self.source is None:
            return _IN_FULL, values
        replies = _replies_to(self.source)
        is_written = self.source.kind in WRITTEN
        credits_ = [
            grade_again(self.key, _read(reply, is_written=is_written), self.same)
            for reply in replies
        ]
        values |= {"source": self.source.pk, "replies": replies, "credits": credits_}
        return _BY_MAP, values


def _replies_to(source: Question) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_REPLIES} SELECT DISTINCT reply FROM replies"  # noqa: S608
            " WHERE reply IS NOT NULL",
            {"source": source.pk},
        )
        return [reply for (reply,) in cursor.fetchall()]


def _read(reply: str, *, is_written: bool) -> Reply:
    if is_written:
        return Reply(written=reply)
    return Reply(picked=frozenset(map(UUID, reply.split())))


def way_of(
    mode: RegradeMode,
    target: Question,
    source: Question | None = None,
    same: Mapping[UUID, UUID | None] | None = None,
) -> Way:
    """For a target that is stored."""
    if mode == RegradeMode.FULL:
        return Way(mode, target.lineage, target.pk)
    choices = list(Choice.objects.filter(question=target).order_by("position"))
    key = key_of(target, choices)
    return Way(mode, target.lineage, target.pk, source, key, same or {})


def outlook_of(track_id: int, way: Way) -> Outlook:
    """What would change; nothing is stored or locked. At most two statements."""
    return _outlook(track_id, *way.values())


def outlook_without(track_id: int, regrade: Regrade) -> Outlook:
    """What would change if this regrade were taken back."""
    values = {"lineage": regrade.lineage, "without": regrade.pk}
    return _outlook(track_id, _NONE, values)


def _outlook(track_id: int, fresh: str, values: Mapping[str, Any]) -> Outlook:
    steps = ", ".join([CURRENT, VERSIONS, STANDING, REGRADED, fresh, _CHANGES])
    with room_to_compute(), connection.cursor() as cursor:
        cursor.execute(
            f"WITH {steps}", {"without": None, **of_track(track_id), **values}
        )
        return outlook(cursor.fetchall())


@transaction.atomic
def regrade(target: Question, way: Way, by: User, reason: str) -> Regrade:
    """Every answer to the earlier version, or versions, gets a new credit.

    The lesson's questions are locked, so that the target stays the current version and
    its key what `way` was made from.

    Raises:
        QuestionReplacedError: the target is not the current version, or not the one
            that was read.
        NothingToRegradeError: nobody answered an earlier version.
    """
    lesson = Lesson.objects.select_related("track").get(pk=target.lesson_id)
    locked = {question.pk: question for question in lock_questions(lesson)}
    current = locked.get(target.pk)
    if current is None or current.position is None:
        raise QuestionReplacedError
    if way.source is not None and current.revision != target.revision:
        raise QuestionReplacedError
    made = Regrade.objects.create(
        lineage=way.lineage,
        mode=way.mode,
        source=way.source,
        target=target,
        target_revision=target.revision if way.source is not None else None,
        by=by,
        reason=reason,
        made_at=timezone.now(),
    )
    _keep_map(made, way)
    count = _keep_credits(made, way)
    if not count:
        raise NothingToRegradeError
    _record(Deed.REGRADED, target, lesson, by, reason=reason, count=count)
    return made


def _keep_map(made: Regrade, way: Way) -> None:
    RegradeMap.objects.bulk_create(
        RegradeMap(
            regrade=made,
            source=way.source,
            target_id=made.target_id,
            old_choice_id=old,
            new_choice_id=new,
        )
        for old, new in way.same.items()
    )


def _keep_credits(made: Regrade, way: Way) -> int:
    """How many answers have a new credit."""
    fresh, values = way.values()
    with room_to_compute(), connection.cursor() as cursor:
        cursor.execute(f"WITH {fresh}{_KEEP}", values | {"regrade": made.pk})
        return int(cursor.rowcount)


@transaction.atomic
def take_back(made: Regrade, by: User) -> bool:
    """The answers count again as before; False where somebody was first."""
    standing = Regrade.objects.filter(pk=made.pk, taken_back_at=None)
    if not standing.update(taken_back_at=timezone.now(), taken_back_by=by):
        return False
    target = Question.objects.select_related("lesson__track").get(pk=made.target_id)
    _record(Deed.TOOK_BACK, target, target.lesson, by, count=made.answers.count())
    return True


def _record(
    deed: Deed,
    target: Question,
    lesson: Lesson,
    by: User,
    *,
    count: int,
    reason: str = "",
) -> None:
    """lesson: the target's, read with its track. count: answers regraded."""
    details: Details = {
        "track": lesson.track.title,
        "question": str(target),
        "count": count,
    }
    record(
        deed,
        actor=by,
        target=f"question:{target.pk}",
        reason=reason,
        details=details,
    )
