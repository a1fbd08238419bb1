"""What learners will see, beside a track's description and a question that is revised."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Lesson
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import listen, load_axe, violations
from tests.factories import (
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.mending import answer, own

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [1280, 768]
FRAME = "iframe[name=preview]"


@pytest.fixture
def lesson(stage: Stage) -> Lesson:
    """With an answered question, taught by Iris, who is signed in."""
    track = make_track("soil")
    lesson = make_lesson(track, "probe-the-soil")
    question = make_question(lesson, "Where does the probe go?")
    answer(own(make_user("Ada")), question, "Right")
    stage.sign_in(make_instructor("Iris", track))
    return lesson


@pytest.fixture(params=WIDTHS)
def desk(request, stage: Stage, open_browser: NewContext, lesson: Lesson) -> Page:
    size = {"width": request.param, "height": 900}
    page = open_browser(viewport=size).new_page()
    stage.lend_cookies(page.context)
    return page


def assert_looks_well(desk: Page) -> None:
    """The text and its frame have room, nothing sticks out, and axe has no complaint."""
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert desk.evaluate(overflow) <= 0
    box = desk.locator(FRAME).bounding_box()
    assert box is not None
    assert box["width"] > 300
    load_axe(desk)
    assert violations(desk) == []


def test_a_description_is_previewed_as_it_is_typed(desk: Page, lesson: Lesson):
    desk.goto(reverse("admin:courses_track_change", args=[lesson.track_id]))
    shown = desk.frame_locator(FRAME)
    expect(shown.locator("h1")).to_have_text("Soil")
    expect(shown.get_by_role("link", name="Probe the soil")).to_be_visible()

    desk.fill("[name=description]", "## Rain\n\nIt is **wet** outside.")

    expect(shown.locator(".prose strong").last).to_have_text("wet")
    assert_looks_well(desk)


def test_a_revision_is_previewed_with_what_comes_after_an_answer(
    desk: Page, lesson: Lesson
):
    question = lesson.questions.get()
    desk.goto(reverse("admin:quizzes_question_revise", args=[question.pk]))
    shown = desk.frame_locator(FRAME)
    expect(shown.locator(".question__text").first).to_have_text(question.prompt)

    desk.fill("[name=prompt]", "Where does *it* go?")
    desk.fill("[name=explanation]", "As **deep** as it goes.")

    expect(shown.locator("legend em")).to_have_text("it")
    expect(shown.locator(".why strong").first).to_have_text("deep")
    expect(shown.get_by_role("button", name="Check my answer")).to_be_disabled()
    assert_looks_well(desk)


def test_nothing_in_them_runs_leads_away_or_is_sent(desk: Page, lesson: Lesson):
    log = listen(desk)
    desk.goto(reverse("admin:courses_track_change", args=[lesson.track_id]))
    shown = desk.frame_locator(FRAME)

    shown.get_by_role("link", name="Probe the soil").click()

    expect(shown.locator("h1")).to_have_text("Soil")
    assert len(desk.context.pages) == 1
    assert [error for error in log.errors if "allow-popups" not in error] == []
