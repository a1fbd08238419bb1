"""The data of benchmarks.analysis: one track and a million answers, made by SQL.

In the shape "retried" people answer again, as when the score's query was first measured: 12
questions to 50,000 people, of whom 30 % answer a question 2 to 6 times. In "first" every
answer is a first one, which is the most that an analysis can have to do: 36 questions.
"""

from django.db import connection
from django.utils import timezone

from courses.models import Lesson, Track
from quizzes.models import Choice, Question

LESSONS = 6
SHAPES = {"retried": (12, 50_000), "first": (36, 27_778)}  # questions, people

# 5 % of the people are visitors, 5 % have claimed a respondent beside their own
_RESPONDENTS = """
INSERT INTO quizzes_respondent (id, learner_id, is_own, created_at, claimed_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, CASE WHEN n %% 20 > 0 THEN n END, n %% 20 > 0,
       now(), NULL
FROM generate_series(1, %(people)s) AS n
UNION ALL
SELECT lpad(to_hex(n + 1000000), 32, '0')::uuid, n, false, now(), now()
FROM generate_series(1, %(people)s) AS n WHERE n %% 20 = 1"""

_LEARNERS = """
INSERT INTO accounts_user (id, email, name, password, is_active, is_staff, is_superuser,
                           created_at)
SELECT n, 'learner-' || n || '@example.org', 'Learner ' || n, '!', true, false, false,
       now()
FROM generate_series(1, %(people)s) AS n"""

# what people know is spread evenly; the rest is chance
_ANSWERS = """
INSERT INTO quizzes_answer
    (respondent_id, question_id, question_revision, submission, credit, answered_at)
SELECT lpad(to_hex(CASE WHEN n %% 20 = 1 AND random() < .5 THEN n + 1000000 ELSE n END),
            32, '0')::uuid,
       q.id, q.revision, gen_random_uuid(),
       CASE WHEN random() < (n::float / %(people)s + .5) / 2 THEN 1
            WHEN q.kind = 'multiple' AND random() < .4 THEN .333333 ELSE 0 END,
       now() - random() * interval '300 days'
FROM generate_series(1, %(people)s) AS n
CROSS JOIN quizzes_question q
CROSS JOIN LATERAL generate_series(1, CASE
    WHEN %(retried)s AND random() < .3 THEN 2 + floor(random() * 2.4)::int + n %% 3
    ELSE 1 END) AS time
ORDER BY random() LIMIT 1000000"""

_PICKS = """
INSERT INTO quizzes_answerchoice (answer_id, question_id, choice_id)
SELECT a.id, a.question_id, c.id
FROM quizzes_answer a
JOIN quizzes_question q ON q.id = a.question_id
JOIN quizzes_choice c ON c.question_id = q.id
    AND CASE WHEN a.credit = 1 THEN c.is_right
             WHEN a.credit > 0 THEN c.position = 1
             ELSE c.position = 3 + (a.id + q.id) %% 2 END"""

_SIZES = """
SELECT (SELECT count(*) FROM quizzes_respondent), count(*),
       count(DISTINCT (question_id, respondent_id)),
       (SELECT count(*) FROM quizzes_answerchoice)
FROM quizzes_answer"""


def fill(shape: str) -> Track:
    """Keys between the rows are not checked while they are made."""
    questions, people = SHAPES[shape]
    now = timezone.now()
    track = Track.objects.create(
        slug="analysed", title="Analysed", summary="A track.", published_at=now
    )
    for number in range(1, LESSONS + 1):
        lesson = Lesson.objects.create(
            track=track,
            position=number,
            slug=f"lesson-{number}",
            title=f"Lesson {number}",
            summary="A lesson.",
            published_at=now,
        )
        for place in range(1, questions // LESSONS + 1):
            _ask(lesson, place, is_multiple=(number + place) % 4 == 0)
    values = {"people": people, "retried": shape == "retried"}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        for statement in (_LEARNERS, _RESPONDENTS, _ANSWERS, _PICKS):
            cursor.execute(statement, values)
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET statement_timeout")
        cursor.execute("VACUUM (ANALYZE)")
    return track


def _ask(lesson: Lesson, place: int, *, is_multiple: bool) -> None:
    """Four choices, of which the first is right, or the first two."""
    question = Question.objects.create(
        lesson=lesson,
        position=place,
        prompt=f"What is it, {place}?",
        kind="multiple" if is_multiple else "single",
    )
    Choice.objects.bulk_create(
        Choice(
            question=question,
            position=position,
            text=f"Choice {position}",
            is_right=position <= 1 + is_multiple,
        )
        for position in range(1, 5)
    )


def sizes() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        respondents, answers, firsts, picks = cursor.fetchone()
    return (
        f"{Question.objects.count()} questions, {Choice.objects.count()} choices, "
        f"{respondents:,} respondents, {answers:,} answers ({firsts:,} of them a "
        f"respondent's first), {picks:,} picks"
    )
