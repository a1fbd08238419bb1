"""An instructor mends a question in a browser: revise, see first, regrade, take back."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quizzes.log import scores_of_track
from quizzes.models import Question
from quizzes.regrade_models import Regrade
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import load_axe, violations
from tests.factories import (
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.mending import answer, own

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [("light", 1280), ("dark", 1280), ("light", 768)]


@pytest.fixture
def misleading(stage: Stage) -> Question:
    """Ten answered it, most of them with what turns out to be right; Iris signs in."""
    track = make_track("soil")
    lesson = make_lesson(track, "probe-the-soil")
    question = make_question(
        lesson,
        "Where does the probe go?",
        right=("Into the pot",),
        wrong=("To the roots", "On top"),
    )
    other = make_question(lesson, "How deep?")
    texts = ["To the roots"] * 6 + ["Into the pot"] * 3 + ["On top"]
    for number, text in enumerate(texts):
        learner = own(make_user(f"Learner{number}"))
        answer(learner, question, text)
        if number % 2:
            answer(learner, other, "Right")
    stage.sign_in(make_instructor("Iris", track))
    return question


@pytest.fixture(params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def desk(request, stage: Stage, open_browser: NewContext, misleading: Question) -> Page:
    scheme, width = request.param
    page = open_browser(
        color_scheme=scheme, viewport={"width": width, "height": 900}
    ).new_page()
    stage.lend_cookies(page.context)
    return page


def assert_sound(page: Page) -> None:
    """Nothing for axe, and nothing that scrolls sideways."""
    load_axe(page)
    assert violations(page) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0


def test_a_question_is_revised_after_a_dry_run_and_the_regrade_is_taken_back(
    desk: Page, misleading: Question
):
    lesson = misleading.lesson
    desk.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    desk.get_by_role("link", name="Revise").first.click()

    desk.fill("[name=prompt]", "Where does the probe measure best?")
    desk.uncheck("[name=choices-0-is_right]")
    desk.check("[name=choices-1-is_right]")
    expect(desk.get_by_label("Into the pot", exact=True)).to_be_hidden()
    desk.get_by_label("Grade the answers to this version again").check()
    expect(desk.get_by_label("Into the pot", exact=True)).to_be_visible()
    desk.get_by_label("Why").fill("The roots are where it measures.")
    assert_sound(desk)
    desk.get_by_role("button", name="See what would change").click()

    expect(desk.get_by_text("scores of 9 learners move, of 10")).to_be_visible()
    expect(desk.locator("[name=prompt]")).to_have_value(
        "Where does the probe measure best?"
    )
    desk.get_by_text("Show these numbers as a table").click()
    assert_sound(desk)
    assert Question.objects.count() == 2
    desk.get_by_role("button", name="Revise", exact=True).click()

    expect(desk.get_by_role("heading", name="Version 2 · asked now")).to_be_visible()
    expect(desk.get_by_text("10 people have answered it.")).to_be_visible()
    assert_sound(desk)
    after = scores_of_track(lesson.track_id)
    assert sum(earned for earned, _count in after.values()) == 11
    desk.get_by_role("link", name="Take back").click()
    expect(desk.get_by_role("button", name="Take it back")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Take it back").click()

    expect(desk.locator("td", has_text="Taken back")).to_be_visible()
    assert Regrade.objects.get().taken_back_by is not None
    before = scores_of_track(lesson.track_id)
    assert sum(earned for earned, _count in before.values()) == 8


def test_answers_are_regraded_later(desk: Page, misleading: Question):
    desk.goto(reverse("admin:quizzes_question_revise", args=[misleading.pk]))
    desk.get_by_role("button", name="See what would change").click()
    expect(desk.get_by_text("No learner's score moves.")).to_be_visible()
    desk.get_by_role("button", name="Revise", exact=True).click()

    desk.get_by_role("link", name="Regrade these answers").click()
    desk.get_by_label("Full credit").check()
    desk.get_by_label("Why").fill("It misled.")
    desk.get_by_role("button", name="See what would change").click()
    expect(desk.get_by_role("button", name="Regrade", exact=True)).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Regrade", exact=True).click()

    expect(desk.get_by_text("full credit for everybody")).to_be_visible()
    desk.get_by_role("link", name="Back to the lesson").click()
    expect(
        desk.get_by_role("heading", name="Retired and replaced questions")
    ).to_be_visible()
    assert_sound(desk)


def test_a_choice_is_moved_and_added_by_keyboard(desk: Page, misleading: Question):
    desk.goto(reverse("admin:quizzes_question_revise", args=[misleading.pk]))
    row = desk.locator("#choices-data .form-group").nth(1)
    row.get_by_role("button", name="Move up").press("Enter")
    desk.get_by_role("link", name="Add a choice").press("Enter")
    desk.locator("[name=choices-3-text]").fill("Beside it")

    desk.get_by_role("button", name="See what would change").press("Enter")
    expect(desk.get_by_role("heading", name="What would change")).to_be_in_viewport()
    desk.get_by_role("button", name="Revise", exact=True).press("Enter")

    expect(desk.get_by_role("heading", name="Version 2 · asked now")).to_be_visible()
    new = Question.objects.current().get(lineage=misleading.lineage)
    assert [choice.text for choice in new.choices.order_by("position")] == [
        "To the roots",
        "Into the pot",
        "On top",
        "Beside it",
    ]
