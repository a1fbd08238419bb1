"""Where learners of a track get to, lesson by lesson; one statement.

- *started*: learners with an answer to any question the lesson ever asked, or who marked
  it done. Visitors' marks stay in their browser, so visitors are not counted.
- *done*: learners who have marked it done, now.
- *credit*: the median over people, learners and unclaimed visitors alike, of the mean
  credit of a person's first answers to the lesson's current questions.
- *since*: of those who first answered or marked it after its last change, `revised_at`.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from quizzes.analysis_query import FIRST, PEOPLE

_LESSONS = f"""
WITH {PEOPLE},
credits AS (
    SELECT i.lesson_id, avg(o.credit)::float8 AS credit
    FROM items i CROSS JOIN LATERAL {FIRST} o JOIN people p USING (respondent_id)
    WHERE NOT p.is_several GROUP BY i.lesson_id, o.respondent_id
    UNION ALL
    SELECT i.lesson_id, avg(s.credit)::float8
    FROM several s JOIN items i ON i.id = s.question_id WHERE s.nth = 1
    GROUP BY i.lesson_id, s.learner_id
),
medians AS (
    SELECT lesson_id, count(*) AS people,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY credit) / 1000000 AS credit
    FROM credits GROUP BY 1
),
published AS MATERIALIZED (
    SELECT id, position, revised_at FROM courses_lesson
    WHERE track_id = %(track)s AND published_at <= %(now)s
),
events AS (
    SELECT p.id AS lesson_id, r.learner_id, min(a.answered_at) AS at, false AS is_done
    FROM published p JOIN quizzes_question q ON q.lesson_id = p.id
    JOIN quizzes_answer a ON a.question_id = q.id
    JOIN quizzes_respondent r ON r.id = a.respondent_id
    WHERE r.learner_id IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT p.id, e.learner_id, c.done_at, true
    FROM published p JOIN courses_lessoncompletion c ON c.lesson_id = p.id
    JOIN courses_enrollment e ON e.id = c.enrollment_id
),
places AS (
    SELECT lesson_id, learner_id, min(at) AS at, bool_or(is_done) AS is_done
    FROM events GROUP BY 1, 2
),
counts AS (
    SELECT e.lesson_id, count(*) AS started, count(*) FILTER (WHERE is_done) AS done,
           count(*) FILTER (WHERE at >= p.revised_at) AS started_since,
           count(*) FILTER (WHERE at >= p.revised_at AND is_done) AS done_since
    FROM places e JOIN published p ON p.id = e.lesson_id GROUP BY 1
)
SELECT p.id, coalesce(c.started, 0), coalesce(c.done, 0), coalesce(c.started_since, 0),
       coalesce(c.done_since, 0), coalesce(m.people, 0), m.credit
FROM published p LEFT JOIN counts c ON c.lesson_id = p.id
LEFT JOIN medians m ON m.lesson_id = p.id"""  # noqa: S608 (no value is pasted in)


@dataclass(frozen=True)
class LessonFigures:
    started: int
    done: int
    started_since: int
    done_since: int
    people: int  # with a first answer
    credit: float | None  # 0 to 1


def count_lessons(track_id: int) -> dict[int, LessonFigures]:
    """Of each published lesson, by its id."""
    with connection.cursor() as cursor:
        cursor.execute(_LESSONS, {"track": track_id, "now": timezone.now()})
        return {row[0]: LessonFigures(*row[1:]) for row in cursor.fetchall()}
