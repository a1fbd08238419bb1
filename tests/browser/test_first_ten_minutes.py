"""Iris has never seen Gradus: from signing in to a published lesson, in one sitting."""

import pytest
from playwright.sync_api import FilePayload, FrameLocator, Locator, Page, expect

from courses.models import Lesson
from quizzes.models import Answer, Kind
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import listen, load_axe, violations
from tests.drawings import png
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "A probe, ten centimetres deep in dry soil"
TEXT = """## Where to measure

A plant drinks at its **roots**, so that is where the probe belongs.

"""
# kind, question, choices or accepted answers: the first of them is right
QUESTIONS = [
    (Kind.SINGLE, "Where does the probe go?", ["To the roots", "On top"]),
    (Kind.MULTIPLE, "What dries the soil?", ["Sun", "Rain"]),
    (Kind.TEXT, "What is the instrument called?", ["probe"]),
    (Kind.NUMBER, "How deep is the probe, in centimetres?", ["10"]),
]


@pytest.fixture(params=[("dark", 1280), ("light", 768)], ids=["1280", "768"])
def newcomer(request, stage: Stage, open_browser: NewContext) -> Page:
    """The browser of Iris, an instructor who teaches nothing yet and is not signed in."""
    make_user("Iris", "instructor")
    scheme, width = request.param
    size = {"width": width, "height": 900}
    return open_browser(color_scheme=scheme, viewport=size).new_page()


def test_a_newcomer_publishes_a_lesson_with_four_questions_and_a_picture(
    newcomer: Page, open_browser: NewContext
):
    log = listen(newcomer)
    sign_in(newcomer)
    make_track(newcomer)
    write_lesson(newcomer)
    for number in range(len(QUESTIONS)):
        ask(newcomer, number)
    see_it_as_learners_will(newcomer.frame_locator("iframe[name=preview]"))
    publish(newcomer)
    assert log.errors == []
    assert all(status < 400 for status in log.statuses)

    answer(open_browser().new_page(), Lesson.objects.get().get_absolute_url())


def sign_in(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill("iris@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your first track")).to_be_visible()


def wait_for_scripts(page: Page, address: str) -> None:
    """The address follows the title once the page has its scripts."""
    page.wait_for_url(f"**/{address}*")
    page.wait_for_load_state("load")


def make_track(page: Page) -> None:
    """The first step, which leads on to the second."""
    page.get_by_role("link", name="Write your first track").click()
    wait_for_scripts(page, "track/add/")
    page.get_by_label("Title").press_sequentially("Soil and water")
    expect(page.get_by_role("textbox", name="Address")).to_have_value("soil-and-water")
    page.get_by_label("Summary").fill("Measure, then water.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Write its first lesson").click()


def write_lesson(page: Page) -> None:
    """Its text, and a picture where the cursor stands."""
    wait_for_scripts(page, "lesson/add/")
    page.get_by_label("Title").press_sequentially("Probe the soil")
    page.get_by_label("Summary").fill("Where the probe goes, and why.")
    page.locator("#id_markdown").fill(TEXT)
    page.get_by_role("link", name="Add a picture").click()
    dialog = page.get_by_role("dialog", name="Add a picture")
    file: FilePayload = {
        "name": "Probe.png",
        "mimeType": "image/png",
        "buffer": png(600, 300),
    }
    dialog.get_by_label("Picture", exact=True).set_input_files(file)
    dialog.get_by_role("button", name="Upload and insert").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say in words")
    dialog.get_by_label("Description").fill(WORDS)
    dialog.get_by_role("button", name="Upload and insert").click()
    expect(dialog).to_be_hidden()


def ask(page: Page, number: int) -> None:
    """One more question, on the same page."""
    kind, prompt, answers = QUESTIONS[number]
    page.locator("#questions-data > .form-actions .add-row").click()
    field = f"[name=questions-{number}-%s]"
    page.select_option(field % "kind", kind)
    page.fill(field % "prompt", prompt)
    page.fill(field % "explanation", f"Because of {prompt}")
    for place, text in enumerate(answers):
        page.fill(field % f"choices-{place}-text", text)
    page.check(field % "choices-0-is_right")


def see_it_as_learners_will(shown: FrameLocator) -> None:
    expect(shown.locator("h1")).to_have_text("Probe the soil")
    expect(shown.locator(".prose strong")).to_have_text("roots")
    expect(shown.get_by_role("img", name=WORDS)).to_have_js_property("complete", True)
    prompts = [prompt for _kind, prompt, _answers in QUESTIONS]
    expect(shown.locator(".question__text")).to_have_text(prompts)


def publish(page: Page) -> None:
    """The lesson with its track: one page says what to look at, and opens both."""
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_label("Probe the soil")).to_be_checked()
    load_axe(page)
    assert violations(page) == []
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Published: the track, with 1 lesson.")).to_be_visible()
    expect(page.get_by_text("Up to date")).to_be_visible()  # its preview is there
    page.goto("/admin/")
    expect(page.get_by_text("Nothing needs you now.")).to_be_visible()
    expect(page.get_by_role("heading", name="Your first track")).to_have_count(0)


def answer(page: Page, address: str) -> None:
    """Somebody without an account reads it, and is right."""
    page.goto(address)
    expect(page.get_by_role("img", name=WORDS)).to_be_visible()
    first = question(page, 1)
    first.get_by_label("To the roots").check()
    first.get_by_role("button", name="Check my answer").click()
    expect(page.get_by_role("heading", name="Correct")).to_be_visible()
    assert Answer.objects.get().credit == 1


def question(page: Page, number: int) -> Locator:
    return page.locator(".question").nth(number - 1)
