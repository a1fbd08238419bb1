"""The learners of a track, with how far they are and what they know.

One statement for a page and one for the file: the score of many learners at once, by the
same steps as quizzes.log, but of those who are shown alone where that is enough.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.csv_export import inert, stream_rows
from quizzes.log import COUNTED, CURRENT, REGRADED, STANDING, VERSIONS
from quizzes.scoring import RETRY_AFTER, Knowledge, percent_of

PAGE = 50  # learners
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")  # of a page
INACTIVE_AFTER = timedelta(days=30)


class State(models.TextChoices):
    """Which learners; the values stand in the page's address."""

    FINISHED = "finished", _("Finished")
    UNFINISHED = "unfinished", _("Not finished")
    LEFT = "left", _("Left the track")
    INACTIVE = "inactive", _("Not active for 30 days")


# By the word in the address; "-" before it turns it round. Erased accounts and those
# without a score come last either way, and equals stand by their enrolment.
_PLAIN = {
    "name": "nullif(lower(name), '')",
    "email": "email",
    "enrolled": "started_at",
    "active": "active_at",
    "certificate": "certified_at",
}
_COUNTED = {
    "progress": "coalesce(d.lessons, 0)",
    "score": "s.earned / s.answered",
    "coverage": "coalesce(s.answered, 0)",
}
ORDERS = [*_PLAIN, *_COUNTED]
DEFAULT_ORDER = "-active"

_PLACES = """places AS MATERIALIZED (
    SELECT e.id, e.learner_id, u.name, u.email, u.erased_at, e.started_at, e.active_at,
           e.completed_at, e.certified_at, e.left_at, count(*) OVER () AS found
    FROM courses_enrollment e JOIN accounts_user u ON u.id = e.learner_id
    WHERE e.track_id = %(track)s
      AND CASE %(state)s
          WHEN 'finished' THEN e.completed_at IS NOT NULL
          WHEN 'unfinished' THEN e.completed_at IS NULL AND e.left_at IS NULL
          WHEN 'left' THEN e.left_at IS NOT NULL
          WHEN 'inactive' THEN e.active_at <= %(inactive)s
          ELSE true END
      AND (u.name ILIKE %(words)s OR u.email ILIKE %(words)s OR %(words)s = '%%')
)"""

_PEOPLE = """people AS MATERIALIZED (
    SELECT p.learner_id, r.id
    FROM shown p JOIN quizzes_respondent r ON r.learner_id = p.learner_id
)"""

# Each step is materialised, as in quizzes.log. Of a page's learners each answer is looked
# up; for the scores of all, the track's answers are read through once.
_OF_FEW = """answers AS MATERIALIZED (
    SELECT r.learner_id, v.id, a.answer_id, a.credit, a.answered_at
    FROM people r CROSS JOIN versions v CROSS JOIN LATERAL (
        SELECT id AS answer_id, credit, answered_at FROM quizzes_answer
        WHERE question_id = v.version_id AND respondent_id = r.id OFFSET 0
    ) a
)"""

_OF_ALL = """given AS MATERIALIZED (
    SELECT v.id, a.id AS answer_id, a.respondent_id, a.credit, a.answered_at
    FROM versions v JOIN quizzes_answer a ON a.question_id = v.version_id
),
answers AS MATERIALIZED (
    SELECT r.learner_id, a.id, a.answer_id, a.credit, a.answered_at
    FROM given a JOIN people r ON r.id = a.respondent_id
)"""

_LESSONS = """published AS MATERIALIZED (
    SELECT id FROM courses_lesson
    WHERE track_id = %(track)s AND published_at <= %(now)s
),
done AS (
    SELECT c.enrollment_id, count(*) AS lessons
    FROM shown p JOIN courses_lessoncompletion c ON c.enrollment_id = p.id
    JOIN published l ON l.id = c.lesson_id GROUP BY 1
)"""

_SCORES = f"""pairs AS (
    SELECT a.learner_id, a.id, {COUNTED} AS counted
    FROM answers a LEFT JOIN regraded n ON n.answer_id = a.answer_id
    GROUP BY 1, 2
),
scores AS (
    SELECT learner_id, sum((counted).credit) AS earned, count(*) AS answered
    FROM pairs GROUP BY 1
)"""  # noqa: S608 (no value is pasted in)

_TRACK = f"{CURRENT}, {VERSIONS}, {STANDING}, {REGRADED}"
_KNOWN_OF_FEW = f"{_LESSONS}, {_TRACK}, {_PEOPLE}, {_OF_FEW}, {_SCORES}"
_KNOWN_OF_ALL = f"{_LESSONS}, {_TRACK}, {_PEOPLE}, {_OF_ALL}, {_SCORES}"

_JOINED = """FROM shown p LEFT JOIN done d ON d.enrollment_id = p.id
LEFT JOIN scores s ON s.learner_id = p.learner_id"""

