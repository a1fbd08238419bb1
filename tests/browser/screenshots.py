"""The pictures in docs/screenshots, made anew by one command:

    uv run pytest tests/browser/screenshots.py -k docs

Each main page with the tracks of content/, wide in both themes and narrow in the light
one; most of the instructor's desk wide and light alone. Without `-k docs` also every state of the list, in .demo/screenshots, to look at.
The file is no test_*.py, so that only this command runs it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import time_machine
from django.conf import settings as conf
from django.test import Client
from django.urls import reverse
from playwright.sync_api import FloatRect, Page

from accounts.models import User
from certificates.models import Certificate
from certificates.services import claim_certificate
from courses.models import Track
from exchange.saving import import_track_folder
from exchange.stored import export_track
from exchange.track_folder import write_track
from exchange.uploads import keep_upload
from exchange.zip_files import write_track_zip
from quizzes.models import Question
from tests.browser import desk_shots
from tests.browser.conftest import NewContext
from tests.browser.pages import PAGES
from tests.browser.pages.certificate import send_file
from tests.browser.pages.entry import Entry
from tests.browser.stage import Stage, lessons_of, questions_of
from tests.browser.visit import show
from tests.factories import make_instructor, make_user

pytestmark = pytest.mark.browser

DOCS = Path(conf.BASE_DIR) / "docs" / "screenshots"
EVERY_STATE = Path(conf.DEMO_DIR) / "screenshots"
NOW = datetime(2026, 3, 14, 14, 20, tzinfo=UTC)
VIEW = 900  # px high
MARGIN = 24  # px above what the picture begins with
LARGEST = 250 * 1024  # bytes
SIZES: list[tuple[int, Literal["light", "dark"]]] = [
    (1280, "light"),
    (1280, "dark"),
    (390, "light"),
]


@dataclass(frozen=True)
class Shot:
    """A picture: what to arrange, the address, and what of the page it begins with."""

    name: str
    arrange: Callable[[Stage], str]
    begins_with: str = "body"
    height: int = 1400  # px at most
    steps: Callable[[Page], None] | None = None  # on it, before it is taken
    is_one: bool = False  # wide and light alone


def begun(stage: Stage) -> Track:
    """Ada finished one track, and is in the fourth lesson of another."""
    ada = make_user("Ada")
    ada.name = "Ada Sample"
    ada.save(update_fields=["name"])
    stage.sign_in(ada)
    finish(stage, Track.objects.get(slug="write-a-lesson"))
    track = Track.objects.get(slug="ai-fundamentals")
    answer(stage, questions_of(track)[:10])
    stage.mark_done(*lessons_of(track)[:3])
    return track


def finish(stage: Stage, track: Track) -> None:
    """Everything done and answered, but for one question."""
    answer(stage, questions_of(track)[:-1])
    stage.finish(track)


def answer(stage: Stage, questions: Sequence[Question]) -> None:
    """Right, but for each fourth."""
    for number, question in enumerate(questions, start=1):
        stage.answer_as(question, right=number % 4 != 0)


def certified(stage: Stage) -> Certificate:
    track = begun(stage)
    finish(stage, track)
    ada = User.objects.get(email="ada@example.org")
    return claim_certificate(ada, track, ada.name)


def catalogue(stage: Stage) -> str:
    begun(stage)
    return "/"


def track_to_claim(stage: Stage) -> str:
    begun(stage)
    return reverse("track", args=["write-a-lesson"])


def lesson(stage: Stage) -> str:
    return lessons_of(begun(stage))[1].get_absolute_url()


def self_check(stage: Stage) -> str:
    """One answer right, one half right, one question open."""
    stage.sign_in()
    track = Track.objects.get(slug="ai-fundamentals")
    lesson = lessons_of(track)[1]
    one, two, _three = [q for q in questions_of(track) if q.lesson_id == lesson.pk]
    stage.answer_as(one, right=True)
    stage.answer(two, two.choices.filter(is_right=True)[0].text)
    return lesson.get_absolute_url()


def my_learning(stage: Stage) -> str:
    begun(stage)
    ada = User.objects.get(email="ada@example.org")
    claim_certificate(ada, Track.objects.get(slug="write-a-lesson"), ada.name)
    return "/me/"


def score(stage: Stage) -> str:
    return reverse("score", args=[begun(stage).slug])


def claim(stage: Stage) -> str:
    begun(stage)
    return reverse("claim", args=["write-a-lesson"])


def certificate(stage: Stage) -> str:
    return certified(stage).get_absolute_url()


def verify(stage: Stage) -> str:
    return reverse("verify")


def verify_file(stage: Stage) -> str:
    certified(stage)
    stage.client = Client()
    return reverse("verify")


def send_altered(page: Page) -> None:
    """The name is another, and nobody signed it."""
    send_file(("Ada Sample", "Ada Simple"))(page)
    page.get_by_text("What to do next").wait_for()


def search(stage: Stage) -> str:
    begun(stage)
    return reverse("search") + "?q=prompt"


def sign_in(stage: Stage) -> str:
    self_check(stage)
    stage.client = Client()
    track = Track.objects.get(slug="ai-fundamentals")
    answer(stage, questions_of(track)[:3])
    return reverse("account_login")


def admin_lesson(stage: Stage) -> str:
    lesson = lessons_of(Track.objects.get(slug="ai-fundamentals"))[1]
    stage.sign_in(make_instructor("Iris", lesson.track))
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def admin_import(stage: Stage) -> str:
    """The page of a zip in which a paragraph, a question and a lesson are not as before."""
    track = Track.objects.get(slug="ai-fundamentals")
    iris = make_instructor("Iris", track)
    stage.sign_in(iris)
    answer(stage, [questions_of(track)[3]])
    files = {
        name: text.encode() for name, text in write_track(export_track(track)).items()
    }
    del files["09-private-data-and-prompt-injection.md"]
    changed = "02-how-models-are-trained.md"
    text = files[changed].decode()
    for old, new in [
        ("half a sentence", "only half a sentence"),
        ("able to do?", "able to do at all?"),
    ]:
        text = text.replace(old, new, 1)
    files[changed] = text.encode()
    upload = keep_upload(iris, f"{track.slug}.zip", write_track_zip(files, track.slug))
    return reverse("admin:exchange_trackupload_look", args=[upload.pk])


SHOTS = [
    Shot("catalogue", catalogue),
    Shot("track", track_to_claim),
    Shot("lesson", lesson),
    Shot("self-check", self_check, "#check", height=1900),
    Shot("me", my_learning),
    Shot("score", score),
    Shot("claim", claim),
    Shot("certificate", certificate, height=VIEW),
    Shot("verify", verify),
    Shot("verify-file", verify_file, steps=send_altered, is_one=True),
    Shot("search", search),
    Shot("sign-in", sign_in),
    Shot("admin-lesson", admin_lesson, height=VIEW),
    Shot("admin-import", admin_import),
    Shot("admin-dashboard", desk_shots.dashboard, height=760, is_one=True),
    Shot("admin-publication", desk_shots.publication, height=520, is_one=True),
    Shot(
        "admin-revise",
        desk_shots.revise,
        ".mending",
        steps=desk_shots.see_what_would_change,
        is_one=True,
    ),
    Shot("admin-figures", desk_shots.figures, is_one=True),
    Shot("admin-audit-log", desk_shots.audit_log, height=620, is_one=True),
    Shot("admin-report", desk_shots.report, height=900, is_one=True),
    Shot("admin-export", desk_shots.export, height=360, is_one=True),
    Shot("admin-history", desk_shots.history, height=VIEW, is_one=True),
]


@pytest.fixture
def school(stage: Stage, settings: Any) -> Iterator[Stage]:
    """The demo tracks, published on a day of their own, at an address to show."""
    settings.SITE_ORIGIN = "https://gradus.example"
    with time_machine.travel(NOW):
        for folder in sorted((Path(conf.BASE_DIR) / "content").iterdir()):
            import_track_folder(folder, publish=True)
        yield stage


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_picture_for_the_docs(
    shot: Shot, school: Stage, open_browser: NewContext
) -> None:
    page = open_browser().new_page()
    address = shot.arrange(school)
    school.lend_cookies(page.context)
    for width, theme in SIZES[:1] if shot.is_one else SIZES:
        resize(page, width, theme)
        page.goto(address)
        if shot.steps:
            shot.steps(page)
        picture = DOCS / f"{shot.name}-{width}-{theme}.png"
        take(page, picture, part(page, shot))
        assert picture.stat().st_size <= LARGEST, picture.name


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_picture_of_each_state(
    entry: Entry, stage: Stage, open_browser: NewContext, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    page = open_browser().new_page()
    show(entry, stage, page)
    for width, theme in SIZES:
        resize(page, width, theme)
        name = entry.name.replace(", ", "-").replace(" ", "-")
        picture = EVERY_STATE / f"{name}-{width}-{theme}.png"
        take(page, picture)


def resize(page: Page, width: int, theme: Literal["light", "dark"]) -> None:
    page.set_viewport_size({"width": width, "height": VIEW})
    page.emulate_media(color_scheme=theme)


def take(page: Page, picture: Path, clip: FloatRect | None = None) -> None:
    """All of the page, or this part, once it is drawn at its whole length."""
    page.screenshot(full_page=True)
    page.screenshot(path=picture, full_page=True, clip=clip, animations="disabled")


def part(page: Page, shot: Shot) -> FloatRect:
    """From where the picture begins, as far as it goes."""
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(shot.begins_with).bounding_box()
    assert box
    top = max(0, box["y"] - MARGIN)
    height = page.evaluate("document.documentElement.scrollHeight") - top
    width = page.evaluate("innerWidth")
    return {"x": 0, "y": top, "width": width, "height": min(height, shot.height)}
