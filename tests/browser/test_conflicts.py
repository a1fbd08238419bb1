"""Two people in one lesson or track, in a browser: the second save loses neither."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Lesson, Track
from tests.admin_forms import added_row, admin_client, fields_of
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import load_axe, violations
from tests.factories import (
    make_admin,
    make_instructor,
    make_lesson,
    make_question,
    make_track,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROMPTS = "textarea[name^=questions-][name$=-prompt]:not([name*=__prefix__])"


def change(row: Lesson | Track) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def lesson(stage: Stage) -> Lesson:
    """With three questions, taught by Iris, who is signed in."""
    track = make_track("soil")
    lesson = make_lesson(track, "probe-the-soil")
    make_lesson(track, "water-it")
    for prompt in "Where to?", "How deep?", "How often?":
        make_question(lesson, prompt)
    stage.sign_in(make_instructor("Iris", track))
    return lesson


@pytest.fixture
def ruth(lesson: Lesson):
    """The client of an admin, who works on the same."""
    return admin_client(make_admin("Ruth"))


@pytest.fixture(params=[1280, 768])
def desk(request, stage: Stage, open_browser: NewContext, lesson: Lesson) -> Page:
    size = {"width": request.param, "height": 900}
    page = open_browser(viewport=size).new_page()
    stage.lend_cookies(page.context)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def take_out(page: Page, number: int) -> None:
    """The question that stands on this place, counted from 0."""
    page.locator(f"label:has([name=questions-{number}-DELETE])").click()


def assert_looks_well(page: Page) -> None:
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(overflow) <= 0
    load_axe(page)
    assert violations(page) == []


def save(client, row: Lesson | Track, **typed: str) -> None:
    fields = fields_of(client, change(row))
    fields |= {name.replace("__", "-"): value for name, value in typed.items()}
    assert client.post(change(row), fields).status_code == 302


def asked_in(lesson: Lesson) -> list[str]:
    asked = lesson.questions.filter(position__isnull=False).order_by("position")
    return list(asked.values_list("prompt", flat=True))


def test_both_add_take_away_and_move_questions(desk: Page, lesson: Lesson, ruth):
    desk.goto(change(lesson))
    new = added_row(ruth, change(lesson), "questions", 3) | {
        "questions-TOTAL_FORMS": "4",
        "questions-3-prompt": "Ruth's?",
        "questions-3-choices-0-text": "Yes",
        "questions-3-choices-0-is_right": "on",
        "questions-3-choices-1-text": "No",
    }
    save(ruth, lesson, **new, questions__0__DELETE="on", questions__2__position="1")
    assert asked_in(lesson) == ["How often?", "How deep?", "Ruth's?"]
    desk.fill("[name=questions-0-prompt]", "Where does it go?")
    desk.fill("[name=questions-1-prompt]", "How deep does it go?")
    press(desk, "Save")

    shown = desk.locator("#content")
    for text in "Ruth's?", "Where does it go?", "How deep does it go?":
        expect(shown).to_contain_text(text)
    assert_looks_well(desk)
    press(desk, "Go on editing mine")

    typed = ["Where does it go?", "How deep does it go?", "How often?"]
    for number, text in enumerate(typed):
        expect(desk.locator(PROMPTS).nth(number)).to_have_value(text)
    press(desk, "Save")
    expect(desk.locator("#content")).to_contain_text("A row is gone")
    rows = desk.locator("#questions-data > .form-group:not(.empty-form)")
    expect(rows.first).to_contain_text("Somebody took this row away.")
    expect(rows.nth(1)).not_to_contain_text("Somebody took this row away.")
    expect(desk.locator("[name=questions-0-prompt]")).to_have_value(typed[0])
    take_out(desk, 0)
    press(desk, "Save")
    desk.wait_for_url("**/admin/courses/lesson/")
    assert asked_in(lesson) == ["How deep does it go?", "How often?", "Ruth's?"]


@pytest.mark.parametrize(
    ("model", "text"), [("lesson", "markdown"), ("track", "description")]
)
def test_a_third_save_before_mine_is_shown_too(
    desk: Page, lesson: Lesson, ruth, model, text
):
    row = lesson if model == "lesson" else lesson.track
    desk.goto(change(row))
    save(ruth, row, **{text: "The second's words."})
    desk.fill(f"[name={text}]", "My words.")
    press(desk, "Save")
    expect(desk.locator("#content")).to_contain_text("The second's words.")
    save(ruth, row, **{text: "The third's words."})

    press(desk, "Keep mine")

    expect(desk.locator("#content")).to_contain_text("The third's words.")
    expect(desk.locator("#content")).to_contain_text("My words.")
    assert_looks_well(desk)
    press(desk, "Keep mine")
    desk.wait_for_url(f"**/admin/courses/{model}/")
    row.refresh_from_db()
    assert getattr(row, text) == "My words."
    kept = row.versions.filter(text__contains="The third's words.")
    assert kept.exists()


def test_a_lesson_that_the_other_deleted_is_restored_and_mine_brought_back(
    desk: Page, lesson: Lesson, ruth
):
    desk.goto(change(lesson))
    desk.fill("[name=markdown]", "My words.")
    desk.fill("[name=questions-0-prompt]", "My question?")
    delete = reverse("admin:courses_lesson_delete", args=[lesson.pk])
    assert ruth.post(delete, {"post": "yes"}).status_code == 302

    press(desk, "Save")

    typed = desk.get_by_label("What you typed").input_value()
    assert "My words." in typed
    assert "### My question?" in typed
    assert_looks_well(desk)
    desk.get_by_role("link", name="Restore the lesson…").click()
    press(desk, "Restore it")
    press(desk, "Bring it back")
    expect(desk.locator("[name=markdown]")).to_have_value("My words.")
    press(desk, "Save")
    # its questions came back as new rows: mine are kept until I take them out
    expect(desk.locator("#content")).to_contain_text("A row is gone")
    expect(desk.locator("[name=questions-0-prompt]")).to_have_value("My question?")
    for number in range(3):
        take_out(desk, number)
    press(desk, "Save")
    desk.wait_for_url("**/admin/courses/lesson/")
    back = Lesson.objects.get(pk=lesson.pk)
    assert back.markdown == "My words."
    assert asked_in(back) == ["Where to?", "How deep?", "How often?"]
