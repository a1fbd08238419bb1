"""A picture comes into a lesson by choosing, dropping or pasting it, described in words."""

import re
from base64 import b64encode

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from courses.models import Lesson, Picture
from courses.picture_services import add_picture
from courses.publishing import render_lesson
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.drawings import png
from tests.factories import make_instructor, make_lesson, make_track

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "The probe, ten centimetres deep"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
# What a person's hand does, with a file made in the page.
GIVE = """([kind, name, type, content, words]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  if (content) data.items.add(new File([bytes], name, { type }));
  if (words) data.setData("text/plain", words);
  const field = document.querySelector("#id_markdown");
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  field.dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture
def lesson(stage: Stage) -> Lesson:
    return make_lesson(make_track("soil"), body="Before.\n\n\n\nAfter.\n")


@pytest.fixture
def page(stage: Stage, lesson: Lesson, open_browser: NewContext) -> Page:
    """Iris on the lesson's page in the admin, the cursor between two paragraphs."""
    stage.sign_in(make_instructor("Iris", lesson.track))
    page = open_browser().new_page()
    stage.lend_cookies(page.context)
    page.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))
    page.locator("#id_markdown").evaluate(
        "e => { e.focus(); e.setSelectionRange(9, 9) }"
    )
    return page


def give(page: Page, kind: str, content: bytes = b"", **options: str) -> bool:
    """Drop or paste a file; whether the page took it."""
    name, mime = options.get("name", "Probe.png"), options.get("type", "image/png")
    words = options.get("words", "")
    taken: bool = page.evaluate(
        GIVE, [kind, name, mime, b64encode(content).decode(), words]
    )
    return taken


def text_of(page: Page) -> str:
    return page.locator("#id_markdown").input_value()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted_described_and_shown(page, lesson, kind):
    assert give(page, kind, png(600, 300))
    dialog = page.get_by_role("dialog", name="Add a picture")
    expect(dialog.locator("img")).to_be_visible()
    expect(dialog.get_by_label("Description")).to_be_focused()

    dialog.get_by_label("Description").fill(WORDS)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(page.locator("#id_markdown")).to_be_focused()
    assert text_of(page) == f"Before.\n\n![{WORDS}](probe.png)\n\nAfter.\n"
    page.keyboard.press("Control+z")
    assert "probe.png" not in text_of(page)
    page.keyboard.press("Control+Shift+z")

    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/lesson/")
    page.goto(lesson.get_absolute_url())
    shown = page.get_by_role("img", name=WORDS)
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("e => e.naturalWidth") > 0


def test_a_picture_is_chosen_with_the_keyboard_alone(page):
    page.get_by_role("link", name="Add a picture").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add a picture")
    file = {"name": "probe.png", "mimeType": "image/png", "buffer": png()}
    expect(dialog.get_by_label("Picture", exact=True)).to_be_focused()
    dialog.get_by_label("Picture", exact=True).set_input_files(file)
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    assert f"![{WORDS}](probe.png)" in text_of(page)


def test_a_picture_wants_words_and_what_is_refused_says_why(page):
    before = text_of(page)
    give(page, "drop", SVG, name="drawing.svg", type="image/svg+xml")
    dialog = page.get_by_role("dialog", name="Add a picture")
    said = dialog.get_by_role("alert")
    send = dialog.get_by_role("button", name="Upload and insert")

    send.click()
    expect(said).to_have_text("Say in words what the picture shows.")
    dialog.get_by_label("Description").fill(WORDS)
    send.click()
    expect(said).to_contain_text("SVG is not taken")
    expect(dialog.get_by_label("Description")).to_have_value(WORDS)
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    assert text_of(page) == before
    assert not Picture.objects.exists()


def test_two_pictures_dropped_together_are_asked_for_one_after_the_other(page):
    give(page, "drop", png(seed=1), name="a.png")
    give(page, "drop", png(seed=2), name="b.png")
    dialog = page.get_by_role("dialog", name="Add a picture")
    for words in ("First", "Second"):
        expect(dialog.get_by_label("Description")).to_have_value("")
        dialog.get_by_label("Description").fill(words)
        dialog.get_by_role("button", name="Upload and insert").click()
        expect(page.locator("#id_markdown")).to_have_value(re.compile(words))

    expect(dialog).to_be_hidden()
    assert "![First](a.png)\n\n![Second](b.png)" in text_of(page)


