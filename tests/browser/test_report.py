"""The report of certificates in a browser: narrowed, summed up, taken as a file."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from certificates import services
from certificates.reports import page as report_page
from courses.models import Enrollment
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.test_admin_axe import assert_sound
from tests.browser.visit import load_axe, violations
from tests.certificates.issuing import issue
from tests.factories import make_admin, make_track, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/certificates/certificate/"


@pytest.fixture
def issued(stage: Stage) -> None:
    """Ben's was revoked, and Ada has two, one of them without a score."""
    soil, stars = make_track("soil"), make_track("stars")
    ada, ben, ruth = make_user("Ada"), make_user("Ben"), make_admin("Ruth")
    at = datetime(2026, 3, 14, tzinfo=UTC)
    issue(ada, soil, issued_at=at)
    issue(ada, stars, issued_at=at.replace(month=4), score=None, answered=0)
    services.revoke(issue(ben, soil, issued_at=at, score=40), ruth, "it was a test")
    Enrollment.objects.update(started_at=at)
    stage.sign_in(ruth)


def visit(
    stage: Stage, open_browser: NewContext, address: str = LIST, **options: Any
) -> Page:
    page = open_browser(**options).new_page()
    stage.lend_cookies(page.context)
    page.goto(address)
    return page


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as downloading:
        page.get_by_role("link", name=link).click()
    return Path(downloading.value.path()).read_bytes()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_is_narrowed_is_what_both_files_hold(scripts, issued, stage, open_browser):
    page = visit(stage, open_browser, java_script_enabled=scripts)
    expect(page.locator(".report__rows tbody tr")).to_have_count(3)

    page.get_by_label("Track").select_option(label="Soil")
    page.get_by_label("Status").select_option(label="Valid")
    page.get_by_label("Score from (%)").fill("50")
    page.get_by_role("button", name="Show").click()

    rows = page.locator(".report__rows tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("ada@example.org")
    expect(page.locator(".report__sums")).to_contain_text("Mean score")
    (row,) = csv.DictReader(
        io.StringIO(downloaded(page, "Export these as CSV").decode("utf-8-sig"))
    )
    spreadsheet = downloaded(page, "as a spreadsheet (XLSX)")
    sheet = load_workbook(io.BytesIO(spreadsheet))["Certificates"]
    assert row["code"] == sheet["I2"].value
    assert rows.get_by_role("link").first.inner_text() == row["code"]
    assert rows.get_by_role("link").last.get_attribute("href") == row["address"]
    page.get_by_role("link", name="Show all").click()
    expect(rows).to_have_count(3)


@pytest.mark.parametrize(
    ("address", "says", "row"),
    [
        (LIST, "How many certificates were", "March 2026 2"),
        ("/admin/courses/enrollment/", "How many enrolments began", "March 2026 3"),
    ],
    ids=["certificates", "enrolments"],
)
def test_totals_of_a_large_table_come_by_themselves_or_by_a_link(
    address, says, row, issued, stage, open_browser, monkeypatch
):
    monkeypatch.setattr(report_page, "FEW", 0)

    page = visit(stage, open_browser, address)
    expect(page.get_by_role("heading", name="What these add up to")).to_be_visible()
    expect(page.get_by_role("img", name=says)).to_be_visible()
    page.get_by_text("Show the months as a table").click()
    page.get_by_text("Show the scores as a table").click()
    expect(page.get_by_role("row", name=row)).to_be_visible()
    load_axe(page)
    assert violations(page) == []

    plain = visit(stage, open_browser, address, java_script_enabled=False)
    plain.get_by_role("link", name="Totals and charts").click()
    expect(plain.get_by_role("heading", name="What these add up to")).to_be_visible()
    plain.get_by_role("link", name="Back to the list").click()
    expect(plain.locator(".report__rows")).to_be_visible()


def test_a_filter_that_makes_no_sense_says_so_beside_its_field(
    issued, stage, open_browser
):
    page = visit(stage, open_browser)
    page.goto(f"{LIST}?score_from=200&status=revoked")

    field = page.get_by_label("Score from (%)")
    expect(field).to_have_value("200")
    said = re.compile("Write a whole number from 0 to 100")
    expect(field).to_have_accessible_description(said)
    expect(page.get_by_label("Status")).to_have_value("revoked")
    for scheme in "light", "dark":
        page.emulate_media(color_scheme=scheme)
        page.reload()
        load_axe(page)
        assert violations(page) == []


def test_the_report_is_sound(issued, stage, open_browser):
    assert_sound(LIST, stage, open_browser)
    assert_sound(f"{LIST}totals/", stage, open_browser)
