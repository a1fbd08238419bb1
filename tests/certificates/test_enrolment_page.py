"""The report of enrolments in the admin: its list, its filters, and who reads it."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import REPORT_READER
from certificates.reports import enrolment_form, page
from courses.models import Enrollment
from courses.services import mark_done
from tests.admin_forms import admin_client
from tests.certificates.exporting import names_in
from tests.certificates.stage import answer
from tests.crowd import make_crowd, make_learners
from tests.factories import make_question, make_track, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/courses/enrollment/"
DAY = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.fixture
def client(ruth) -> Client:
    return admin_client(ruth)


@pytest.fixture
def many(ada, ben, soil) -> None:
    """Three enrolments over two tracks; the last began first, and is finished."""
    Enrollment.objects.update(started_at=DAY.replace(day=16))
    stars = make_track("stars")
    Enrollment.objects.create(
        learner=ben, track=soil, started_at=DAY.replace(day=15, hour=23, minute=59)
    )
    cleo = make_user("Cleo")
    Enrollment.objects.create(
        learner=cleo, track=stars, started_at=DAY, completed_at=DAY.replace(day=20)
    )


def names_of_list(client: Client, **query: str) -> list[str]:
    response: Any = client.get(LIST, query)
    return [row.learner.name for row in response.context["page"].rows]


def names_of_csv(client: Client, **query: str) -> list[str]:
    text = b"".join(client.get(f"{LIST}export/", query)).decode("utf-8-sig")
    return [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def names_of_xlsx(client: Client, **query: str) -> list[str]:
    return names_in(b"".join(client.get(f"{LIST}export/xlsx/", query)))


def text_of(response: Any) -> str:
    words = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return " ".join(words.split())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ada", "Ben", "Cleo"]),
        ({"finished": "yes"}, ["Cleo"]),
        ({"finished": "no"}, ["Ada", "Ben"]),
        ({"started_from": "2026-03-15"}, ["Ada", "Ben"]),
        ({"started_to": "2026-03-15"}, ["Ben", "Cleo"]),
        ({"started_from": "2026-03-15", "started_to": "2026-03-15"}, ["Ben"]),
        ({"q": "example"}, ["Ada", "Ben", "Cleo"]),
        ({"q": "BEN@example.org"}, ["Ben"]),
        ({"q": "org cleo"}, ["Cleo"]),
        ({"q": "nobody"}, []),
        ({"q": "%"}, []),
        ({"q": "example", "finished": "yes", "started_to": "2026-03-14"}, ["Cleo"]),
    ],
)
@pytest.mark.parametrize("most", [0, 2000])
def test_list_and_both_files_hold_the_same_in_the_same_order(
    client, many, query, expected, most, monkeypatch
):
    """Also where so many people have the words that they are sought in another way."""
    monkeypatch.setattr(enrolment_form, "MANY", most)

    for names in names_of_list, names_of_csv, names_of_xlsx:
        assert names(client, **query) == expected


def test_of_one_track_alone(client, many, soil):
    assert names_of_list(client, track=str(soil.pk)) == ["Ada", "Ben"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"started_from": "14.3.2026"}, "Write a day as year, month and day"),
        (
            {"started_from": "2026-03-15", "started_to": "2026-03-14"},
            "The last day is before the first",
        ),
        ({"finished": "perhaps"}, "Choose from the list"),
        ({"track": "0"}, "Choose a track from the list"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, many, query, said):
    response = client.get(LIST, query)

    assert response.status_code == 422
    assert said in text_of(response)
    for file in "export/", "export/xlsx/", "export/background/":
        assert client.get(f"{LIST}{file}", query).status_code == 302


def test_a_row_says_how_far_the_learner_is_and_what_they_know(
    client, ada, soil, probe, lesson
):
    make_question(lesson, "And then?")
    answer(ada, probe, credit=Decimal(1))
    mark_done(ada, lesson)

    said = text_of(client.get(LIST))

    assert "Ada ada@example.org Soil" in said
    assert "1 of 2 lessons" in said
    assert "100 % · 1 of 2 questions answered" in said


def test_who_answered_nothing_has_no_score_yet(client, ada, soil, probe):
    assert "No score yet · 0 of 1 question answered" in text_of(client.get(LIST))


def test_without_a_row_it_says_how_one_comes(client, soil):
    assert "An enrolment begins with a learner's first answer" in text_of(
        client.get(LIST)
    )


def test_a_page_computes_the_scores_of_its_own_rows_in_one_statement(
    client, monkeypatch
):
    monkeypatch.setattr(page, "FEW", 0)  # the totals come by themselves
    track = make_crowd("crowd")
    client.get(LIST)
    with CaptureQueriesContext(connection) as of_ten:
        assert len(names_of_list(client)) == 10

    make_learners(track, 990)
    with CaptureQueriesContext(connection) as of_many:
        assert len(names_of_list(client)) == page.PAGE

    assert len(of_ten) == len(of_many)
    scores = [q["sql"] for q in of_many if "quizzes_counted" in q["sql"]]
    assert len(scores) == 1
    assert "OFFSET 0" in scores[0]  # each answer is looked up


def test_an_instructor_reads_the_own_tracks_once_an_admin_let_them(iris, many):
    client = admin_client(iris)
    assert client.get(LIST).status_code == 403

    iris.groups.add(Group.objects.get(name=REPORT_READER))

    for names in names_of_list, names_of_csv, names_of_xlsx:
        assert names(client) == ["Ada", "Ben"]
    cleos = Enrollment.objects.get(learner__name="Cleo")
    adas = Enrollment.objects.get(learner__name="Ada")
    stars = str(cleos.track_id)
    assert client.get(LIST, {"track": stars}).status_code == 422
    assert client.get(f"{LIST}{adas.pk}/change/").status_code == 200
    assert client.get(f"{LIST}{cleos.pk}/change/").status_code == 302
