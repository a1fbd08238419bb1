"""How many learners are in the middle of each lesson of a track."""

from typing import Any

from django.contrib import admin
from django.db import connection
from django.utils.translation import gettext_lazy as _

from courses.admin import LessonsInline

# Each step is materialised, as in quizzes.log.
_READING = """
WITH asked AS MATERIALIZED (
    SELECT q.id, q.lesson_id FROM quizzes_question q
    JOIN courses_lesson l ON l.id = q.lesson_id WHERE l.track_id = %(track)s
),
begun AS MATERIALIZED (
    SELECT DISTINCT asked.lesson_id, r.learner_id FROM asked
    JOIN quizzes_answer a ON a.question_id = asked.id
    JOIN quizzes_respondent r ON r.id = a.respondent_id
    WHERE r.learner_id IS NOT NULL
)
SELECT begun.lesson_id, count(*) FROM begun
JOIN courses_enrollment e
    ON e.learner_id = begun.learner_id AND e.track_id = %(track)s AND e.left_at IS NULL
LEFT JOIN courses_lessoncompletion d
    ON d.enrollment_id = e.id AND d.lesson_id = begun.lesson_id
WHERE d.id IS NULL
GROUP BY begun.lesson_id"""


def reading_in(track_id: int) -> dict[int, int]:
    """By lesson, how many learners are reading it; a lesson with none is left out.

    A learner reads a lesson who has answered one of its questions, in any version, has
    not marked it done, and has not left the track. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READING, {"track": track_id})
        return dict(cursor.fetchall())


class LessonsWithReaders(LessonsInline):
    """The lessons of a track, with how many learners are reading each."""

    fields = [*LessonsInline.fields[:-1], "reading", "position"]
    readonly_fields = [*LessonsInline.readonly_fields, "reading"]
    found: dict[int, int] | None = None  # an inline is made anew for each request

    @admin.display(description=_("reading now"))
    def reading(self, lesson: Any) -> int:
        if self.found is None:
            self.found = reading_in(lesson.track_id)
        return self.found.get(lesson.pk, 0)