@pytest.mark.parametrize("place", [0, 7])
def test_a_picture_is_a_paragraph_of_its_own_wherever_the_cursor_stands(page, place):
    page.locator("#id_markdown").evaluate(
        "(e, at) => e.setSelectionRange(at, at)", place
    )

    give(page, "drop", png())
    dialog = page.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Description").fill(WORDS)
    dialog.get_by_role("button", name="Upload and insert").click()

    expect(dialog).to_be_hidden()
    paragraphs = re.split(r"\n{2,}", text_of(page).strip())
    assert sorted(paragraphs) == sorted([f"![{WORDS}](probe.png)", "Before.", "After."])


def test_pasted_words_stay_words(page):
    assert not give(page, "paste", png(), words="only words")
    assert not give(page, "paste", words="only words")

    expect(page.get_by_role("dialog", name="Add a picture")).to_be_hidden()


def test_the_upload_fails_and_nothing_typed_is_lost(page):
    page.route("**/picture/add/", lambda route: route.abort())
    give(page, "paste", png())
    dialog = page.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Description").fill(WORDS)
    dialog.get_by_role("button", name="Upload and insert").click()

    expect(dialog.get_by_role("alert")).to_contain_text("the connection failed")
    page.unroute("**/picture/add/")
    dialog.get_by_role("button", name="Upload and insert").click()

    expect(dialog).to_be_hidden()
    assert "probe.png" in text_of(page)


def test_the_place_of_the_pictures_is_gone_and_back_and_no_word_is_lost(
    page, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("no folder")
    before = text_of(page)
    give(page, "drop", png(seed=44))
    dialog = page.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Description").fill(WORDS)
    send = dialog.get_by_role("button", name="Upload and insert")
    send.click()

    expect(dialog.get_by_role("alert")).to_contain_text("The picture is not stored")
    expect(dialog.get_by_label("Description")).to_have_value(WORDS)
    assert text_of(page) == before
    settings.MEDIA_ROOT.unlink()
    send.click()

    expect(dialog).to_be_hidden()
    assert f"![{WORDS}](probe.png)" in text_of(page)


def test_a_lesson_that_is_being_added_gives_its_pictures_to_the_chosen_track(
    page, lesson
):
    page.goto(reverse("admin:courses_lesson_add"))
    give(page, "drop", png())
    dialog = page.get_by_role("dialog", name="Add a picture")
    dialog.get_by_label("Description").fill(WORDS)
    send = dialog.get_by_role("button", name="Upload and insert")
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("track first")
    page.keyboard.press("Escape")

    page.locator("#id_track").select_option(str(lesson.track_id))
    give(page, "drop", png())
    dialog.get_by_label("Description").fill(WORDS)
    send.click()

    expect(dialog).to_be_hidden()
    assert Picture.objects.get().track == lesson.track


def test_a_page_of_its_own_gives_the_line(page, lesson):
    address = page.get_by_role("link", name="Add a picture").get_attribute("href")
    page.goto(address or "")

    page.get_by_label("Picture", exact=True).set_input_files(
        {"name": "probe.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(page.get_by_label("Description")).to_have_value("")  # not the file's name
    page.get_by_label("Description").fill(WORDS)
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_text(f"![{WORDS}](probe.png)").first).to_be_visible()
    assert Picture.objects.get().track == lesson.track


@pytest.mark.parametrize("width", [390, 1280])
def test_a_picture_keeps_its_place_and_no_page_jumps(
    stage, lesson, open_browser, width
):
    add_picture(lesson.track, "wide.png", png(3000, 900))
    lesson.markdown = "![Wide](wide.png)\n\nWhat comes after.\n"
    render_lesson(lesson)
    lesson.save()
    page = open_browser(viewport={"width": width, "height": 800}).new_page()
    held: list[Route] = []
    page.route("**/media/**", lambda route: held.append(route))
    with page.expect_request("**/media/**") as asked:
        page.goto(lesson.get_absolute_url(), wait_until="domcontentloaded")
    after = page.get_by_text("What comes after.")
    before = after.bounding_box()
    held[0].continue_()
    page.wait_for_function("() => document.images[0].naturalWidth > 0")

    assert before == after.bounding_box()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert asked.value.url.endswith("-480.webp" if width == 390 else "-960.webp")