_ROW = """SELECT p.learner_id, p.name, p.email, p.erased_at, p.started_at, p.active_at,
    p.completed_at, p.certified_at, p.left_at, coalesce(d.lessons, 0),
    (SELECT count(*) FROM published), s.earned, coalesce(s.answered, 0),
    (SELECT count(*) FROM current), p.found"""

_FILE = f"""SELECT
    {inert("p.name")} AS name, {inert("coalesce(p.email, '')")} AS "e-mail",
    CASE WHEN p.erased_at IS NULL THEN '' ELSE 'erased' END AS account,
    to_char(p.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS enrolled,
    to_char(p.active_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "last active",
    coalesce(d.lessons, 0) AS "lessons done",
    (SELECT count(*) FROM published) AS lessons,
    floor(s.earned * 100 / s.answered + 0.5)::int AS score,
    coalesce(s.answered, 0) AS answered, (SELECT count(*) FROM current) AS questions,
    to_char(p.completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS finished,
    to_char(p.certified_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS certificate,
    to_char(p.left_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "left"
"""  # noqa: S608


@dataclass(frozen=True)
class Asked:
    """What the page's address asks for; anything that is none of ours is left out."""

    state: str = ""
    words: str = ""
    order: str = DEFAULT_ORDER
    page: int = 1

    @property
    def column(self) -> str:
        return self.order.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.order.startswith("-")


@dataclass(frozen=True)
class LearnerRow:
    knowledge: Knowledge
    learner_id: int
    name: str  # "" once erased
    email: str | None
    erased_at: datetime | None
    started_at: datetime
    active_at: datetime
    completed_at: datetime | None
    certified_at: datetime | None
    left_at: datetime | None
    done: int
    lessons: int


@dataclass(frozen=True)
class LearnerPage:
    rows: list[LearnerRow]
    found: int  # on all pages
    pages: int


def asked_by(query: Any) -> Asked:
    """query: the parameters of the address."""
    order = query.get("o", "")
    if order.removeprefix("-") not in ORDERS:
        order = DEFAULT_ORDER
    state = query.get("state", "")
    page = query.get("p", "")
    return Asked(
        state if state in State.values else "",
        query.get("q", "").replace("\x00", "").strip()[:100],
        order,
        int(page) if _NUMBER.fullmatch(page) else 1,
    )


def learners_of(track_id: int, asked: Asked) -> LearnerPage:
    """One page of them; a page after the last has nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_page_sql(asked), _values(track_id, asked))
        rows = cursor.fetchall()
    found = rows[0][-1] if rows else 0
    return LearnerPage([_row(row) for row in rows], found, max(ceil(found / PAGE), 1))


def count_learners(track_id: int, asked: Asked) -> int:
    """How many rows the file has."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_PLACES} SELECT count(*) FROM places",  # noqa: S608
            _values(track_id, asked),
        )
        (found,) = cursor.fetchone()
    return int(found)


def stream_learners(track_id: int, asked: Asked) -> Iterator[bytes]:
    """All of them as a CSV file, in blocks."""
    select = f"""WITH {_PLACES}, shown AS (SELECT * FROM places), {_KNOWN_OF_ALL}
        {_FILE} {_JOINED} {_order(asked)}"""  # noqa: S608
    return stream_rows(select, _values(track_id, asked), quoted="name")


def _page_sql(asked: Asked) -> str:
    """Where the order does not ask for scores, only those of the page are summed up."""
    window = "LIMIT %(limit)s OFFSET %(offset)s"
    if asked.column in _PLAIN:
        first = f"SELECT * FROM places {_order(asked)} {window}"  # noqa: S608
        last = _order(asked)
        known = _KNOWN_OF_FEW
    else:
        first = "SELECT * FROM places"
        last = f"{_order(asked)} {window}"
        known = _KNOWN_OF_ALL
    return f"""WITH {_PLACES}, shown AS MATERIALIZED ({first}), {known}
        {_ROW} {_JOINED} {last}"""


def _order(asked: Asked) -> str:
    """Words of ours alone."""
    expression = (_PLAIN | _COUNTED)[asked.column]
    direction = "DESC" if asked.is_descending else "ASC"
    return f"ORDER BY {expression} {direction} NULLS LAST, id"


def _values(track_id: int, asked: Asked) -> dict[str, Any]:
    now = timezone.now()
    escaped = asked.words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return {
        "track": track_id,
        "tracks": [track_id],
        "now": now,
        "inactive": now - INACTIVE_AFTER,
        "pause": RETRY_AFTER,
        "state": asked.state,
        "words": f"%{escaped}%" if escaped else "%",
        "limit": PAGE,
        "offset": (asked.page - 1) * PAGE,
    }


def _row(row: Any) -> LearnerRow:
    *facts, earned, answered, questions, _found = row
    percent = None
    if answered:
        percent = percent_of(Decimal(earned), answered)
    return LearnerRow(Knowledge(percent, answered, questions), *facts)
