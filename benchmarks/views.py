"""What Gradus is measured against: session and user by the ORM, and nothing else by it."""

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from psycopg import Connection, Cursor

from accounts.throttle import _COUNT as COUNT
from benchmarks.held import lesson_context
from gradus.http import revalidated
from quizzes.scoring import RETRY_AFTER
from quizzes.self_check import _VERDICTS as VERDICTS

_ENROLL = """
INSERT INTO courses_enrollment (learner_id, track_id, started_at, active_at)
SELECT %(learner)s, l.track_id, %(now)s, %(now)s
FROM quizzes_question q JOIN courses_lesson l ON l.id = q.lesson_id
WHERE q.id = %(question)s
ON CONFLICT (learner_id, track_id) DO UPDATE SET
    active_at = EXCLUDED.active_at, left_at = NULL"""

_ANSWER = """
INSERT INTO quizzes_answer
    (respondent_id, question_id, question_revision, submission, credit, answered_at)
SELECT r.id, q.id, q.revision, %(submission)s, 0, %(now)s
FROM quizzes_question q, quizzes_respondent r
WHERE q.id = %(question)s AND r.learner_id = %(learner)s AND r.is_own
RETURNING id, (SELECT lesson_id FROM quizzes_question WHERE id = question_id)"""

_PICK = """
INSERT INTO quizzes_answerchoice (answer_id, question_id, choice_id)
VALUES (%(answer)s, %(question)s, %(choice)s)"""


@require_safe
def held_lesson(request: HttpRequest) -> HttpResponse:
    """(a): our lesson's own template, from a context held in memory."""
    context = lesson_context()
    page = render(request, "courses/lesson.html", dict(context), using="held")
    return revalidated(page)


@require_POST
def raw_answer(request: HttpRequest, question_id: int) -> HttpResponse:
    """(e): the throttle's statement, the same inserts and the same read of the score."""
    now = timezone.now()
    values: dict[str, Any] = {
        "question": question_id,
        "learner": request.user.pk,
        "respondent": None,
        "submission": request.POST["submission"],
        "choice": request.POST["choice"],
        "now": now,
        "pause": RETRY_AFTER,
    }
    connection.ensure_connection()
    raw: Connection[Any] = connection.connection
    raw.prepare_threshold = 5  # psycopg's own, which Django unsets
    with Cursor(raw) as cursor:  # psycopg's own: parameters and plans on the server
        throttle = [f"answer:u{request.user.pk}", int(now.timestamp()) // 60]
        cursor.execute(COUNT, throttle)
        with raw.transaction():
            cursor.execute(_ENROLL, values)
            cursor.execute(_ANSWER, values)
            (values["answer"], values["lesson"]) = cursor.fetchone() or (None, None)
            cursor.execute(_PICK, values)
        cursor.execute(VERDICTS, values)
        rows = cursor.fetchall()
    return JsonResponse([[row[0], row[2], row[4]] for row in rows], safe=False)
