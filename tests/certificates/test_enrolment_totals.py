"""What the report of enrolments adds up to, above its list."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import REPORT_READER
from certificates.reports import enrolment_figures, page
from certificates.reports.enrolment_figures import figures_of
from courses.models import Enrollment
from tests.admin_forms import admin_client
from tests.certificates.report_files import counts_of, sums_of, table_of
from tests.certificates.stage import answer
from tests.crowd import make_crowd, make_learners
from tests.factories import make_question, make_track, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/courses/enrollment/"
TOTALS = f"{LIST}totals/"
DAY = datetime(2026, 3, 14, tzinfo=UTC)
PERCENT = "\N{NO-BREAK SPACE}%"


@pytest.fixture
def client(ruth) -> Client:
    return admin_client(ruth)


@pytest.fixture
def many(ada, ben, soil, lesson) -> None:
    """Ada knows all and Ben half of soil; Ada began stars too, and completed it."""
    first, second = make_question(lesson), make_question(lesson)
    Enrollment.objects.update(started_at=DAY)
    Enrollment.objects.create(learner=ben, track=soil, started_at=DAY.replace(day=31))
    Enrollment.objects.create(
        learner=ada,
        track=make_track("stars"),
        started_at=DAY.replace(month=5),
        completed_at=DAY.replace(month=6),
    )
    answer(ada, first, credit=Decimal(1))
    answer(ben, first, credit=Decimal(1))
    answer(ben, second, credit=Decimal(0))


def figures_in(client: Client, **query: Any) -> Any:
    return client.get(TOTALS, query).context["figures"]


def test_the_totals_are_of_what_is_shown(client, many, soil):
    all_of_it, of_soil = figures_in(client), figures_in(client, track=soil.pk)

    assert sums_of(all_of_it) == {
        "Enrolments": "3",
        "Learners": "2",
        "Completed": "1 of 3 enrolments",
        "Mean score": f"75{PERCENT} of 2 with a score",
    }
    assert sums_of(of_soil)["Completed"] == "0 of 2 enrolments"
    assert counts_of(all_of_it, "scores") == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert table_of(all_of_it, "months") == [
        ("March 2026", 2),
        ("April 2026", 0),
        ("May 2026", 1),
    ]
    assert table_of(of_soil, "months") == [("March 2026", 2)]


def test_a_month_begins_in_utc(ada, soil):
    last_moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    Enrollment.objects.update(started_at=last_moment)

    found = figures_of(Enrollment.objects.all())

    assert table_of(found, "months") == [("January 2026", 1)]


def test_without_an_answer_there_is_no_mean(client, ada, soil, probe):
    found = figures_in(client)

    assert sums_of(found)["Mean score"] == "No score yet"
    assert counts_of(found, "scores") == [0] * 10


def test_of_very_many_the_scores_are_left_out_which_it_says(many, monkeypatch):
    monkeypatch.setattr(enrolment_figures, "SCORED_AT_MOST", 2)

    found = figures_of(Enrollment.objects.all())

    assert sums_of(found)["Mean score"] == "– Narrow the list to at most 2 to see it"
    assert sums_of(found)["Completed"] == "1 of 3 enrolments"
    assert [charted.key for charted in found.charts] == ["months"]


def test_charts_stand_above_the_list_with_their_tables_behind(
    client, many, monkeypatch
):
    monkeypatch.setattr(page, "FEW", 10**9)  # keys of tests are high
    text = client.get(LIST).content.decode()

    for chart in "months-chart", "scores-chart":
        assert 0 < text.index(f'id="{chart}-title"') < text.index("report__rows")
    assert text.count("<details>") == 2


def test_totals_of_a_large_table_come_after_the_page(client, many, monkeypatch):
    monkeypatch.setattr(page, "FEW", 0)

    text = client.get(LIST, {"finished": "no"}).content.decode()
    part = client.get(TOTALS, {"finished": "no"}, headers={"HX-Request": "true"})
    whole = client.get(TOTALS, {"finished": "no"})

    assert "months-chart" not in text
    assert f'hx-get="{TOTALS}?finished=no"' in text
    assert "months-chart" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "Back to the list" in whole.content.decode()
    assert part.context["figures"] == whole.context["figures"]


def test_totals_take_three_statements_however_many_there_are(client):
    track = make_crowd("crowd")
    enrolments = Enrollment.objects.filter(track=track)
    with CaptureQueriesContext(connection) as of_ten:
        assert sums_of(figures_of(enrolments))["Enrolments"] == "10"

    make_learners(track, 990)
    with CaptureQueriesContext(connection) as of_many:
        assert sums_of(figures_of(enrolments))["Enrolments"] == "1,000"

    assert len(of_ten) == len(of_many) == 3


def test_an_instructor_adds_up_the_own_tracks_alone(iris, many):
    iris.groups.add(Group.objects.get(name=REPORT_READER))

    found = figures_in(admin_client(iris))

    assert sums_of(found)["Enrolments"] == "2"
    assert sums_of(found)["Completed"] == "0 of 2 enrolments"


def test_a_person_in_two_tracks_is_one_learner(client, soil):
    cleo = make_user("Cleo")
    for track in soil, make_track("stars"):
        Enrollment.objects.create(learner=cleo, track=track)

    assert sums_of(figures_in(client))["Learners"] == "1"
