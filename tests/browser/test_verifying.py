"""Checking a certificate in a browser: a file dropped on the form, an address copied."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext

pytestmark = pytest.mark.browser

# what a browser hands over when a file is let go over a page
DROPPED = """text => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], "certificate.json", {type: "application/json"}));
  return dropped;
}"""


@pytest.fixture
def page(open_browser: NewContext) -> Page:
    context = open_browser()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context.new_page()


def test_a_file_is_dropped_anywhere_on_the_form(stage, page):
    text = stage.certified_for_all().documents.get().credential
    page.goto("/verify/")
    expect(page.get_by_text("You can drop it here, too.")).to_be_visible()
    dropped = {"dataTransfer": page.evaluate_handle(DROPPED, text)}

    page.dispatch_event("[data-drop]", "dragover", dropped)
    expect(page.locator("[data-drop]")).to_have_class("stack drop mt7 drop--over")
    page.dispatch_event("[data-drop]", "drop", dropped)
    expect(page.locator("[data-drop]")).to_have_class("stack drop mt7")
    page.get_by_role("button", name="Check the file").click()

    expect(page.locator("main")).to_contain_text("byte for byte")


def test_the_address_of_a_certificate_is_copied(stage, page):
    address = stage.origin + stage.certified_for_all().get_absolute_url()
    page.goto(address)

    page.get_by_role("button", name="Copy the address").click()

    expect(page.get_by_role("button", name="✓ Copy the address")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_a_button_pressed_twice_says_again_what_it_does(stage, page):
    page.clock.install()
    page.goto(stage.certified_for_all().get_absolute_url())
    for _press in range(2):
        page.locator("[data-copy]").click()
        expect(page.locator("[data-copy]")).to_have_text("✓ Copy the address")
        page.clock.run_for(500)

    page.clock.run_for(3000)

    expect(page.locator("[data-copy]")).to_have_text("Copy the address")
