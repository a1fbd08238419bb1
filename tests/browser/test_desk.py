"""An instructor writes a lesson in a browser: preview, order, kept text, two at a time."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Lesson
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import listen
from tests.factories import make_instructor, make_lesson, make_question, make_track

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [1280, 768]
PLACE = """() => document.querySelector("iframe[name=preview]")
    .contentDocument.scrollingElement.scrollTop"""


def change(lesson: Lesson) -> str:
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


@pytest.fixture
def written(stage: Stage) -> Lesson:
    """A lesson with two questions, taught by Iris, who is signed in."""
    track = make_track("soil")
    lesson = make_lesson(track, "probe-the-soil")
    make_lesson(track, "water-it")
    make_lesson(track, "feed-it")
    make_question(lesson, "Where does the probe go?")
    make_question(lesson, "How deep?")
    stage.sign_in(make_instructor("Iris", track))
    return lesson


@pytest.fixture(params=WIDTHS)
def desk(request, stage: Stage, open_browser: NewContext, written: Lesson) -> Page:
    """Iris' browser, of one width and of another."""
    size = {"width": request.param, "height": 900}
    page = open_browser(viewport=size).new_page()
    stage.lend_cookies(page.context)
    return page


# The preview


def test_the_preview_follows_what_is_typed(desk: Page, written: Lesson):
    desk.goto(change(written))
    shown = desk.frame_locator("iframe[name=preview]")
    expect(shown.locator("h1")).to_have_text("Probe the soil")

    desk.fill("[name=markdown]", "## Rain\n\nIt is **wet** outside.")
    expect(shown.locator(".prose strong")).to_have_text("wet")

    desk.fill("[name=questions-1-prompt]", "How wet is it?")
    expect(shown.locator(".question__text").nth(1)).to_have_text("How wet is it?")


def test_nothing_in_the_preview_runs_leads_away_or_is_sent(desk: Page, written: Lesson):
    log = listen(desk)
    desk.goto(change(written))
    shown = desk.frame_locator("iframe[name=preview]")
    expect(shown.locator(".choice input").first).to_be_disabled()
    expect(shown.get_by_role("button", name="Check my answer").first).to_be_disabled()

    shown.get_by_role("link", name="Soil").first.click()

    expect(shown.locator("h1")).to_have_text("Probe the soil")
    assert len(desk.context.pages) == 1
    assert [error for error in log.errors if "allow-popups" not in error] == []


def test_the_preview_keeps_its_place(desk: Page, written: Lesson):
    desk.goto(change(written))
    text = "\n\n".join(f"Paragraph {number}." for number in range(200))
    desk.fill("[name=markdown]", text)
    shown = desk.frame_locator("iframe[name=preview]")
    expect(shown.get_by_text("Paragraph 199.")).to_be_attached()
    shown.get_by_text("Paragraph 150.").scroll_into_view_if_needed()
    before = desk.evaluate(PLACE)

    desk.fill("[name=markdown]", text + "\n\nThe end.")

    expect(shown.get_by_text("The end.")).to_be_attached()
    assert desk.evaluate(PLACE) == before > 0


def test_the_help_is_one_click_away(desk: Page, written: Lesson):
    desk.goto(change(written))

    desk.get_by_text("How to write it").click()

    helped = desk.frame_locator("iframe[title='How to write a lesson']")
    expect(helped.locator(".admonition--tip")).to_be_visible()
