"""A zip is uploaded in a real browser, with scripts and without."""

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from courses.models import Lesson, Track
from exchange.saving import import_track
from exchange.track_folder import parse_track
from tests.browser.stage import Stage
from tests.exchange.folders import FILES, LOAM
from tests.exchange.zips import zip_of
from tests.factories import make_instructor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(stage: Stage, visitor: Page) -> Page:
    """The page that asks for the zip, as the instructor of the track `earth` sees it."""
    files = {name: text.encode() for name, text in FILES.items()}
    import_track(parse_track(files, "earth"))
    stage.sign_in(make_instructor("Uma", Track.objects.get()))
    stage.lend_cookies(visitor.context)
    visitor.goto("/admin/courses/track/import/")
    return visitor


def upload(page: Page, archive: bytes) -> None:
    file: Any = {"name": "earth.zip", "mimeType": "application/zip", "buffer": archive}
    page.get_by_label("Zip of a track folder").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


def test_a_mistake_is_named_and_the_mended_zip_is_shown_and_applied(desk: Page):
    upload(desk, zip_of(FILES | {"01-loam.md": LOAM.replace("[x]", "[y]")}))
    refusal = desk.get_by_role("alert")
    expect(refusal).to_contain_text("01-loam.md:12: This question has no right choice.")

    upload(desk, zip_of(FILES | {"01-loam.md": LOAM.replace("a mixture", "a mix")}))
    expect(desk).to_have_url(re.compile(r"/import/[0-9a-f-]{36}/$"))
    expect(desk.locator("ins")).to_have_text("mix")
    desk.get_by_role("button", name="Apply").click()

    expect(desk).to_have_url(re.compile(r"/change/$"))
    assert "a mix;" in Lesson.objects.get(slug="loam").markdown


def test_cancelling_leads_back_to_the_tracks(desk: Page):
    upload(desk, zip_of(FILES | {"01-loam.md": LOAM.replace("a mixture", "a mix")}))
    desk.get_by_role("button", name="Cancel").click()

    expect(desk.get_by_text("Nothing was imported.")).to_be_visible()
    assert "a mixture" in Lesson.objects.get(slug="loam").markdown


def test_who_was_signed_out_meanwhile_is_led_to_the_sign_in(desk: Page):
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    upload(desk, zip_of())

    expect(desk).to_have_url(re.compile(r"/accounts/login/\?next="))


@pytest.mark.parametrize("visitor", [True], indirect=True)
def test_a_large_upload_says_how_much_of_it_is_there(desk: Page):
    session: Any = desk.context.new_cdp_session(desk)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    slow["uploadThroughput"] = 400_000
    session.send("Network.emulateNetworkConditions", slow)

    noise = zip_of(FILES | {"noise.png": bytes(range(256)) * 40 + b"x" * 3_000_000})
    upload(desk, noise + bytes(2_000_000))

    expect(desk.get_by_role("status").first).to_contain_text(
        re.compile(r"Uploading: \d+ % of it is there|It is being read")
    )
    expect(desk.get_by_role("progressbar")).to_be_visible()
