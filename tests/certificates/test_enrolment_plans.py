"""The enrolments are read quickly whatever the planner believes; see quizzes/test_plans."""

import pytest
from django.db import connection

from certificates.reports.enrolment_query import add_up, select_enrolments, standings_of
from courses.models import Enrollment
from tests.quizzes.test_plans import COUNT, crowded

pytestmark = pytest.mark.django_db
__all__ = ["crowded"]


def test_a_page_of_enrolments(crowded):
    found = standings_of(Enrollment.objects.order_by("-pk")[:100])

    assert len(found) == 100
    assert all(standing.knowledge.answered == 1 for standing in found.values())


@pytest.mark.parametrize("few", [True, False])
def test_a_file_of_enrolments(crowded, few):
    with connection.cursor() as cursor:
        cursor.execute(*select_enrolments(Enrollment.objects.order_by("pk"), few=few))

        assert len(cursor.fetchall()) == COUNT + 10


def test_the_totals_of_enrolments(crowded):
    groups = add_up(Enrollment.objects.all(), is_scored=True)

    assert sum(rows for _month, _ten, rows, _done, _total in groups) == COUNT + 10
