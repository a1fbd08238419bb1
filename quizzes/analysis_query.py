"""The item analysis of a track, read from the answer log in one statement.

What the figures mean is told in quizzes.analysis. How the statement goes about it:

- `opened` is each respondent's first answer to each question, straight from the index
  answer_log; credits become whole millionths, so that sums are exact and equals equal.
- Nearly every person is one respondent. Only those with several are sorted (`several`).
- From `rests` on nobody has a name: a credit and the mean of the others. People alike in
  both stand in one of the `cells`, and all figures come from these.
- Full credit says what was picked: just the right choices (quizzes.grading). So picks
  are looked up for the other answers alone, in the order in which they lie on the disk.
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

FIRSTS = """items AS MATERIALIZED (
    SELECT q.id, q.lesson_id, q.kind IN ('single', 'multiple') AS has_choices
    FROM quizzes_question q JOIN courses_lesson l ON l.id = q.lesson_id
    WHERE l.track_id = %(track)s AND q.position IS NOT NULL
      AND l.published_at <= %(now)s
),
opened AS MATERIALIZED (
    SELECT i.id AS question_id, a.respondent_id, a.answered_at, a.id,
           CASE a.credit WHEN 1 THEN 1000000 WHEN 0 THEN 0
                ELSE (a.credit * 1000000)::int END AS credit
    FROM items i CROSS JOIN LATERAL (
        SELECT DISTINCT ON (respondent_id) respondent_id, answered_at, id, credit
        FROM quizzes_answer WHERE question_id = i.id
        ORDER BY respondent_id, answered_at, id
    ) a
),
sums AS MATERIALIZED (
    SELECT respondent_id, sum(credit) AS earned, count(*) AS answered
    FROM opened GROUP BY 1
),
people AS MATERIALIZED (
    SELECT s.respondent_id, s.earned, s.answered, r.learner_id,
           r.learner_id IS NULL AS is_visitor,
           r.learner_id IS NOT NULL
               AND count(*) OVER (PARTITION BY r.learner_id) > 1 AS is_several
    FROM sums s JOIN quizzes_respondent r ON r.id = s.respondent_id
),
several AS (
    SELECT DISTINCT ON (o.question_id, p.learner_id)
           o.question_id, p.learner_id, o.id, o.credit
    FROM opened o JOIN people p USING (respondent_id) WHERE p.is_several
    ORDER BY o.question_id, p.learner_id, o.answered_at, o.id
)"""

_ANALYSIS = f"""
WITH {FIRSTS},
rests AS MATERIALIZED (
    SELECT o.id, o.question_id, o.credit, p.is_visitor,
           CASE WHEN p.answered > 1
                THEN (p.earned - o.credit)::float8 / (p.answered - 1) END AS rest
    FROM opened o JOIN people p USING (respondent_id) WHERE NOT p.is_several
    UNION ALL
    SELECT id, question_id, credit, false,
           (sum(credit) OVER w - credit)::float8 / nullif(count(*) OVER w - 1, 0)
    FROM several WINDOW w AS (PARTITION BY learner_id)
),
cells AS MATERIALIZED (
    SELECT question_id, rest, credit, count(*) AS size,
           count(*) FILTER (WHERE is_visitor) AS visitors
    FROM rests GROUP BY 1, 2, 3
),
means AS (
    SELECT question_id, sum(size) AS ranked,
           sum(size * credit) / sum(size) AS credit, sum(size * rest) / sum(size) AS rest,
           min(credit) < max(credit) AND min(rest) < max(rest) AS varies
    FROM cells WHERE rest IS NOT NULL GROUP BY 1
),
correlations AS (
    SELECT c.question_id, m.ranked, CASE WHEN m.varies THEN
           sum(c.size * (c.credit - m.credit::float8) * (c.rest - m.rest))
           / sqrt(sum(c.size * (c.credit - m.credit::float8) ^ 2)
                  * sum(c.size * (c.rest - m.rest) ^ 2)) END AS discrimination
    FROM cells c JOIN means m USING (question_id) WHERE c.rest IS NOT NULL
    GROUP BY c.question_id, m.ranked, m.varies
),
totals AS (
    SELECT question_id, sum(size) AS answers, sum(visitors) AS visitors,
           sum(size * credit) AS earned
    FROM cells GROUP BY 1
),
levels AS MATERIALIZED (
    SELECT question_id, rest, sum(size) AS size,
           sum(size) FILTER (WHERE credit = 1000000) AS full_credit
    FROM cells GROUP BY 1, 2
),
ladder AS (
    SELECT question_id, rest, size, sum(size) OVER up AS upto,
           sum(size) OVER (PARTITION BY question_id) / 3 AS third
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
    SELECT r.question_id, c.choice_id, r.rest, count(*) AS picks
    FROM (SELECT * FROM rests WHERE credit < 1000000 ORDER BY id OFFSET 0) r
    JOIN quizzes_answerchoice c ON c.answer_id = r.id
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT l.question_id, c.id, l.rest, l.full_credit
    FROM levels l JOIN items i ON i.id = l.question_id AND i.has_choices
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
