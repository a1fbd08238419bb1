"""The data of benchmarks.exports: ten tracks, and learners who begin all of them, by SQL.

A track has 6 lessons of 2 questions. Every second question is answered, two lessons of
three are done, and every third learner has finished.
"""

from django.db import connection
from django.utils import timezone

from accounts.models import User
from courses.models import Lesson, Track
from quizzes.models import Question

TRACKS, LESSONS, QUESTIONS = 10, 6, 2

_LEARNERS = """
INSERT INTO accounts_user (id, email, name, password, is_active, is_staff, is_superuser,
                           created_at)
SELECT n + 1, 'learner-' || n || '@example.org', 'Learner ' || n, '!', true, false, false,
       now()
FROM generate_series(1, %(learners)s) AS n"""

_RESPONDENTS = """
INSERT INTO quizzes_respondent (id, learner_id, is_own, created_at)
SELECT gen_random_uuid(), n + 1, true, now() FROM generate_series(1, %(learners)s) AS n"""

_ENROLLMENTS = """
INSERT INTO courses_enrollment (learner_id, track_id, started_at, active_at, completed_at)
SELECT n + 1, t.id, now() - random() * interval '1095 days', now(),
       CASE WHEN n %% 3 = 0 THEN now() END
FROM generate_series(1, %(learners)s) AS n CROSS JOIN courses_track t
ORDER BY random()"""

_MARKS = """
INSERT INTO courses_lessoncompletion (enrollment_id, lesson_id, done_at)
SELECT e.id, l.id, now() FROM courses_enrollment e
JOIN courses_lesson l ON l.track_id = e.track_id WHERE (e.id + l.id) %% 3 > 0"""

_ANSWERS = """
INSERT INTO quizzes_answer
    (respondent_id, question_id, question_revision, submission, credit, answered_at)
SELECT r.id, q.id, q.revision, gen_random_uuid(), (random() > .5)::int,
       now() - random() * interval '100 days'
FROM quizzes_respondent r CROSS JOIN quizzes_question q WHERE random() < .5"""


def fill(size: int) -> int:
    """So many enrolments; returns how many answers. Keys are not checked meanwhile."""
    User.objects.create(
        pk=1, email="ruth@example.org", name="Ruth", is_superuser=True, is_staff=True
    )
    for number in range(1, TRACKS + 1):
        _make_track(number)
    values = {"learners": size // TRACKS}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        for sql in (_LEARNERS, _RESPONDENTS, _ENROLLMENTS, _MARKS, _ANSWERS):
            cursor.execute(sql, values)
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET statement_timeout")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SELECT count(*) FROM quizzes_answer")
        count: int = cursor.fetchone()[0]
    return count


def _make_track(number: int) -> None:
    now = timezone.now()
    track = Track.objects.create(
        pk=number,
        slug=f"track-{number}",
        title=f"Track {number}",
        summary="A track.",
        published_at=now,
    )
    for place in range(1, LESSONS + 1):
        lesson = Lesson.objects.create(
            track=track,
            position=place,
            slug=f"lesson-{place}",
            title=f"Lesson {place}",
            summary="A lesson.",
            published_at=now,
        )
        for position in range(1, QUESTIONS + 1):
            Question.objects.create(
                lesson=lesson, position=position, prompt="What is it?", kind="text"
            )
