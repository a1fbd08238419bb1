"""Reading the answer log: one statement a question that a page asks of it.

Hand-written SQL, because each needs the ordered aggregate `quizzes_counted` (made
in migration 0002): it walks one person's answers to one question in order and keeps
the last that counts, as quizzes.scoring.counting does in Python.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from quizzes.scoring import RETRY_AFTER, Knowledge, percent_of


@dataclass(frozen=True)
class Person:
    """Whose answers: a learner's, of all respondents claimed, or a visitor's own."""

    learner_id: int | None = None
    respondent_id: UUID | None = None

    @property
    def is_nobody(self) -> bool:
        """A visitor who has not answered yet: there is nothing to read."""
        return self.learner_id is None and self.respondent_id is None


# Each step is materialised: statistics lag behind, and a planner that thinks the
# tables empty joins them by loops within loops, at a cube's cost.

# A visitor's answers are the visitor's as long as nobody has claimed them.
PEOPLE = """people AS MATERIALIZED (
    SELECT r.id FROM quizzes_respondent r
    WHERE r.learner_id = %(learner)s OR r.id = %(respondent)s AND r.learner_id IS NULL
)"""

# Every version of a current question: an answer to an earlier one counts for it.
VERSIONS = """versions AS MATERIALIZED (
    SELECT c.*, q.id AS version_id
    FROM current c JOIN quizzes_question q ON q.lineage = c.lineage
)"""

# What a regrade says of the answers `given`: the latest that is not taken back.
REGRADED_OF_GIVEN = """regraded AS MATERIALIZED (
    SELECT DISTINCT ON (n.answer_id) n.answer_id, n.credit
    FROM given
    JOIN quizzes_regradedanswer n ON n.answer_id = given.answer_id
    JOIN quizzes_regrade g ON g.id = n.regrade_id
    WHERE g.taken_back_at IS NULL
    ORDER BY n.answer_id, n.regrade_id DESC
)"""

# A person's answers, with their regrades.
GIVEN = f"""given AS MATERIALIZED (
    SELECT v.*, a.id AS answer_id, a.credit, a.answered_at
    FROM versions v
    JOIN quizzes_answer a ON a.question_id = v.version_id
    JOIN people r ON r.id = a.respondent_id
),
{REGRADED_OF_GIVEN}"""  # noqa: S608 (no value is pasted in)

COUNTED = """quizzes_counted(
    a.answer_id, coalesce(n.credit, a.credit), a.answered_at, %(pause)s
    ORDER BY a.answered_at, a.answer_id)"""


def current_in(tracks: str) -> str:
    """The step of the current questions. tracks: the SQL of an array of tracks' ids."""
    return f"""current AS MATERIALIZED (
    SELECT c.id, c.uuid, c.lineage, c.lesson_id, l.track_id
    FROM quizzes_question c JOIN courses_lesson l ON l.id = c.lesson_id
    WHERE l.track_id = ANY({tracks}) AND c.position IS NOT NULL
      AND l.published_at <= %(now)s
)"""  # noqa: S608


CURRENT = current_in("%(tracks)s")

_ANSWERED = f"""
WITH {PEOPLE}, {CURRENT}, {VERSIONS}, {GIVEN},
log AS (
    SELECT a.track_id, a.lesson_id, a.id, a.uuid, max(a.answered_at) AS latest_at,
           {COUNTED} AS counted
    FROM given a LEFT JOIN regraded n ON n.answer_id = a.answer_id
    GROUP BY 1, 2, 3, 4
)
SELECT track_id, lesson_id, uuid, latest_at,
       (counted).answer_id, (counted).credit, (counted).answered_at
FROM log ORDER BY track_id, lesson_id, id"""  # noqa: S608 (no value is pasted in)

# Of all learners: a track's regrades are few, and often none, so they come first.
STANDING = """standing AS MATERIALIZED (
    SELECT g.id FROM quizzes_regrade g
    WHERE g.taken_back_at IS NULL AND g.lineage IN (SELECT lineage FROM current)
)"""

REGRADED = """regraded AS MATERIALIZED (
    SELECT DISTINCT ON (n.answer_id) n.answer_id, n.credit
    FROM standing s JOIN quizzes_regradedanswer n ON n.regrade_id = s.id
    ORDER BY n.answer_id, n.regrade_id DESC
)"""

# Each learner's answers to each question, and the one that counts.
PAIRS = f"""answers AS MATERIALIZED (
    SELECT v.id, v.lineage, a.id AS answer_id, a.respondent_id, a.credit, a.answered_at
    FROM versions v JOIN quizzes_answer a ON a.question_id = v.version_id
),
pairs AS (
    SELECT r.learner_id, a.id, {COUNTED} AS counted
    FROM answers a JOIN quizzes_respondent r ON r.id = a.respondent_id
    LEFT JOIN regraded n ON n.answer_id = a.answer_id
    WHERE r.learner_id IS NOT NULL
    GROUP BY 1, 2
)"""  # noqa: S608

_SCORES = f"""WITH {CURRENT}, {VERSIONS}, {STANDING}, {REGRADED}, {PAIRS}
SELECT learner_id, sum((counted).credit), count(*) FROM pairs GROUP BY 1"""  # noqa: S608

_BEGUN = f"""
WITH {PEOPLE},
current AS MATERIALIZED (
    SELECT c.lesson_id, c.lineage
    FROM quizzes_question c JOIN courses_lesson l ON l.id = c.lesson_id
    WHERE l.track_id = %(track)s AND c.position IS NOT NULL
),
{VERSIONS}
SELECT DISTINCT v.lesson_id
FROM versions v
JOIN quizzes_answer a ON a.question_id = v.version_id
JOIN people r ON r.id = a.respondent_id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Answered:
    """One current question that the person answered, and the answer that scores."""

    track_id: int
    lesson_id: int
    question: UUID
    latest_at: datetime
    answer_id: int
    credit: Decimal
    answered_at: datetime


def who(person: Person) -> dict[str, Any]:
    return {"learner": person.learner_id, "respondent": person.respondent_id}


def answered_in(person: Person, track_ids: Iterable[int]) -> list[Answered]:
    """The questions of these tracks that the person answered; one statement."""
    if person.is_nobody:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWERED,
            who(person)
            | {
                "tracks": list(track_ids),
                "now": timezone.now(),
                "pause": RETRY_AFTER,
            },
        )
        return [Answered(*row) for row in cursor.fetchall()]


def knowledge_of(answered: Sequence[Answered], question_count: int) -> Knowledge:
    """What the answered questions of one track or lesson add up to."""
    total = sum((row.credit for row in answered), Decimal())
    percent = percent_of(total, len(answered)) if answered else None
    # a question published between two statements may not have been counted yet
    return Knowledge(percent, len(answered), max(question_count, len(answered)))


def of_track(track_id: int) -> dict[str, Any]:
    """The values of a statement about one track, now."""
    return {"tracks": [track_id], "now": timezone.now(), "pause": RETRY_AFTER}


def scores_of_track(track_id: int) -> dict[int, tuple[Decimal, int]]:
    """For each learner with an answer: earned credit and answered questions."""
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, of_track(track_id))
        return {learner: (earned, count) for learner, earned, count in cursor}


def begun_lessons(person: Person, track_id: int) -> set[int]:
    """The lessons of the track in which the person answered at least one question."""
    if person.is_nobody:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_BEGUN, who(person) | {"track": track_id})
        return {lesson_id for (lesson_id,) in cursor}
