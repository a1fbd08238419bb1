"""The answer log is read quickly whatever the planner believes about its tables.

Statistics lag behind: after a big import, or where tables were emptied, PostgreSQL
thinks each of them holds nothing, and joins them by loops within loops. Each step of
the log's statements is materialised, so that this costs a square and never a cube.
"""

from datetime import timedelta

import pytest
from django.db import connection

from courses.models import Track
from quizzes.learners import Asked, learners_of
from quizzes.log import Person, answered_in, begun_lessons, scores_of_track
from quizzes.models import Answer, Question
from quizzes.regrade_models import RegradedAnswer, RegradeMode
from quizzes.regrades import outlook_of, way_of
from quizzes.self_check import Revised, verdicts_of
from quizzes.track_analysis import figures_of
from tests.crowd import fill, make_crowd
from tests.factories import make_instructor
from tests.quizzes.mending import full, revise

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
    asked = Question.objects.get(lesson__track=track, lesson__slug="first", position=1)
    full(revise(asked, "+Right", "Not so"), make_instructor("Iris", track))
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{A_SQUARE.seconds}s'")
    return track


def test_what_a_learner_answered(crowded):
    answer = Answer.objects.latest("pk")
    learner = Person(learner_id=answer.respondent.learner_id)

    (row,) = answered_in(learner, [crowded.pk])
    assert row.answer_id in set(RegradedAnswer.objects.values_list("answer", flat=True))
    assert begun_lessons(learner, crowded.pk) == {answer.question.lesson_id}


def test_the_scores_of_a_track(crowded):
    assert len(scores_of_track(crowded.pk)) == COUNT + 10


def test_the_verdicts_of_a_self_check(crowded):
    answer = Answer.objects.latest("pk")
    learner = Person(learner_id=answer.respondent.learner_id)

    (found,) = verdicts_of(learner, answer.question.lesson_id).values()
    assert isinstance(found, Revised)


def test_what_a_regrade_would_change(crowded):
    target = Question.objects.current().exclude(replaces=None).get()

    found = outlook_of(crowded.pk, way_of(RegradeMode.FULL, target))

    assert (found.learners, found.moving) == (COUNT + 10, 0)


def test_the_figures_of_a_track(crowded):
    found = figures_of(crowded.pk)

    assert sum(found.scores) == COUNT + 10
    assert sum(lesson.started for lesson in found.lessons.values()) == COUNT + 10
    assert figures_of(crowded.pk) == found


@pytest.mark.parametrize("order", ["name", "-score"])
def test_the_learners_of_a_track(crowded, order):
    page = learners_of(crowded.pk, Asked(order=order))

    assert page.found == COUNT + 10
    assert all(row.knowledge.percent == 100 for row in page.rows)
