"""The item analysis of a track, read from the answer log in one statement.

What the figures mean is told in quizzes.analysis. How the statement goes about it:

- `FIRST` is each respondent's first answer to one question, straight from the index
  answer_log; credits become whole millionths, so that sums are exact and equals equal.
  It is read again in each step: that costs less than to keep a million rows between.
- Nearly every person is one respondent. Only those with several are looked up once more
  (`several`); what such a person answered before as another respondent is no first answer
  (`again`).
- A person's *standing* is all that the others of an answer can be told from: what all
  answers earned, how many they are, and whether the person is a visitor; in one number,
  since the rows are counted by it (`_STANDING`). Standings lie in the index's own order,
  so that the two are merged without a hash table.
- From `counted` on nobody has a name. People alike in question, credit, pick and standing
  are one row of it, and those alike in credit and in the mean of the others stand in one
  of the `cells`; all figures come from these.
- Full credit says what was picked: just the right choices, and less than it with one
  right choice that this was not picked (quizzes.grading). So only the other picks are
  read. Where several can be picked, people and picks are counted apart.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

WORK_MEM = "256MB"  # for a million answers; the default would write files
STATEMENT_TIMEOUT = "120s"

_MILLIONTHS = """CASE credit WHEN 1 THEN 1000000 WHEN 0 THEN 0
    ELSE (credit * 1000000)::int END"""

FIRST = f"""(
    SELECT DISTINCT ON (respondent_id)
           respondent_id, answered_at, id, {_MILLIONTHS} AS credit
    FROM quizzes_answer WHERE question_id = i.id
    ORDER BY respondent_id, answered_at, id
)"""  # noqa: S608 (no value is pasted in)

_OF_SEVERAL = "ARRAY(SELECT respondent_id FROM people WHERE is_several ORDER BY 1)"
_FIRST_OF_SEVERAL = FIRST.replace(
    "= i.id", f"= i.id AND respondent_id = ANY({_OF_SEVERAL})"
)

PEOPLE = f"""items AS MATERIALIZED (
    SELECT q.id, q.lesson_id, q.kind FROM quizzes_question q
    JOIN courses_lesson l ON l.id = q.lesson_id
    WHERE l.track_id = %(track)s AND q.position IS NOT NULL
      AND l.published_at <= %(now)s
),
people AS MATERIALIZED (
    SELECT s.respondent_id, s.earned, s.answered, r.learner_id,
           r.learner_id IS NULL AS is_visitor,
           r.learner_id IS NOT NULL
               AND count(*) OVER (PARTITION BY r.learner_id) > 1 AS is_several
    FROM (
        SELECT o.respondent_id, sum(o.credit) AS earned, count(*) AS answered
        FROM items i CROSS JOIN LATERAL {FIRST} o GROUP BY 1
    ) s JOIN quizzes_respondent r ON r.id = s.respondent_id
),
several AS MATERIALIZED (
    SELECT f.id, f.question_id, f.credit, p.learner_id, row_number() OVER (
               PARTITION BY f.question_id, p.learner_id ORDER BY f.answered_at, f.id
           ) AS nth
    FROM (
        SELECT i.id AS question_id, o.*
        FROM items i CROSS JOIN LATERAL {_FIRST_OF_SEVERAL} o OFFSET 0
    ) f JOIN people p USING (respondent_id)
),
again AS MATERIALIZED (SELECT id FROM several WHERE nth > 1)"""  # noqa: S608

_STANDING = "(s.earned << 21) + (s.answered << 1)"  # and 1 for a visitor
_IS_FIRST = "NOT (s.is_several AND f.id IN (SELECT id FROM again))"

_WRONG_PICKS = """(
    SELECT p.answer_id, p.choice_id FROM quizzes_choice c
    JOIN quizzes_answerchoice p ON p.choice_id = c.id
    WHERE c.question_id = i.id AND NOT c.is_right OFFSET 0
)"""
_PICKS = _WRONG_PICKS.replace(" AND NOT c.is_right", "")

_ANALYSIS = f"""
WITH {PEOPLE},
standings AS MATERIALIZED (
    SELECT respondent_id, is_several, {_STANDING} + is_visitor::int AS standing
    FROM people s WHERE NOT is_several
    UNION ALL
    SELECT p.respondent_id, true, {_STANDING} FROM people p JOIN (
        SELECT learner_id, sum(credit) AS earned, count(*) AS answered
        FROM several WHERE nth = 1 GROUP BY 1
    ) s USING (learner_id) WHERE p.is_several
    ORDER BY respondent_id
),
counted AS MATERIALIZED (
    SELECT i.id AS question_id, c.* FROM items i CROSS JOIN LATERAL (
        SELECT f.credit, s.standing, w.choice_id, count(*)::int AS size, true AS is_people
        FROM {FIRST} f JOIN standings s USING (respondent_id)
        LEFT JOIN {_WRONG_PICKS} w ON w.answer_id = f.id AND f.credit < 1000000
        WHERE {_IS_FIRST} GROUP BY 1, 2, 3
    ) c WHERE i.kind <> 'multiple'
    UNION ALL
    SELECT i.id, c.* FROM items i CROSS JOIN LATERAL (
        SELECT f.credit, s.standing, NULL::uuid, count(*)::int, true
        FROM {FIRST} f JOIN standings s USING (respondent_id)
        WHERE {_IS_FIRST} GROUP BY 1, 2
    ) c WHERE i.kind = 'multiple'
    UNION ALL
    SELECT i.id, c.* FROM items i CROSS JOIN LATERAL (
        SELECT f.credit, s.standing, p.choice_id, count(*)::int, false
        FROM {FIRST} f JOIN standings s USING (respondent_id)
        JOIN {_PICKS} p ON p.answer_id = f.id
        WHERE f.credit < 1000000 AND {_IS_FIRST} GROUP BY 1, 2, 3
    ) c WHERE i.kind = 'multiple'
),
known AS MATERIALIZED (
    SELECT question_id, credit, choice_id, size, is_people,
           (standing & 1)::int AS visitor,
           CASE WHEN (standing >> 1) & 1048575 > 1
                THEN ((standing >> 21) - credit)::float8
                     / (((standing >> 1) & 1048575) - 1) END AS rest
    FROM counted
),
cells AS MATERIALIZED (
    SELECT question_id, rest, credit, sum(size)::int AS size,
           sum(size * visitor)::int AS visitors
    FROM known WHERE is_people GROUP BY 1, 2, 3
),
means AS (
    SELECT question_id, sum(size) AS ranked,
           sum(size * credit::float8) / sum(size) AS credit,
           sum(size * rest) / sum(size) AS rest,
           min(credit) < max(credit) AND min(rest) < max(rest) AS varies
    FROM cells WHERE rest IS NOT NULL GROUP BY 1
),
correlations AS (
    SELECT c.question_id, m.ranked, CASE WHEN m.varies THEN
           sum(c.size * (c.credit - m.credit) * (c.rest - m.rest))
           / sqrt(sum(c.size * (c.credit - m.credit) ^ 2)
                  * sum(c.size * (c.rest - m.rest) ^ 2)) END AS discrimination
    FROM cells c JOIN means m USING (question_id) WHERE c.rest IS NOT NULL
    GROUP BY c.question_id, m.ranked, m.varies
),
totals AS (
    SELECT question_id, sum(size) AS answers, sum(visitors) AS visitors,
           sum(size * credit::bigint) AS earned
    FROM cells GROUP BY 1
),
levels AS MATERIALIZED (
    SELECT question_id, rest, sum(size)::int AS size,
           sum(size) FILTER (WHERE credit = 1000000) AS full_credit
    FROM cells GROUP BY 1, 2
),
ladder AS (
    SELECT question_id, rest, size, sum(size) OVER up AS upto,
           sum(size) OVER (PARTITION BY question_id) / 3.0::float8 AS third
    FROM levels WHERE rest IS NOT NULL
    WINDOW up AS (PARTITION BY question_id ORDER BY rest)
),
thirds AS MATERIALIZED (
    SELECT question_id, rest, third,
           least(greatest(third - (upto - size), 0), size) / size AS weakest,
           least(greatest(upto - third * 2, 0), size) / size AS strongest
    FROM ladder
),
picked AS (
    SELECT question_id, choice_id, rest, sum(size) AS picks
    FROM known WHERE choice_id IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT l.question_id, c.id, l.rest, l.full_credit
    FROM levels l JOIN items i ON i.id = l.question_id AND i.kind IN ('single', 'multiple')
    JOIN quizzes_choice c ON c.question_id = l.question_id AND c.is_right
    WHERE l.full_credit > 0
),
choices AS (
    SELECT p.question_id, p.choice_id, sum(p.picks) AS picks,
           sum(p.picks * t.weakest / t.third) AS weakest,
           sum(p.picks * t.strongest / t.third) AS strongest
    FROM picked p LEFT JOIN thirds t USING (question_id, rest)
    GROUP BY 1, 2
)
SELECT t.question_id, t.answers, t.visitors, t.earned, coalesce(r.ranked, 0),
       r.discrimination, c.choice_id, c.picks, c.weakest, c.strongest
