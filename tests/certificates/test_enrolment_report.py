"""The report of enrolments: the two files, read back."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from accounts.models import User
from certificates.reports import enrolment_report
from certificates.reports.csv_file import stream_csv
from certificates.reports.enrolment_query import standings_of
from certificates.reports.enrolment_report import ENROLMENTS
from certificates.reports.xlsx_file import write_xlsx
from courses.models import Enrollment
from courses.services import mark_done
from quizzes.person import erase_person as erase_answers
from tests.certificates.stage import answer
from tests.crowd import make_crowd, make_learners
from tests.factories import make_instructor, make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 14, 12, 5, 9, 999_999, tzinfo=UTC)


def csv_of(reader: User, rows: Any = None) -> list[list[str]]:
    """The heading and the lines."""
    rows = ENROLMENTS.rows(reader) if rows is None else rows
    text = b"".join(stream_csv(ENROLMENTS, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_of(reader: User) -> list[list[str]]:
    """The same out of the spreadsheet, each cell as the CSV has it."""
    file = io.BytesIO()
    write_xlsx(ENROLMENTS, ENROLMENTS.rows(reader), file)
    sheet = load_workbook(file)["Enrolments"]
    return [[_as_in_csv(cell) for cell in row] for row in sheet]


def _as_in_csv(cell: Any) -> str:
    if cell.value is None:
        return ""
    if cell.number_format == "0%":
        return str(round(100 * cell.value))
    return unescape(cell.value) if isinstance(cell.value, str) else str(cell.value)


@pytest.fixture
def begun(ada, soil, probe) -> Enrollment:
    """Ada answered one of two questions half right, and did one lesson of two."""
    make_question(probe.lesson, "And then?")
    answer(ada, probe, credit=Decimal("0.5"))
    mark_done(ada, probe.lesson)
    Enrollment.objects.update(started_at=AT, active_at=AT + timedelta(hours=1))
    return Enrollment.objects.get()


def test_the_file_holds_every_fact_in_its_column(ruth, begun):
    heading, line = csv_of(ruth)

    assert dict(zip(heading, line, strict=True)) == {
        "name": "Ada",
        "e-mail": "ada@example.org",
        "track": "Soil",
        "started (UTC)": "2026-03-14 12:05:09",
        "lessons done": "1",
        "lessons": "2",
        "completed (UTC)": "",
        "score": "50",
        "answered": "1",
        "questions": "2",
        "last active (UTC)": "2026-03-14 13:05:09",
    }


def test_a_finished_track_says_when(ruth, begun, soil):
    Enrollment.objects.update(completed_at=AT + timedelta(days=1))

    assert csv_of(ruth)[1][6] == "2026-03-15 12:05:09"


def test_who_answered_nothing_has_no_score_but_a_coverage(ruth, ada, soil, probe):
    line = csv_of(ruth)[1]

    assert line[7:10] == ["", "0", "1"]


@pytest.mark.parametrize("few", [0, 5000])
def test_half_a_percent_is_rounded_up(ruth, ada, soil, probe, few, monkeypatch):
    monkeypatch.setattr(enrolment_report, "FEW", few)
    answer(ada, probe, credit=Decimal("0.125"))
    ben = make_instructor("Ben")
    Enrollment.objects.create(learner=ben, track=soil)
    answer(ben, probe, credit=Decimal("0.124999"))

    assert [line[7] for line in csv_of(ruth)[1:]] == ["12", "13"]
    assert [
        found.knowledge.percent
        for _pk, found in sorted(standings_of(Enrollment.objects.all()).items())
    ] == [13, 12]


@pytest.mark.parametrize("few", [0, 5000])
def test_both_files_hold_the_rows_of_the_list_in_its_order(
    ruth, ada, ben, iris, soil, probe, few, monkeypatch
):
    """The latest started first, and of equals the one that came last."""
    monkeypatch.setattr(enrolment_report, "FEW", few)
    Enrollment.objects.update(started_at=AT)
    stars = make_track("stars")
    for learner, track, started in [
        (ben, soil, AT),
        (ada, stars, AT - timedelta(days=1)),
        (iris, soil, AT + timedelta(microseconds=1)),
    ]:
        Enrollment.objects.create(learner=learner, track=track, started_at=started)
    answer(ben, probe, credit=Decimal(1))
    asked = make_question(make_lesson(stars), "Which star?")
    answer(ada, asked, credit=Decimal(0))

    lines = csv_of(ruth)

    assert [(line[0], line[2], line[7]) for line in lines[1:]] == [
        ("Iris", "Soil", ""),
        ("Ben", "Soil", "100"),
        ("Ada", "Soil", ""),
        ("Ada", "Stars", "0"),
    ]
    assert xlsx_of(ruth) == lines


def test_an_instructor_has_the_own_tracks_alone(ruth, iris, omar, begun, ben):
    stars = omar.taught.get().track
    Enrollment.objects.create(learner=ben, track=stars)

    assert [line[0] for line in csv_of(iris)[1:]] == ["Ada"]
    assert [line[0] for line in csv_of(omar)[1:]] == ["Ben"]
    assert len(csv_of(ruth)) == 3


def test_a_name_that_a_spreadsheet_would_run_is_a_text(ruth, ada, begun):
    ada.name = '=HYPERLINK("http://x.example")'
    ada.save()

    assert csv_of(ruth)[1][0] == f"'{ada.name}"
    assert xlsx_of(ruth)[1][0] == ada.name


def test_an_erased_learner_is_a_row_without_a_person(ruth, ada, begun):
    erase_answers(ada)
    User.objects.filter(pk=ada.pk).update(name="", email=None, erased_at=timezone.now())

    assert csv_of(ruth)[1][:3] == ["", "", "Soil"]
    assert xlsx_of(ruth) == csv_of(ruth)


def test_a_percent_sign_in_a_filter_is_a_value_as_any(ruth, ada, begun):
    ada.name = "100 % Ada"
    ada.save()
    found = ENROLMENTS.rows(ruth).filter(learner__name__icontains="0 % A")

    assert len(csv_of(ruth, found)) == 2


@pytest.mark.parametrize("few", [0, 5000])
def test_a_thousand_rows_cost_as_many_statements_as_ten(ruth, few, monkeypatch):
    monkeypatch.setattr(enrolment_report, "FEW", few)
    track = make_crowd("crowd")
    assert ruth.is_admin  # her groups are read once
    with CaptureQueriesContext(connection) as of_ten:
        assert len(csv_of(ruth)) == 11

    make_learners(track, 990)
    with CaptureQueriesContext(connection) as of_many:
        assert len(csv_of(ruth)) == 1001

    assert len(of_ten) == len(of_many)
