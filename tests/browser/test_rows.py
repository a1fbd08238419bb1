"""Rows in an order, moved by keyboard and by dragging, whatever else is on the page."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from courses.models import Lesson, Track
from quizzes.services import retire_question
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.factories import (
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.mending import answer, own

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Whether what has the focus is what a pointer would meet there.
IS_SEEN = """() => {
  const held = document.activeElement, box = held.getBoundingClientRect();
  return held.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
PROMPTS = "textarea[name^=questions-][name$=-prompt]:not([name*=__prefix__])"
GRIP = ".material-symbols-outlined:text-is('drag_indicator')"


@pytest.fixture
def track(stage: Stage) -> Track:
    """Of twelve lessons; the first one has five questions, taught by Iris."""
    track = make_track("soil")
    for number in range(1, 13):
        make_lesson(track, f"lesson-{number}")
    stage.sign_in(make_instructor("Iris", track))
    return track


@pytest.fixture
def lesson(track: Track) -> Lesson:
    """One question of it is answered, and so locked; one was retired."""
    lesson = track.lessons.get(slug="lesson-1")
    for name in ("A?", "B?", "Gone?", "C?", "D?"):
        make_question(lesson, name)
    retire_question(lesson.questions.get(prompt="Gone?"))
    answer(own(make_user("Ada")), lesson.questions.get(prompt="B?"), "Right")
    return lesson


@pytest.fixture(params=[1280, 768])
def desk(request, stage: Stage, open_browser: NewContext, track: Track) -> Page:
    size = {"width": request.param, "height": 900}
    page = open_browser(viewport=size).new_page()
    stage.lend_cookies(page.context)
    return page


def rows(page: Page, prefix: str) -> Locator:
    return page.locator(f"#{prefix}-data > .form-group:not(.empty-form)")


def drag(page: Page, row: Locator, above: Locator) -> None:
    """With the hand; the last steps are small, as a row follows only what moves."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": size["width"], "height": 5000})  # all in view
    page.evaluate("() => new Promise(requestAnimationFrame)")
    row.locator(GRIP).first.hover()
    target = above.locator(GRIP).first.bounding_box()
    assert target
    page.mouse.down()
    x, y = target["x"] + 9, target["y"] + 9
    page.mouse.move(x, y + 30, steps=20)
    for step in range(30, -10, -2):
        page.mouse.move(x, y + step)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()


def prompts(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator(PROMPTS).all()]


def save(page: Page, address: str) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(address)


def test_a_row_that_is_moved_by_keyboard_is_never_behind_the_bar(desk, track):
    desk.goto(reverse("admin:courses_track_change", args=[track.pk]))
    said = desk.locator("[data-desk] [role=status]")
    rows(desk, "lessons").first.get_by_role("button", name="Move down").focus()

    for place in range(2, 13):
        desk.keyboard.press("Enter")
        expect(said).to_have_text(f"“Lesson 1” is now {place} of 12")
        assert desk.evaluate(IS_SEEN), place
    desk.keyboard.press("Shift+Tab")
    for place in range(11, 0, -1):
        desk.keyboard.press("Space")
        expect(said).to_have_text(f"“Lesson 1” is now {place} of 12")
        assert desk.evaluate(IS_SEEN), place


def test_what_is_tabbed_to_is_never_behind_the_bar(desk, lesson):
    desk.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    desk.locator("#id_title").focus()

    for step in range(40):
        desk.keyboard.press("Tab")
        assert desk.evaluate(IS_SEEN), (
            step,
            desk.evaluate("document.activeElement.outerHTML"),
        )


def test_lessons_are_dragged(desk, track):
    desk.goto(reverse("admin:courses_track_change", args=[track.pk]))
    shown = rows(desk, "lessons")

    drag(desk, shown.nth(4), above=shown.nth(1))
    expect(shown.nth(1)).to_contain_text("Lesson 5")
    save(desk, "**/admin/courses/track/")

    slugs = list(track.lessons.order_by("position").values_list("slug", flat=True))
    assert slugs[:5] == [f"lesson-{number}" for number in (1, 5, 2, 3, 4)]


def test_questions_are_moved_beside_a_new_one_a_locked_one_and_one_to_delete(
    desk, lesson
):
    """What was retired is not on the page, and stays as it is."""
    desk.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    shown = rows(desk, "questions")
    shown.nth(2).locator("[name$=-DELETE]").first.evaluate("field => field.click()")
    desk.locator("#questions-data > .form-actions .add-row").click()
    expect(desk.locator("[name=questions-4-prompt]")).to_be_focused()
    assert desk.evaluate(IS_SEEN)
    up = shown.nth(4).locator("> .form-row").get_by_role("button").first
    expect(up).to_have_accessible_name("Move up: Question: #5")
    desk.keyboard.type("New?")
    desk.fill("[name=questions-4-choices-0-text]", "Yes")
    desk.check("[name=questions-4-choices-0-is_right]")
    desk.fill("[name=questions-4-choices-1-text]", "No")

    shown.nth(4).get_by_role("button", name="Move up").first.focus()
    for _step in range(4):
        desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk] [role=status]")).to_have_text(
        "“New?” is now 1 of 5"
    )
    assert prompts(desk) == ["New?", "A?", "B?", "C?", "D?"]
    expect(shown.first.locator("h3 strong").first).to_have_text("Question: #1")
    ways = desk.locator("#questions-data > .form-group > .form-row [data-way=up]")
    named = [way.get_attribute("aria-label") for way in ways.all()]
    assert named[:-1] == [f"Move up: {name}" for name in prompts(desk)]
    down = shown.nth(1).get_by_role("button", name="Move down").first
    down.press("Enter")
    save(desk, "**/admin/courses/lesson/")

    asked = lesson.questions.order_by("position").values_list("prompt", "position")
    assert list(asked) == [
        ("New?", 1),
        ("B?", 2),
        ("A?", 3),
        ("D?", 4),
        ("Gone?", None),
    ]


def test_choices_are_dragged_and_the_text_is_kept(desk, lesson):
    desk.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    shown = rows(desk, "questions-0-choices")

    drag(desk, shown.nth(2), above=shown.nth(0))

    desk.wait_for_function(
        "() => Object.keys(localStorage).some((key) => key.startsWith('gradus.kept.'))"
    )
    save(desk, "**/admin/courses/lesson/")
    question = lesson.questions.get(prompt="A?")
    texts = question.choices.order_by("position").values_list("text", flat=True)
    assert list(texts) == ["Nor this", "Right", "Not so"]
    assert list(lesson.questions.get(prompt="D?").choices.values_list("position")) == [
        (1,),
        (2,),
        (3,),
    ]


def test_questions_are_dragged_over_a_locked_one(desk, lesson):
    errors: list[str] = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    desk.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    shown = rows(desk, "questions")

    drag(desk, shown.nth(3), above=shown.nth(0))
    expect(shown.nth(0).locator(PROMPTS)).to_have_value("D?")
    save(desk, "**/admin/courses/lesson/")

    asked = lesson.questions.exclude(position=None).order_by("position")
    assert [question.prompt for question in asked] == ["D?", "A?", "B?", "C?"]
    assert errors == []


def test_the_numbers_of_a_lesson_have_their_headings_at_every_width(desk, track):
    desk.goto(reverse("admin:courses_track_change", args=[track.pk]))

    for name in ("State", "Questions", "Reading now"):
        expect(desk.get_by_role("columnheader", name=name)).to_be_visible()
