"""What raw SQL can and cannot do to a question that has answers."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import make_question
from tests.quizzes.mending import answer, by_map, own, revise

pytestmark = pytest.mark.django_db

NEW_CHOICE = """
INSERT INTO quizzes_choice
    (id, question_id, position, text, text_html, is_right, feedback, feedback_html)
VALUES (gen_random_uuid(), %(locked)s, 30, 'New', 'New', {right}, '', '')"""

REFUSED = [
    "UPDATE quizzes_question SET prompt = 'Else?' WHERE id = %(locked)s",
    "UPDATE quizzes_question SET kind = 'multiple' WHERE id = %(locked)s",
    "UPDATE quizzes_question SET kind = 'number', tolerance = 1 WHERE id = %(locked)s",
    "UPDATE quizzes_question SET revision = revision + 1 WHERE id = %(locked)s",
    "UPDATE quizzes_question SET lineage = gen_random_uuid() WHERE id = %(locked)s",
    "UPDATE quizzes_question SET lineage = (SELECT lineage FROM quizzes_question"
    " WHERE id = %(other)s) WHERE id = %(locked)s",
    "UPDATE quizzes_question SET replaces_id = id WHERE id = %(locked)s",
    "UPDATE quizzes_question SET id = id + 1000 WHERE id = %(locked)s",
    "DELETE FROM quizzes_question WHERE id = %(locked)s",
    "UPDATE quizzes_choice SET text = text || '.' WHERE question_id = %(locked)s",
    "UPDATE quizzes_choice SET is_right = NOT is_right WHERE question_id = %(locked)s",
    "DELETE FROM quizzes_choice WHERE question_id = %(locked)s",
    "DELETE FROM quizzes_choice WHERE question_id = %(locked)s AND text = 'Nor this'",
    "UPDATE quizzes_choice SET question_id = %(other)s, position = 20"
    " WHERE question_id = %(locked)s AND text = 'Nor this'",
    "UPDATE quizzes_choice SET question_id = %(locked)s, position = 20"
    " WHERE question_id = %(other)s AND text = 'Nor this'",
    "UPDATE quizzes_choice SET id = gen_random_uuid()"
    " WHERE question_id = %(locked)s AND text = 'Nor this'",
    NEW_CHOICE.format(right="true"),
    NEW_CHOICE.format(right="false"),
    "TRUNCATE quizzes_question CASCADE",
    "TRUNCATE quizzes_choice CASCADE",
]
# What it was graded by, and what it came to, in one go.
EMPTIED = [
    "quizzes_answer",
    "quizzes_answerchoice",
    "quizzes_writtenanswer",
    "quizzes_regrade",
    "quizzes_regrademap",
    "quizzes_regradedanswer",
]
FREE = [
    "UPDATE quizzes_question SET position = 7 WHERE id = %(locked)s",
    "UPDATE quizzes_question SET position = NULL, retired_at = now()"
    " WHERE id = %(locked)s",
    "UPDATE quizzes_question SET explanation = 'Since.' WHERE id = %(locked)s",
    "UPDATE quizzes_question SET handle = 'else' WHERE id = %(locked)s",
    "UPDATE quizzes_question SET lesson_id = (SELECT max(id) FROM courses_lesson)"
    " WHERE id = %(locked)s",
    "UPDATE quizzes_choice SET feedback = 'So.' WHERE question_id = %(locked)s",
    "UPDATE quizzes_choice SET position = 9 - position WHERE question_id = %(locked)s",
]


@pytest.fixture(params=["answered", "grades earlier answers"])
def questions(request, ada, iris, lesson, probe):
    """One that is locked, and another of its lesson."""
    answer(own(ada), probe, "Right")
    locked = probe
    if request.param != "answered":
        locked = revise(probe)
        by_map(probe, locked, iris)
    return {"locked": locked.pk, "other": make_question(lesson, "Another?").pk}


def run(statement: str, questions) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing waits for the end
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement, questions)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("statement", REFUSED)
def test_what_its_answers_were_graded_by_is_refused(questions, statement):
    with pytest.raises(IntegrityError):
        run(statement, questions)


@pytest.mark.parametrize("table", EMPTIED)
def test_no_table_of_the_record_is_emptied(questions, table):
    with pytest.raises(IntegrityError, match="are kept"):
        run(f"TRUNCATE {table} CASCADE", questions)


@pytest.mark.parametrize("statement", FREE)
def test_all_else_is_free(questions, statement):
    run(statement, questions)


@pytest.mark.parametrize("statement", REFUSED[:4] + REFUSED[9:14])
def test_one_that_nobody_answered_may_change(lesson, probe, statement):
    run(statement, {"locked": probe.pk, "other": make_question(lesson, "Else?").pk})
