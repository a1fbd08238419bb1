"""On a page in Arabic our own English words and all code still run left to right."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewContext
from tests.browser.pages import PAGES
from tests.browser.visit import show

pytestmark = pytest.mark.browser

ARABIC_PAGES = [entry for entry in PAGES if "right to left" in entry.name]
WIDE = {"width": 1280, "height": 900}

# Each text without an Arabic letter, and a Latin one or a digit in it: the letters of
# one line stand one after the other, and none before the one that was written first.
MANGLED = r"""() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walk.nextNode());) {
    const text = node.data
    if (!/[a-z0-9]/i.test(text) || /\p{Script=Arabic}/u.test(text)) continue
    if (node.parentElement.closest("math, svg, script, .vh, .skip")) continue
    const range = document.createRange()
    let before = null
    for (let at = 0; at < text.length; at++) {
      if (/\s/.test(text[at])) continue
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      const box = range.getBoundingClientRect()
      if (!box.width) continue
      if (before && Math.abs(box.top - before.top) < 4 && box.left < before.left) {
        found.push(text.trim())
        break
      }
      before = box
    }
  }
  return found
}"""


@pytest.fixture
def page(open_browser: NewContext) -> Page:
    return open_browser(viewport=WIDE).new_page()


@pytest.mark.parametrize("entry", ARABIC_PAGES, ids=lambda entry: entry.name)
def test_english_words_are_not_turned_round_and_code_runs_left_to_right(
    entry, stage, page
):
    show(entry, stage, page)

    assert page.evaluate(MANGLED) == []
    found = page.locator("pre, code").evaluate_all(
        "all => all.map(one => getComputedStyle(one).direction)"
    )
    assert set(found) <= {"ltr"}


def test_the_check_sees_words_that_are_turned_round(page):
    page.set_content("<p dir='rtl'>3-question self-check</p>")

    assert page.evaluate(MANGLED) == ["3-question self-check"]
