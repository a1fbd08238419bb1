"""The answer log is read quickly whatever the planner believes about its tables.

Statistics lag behind: after a big import, or where tables were emptied, PostgreSQL
thinks each of them holds nothing, and joins them by loops within loops. Each step of
the log's statements is materialised, so that this costs a square and never a cube.
"""

from datetime import timedelta

import pytest
from django.db import connection

from courses.models import Track
from quizzes.log import Person, answered_in, begun_lessons, scores_of_track
from quizzes.models import Answer
from quizzes.self_check import verdicts_of
from tests.crowd import fill, make_crowd

pytestmark = pytest.mark.django_db

COUNT = 1000  # of lessons, questions and learners: a cube takes minutes
A_SQUARE = timedelta(seconds=10)  # takes under one; the rest is for a busy machine


@pytest.fixture
def crowded(db) -> Track:
    """A track of COUNT of everything, of which the planner knows nothing."""
    track = make_crowd("full")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public',"
                " 'relname', %s::text, 'relpages', 1, 'reltuples', 0::real)",
                [table],
            )
    fill(track, COUNT)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{A_SQUARE.seconds}s'")
    return track


def test_what_a_learner_answered(crowded):
    answer = Answer.objects.latest("pk")
    learner = Person(learner_id=answer.respondent.learner_id)

    assert len(answered_in(learner, [crowded.pk])) == 1
    assert begun_lessons(learner, crowded.pk) == {answer.question.lesson_id}


def test_the_scores_of_a_track(crowded):
    assert len(scores_of_track(crowded.pk)) == COUNT + 10


def test_the_verdicts_of_a_self_check(crowded):
    answer = Answer.objects.latest("pk")
    learner = Person(learner_id=answer.respondent.learner_id)

    assert list(verdicts_of(learner, answer.question.lesson_id)) == [answer.question_id]
