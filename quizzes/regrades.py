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

from accounts.models import User
from courses.models import Lesson
from quizzes.grading import Key, Reply
from quizzes.log import CURRENT, SCORES, VERSIONS, of_track, scores_of_track
from quizzes.models import Choice, Question
from quizzes.regrade_models import Regrade, RegradeMap, RegradeMode
from quizzes.regrading import WRITTEN, Outlook, Scores, grade_again, outlook
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

# as quizzes.log has it, with what is only thought of put over all that stands
_AS_IF = f"""standing AS MATERIALIZED (
    SELECT g.id FROM quizzes_regrade g
    WHERE g.taken_back_at IS NULL AND g.lineage IN (SELECT lineage FROM current)
      AND g.id IS DISTINCT FROM %(without)s
),
regraded AS MATERIALIZED (
    SELECT DISTINCT ON (n.answer_id) n.answer_id, n.credit
    FROM (
        SELECT n.answer_id, n.credit, n.regrade_id
        FROM standing s JOIN quizzes_regradedanswer n ON n.regrade_id = s.id
        UNION ALL
        SELECT answer_id, credit, NULL FROM fresh
    ) n
    ORDER BY n.answer_id, n.regrade_id DESC NULLS FIRST
),
{SCORES}"""  # noqa: S608


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
    """What would change; nothing is stored or locked. At most three statements."""
    fresh, values = way.values()
    return outlook(scores_of_track(track_id), _scores_as_if(track_id, fresh, values))


def outlook_without(track_id: int, regrade: Regrade) -> Outlook:
    """What would change if this regrade were taken back."""
    after = _scores_as_if(track_id, _NONE, {"without": regrade.pk})
    return outlook(scores_of_track(track_id), after)


def _scores_as_if(track_id: int, fresh: str, values: Mapping[str, Any]) -> Scores:
    statement = f"WITH {CURRENT}, {VERSIONS}, {fresh}, {_AS_IF}"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"without": None, **of_track(track_id), **values})
        return {learner: (earned, count) for learner, earned, count in cursor}


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
    lesson = Lesson.objects.get(pk=target.lesson_id)
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
    if not _keep_credits(made, way):
        raise NothingToRegradeError
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
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {fresh}{_KEEP}", values | {"regrade": made.pk})
        return int(cursor.rowcount)


def take_back(made: Regrade, by: User) -> bool:
    """The answers count again as before; False where somebody was first."""
    standing = Regrade.objects.filter(pk=made.pk, taken_back_at=None)
    return bool(standing.update(taken_back_at=timezone.now(), taken_back_by=by))
