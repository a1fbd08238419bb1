"""Whole ways through the site, as people go them."""

import re
from typing import Literal

import pytest
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from quizzes.models import Answer
from tests.browser.stage import lessons_of
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.browser

CODE = re.compile(r"^[A-Z]{6}$", re.MULTILINE)
CHECK = "Check my answer"


def question(page: Page, number: int) -> Locator:
    """The block of this question, 1 being the first."""
    return page.locator(".question, .verdict").filter(
        has_text=re.compile(rf"Question {number} of")
    )


def send(page: Page, choice: str, number: int = 1) -> None:
    """Choose this in the question, and send it."""
    block = question(page, number)
    block.get_by_label(choice, exact=True).check()
    block.get_by_role("button", name=CHECK).click()


def test_a_visitor_learns_signs_up_and_shows_a_certificate(
    stage, visitor, open_browser
):
    stage.soil()
    answer_as_a_visitor(visitor)
    sign_up(visitor)
    finish(visitor)
    address = claim(visitor)

    anybody = open_browser().new_page()
    anybody.goto(address)
    page = anybody.get_by_role("main")
    expect(page.get_by_role("heading", name="Valid")).to_be_visible()
    expect(page.get_by_role("heading", name="Ada B. Sample")).to_be_visible()
    expect(page).to_contain_text("100 % · 1 of 5 questions answered")
    expect(page.get_by_role("link", name="This is not my name")).to_have_count(0)


def test_back_shows_what_was_answered_in_the_meantime(stage, visitor):
    soil = stage.soil()
    visitor.goto(stage.origin + lessons_of(soil)[0].get_absolute_url())
    send(visitor, "10 cm")  # makes the session, on which the next page depends
    expect(visitor.get_by_role("heading", name="Correct")).to_be_visible()
    visitor.reload()
    before = Answer.objects.count()
    block = question(visitor, 2)
    block.get_by_role("checkbox").first.check()
    block.get_by_role("button", name=CHECK).click()
    expect(visitor.get_by_text("2 of 4 answered")).to_be_visible()

    visitor.get_by_role("link", name="Tracks").first.click()
    visitor.go_back()

    expect(visitor.get_by_text("2 of 4 answered")).to_be_visible()
    assert Answer.objects.count() == before + 1


def answer_as_a_visitor(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Soil and water").click()
    page.get_by_role("link", name="Probe the soil").click()
    send(page, "10 cm")
    expect(page.get_by_role("heading", name="Correct")).to_be_visible()
    expect(page.get_by_text("Kept on this device.")).to_be_visible()
    page.get_by_role("button", name="Mark lesson done").click()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()


def sign_up(page: Page) -> None:
    """From the lesson's own link; what was done comes along."""
    page.locator("#kept").get_by_role("link", name="Sign in").click()
    expect(page.get_by_text("Your answers come with you")).to_be_visible()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_label("Code from the e-mail")).to_be_visible()
    code = CODE.search(str(mail.outbox[-1].body))
    assert code
    page.get_by_label("Code from the e-mail").fill(code[0])
    page.get_by_role("button", name="Confirm my address").click()
    said = page.get_by_text("1 answer and 1 lesson marked done were added.")
    expect(said).to_be_visible()


def finish(page: Page) -> None:
    """Go on from what was answered before the sign-up, to the last lesson."""
    page.get_by_role("link", name="My learning").click()
    page.get_by_role("link", name="Continue lesson 2").click()
    page.get_by_role("button", name="Mark lesson done").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.locator(".onward").get_by_role("link", name="Feed it").click()
    expect(page.get_by_text("1 lesson left")).to_be_visible()
    page.get_by_role("button", name="Mark lesson done").click()


def claim(page: Page) -> str:
    """Claim it with the name put right; returns the certificate's address."""
    page.get_by_role("link", name="Claim your certificate").click()
    name = page.get_by_label("The name on your certificate")
    expect(name).to_have_value("Ada")
    name.fill("Ada B. Sample")
    page.get_by_role("button", name="Issue my certificate").click()
    expect(page.get_by_role("heading", name="Valid")).to_be_visible()
    return page.url


def test_a_double_click_is_one_answer(stage, visitor):
    visitor.goto(lessons_of(stage.soil())[0].get_absolute_url())
    question(visitor, 1).get_by_label("10 cm").check()
    visitor.get_by_role("button", name=CHECK).first.dblclick()

    expect(visitor.get_by_text("Counts 100 %")).to_be_visible()
    expect(visitor.get_by_text("1 of 4 answered")).to_be_visible()
    assert Answer.objects.count() == 1


def test_two_tabs_are_one_person(stage, visitor):
    address = lessons_of(stage.soil())[0].get_absolute_url()
    other = visitor.context.new_page()
    for tab in (visitor, other):
        tab.goto(address)
    send(visitor, "10 cm")
    expect(visitor.get_by_text("Counts 100 %")).to_be_visible()
    send(other, "Not so")

    expect(other.get_by_text("Practice · does not count")).to_be_visible()
    expect(other.get_by_text("Your 2 answers to this question")).to_be_visible()
    assert Answer.objects.values("respondent").distinct().count() == 1


