"""Every page in every state keeps what the look promises of all pages."""

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, ViewportSize

from tests.browser.conftest import NewContext
from tests.browser.pages import PAGES
from tests.browser.stage import lessons_of
from tests.browser.visit import Log, listen, load_axe, show, violations

pytestmark = pytest.mark.browser

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def page(open_browser: NewContext) -> Page:
    return open_browser(viewport=WIDE).new_page()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_a_page_is_sound_in_both_themes_wide_and_narrow(entry, stage, page, settings):
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    log = listen(page)
    show(entry, stage, page)

    problems = [
        *of_the_document(page),
        *of_the_requests(log, stage.origin, entry.status),
        *sideways(page),
        *of_axe(page),
    ]
    assert problems == []


def of_the_document(page: Page) -> Iterator[str]:
    if not page.title().endswith(" · Gradus"):
        yield f"the title is {page.title()!r}"
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} h1"
    if not page.locator("html").get_attribute("lang"):
        yield "no language"
    if style := page.locator("[style]:not(.htmx-indicator)").count():
        yield f"{style} style attributes"


def of_the_requests(log: Log, origin: str, status: int) -> Iterator[str]:
    """All to this site, and none refused but the one that makes this state."""
    yield from log.errors
    for address in log.requests:
        if not address.startswith(f"{origin}/"):
            yield f"a request left the site: {address}"
    refused = {found for found in log.statuses if found >= 400}
    if refused != {status} - {200}:
        yield f"answered {sorted(refused)}"


def sideways(page: Page) -> Iterator[str]:
    page.set_viewport_size(NARROWEST)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROWEST["width"]:
        yield f"{width} px wide on a screen of {NARROWEST['width']} px"


def of_axe(page: Page) -> Iterator[str]:
    load_axe(page)
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for found in violations(page):
                yield f"{viewport['width']} px, {scheme}: {found}"


BAD_PAGE = """<!doctype html><html><title>Nothing</title>
  <p style="width: 900px; color: #ccc; background: #fff">Too pale, and too wide.</p>
  <img src="http://127.0.0.2:9/elsewhere.png"></html>"""


def test_the_checks_see_what_is_wrong(page):
    log = listen(page)
    page.set_content(BAD_PAGE)

    assert list(of_the_document(page)) == [
        "the title is 'Nothing'",
        "0 h1",
        "no language",
        "1 style attributes",
    ]
    asked = list(of_the_requests(log, "http://localhost", 200))
    assert "no http://127.0.0.2:9/elsewhere.png" in asked
    assert list(sideways(page)) == ["908 px wide on a screen of 320 px"]
    found = "".join(of_axe(page))
    assert "390 px, dark: color-contrast" in found
    assert "1280 px, light: image-alt" in found


def test_a_first_view_of_a_lesson_is_four_small_requests(stage, page):
    log = listen(page)
    bodies: dict[str, Response] = {}
    page.on("response", lambda answer: bodies.update({answer.url: answer}))
    page.goto(lessons_of(stage.soil())[0].get_absolute_url())

    asked = [url for url in log.requests if not url.endswith("/icon.svg")]
    assert len(asked) <= 4
    assert packed(bodies, ".css") <= 15 * 1024
    assert packed(bodies, ".js") <= 20 * 1024


def packed(answers: dict[str, Response], ending: str) -> int:
    """What these files weigh together, compressed, in bytes."""
    found = [answer for url, answer in answers.items() if ending in urlsplit(url).path]
    assert found
    return sum(len(gzip.compress(answer.body())) for answer in found)
