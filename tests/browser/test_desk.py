"""An instructor writes a lesson in a browser: preview, order, kept text, two at a time."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Lesson
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import listen, load_axe, violations
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


# What to look at before publishing


def test_a_finding_leads_into_its_field(desk: Page, written: Lesson):
    question = make_question(written, "Which?", right=("Yes",), wrong=("*Yes*",))
    Lesson.objects.filter(pk=written.pk).update(published_at=None)
    desk.goto(reverse("admin:courses_lesson_publication", args=[written.pk]))

    desk.get_by_role("link", name="looks like another choice").click()

    field = desk.locator("[name=questions-2-choices-1-text]")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    assert question.choices.get(position=2).text == field.input_value()
    desk.get_by_role("link", name="looks like another choice").click()
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()


# The kinds of question


def test_a_question_shows_the_fields_of_its_kind(desk: Page, written: Lesson):
    desk.goto(change(written))
    desk.locator("#questions-data > .form-actions .add-row").click()
    tolerance = desk.locator("[name=questions-2-tolerance]")
    other = desk.locator("[name=questions-2-other_feedback]")
    shown = []
    for kind in "single", "number", "text", "multiple", "number":
        desk.select_option("[name=questions-2-kind]", kind)
        if kind == "number":
            tolerance.fill("0.5")
        shown.append((kind, tolerance.is_visible(), other.is_visible()))
    assert shown == [
        ("single", False, False),
        ("number", True, True),
        ("text", False, True),
        ("multiple", False, False),
        ("number", True, True),
    ]
    expect(tolerance).to_have_value("0.5")

    desk.fill("[name=questions-2-prompt]", "Which?")
    desk.select_option("[name=questions-2-kind]", "single")
    desk.fill("[name=questions-2-choices-0-text]", "Yes")
    desk.check("[name=questions-2-choices-0-is_right]")
    desk.fill("[name=questions-2-choices-1-text]", "No")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/lesson/")
    asked = written.questions.get(prompt="Which?")
    assert (asked.kind, asked.tolerance) == ("single", None)


# The order


def names(page: Page, rows: str) -> list[str]:
    """What stands in these fields, from the first to the last."""
    return [field.input_value() for field in page.locator(rows).all()]


PROMPTS = "textarea[name^=questions-][name$=-prompt]:not([name*=__prefix__])"


def test_questions_are_moved_by_keyboard(desk: Page, written: Lesson):
    desk.goto(change(written))
    down = desk.locator("#questions-data > .form-group").first.get_by_role(
        "button", name="Move down"
    )

    down.first.press("Enter")

    said = desk.locator("[data-desk] [role=status]")
    expect(said).to_have_text("“Where does the probe go?” is now 2 of 2")
    expect(desk.locator(":focus")).to_have_accessible_name(
        "Move down: Where does the probe go?"
    )
    assert names(desk, PROMPTS) == ["How deep?", "Where does the probe go?"]
    desk.keyboard.press("Enter")  # there is nothing below it
    expect(said).to_have_text("“Where does the probe go?” is now 2 of 2")
    shown = desk.frame_locator("iframe[name=preview]")
    expect(shown.locator(".question__text").first).to_have_text("How deep?")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/lesson/**")
    asked = written.questions.order_by("position").values_list("prompt", flat=True)
    assert list(asked) == ["How deep?", "Where does the probe go?"]


def test_choices_are_moved_by_keyboard_and_those_just_added_too(
    desk: Page, written: Lesson
):
    desk.goto(change(written))
    choices = desk.locator("#questions-0-choices-data")
    choices.locator(".add-row").click()
    expect(desk.locator("[name=questions-0-choices-3-text]")).to_be_focused()
    desk.keyboard.type("On the wall")
    up = choices.locator(".form-group:not(.empty-form)").last.get_by_role(
        "button", name="Move up"
    )
    up.press("Enter")
    desk.keyboard.press("Space")

    expect(desk.locator("[data-desk] [role=status]")).to_have_text(
        "“On the wall” is now 2 of 4"
    )
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/lesson/**")
    question = written.questions.get(position=1)
    texts = question.choices.order_by("position").values_list("text", flat=True)
    assert list(texts) == ["Right", "On the wall", "Not so", "Nor this"]


def test_lessons_of_a_track_are_moved_by_keyboard(desk: Page, written: Lesson):
    desk.goto(reverse("admin:courses_track_change", args=[written.track_id]))
    rows = desk.locator("#lessons-data > .form-group:not(.empty-form)")

    rows.nth(2).get_by_role("button", name="Move up").press("Enter")

    expect(desk.locator("[data-desk] [role=status]")).to_have_text(
        "“Feed it” is now 2 of 3"
    )
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/track/")
    slugs = written.track.lessons.order_by("position").values_list("slug", flat=True)
    assert list(slugs) == ["probe-the-soil", "feed-it", "water-it"]


def test_a_question_is_added_and_one_taken_out_without_losing_the_rest(
    desk: Page, written: Lesson
):
    desk.goto(change(written))
    add = desk.locator("#questions-data > .form-actions .add-row")
    for number in 2, 3, 4:
        add.click()
        expect(desk.locator(f"[name=questions-{number}-prompt]")).to_be_focused()
        desk.keyboard.type(f"Question {number}?")
        desk.fill(f"[name=questions-{number}-choices-0-text]", "Yes")
        desk.check(f"[name=questions-{number}-choices-0-is_right]")
        desk.fill(f"[name=questions-{number}-choices-1-text]", f"No {number}")
    last = desk.locator("#questions-data > .form-group:not(.empty-form)").last
    last.get_by_role("button", name="Move up").first.press("Enter")

    desk.locator("#questions-data > .form-group:not(.empty-form)").nth(2).locator(
        "h3 .delete-template"
    ).click()

    assert names(desk, PROMPTS)[2:] == ["Question 4?", "Question 3?"]
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/lesson/")
    asked = written.questions.order_by("position").values_list("prompt", flat=True)
    assert list(asked)[2:] == ["Question 4?", "Question 3?"]
    for number in 3, 4:
        question = written.questions.get(prompt=f"Question {number}?")
        texts = question.choices.order_by("position").values_list("text", flat=True)
        assert list(texts) == ["Yes", f"No {number}"]


# Text that is not saved


def kept_by(page: Page) -> int:
    """How many texts the browser keeps."""
    found: int = page.evaluate(
        "Object.keys(localStorage).filter(key => key.startsWith('gradus.kept.')).length"
    )
    return found


def type_and_close(desk: Page, written: Lesson) -> Page:
    """Iris writes, and closes the tab at once; her next one."""
    desk.goto(change(written))
    desk.locator("#questions-data > .form-actions .add-row").click()
    desk.fill("[name=questions-2-prompt]", "A third question?")
    desk.fill("[name=markdown]", "A long thought.")
    desk.close(run_before_unload=False)
    return desk.context.new_page()


def test_text_survives_a_closed_tab_and_is_brought_back(desk: Page, written: Lesson):
    page = type_and_close(desk, written)
    page.goto(change(written))
    offer = page.locator(".kept")
    expect(offer).to_contain_text("that was not saved.")
    expect(page.locator("[name=markdown]")).not_to_have_value("A long thought.")

    offer.get_by_role("button", name="Bring it back").click()

    expect(page.locator("[name=markdown]")).to_have_value("A long thought.")
    expect(page.locator("[name=questions-2-prompt]")).to_have_value("A third question?")
    page.fill("[name=questions-2-choices-0-text]", "Yes")
    page.check("[name=questions-2-choices-0-is_right]")
    page.fill("[name=questions-2-choices-1-text]", "No")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/courses/lesson/")
    assert kept_by(page) == 0
    written.refresh_from_db()
    assert written.markdown == "A long thought."
    page.goto(change(written))
    expect(page.locator("[name=markdown]")).to_have_value("A long thought.")
    expect(page.locator(".kept")).to_have_count(0)


def test_text_is_discarded_and_what_nobody_typed_is_not_kept(
    desk: Page, written: Lesson
):
    page = type_and_close(desk, written)
    page.goto(change(written))
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".kept")).to_have_count(0)
    assert kept_by(page) == 0

    page.goto(change(written))
    page.goto(change(written))

    expect(page.locator(".kept")).to_have_count(0)
    assert kept_by(page) == 0


def test_each_text_that_was_never_saved_is_offered(desk: Page, written: Lesson):
    page = type_and_close(desk, written)
    for thought in "Second thought.", "Third thought.":
        page.goto(change(written))
        page.fill("[name=markdown]", thought)
        page.close(run_before_unload=False)
        page = page.context.new_page()

    page.goto(change(written))

    expect(page.locator(".kept")).to_have_count(3)
    page.locator(".kept").nth(1).get_by_role("button", name="Bring it back").click()
    expect(page.locator("[name=markdown]")).to_have_value("Second thought.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/courses/lesson/")
    assert kept_by(page) == 2


def test_two_tabs_keep_a_text_each(desk: Page, written: Lesson):
    other = desk.context.new_page()
    desk.goto(change(written))
    other.goto(change(written))
    desk.fill("[name=markdown]", "One thought.")
    other.fill("[name=markdown]", "Another thought.")
    desk.fill("[name=title]", "One title")
    for page in desk, other:
        page.close(run_before_unload=False)

    page = desk.context.new_page()
    page.goto(change(written))

    expect(page.locator(".kept")).to_have_count(2)
    page.locator(".kept").last.get_by_role("button", name="Bring it back").click()
    expect(page.locator("[name=markdown]")).to_have_value("Another thought.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/courses/lesson/")
    assert kept_by(page) == 1


def test_a_text_brought_back_in_one_tab_is_not_written_over_by_the_other(
    desk: Page, written: Lesson
):
    other = desk.context.new_page()
    desk.goto(change(written))
    desk.fill("[name=markdown]", "One thought.")
    desk.evaluate("dispatchEvent(new Event('pagehide'))")
    other.goto(change(written))
    other.get_by_role("button", name="Bring it back").click()
    expect(other.locator("[name=markdown]")).to_have_value("One thought.")
    other.fill("[name=markdown]", "Another thought.")
    other.evaluate("dispatchEvent(new Event('pagehide'))")
    desk.fill("[name=markdown]", "One thought more.")
    for page in desk, other:
        page.close(run_before_unload=False)

    page = desk.context.new_page()
    page.goto(change(written))

    expect(page.locator(".kept")).to_have_count(2)


def test_kept_text_that_is_older_than_the_lesson_meets_it(desk: Page, written: Lesson):
    page = type_and_close(desk, written)
    Lesson.objects.filter(pk=written.pk).update(markdown="Somebody else's words.")
    page.goto(change(written))
    expect(page.locator(".kept")).to_contain_text("was saved since then")

    page.get_by_role("button", name="Bring it back").click()

    expect(page.locator("#content")).to_contain_text("Somebody else's words.")
    expect(page.locator("#content")).to_contain_text("A long thought.")


def test_nobody_else_sees_kept_text_and_signing_out_forgets_it(
    desk: Page, stage: Stage, written: Lesson
):
    page = type_and_close(desk, written)
    stage.client = Client()
    stage.sign_in(make_instructor("Omar", written.track))
    stage.lend_cookies(page.context)
    page.goto(change(written))
    expect(page.locator("[name=markdown]")).to_be_visible()
    expect(page.locator(".kept")).to_have_count(0)
    assert kept_by(page) == 1

    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("/")

    assert kept_by(page) == 0


# Two people


def test_two_versions_are_shown_and_mine_is_kept(desk: Page, written: Lesson):
    desk.goto(change(written))
    Lesson.objects.filter(pk=written.pk).update(title="Their title")
    desk.fill("[name=markdown]", "My words.")
    desk.get_by_role("button", name="Save", exact=True).click()

    expect(desk.get_by_role("heading", name="What you typed")).to_be_visible()
    expect(desk.locator("#content")).to_contain_text("Their title")
    width = desk.evaluate("document.documentElement.scrollWidth")
    assert width <= desk.evaluate("window.innerWidth")
    load_axe(desk)
    assert violations(desk) == []

    desk.get_by_role("button", name="Go on editing mine").click()
    expect(desk.locator("[name=markdown]")).to_have_value("My words.")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url("**/admin/courses/lesson/")
    written.refresh_from_db()
    assert (written.title, written.markdown) == ("Probe the soil", "My words.")
    assert kept_by(desk) == 0


def test_a_question_that_was_kept_over_theirs_is_not_offered_once_more(
    desk: Page, written: Lesson
):
    desk.goto(change(written))
    Lesson.objects.filter(pk=written.pk).update(title="Their title")
    desk.locator("#questions-data > .form-actions .add-row").click()
    for name, text in (
        ("prompt", "And?"),
        ("choices-0-text", "A"),
        ("choices-1-text", "B"),
    ):
        desk.fill(f"[name=questions-2-{name}]", text)
    desk.check("[name=questions-2-choices-0-is_right]")
    desk.get_by_role("button", name="Save", exact=True).click()

    desk.get_by_role("button", name="Keep mine").click()

    desk.wait_for_url("**/admin/courses/lesson/")
    assert written.questions.count() == 3
    assert kept_by(desk) == 0
