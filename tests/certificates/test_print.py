"""On paper: status and sheet on the first page, the facts on the second."""

import io
import os
import shutil
from decimal import Decimal
from unicodedata import normalize

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from accounts.names import LONGEST_NAME
from certificates.services import claim_certificate, issue_anew, revoke, supersede
from courses.services import mark_done
from tests.certificates.stage import answer
from tests.factories import make_lesson, make_question, make_track

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def printed(address: str, paper: str) -> list[str]:
    """The text of each page that the browser prints, without ligatures."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs a Chromium for the browser tests")
        pytest.skip("No Chromium here: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(address)
        pdf = page.pdf(format=paper, prefer_css_page_size=False)
        browser.close()
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [normalize("NFKC", page.extract_text()) for page in pages]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_certificate_prints_its_sheet_and_then_its_facts(live_server, held, paper):
    pages = printed(live_server.url + held.get_absolute_url(), paper)

    assert len(pages) == 2
    first, second = pages
    assert held.code in first
    for fact in ("Valid", "Ada Sample", "Soil", "Check it at"):
        assert fact in first
    assert "What this certificate states" in second
    assert "Probe the soil" in second
    assert "What it means" in second


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_facts_of_24_lessons_fit_on_the_second_page(live_server, ada, paper):
    track = make_track("deep", title="How models are trained (and why it matters)")
    for number in range(24):
        mark_done(ada, make_lesson(track, f"lesson-{number}"))
    certificate = claim_certificate(ada, track, "Ada Sample")

    pages = printed(live_server.url + certificate.get_absolute_url(), paper)

    assert len(pages) == 2


def superseded(certificate, ruth):
    supersede(certificate, "Ada Sample", "the name was corrected")


def revoked(certificate, ruth):
    revoke(certificate, ruth, ("it was issued to the wrong account, which " * 8)[:300])


def issued_anew(certificate, ruth):
    revoked(certificate, ruth)
    issue_anew(certificate, ruth, "revoking it was a mistake")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("happened", [superseded, revoked, issued_anew])
def test_however_long_the_status_and_the_sheet_share_the_first_page(
    live_server, ada, ruth, happened, paper
):
    track = make_track("long", title="M" * 200)  # the widest letter
    lesson = make_lesson(track, "lesson", title="Lesson " * 20)
    answer(ada, make_question(lesson), credit=Decimal("0.5"))
    mark_done(ada, lesson)
    certificate = claim_certificate(ada, track, "M" * LONGEST_NAME)
    happened(certificate, ruth)

    pages = printed(live_server.url + certificate.get_absolute_url(), paper)

    first, second = pages[:2]
    assert certificate.code in first
    for said in ("This certifies that", "1 of 1 question", "Check it at"):
        assert said in first
    assert "What this certificate states" not in first
    assert "What this certificate states" in second


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_longest_name_and_title_still_leave_the_sheet_on_one_page(
    live_server, ada, ruth, paper
):
    track = make_track("long", title=("A long title of a track " * 9)[:200].strip())
    mark_done(ada, make_lesson(track, "lesson", title="Lesson " * 20))
    name = ("Maximiliane Alexandra " * 10)[:LONGEST_NAME].strip()
    certificate = claim_certificate(ada, track, name)
    revoke(certificate, ruth, "it was issued to the wrong account")

    pages = printed(live_server.url + certificate.get_absolute_url(), paper)

    assert len(pages) == 2
    assert certificate.code in pages[0]
    assert "Revoked on" in pages[0]
    assert "What this certificate states" in pages[1]
