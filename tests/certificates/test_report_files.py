"""The report's two files: read back, they hold the same rows in the same order."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from accounts.models import User
from certificates import services
from certificates.reports.certificate_report import CERTIFICATES
from certificates.reports.certificate_rows import described
from certificates.reports.csv_file import stream_csv
from certificates.reports.xlsx_file import write_xlsx
from tests.certificates.issuing import issue, issue_many
from tests.csv_files import as_typed
from tests.factories import make_track, make_user

HOSTILE = [
    '=HYPERLINK("http://x.example")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "'quoted",
    "\tTab",
    "\rReturn",
    "Two\nlines",
    "\N{FULLWIDTH EQUALS SIGN}SUM(A1)",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    "<r><t>A</t></r></is></c><c><f>1+1</f></c><c><is><r><t>B</t></r>",
    "\n=1+1",
    " =1+1",
    "\N{NO-BREAK SPACE}+1",
    "\N{ZERO WIDTH NO-BREAK SPACE}\n@SUM(A1)",
    "Soil;=1+1",
    "Soil\n=1+1",
    "Soil\t=1+1;",
    "_x0041_",
    "\x01\x0b\x1f and \ufffe\uffff",
    "]]>&amp;<b>",
    "ירוק עד",
    "Ada \N{PEDESTRIAN}\N{ZERO WIDTH JOINER}\N{FEMALE SIGN}",
    " room ",
    "https://example.org/",
    "007",
    "1e3",
]
PASSED_OVER = " \n\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"  # before a formula
TAKEN_FOR_A_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r", "＝", "＋", "－", "＠")


def csv_rows() -> list[list[str]]:
    text = b"".join(stream_csv(CERTIFICATES, _all())).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_file(**limits: Any) -> Any:
    file = io.BytesIO()
    write_xlsx(CERTIFICATES, _all(), file, **limits)
    return load_workbook(file)


def _all() -> Any:
    """What an admin may see."""
    return CERTIFICATES.rows(User(is_superuser=True))


def _as_in_csv(value: Any) -> str:
    """What a cell of the spreadsheet is in the other file."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(round(100 * value))
    return unescape(str(value)) if isinstance(value, str) else str(value)


def test_both_files_hold_the_rows_of_the_list_in_its_order(ruth, ada, ben, soil):
    at = datetime(2026, 3, 14, 12, 0, 0, 999_999, tzinfo=UTC)
    first = issue(ada, soil, issued_at=at, score=None, answered=0)
    second = issue(ben, soil, issued_at=at)
    early = issue(ben, make_track("stars"), issued_at=at.replace(year=2025), score=7)
    services.revoke(second, ruth, "it was a test")

    heading, *lines = csv_rows()
    sheet = xlsx_file()["Certificates"]

    assert [line[8] for line in lines] == [second.code, first.code, early.code]
    assert [[_as_in_csv(cell.value) for cell in row] for row in sheet] == [
        heading,
        *lines,
    ]
    assert lines[0][3:8] == ["2026-03-14 12:00:00", "92", "11", "12", "2"]
    assert lines[0][9:11] == ["revoked", "it was a test"]


