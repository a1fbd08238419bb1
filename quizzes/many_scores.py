"""The scores of many learners in many tracks: steps of a statement, as in quizzes.log.

Before them the statement has a step `shown` with a learner_id and a track_id a row, each
pair once. After them `scores` says of each such pair with an answer what it earned and
how many questions are answered, and `asked` how many questions each track has. Their
values are `now` and `pause`, as in quizzes.log.
"""

from quizzes.log import (
    COUNTED,
    PAIRS,
    REGRADED,
    REGRADED_OF_GIVEN,
    STANDING,
    VERSIONS,
    current_in,
)

_CURRENT = current_in("ARRAY(SELECT DISTINCT track_id FROM shown)")

# a question is of one track, and so is a pair of a learner and a question
_SCORES = """scores AS MATERIALIZED (
    SELECT p.learner_id, c.track_id,
           sum((p.counted).credit) AS earned, count(*) AS answered
    FROM pairs p JOIN current c ON c.id = p.id GROUP BY 1, 2
),
asked AS MATERIALIZED (SELECT track_id, count(*) AS questions FROM current GROUP BY 1)"""

# Each answer of those who are shown is looked up.
_OF_FEW = f"""people AS MATERIALIZED (
    SELECT p.learner_id, p.track_id, r.id
    FROM shown p JOIN quizzes_respondent r ON r.learner_id = p.learner_id
),
given AS MATERIALIZED (
    SELECT r.learner_id, v.id, a.answer_id, a.credit, a.answered_at
    FROM people r JOIN versions v ON v.track_id = r.track_id CROSS JOIN LATERAL (
        SELECT id AS answer_id, credit, answered_at FROM quizzes_answer
        WHERE question_id = v.version_id AND respondent_id = r.id OFFSET 0
    ) a
),
{REGRADED_OF_GIVEN},
pairs AS (
    SELECT a.learner_id, a.id, {COUNTED} AS counted
    FROM given a LEFT JOIN regraded n ON n.answer_id = a.answer_id
    GROUP BY 1, 2
)"""  # noqa: S608 (no value is pasted in)

SCORES_OF_FEW = f"{_CURRENT}, {VERSIONS}, {_OF_FEW}, {_SCORES}"

# The answers to all questions of these tracks are read through once.
SCORES_OF_MANY = f"{_CURRENT}, {VERSIONS}, {STANDING}, {REGRADED}, {PAIRS}, {_SCORES}"
