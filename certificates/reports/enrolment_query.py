"""Who learns what, how far they are and what they know, over many tracks.

A page asks for what it shows alone; a file asks for all of it in one statement, which
PostgreSQL computes on its side and streams. Both are made of the same steps.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from courses.models import Enrollment
from quizzes.many_scores import SCORES_OF_FEW, SCORES_OF_MANY
from quizzes.scoring import RETRY_AFTER, Knowledge, percent_of

# So many are looked up one by one in less time than all answers are read through.
FEW = 5000

_PROGRESS = """published AS MATERIALIZED (
    SELECT id, track_id FROM courses_lesson
    WHERE track_id = ANY(ARRAY(SELECT DISTINCT track_id FROM shown))
      AND published_at <= %(now)s
),
offered AS MATERIALIZED (SELECT track_id, count(*) AS lessons FROM published GROUP BY 1),
done AS MATERIALIZED (
    SELECT c.enrollment_id, count(*) AS lessons
    FROM shown p JOIN courses_lessoncompletion c ON c.enrollment_id = p.id
    JOIN published l ON l.id = c.lesson_id AND l.track_id = p.track_id GROUP BY 1
)"""

_KNOWN = """FROM shown p LEFT JOIN done d ON d.enrollment_id = p.id
LEFT JOIN offered o ON o.track_id = p.track_id
LEFT JOIN asked q ON q.track_id = p.track_id
LEFT JOIN scores s ON s.learner_id = p.learner_id AND s.track_id = p.track_id"""

_COUNTS = """coalesce(d.lessons, 0), coalesce(o.lessons, 0),
    s.earned, coalesce(s.answered, 0), coalesce(q.questions, 0)"""

_OF_PAGE = f"""WITH shown AS MATERIALIZED (
    SELECT id, learner_id, track_id FROM courses_enrollment WHERE id = ANY(%(ids)s)
), {_PROGRESS}, {SCORES_OF_FEW}
SELECT p.id, {_COUNTS} {_KNOWN}"""  # noqa: S608 (no value is pasted in)

# What a file says of each, by the names that its columns have in the statement.
_FIELDS = {
    "id": "pk",
    "learner_id": "learner_id",
    "track_id": "track_id",
    "name": "learner__name",
    "email": "learner__email",
    "track": "track__title",
    "started_at": "started_at",
    "completed_at": "completed_at",
    "active_at": "active_at",
}

_ROW = """SELECT p.name, p.email, p.track, p.started_at,
    coalesce(d.lessons, 0)::int AS done, coalesce(o.lessons, 0)::int AS lessons,
    p.completed_at, floor(s.earned * 100 / s.answered + 0.5)::int AS score,
    coalesce(s.answered, 0)::int AS answered,
    coalesce(q.questions, 0)::int AS questions, p.active_at"""


# What many of them add up to, by month and ten percent.
_SUMS = """SELECT p.month, s.percent / 10, count(*), count(p.completed_at),
    sum(s.percent)"""

_SCORED = """LEFT JOIN (
    SELECT learner_id, track_id, floor(earned * 100 / answered + 0.5)::int AS percent
    FROM scores
) s ON s.learner_id = p.learner_id AND s.track_id = p.track_id"""

_UNSCORED = "CROSS JOIN (SELECT NULL::int AS percent) s"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a learner is in a track, by its published lessons, and what they know."""

    done: int
    lessons: int
    knowledge: Knowledge


def standings_of(enrollments: Iterable[Enrollment]) -> dict[int, Standing]:
    """Of a page of them, by their ids; one statement."""
    values = _values() | {"ids": [enrollment.pk for enrollment in enrollments]}
    with connection.cursor() as cursor:
        cursor.execute(_OF_PAGE, values)
        return {pk: _standing(*counts) for pk, *counts in cursor.fetchall()}


def _standing(
    done: int, lessons: int, earned: Decimal | None, answered: int, questions: int
) -> Standing:
    percent = None if earned is None else percent_of(earned, answered)
    return Standing(done, lessons, Knowledge(percent, answered, questions))


def select_enrolments(
    enrollments: QuerySet[Enrollment], *, few: bool
) -> tuple[str, tuple[Any, ...]]:
    """The statement of all rows of a file, in this order, and its values.

    few: whether there are at most FEW; both ways give the same rows. Its columns are
    those of _ROW: name is "" and email null once erased, score is null or whole percent.
    """
    fields = enrollments.values_list(*_FIELDS.values())
    shown, given = fields.query.sql_with_params()
    scores = SCORES_OF_FEW if few else SCORES_OF_MANY
    statement = f"""WITH shown AS MATERIALIZED (
    SELECT *, row_number() OVER () AS place
    FROM ({shown}) AS enrolment ({", ".join(_FIELDS)})
), {_PROGRESS}, {scores}
{_ROW} {_KNOWN} ORDER BY p.place"""  # noqa: S608
    return _in_order(statement, given, _values())


def add_up(
    enrollments: QuerySet[Enrollment], *, is_scored: bool
) -> list[tuple[date, int | None, int, int, int | None]]:
    """First day of the month of the start in UTC, score in tens (10: all of it), how many,
    how many of them are completed, and their scores added up; one statement.

    is_scored: their answers are looked up, in some 0.1 ms for each; else all are as if
        without a score.
    """
    fields = "pk", "learner_id", "track_id", "started_at", "completed_at"
    shown, given = enrollments.order_by().values_list(*fields).query.sql_with_params()
    statement = f"""WITH shown AS MATERIALIZED (
    SELECT *, date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month
    FROM ({shown}) AS enrolment (id, learner_id, track_id, started_at, completed_at)
){f", {SCORES_OF_FEW}" if is_scored else ""}
{_SUMS} FROM shown p {_SCORED if is_scored else _UNSCORED} GROUP BY 1, 2"""  # noqa: S608
    statement, values = _in_order(statement, given, _values())
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[date, int | None, int, int, int | None]] = cursor.fetchall()
    return found


def _values() -> dict[str, Any]:
    return {"now": timezone.now(), "pause": RETRY_AFTER}


def _in_order(
    statement: str, given: Iterable[Any], named: Mapping[str, Any]
) -> tuple[str, tuple[Any, ...]]:
    """Django's values, which have no names, and ours, each where the statement asks."""
    values: list[Any] = []
    unnamed = iter(given)

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        values.append(named[found[1]] if found[1] else next(unnamed))
        return "%s"

    return re.sub(r"%%|%s|%\((\w+)\)s", place, statement), tuple(values)