def test_the_spreadsheet_knows_days_numbers_shares_and_links(ada, soil):
    issue(ada, soil, issued_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC), score=7)

    sheet = xlsx_file()["Certificates"]
    cells = {sheet.cell(1, n).value: sheet.cell(2, n) for n in range(1, 13)}

    assert cells["issued (UTC)"].value == datetime(2026, 3, 14, 23, 30)
    assert cells["issued (UTC)"].is_date
    assert cells["score"].value == 0.07
    assert cells["score"].number_format == "0%"
    assert cells["lessons"].value == 2
    assert cells["address"].hyperlink.target == cells["address"].value
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:L2"
    assert sheet.column_dimensions["A"].width > 20


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("column", ["name", "track", "reason"])
def test_hostile_words_are_no_formula_and_read_back(ruth, ada, soil, column, words):
    if column == "track":
        soil.title = words
    certificate = issue(ada, soil, words if column == "name" else "Ada")
    services.revoke(certificate, ruth, words if column == "reason" else "so it is")
    place = {"name": 0, "track": 2, "reason": 10}[column]

    _heading, line = csv_rows()
    (row,) = xlsx_file()["Certificates"].iter_rows(min_row=2)

    is_taken_for_one = words.lstrip(PASSED_OVER).startswith(TAKEN_FOR_A_FORMULA)
    assert line[place].startswith("'") == is_taken_for_one
    assert as_typed(line[place]) == words
    assert row[place].data_type in {"s", "inlineStr"}
    assert unescape(row[place].value) == words
    assert all(cell.data_type != "f" for cell in row)


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize(
    "words", ["a;=1+1;", "a, b;=1+1;", "a\t=1+1\t", 'a;"=1+1;', "a, b;"]
)
def test_no_text_starts_a_formula_where_a_spreadsheet_splits_at_others(
    ruth, ada, ben, soil, words, delimiter
):
    soil.title = words
    services.revoke(issue(ada, soil, words), ruth, words)
    issue(ben, soil, "Ben;=1+1;")

    text = b"".join(stream_csv(CERTIFICATES, _all())).decode("utf-8-sig")

    cells = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert not [cell for line in cells for cell in line if cell.startswith("=")]


def test_a_text_longer_than_a_cell_is_cut_and_breaks_nothing(ada, soil):
    issue(ada, soil)
    long = Value("=" * 40_000)
    report = replace(
        CERTIFICATES, described=lambda rows: described(rows).annotate(printed_name=long)
    )
    file = io.BytesIO()

    write_xlsx(report, _all(), file)

    (row,) = load_workbook(file)["Certificates"].iter_rows(min_row=2)
    assert row[0].value == "=" * 32_767
    assert row[0].data_type != "f"


def test_the_next_sheet_begins_where_one_is_full_and_links_end_where_there_are_many(
    soil,
):
    issue_many(soil, 5)

    file = xlsx_file(rows_a_sheet=2, links=4)

    assert file.sheetnames == ["Certificates", "Certificates 2", "Certificates 3"]
    codes = []
    for sheet in file:
        heading, *rows = sheet.iter_rows(values_only=True)
        assert heading[8] == "code"
        codes += [row[8] for row in rows]
    assert codes == [line[8] for line in csv_rows()[1:]]
    address = file["Certificates"]["L2"]
    assert address.hyperlink is None
    assert address.value.startswith("http://testserver/certificates/")
    assert xlsx_file(links=5)["Certificates"]["L6"].hyperlink is not None


def test_progress_may_stop_the_work_and_nothing_is_left(soil, tmp_path, monkeypatch):
    issue_many(soil, 3)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("certificates.reports.xlsx_file.BLOCK", 2)
    seen: list[int] = []

    def stop(written: int) -> None:
        seen.append(written)
        raise InterruptedError

    target = tmp_path / "report.xlsx"
    with pytest.raises(InterruptedError):
        write_xlsx(CERTIFICATES, _all(), target, stop)
    assert seen == [2]
    assert list(tmp_path.iterdir()) == []

    assert write_xlsx(CERTIFICATES, _all(), target, seen.append) == 3
    assert seen == [2, 2, 3]
    assert list(tmp_path.iterdir()) == [target]


def test_an_empty_report_is_a_file_with_headings(db, tmp_path: Path):
    target = tmp_path / "report.xlsx"

    assert write_xlsx(CERTIFICATES, _all().none(), target) == 0
    assert len(csv_rows()) == 1
    assert load_workbook(target)["Certificates"].max_row == 1


def test_more_rows_cost_no_more_statements(soil):
    issue(make_user("First"), soil)
    counts = []
    for rows in (1, 900):
        with CaptureQueriesContext(connection) as statements:
            assert len(csv_rows()) == rows + 1
            xlsx_file()
        counts.append(len(statements))
        if rows == 1:
            issue_many(soil, 899)

    assert counts[0] == counts[1]