FROM totals t LEFT JOIN correlations r USING (question_id)
LEFT JOIN choices c USING (question_id)"""  # noqa: S608 (no value is pasted in)


@dataclass(frozen=True)
class Picks:
    """Of one choice: picks by all, and the share of each third that picked it."""

    picks: int
    weakest: float | None
    strongest: float | None


@dataclass(frozen=True)
class Counted:
    """Of one question; see quizzes.analysis.Item."""

    answers: int
    visitors: int
    mean: float
    ranked: int
    discrimination: float | None
    picks: dict[UUID, Picks] = field(default_factory=dict)


@contextmanager
def room_to_compute() -> Iterator[None]:
    """One transaction with the memory and the time that a million answers ask for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), "
            "set_config('statement_timeout', %s, true)",
            [WORK_MEM, STATEMENT_TIMEOUT],
        )
        yield


def count_items(track_id: int) -> dict[int, Counted]:
    """The figures of each answered current question, by its id; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ANALYSIS, {"track": track_id, "now": timezone.now()})
        rows = cursor.fetchall()
    found: dict[int, Counted] = {}
    picks: dict[int, dict[UUID, Picks]] = defaultdict(dict)
    for question, answers, visitors, earned, ranked, r, choice, *counts in rows:
        if choice is not None:
            picks[question][choice] = _picks(bool(ranked), *counts)
        mean = int(earned) / (1_000_000 * int(answers))
        found[question] = Counted(
            int(answers), int(visitors), mean, int(ranked), r, picks[question]
        )
    return found


def _picks(is_ranked: bool, picks: Any, weakest: Any, strongest: Any) -> Picks:
    """Picked by nobody who is ranked, a choice has a share of 0, not of nothing."""
    if not is_ranked:
        return Picks(int(picks), None, None)
    return Picks(int(picks), float(weakest or 0), float(strongest or 0))