def test_a_tab_from_before_the_sign_in_answers_for_the_learner(stage, open_browser):
    """Its forms are old by then, and it takes new tokens by itself."""
    ada = make_user("Ada")
    context = open_browser()
    tab, other = context.new_page(), context.new_page()
    tab.goto(lessons_of(stage.soil())[0].get_absolute_url())
    other.goto("/accounts/login/")
    other.get_by_label("E-mail address").fill("ada@example.org")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("button", name="Sign out").first).to_be_visible()
    send(tab, "10 cm")

    expect(tab.get_by_text("Counts 100 %")).to_be_visible()
    assert Answer.objects.get().respondent.learner == ada


def test_trying_again_opens_the_question_and_is_practice(stage, visitor):
    visitor.goto(lessons_of(stage.soil())[0].get_absolute_url())
    send(visitor, "Not so")
    visitor.get_by_role("button", name="Try again").click()
    send(visitor, "10 cm")

    expect(question(visitor, 1)).to_contain_text("Correct")
    expect(question(visitor, 1)).to_contain_text("Practice · does not count")


def test_the_verdict_appears_in_place_beside_what_others_hold(stage, open_browser):
    """With JavaScript the other questions keep what was already typed in them."""
    page = open_browser().new_page()
    page.goto(lessons_of(stage.soil())[0].get_absolute_url())
    question(page, 3).get_by_role("textbox").fill("pro")
    send(page, "10 cm")

    expect(page.get_by_role("heading", name="Correct")).to_be_focused()
    expect(page.get_by_text("1 of 4 answered")).to_be_visible()
    expect(question(page, 3).get_by_role("textbox")).to_have_value("pro")


def test_a_lost_connection_keeps_the_answer_and_says_so(stage, open_browser):
    context = open_browser()
    page = context.new_page()
    page.goto(lessons_of(stage.soil())[0].get_absolute_url())
    context.set_offline(True)
    send(page, "10 cm")

    said = question(page, 1).get_by_text("Your answer was not sent.")
    expect(said).to_be_visible()
    expect(page.locator("[data-not-sent]:focus")).to_have_count(1)
    expect(question(page, 1).get_by_label("10 cm")).to_be_checked()
    context.set_offline(False)
    question(page, 1).get_by_role("button", name=CHECK).click()
    expect(page.get_by_role("heading", name="Correct")).to_be_visible()
    assert Answer.objects.count() == 1


def test_an_error_takes_the_focus(stage, open_browser):
    """On a form of its own page, and inside the lesson."""
    page = open_browser().new_page()
    page.goto("/verify/?code=unknown")
    expect(page.get_by_role("alert")).to_be_focused()
    page.goto(lessons_of(stage.soil())[0].get_absolute_url())
    question(page, 2).get_by_role("button", name=CHECK).click()
    expect(question(page, 2).get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Tick at least one answer").click()
    expect(question(page, 2).get_by_label("Sun")).to_be_focused()


def test_the_theme_changes_without_a_reload_and_is_kept(stage, open_browser):
    page = open_browser().new_page()
    page.goto("/")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_class("theme-dark")
    assert page.evaluate("window.isTheSamePage")
    page.reload()
    expect(page.locator("html")).to_have_class("theme-dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute(
        "aria-pressed", "true"
    )


class Keyboard:
    """Somebody who never touches a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, control: Locator) -> None:
        """Tab until this control has the focus."""
        for _press in range(60):
            self.page.keyboard.press("Tab")
            if control.evaluate("it => it === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {control}")

    def press(self, role: Literal["button", "link"], name: str) -> None:
        """Reach the link or button of this name, and press Enter."""
        self.reach(self.page.get_by_role(role, name=name, exact=True).first)
        self.page.keyboard.press("Enter")

    def type_into(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_role("main").get_by_label(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)


def test_everything_is_done_with_the_keyboard_alone(stage, open_browser):
    make_user("Ada")
    page = open_browser().new_page()
    page.goto(lessons_of(stage.soil())[0].get_absolute_url())
    keys = Keyboard(page)
    answer_by_keyboard(page, keys)
    sign_in_by_keyboard(page, keys)
    for title in ("Water it", "Feed it"):
        keys.press("button", "Mark lesson done")
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        keys.press("link", title)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    keys.press("button", "Mark lesson done")
    keys.press("link", "Claim your certificate")
    keys.type_into("The name on your certificate", "Ada B. Sample")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Ada B. Sample")).to_be_visible()


def answer_by_keyboard(page: Page, keys: Keyboard) -> None:
    """Skip to the lesson, choose, send; the verdict, then the open question, is next."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the lesson")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    keys.reach(question(page, 1).get_by_role("radio").first)
    page.keyboard.press("Space")
    keys.reach(page.get_by_role("button", name=CHECK).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Correct")).to_be_focused()
    keys.press("button", "Try again")
    expect(question(page, 1).get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(question(page, 1).get_by_role("radio").nth(1)).to_be_checked()
    keys.reach(page.get_by_role("button", name=CHECK).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Not yet")).to_be_focused()


def sign_in_by_keyboard(page: Page, keys: Keyboard) -> None:
    """From the band at the end of the lesson, and back to it."""
    keys.reach(page.locator("#kept").get_by_role("link", name="Sign in"))
    page.keyboard.press("Enter")
    keys.type_into("E-mail address", "ada@example.org")
    keys.type_into("Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("answers were added.")).to_be_visible()
