"""The admin with the keyboard alone, without scripts, and on a telephone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import AuditEvent
from quizzes.models import Question
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.factories import (
    make_admin,
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lesson_address(stage: Stage) -> str:
    """Of a lesson with one question; its instructor is signed in."""
    track = make_track("soil")
    lesson = make_lesson(track)
    make_question(lesson)
    stage.sign_in(make_instructor("Iris", track))
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def open_page(stage: Stage, open_browser: NewContext, **options: object) -> Page:
    page = open_browser(**options).new_page()
    stage.lend_cookies(page.context)
    return page


def test_side_bar_and_sign_out_are_reached_with_the_keyboard(
    lesson_address, stage, open_browser
):
    page = open_page(stage, open_browser, viewport={"width": 1024, "height": 800})
    page.goto(lesson_address)
    expect(page.locator("#nav-sidebar")).to_be_hidden()

    page.get_by_role("button", name="Side bar").press("Enter")
    expect(page.locator("#nav-sidebar")).to_be_visible()
    page.get_by_role("button", name="iris@example.org").press(" ")
    page.get_by_role("button", name="Sign out").press("Enter")

    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


@pytest.mark.parametrize("page_name", ["index", "courses_track_changelist", "lesson"])
def test_the_first_link_skips_to_the_content(
    lesson_address, stage, open_browser, page_name
):
    page = open_page(stage, open_browser, viewport={"width": 1400, "height": 800})
    is_lesson = page_name == "lesson"
    page.goto(lesson_address if is_lesson else reverse(f"admin:{page_name}"))
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).not_to_be_in_viewport()

    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("#content :focus")).to_have_count(1)


def test_no_name_of_an_icon_is_read_out_beside_words(
    lesson_address, stage, open_browser
):
    page = open_page(stage, open_browser, viewport={"width": 1400, "height": 800})
    page.goto(lesson_address)

    for name in "Pictures", "Add a question":
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="add", exact=True)).to_be_visible()


def test_without_scripts_one_signs_out_too(lesson_address, stage, open_browser):
    page = open_page(stage, open_browser, java_script_enabled=False)
    page.goto(lesson_address)

    expect(page.get_by_role("button", name="Side bar")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_without_scripts_a_lesson_takes_a_question(lesson_address, stage, open_browser):
    page = open_page(stage, open_browser, java_script_enabled=False)
    page.goto(lesson_address)
    expect(page.get_by_text("Add a question")).to_be_hidden()

    page.get_by_role("link", name="Room for another question").click()
    page.fill("[name=questions-1-prompt]", "How deep?")
    page.fill("[name=questions-1-choices-0-text]", "Ten centimetres")
    page.check("[name=questions-1-choices-0-is_right]")
    page.fill("[name=questions-1-choices-1-text]", "A metre")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Question.objects.get(prompt="How deep?").choices.count() == 2


def test_without_scripts_no_filter_lies_above_a_list(
    lesson_address, stage, open_browser
):
    page = open_page(stage, open_browser, java_script_enabled=False)
    page.goto(reverse("admin:courses_track_changelist"))

    page.get_by_role("link", name="Draft", exact=True).click()
    expect(page.get_by_text("Nothing is like that.")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).first.click()
    page.get_by_role("link", name="Soil", exact=True).click()

    expect(page.get_by_label("Title")).to_have_value("Soil")


def test_a_question_asks_for_what_its_kind_has_a_use_for(
    lesson_address, stage, open_browser
):
    page = open_page(stage, open_browser)
    page.goto(lesson_address)
    tolerance = page.locator("[name=questions-0-tolerance]")
    other = page.locator("[name=questions-0-other_feedback]")
    expect(tolerance).to_be_hidden()
    expect(other).to_be_hidden()

    page.select_option("[name=questions-0-kind]", "number")
    expect(tolerance).to_be_visible()
    expect(other).to_be_visible()

    page.select_option("[name=questions-0-kind]", "text")
    expect(tolerance).to_be_hidden()
    expect(other).to_be_visible()


def test_what_a_kind_has_no_use_for_is_not_sent(lesson_address, stage, open_browser):
    page = open_page(stage, open_browser)
    page.goto(lesson_address)
    page.select_option("[name=questions-0-kind]", "number")
    page.fill("[name=questions-0-tolerance]", "2")
    page.select_option("[name=questions-0-kind]", "single")
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_url("**/admin/courses/lesson/")
    assert Question.objects.get().tolerance is None


def test_the_answers_of_a_question_are_readable_on_a_telephone(
    lesson_address, stage, open_browser
):
    page = open_page(stage, open_browser, viewport={"width": 390, "height": 844})
    page.goto(lesson_address)

    for name in "text", "feedback":
        box = page.locator(f"[name=questions-0-choices-0-{name}]").bounding_box()
        assert box
        assert box["width"] > 200
        assert box["x"] + box["width"] <= 390


def test_enter_after_the_reason_gives_no_role(stage, open_browser):
    stage.sign_in(make_admin("Ruth"))
    page = open_page(stage, open_browser)
    page.goto(reverse("admin:accounts_user_change", args=[make_user("Ada").pk]))

    why = page.get_by_label("Why")
    why.fill("they take over the soil track")
    why.press("Enter")
    expect(why).to_have_value("they take over the soil track")
    page.get_by_role("button", name="Make instructor").press("Enter")

    expect(page.get_by_role("button", name="No longer instructor")).to_be_visible()
    made = AuditEvent.objects.get()
    assert (made.what, made.reason) == (
        "made instructor",
        "they take over the soil track",
    )
