"""A long spreadsheet in the browser: asked for, watched, cancelled and downloaded."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from certificates.reports import page as report_page
from certificates.reports.export_job import take, work_on
from certificates.reports.export_model import (
    STALE_AFTER,
    ExportFault,
    ExportState,
    ReportExport,
)
from courses.models import Enrollment, Track
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.test_admin_axe import assert_sound
from tests.certificates.exporting import IN_THE_DATABASE, names_in, taken
from tests.factories import (
    make_admin,
    make_lesson,
    make_question,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/courses/enrollment/"
MINE = "/admin/certificates/reportexport/"


@pytest.fixture
def rows(stage: Stage, tmp_path: Path, settings: Any, monkeypatch: Any) -> Track:
    """Two enrolments, which is too many for a spreadsheet while one waits."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TASKS = IN_THE_DATABASE  # there is no worker, but the test
    monkeypatch.setattr(report_page, "AT_ONCE", 1)
    track = make_track("soil")
    make_question(make_lesson(track))
    for name in "Ada", "Ben":
        Enrollment.objects.create(learner=make_user(name), track=track)
    stage.sign_in(make_admin("Ruth"))
    return track


def visit(stage: Stage, open_browser: NewContext, **options: Any) -> Page:
    page = open_browser(**options).new_page()
    stage.lend_cookies(page.context)
    return page


def ask_in(page: Page) -> ReportExport:
    page.goto(LIST)
    page.get_by_role("link", name="as a spreadsheet (XLSX)").click()
    page.get_by_role("button", name="Write the spreadsheet").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    return ReportExport.objects.get()


def test_it_is_watched_while_it_is_written_and_then_downloaded(
    rows, stage, open_browser
):
    page = visit(stage, open_browser)
    export = ask_in(page)

    held = taken(export)
    ReportExport.objects.update(rows_total=1_000_000, rows_done=120_000)
    expect(page.get_by_text("120,000 of 1,000,000 rows written, 12 %")).to_be_visible()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "12")
    expect(bar).to_have_accessible_name("120,000 of 1,000,000 rows written, 12 %")
    long_ago = timezone.now() - STALE_AFTER
    ReportExport.objects.filter(pk=held.pk).update(heartbeat=long_ago)
    expect(page.get_by_text("Interrupted")).to_be_visible()
    assert work_on(export.pk)
    page.reload()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the file").click()

    assert downloading.value.suggested_filename.startswith("enrolments-")
    assert names_in(Path(downloading.value.path()).read_bytes()) == ["Ben", "Ada"]


def test_the_page_says_by_itself_that_the_file_is_there(rows, stage, open_browser):
    page = visit(stage, open_browser)
    export = ask_in(page)

    assert work_on(export.pk)

    expect(page.get_by_role("link", name="Download the file")).to_be_visible()
    expect(page.get_by_text("Ready: 2 rows")).to_be_visible()


def test_it_is_cancelled_by_the_keyboard_while_the_page_keeps_looking(
    rows, stage, open_browser
):
    page = visit(stage, open_browser)
    export = ask_in(page)
    taken(export)
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    ReportExport.objects.update(rows_total=9, rows_done=3)
    expect(page.get_by_text("3 of 9 rows written")).to_be_visible()
    expect(cancel).to_be_focused()  # what is looked for again does not hold it

    page.keyboard.press("Enter")

    expect(page.get_by_text("Being cancelled")).to_be_visible()
    export.refresh_from_db()
    assert export.is_cancel_wanted


def test_without_scripts_a_link_says_how_far_it_is(rows, stage, open_browser):
    page = visit(stage, open_browser, java_script_enabled=False)
    export = ask_in(page)
    assert take(export.pk)
    ReportExport.objects.update(rows_total=9, rows_done=3)

    page.get_by_role("link", name="See how far it is now").click()

    expect(page.get_by_text("3 of 9 rows written, 33 %")).to_be_visible()


@pytest.mark.parametrize("state", ["waiting", "written", "left", "failed", "ready"])
def test_its_page_is_sound_in_each_state(rows, stage, open_browser, state):
    export = ask_in(visit(stage, open_browser))
    if state == "ready":
        assert work_on(export.pk)
    elif state != "waiting":
        taken(export)
        ReportExport.objects.update(rows_total=9, rows_done=3)
    if state == "left":
        ReportExport.objects.update(heartbeat=timezone.now() - timedelta(hours=1))
    if state == "failed":
        ReportExport.objects.update(
            state=ExportState.FAILED,
            fault=ExportFault.STORAGE,
            ended_at=timezone.now(),
        )

    assert_sound(f"{MINE}{export.pk}/change/", stage, open_browser)
    assert_sound(MINE, stage, open_browser)


@pytest.mark.parametrize("address", [LIST, f"{LIST}export/background/", MINE])
def test_the_pages_round_it_are_sound(rows, stage, open_browser, address):
    assert_sound(address, stage, open_browser)
