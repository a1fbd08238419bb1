"""Every page in every state works, and looks whole, where scripts do not run."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.pages import PAGES
from tests.browser.stage import lessons_of
from tests.browser.visit import show

pytestmark = pytest.mark.browser

# what a person could press or follow, and that would do nothing
DEAD_CONTROLS = """() => {
  const isDead = {
    BUTTON: it => !it.form && !it.matches(":disabled"),
    A: it => !it.href,
    FORM: it => ["hx-post", "hx-get"].some(name => it.hasAttribute(name)
      && !it.action.startsWith(location.origin + it.getAttribute(name))),
  };
  return [...document.querySelectorAll("button, a, form")]
    .filter(it => it.checkVisibility() && isDead[it.tagName](it))
    .map(it => it.outerHTML.slice(0, 100));
}"""


@pytest.fixture
def page(open_browser: NewContext) -> Page:
    return open_browser(java_script_enabled=False).new_page()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_a_page_has_no_dead_control(entry, stage, page, settings):
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    show(entry, stage, page)

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-not-sent]:visible")).to_have_count(0)
    assert page.evaluate(DEAD_CONTROLS) == []


def test_dead_controls_are_seen(page):
    page.set_content(
        """<button>Alone</button> <a>Nowhere</a> <form hx-post="/by-htmx/alone/">
        <button hidden>Hidden</button> <button>Fine</button></form>"""
    )
    dead = page.evaluate(DEAD_CONTROLS)

    assert [html[:7] for html in dead] == ["<button", "<a>Nowh", "<form h"]


def test_the_theme_is_chosen_and_kept(stage, page):
    address = lessons_of(stage.soil())[0].get_absolute_url()
    page.goto(address)
    page.get_by_role("button", name="Dark").click()

    expect(page).to_have_url(stage.origin + address)
    expect(page.locator("html")).to_have_class("theme-dark")
    page.get_by_role("link", name="Soil and water").first.click()
    expect(page.locator("html")).to_have_class("theme-dark")
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_class("theme-dark")
