"""What becomes of a certificate, in a browser: by its holder, and by an admin."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from certificates.models import Certificate
from certificates.services import claim_certificate
from courses.models import Track
from courses.services import mark_done
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.test_admin_axe import assert_sound
from tests.factories import make_admin, make_lesson

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def current() -> Certificate:
    return Certificate.objects.current().get()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def status_of(page: Page, certificate: Certificate) -> str | None:
    page.goto(certificate.get_absolute_url())
    found = page.locator("[data-certificate-status]")
    return found.get_attribute("data-certificate-status")


@pytest.fixture
def held(stage: Stage) -> Certificate:
    return stage.certified()


@pytest.fixture
def holder(stage: Stage, held: Certificate, visitor: Page) -> Page:
    """Ada on her certificate's page, with and without scripts."""
    stage.lend_cookies(visitor.context)
    visitor.goto(held.get_absolute_url())
    return visitor


def test_this_is_not_my_name(holder: Page, held: Certificate, open_browser: NewContext):
    follow(holder, "This is not my name")
    field = holder.get_by_label("The name on your certificate")
    expect(field).to_have_value("Ada Sample")
    field.fill(" ")
    press(holder, "Issue the corrected certificate")
    expect(holder.get_by_role("alert")).to_contain_text("Write your name")
    field.fill("Ada Byron")
    press(holder, "Issue the corrected certificate")

    expect(holder.get_by_role("heading", name="Ada Byron")).to_be_visible()
    anybody = open_browser().new_page()
    assert status_of(anybody, held) == "superseded"
    follow(anybody, "See the current certificate")
    expect(anybody.get_by_role("heading", name="Ada Byron")).to_be_visible()


def test_update_my_certificate(holder: Page, held: Certificate):
    track = Track.objects.get()
    mark_done(User.objects.get(email="ada@example.org"), make_lesson(track, "mulch-it"))
    holder.goto(track.get_absolute_url())
    expect(holder.get_by_role("complementary")).to_contain_text("It would say")
    holder.goto(held.get_absolute_url())
    expect(holder.get_by_role("main")).to_contain_text("1 lesson was added since.")

    follow(holder, "Update my certificate")
    expect(holder.get_by_role("main")).to_contain_text("Mulch it")
    press(holder, "Update my certificate")

    expect(holder.get_by_role("heading", name="Valid")).to_be_visible()
    assert holder.url.endswith(current().get_absolute_url())
    assert (current().supersedes, current().lesson_count) == (held, 4)
    assert status_of(holder, held) == "superseded"


def test_hide_show_and_withdraw(
    holder: Page, held: Certificate, open_browser: NewContext
):
    anybody = open_browser().new_page()
    press(holder, "Hide the details")
    expect(holder.get_by_role("button", name="Show the details")).to_be_visible()
    assert status_of(anybody, held) == "hidden"
    expect(anybody.get_by_role("main")).not_to_contain_text("Ada")
    press(holder, "Show the details")
    expect(holder.get_by_role("button", name="Hide the details")).to_be_visible()
    assert status_of(anybody, held) == "valid"

    follow(holder, "Withdraw")
    press(holder, "Withdraw it for good")
    expect(holder.get_by_role("heading", name="Withdrawn")).to_be_visible()

    assert status_of(anybody, held) == "withdrawn"
    expect(anybody.get_by_role("main")).not_to_contain_text("Ada")


@pytest.fixture
def theirs(stage: Stage) -> Certificate:
    """Ada's, while Ruth, an admin, is signed in."""
    certificate = stage.certified_for_all()
    stage.sign_in(make_admin("Ruth"))
    return certificate


def test_an_admin_revokes_it_and_issues_it_anew(
    stage: Stage, theirs: Certificate, open_browser: NewContext
):
    ruth, anybody = open_browser().new_page(), open_browser().new_page()
    stage.lend_cookies(ruth.context)

    ruth.goto(reverse("admin:certificates_certificate_change", args=[theirs.pk]))
    ruth.get_by_role("link", name="Revoke").click()
    ruth.get_by_label("Why").fill("it was not Sample’s")
    ruth.get_by_label("Revoke it for good").check()
    ruth.get_by_role("button", name="Revoke it").click()
    expect(ruth.locator("body")).to_contain_text("“Sample” names a person")
    expect(ruth.get_by_label("Why")).to_have_value("it was not Sample’s")
    ruth.get_by_label("Why").fill("it was issued to the wrong account")
    ruth.get_by_role("button", name="Revoke it").click()
    expect(ruth.locator("body")).to_contain_text("revoked, for good")
    assert status_of(anybody, theirs) == "revoked"

    ruth.get_by_role("link", name="Issue anew").click()
    ruth.get_by_label("Why").fill("revoking it was a mistake")
    ruth.get_by_role("button", name="Issue it anew").click()
    expect(ruth.locator("body")).to_contain_text("Issued anew as")

    assert status_of(anybody, theirs) == "revoked"
    follow(anybody, current().code)
    expect(anybody.get_by_role("heading", name="Valid")).to_be_visible()
    follow(anybody, theirs.code)
    expect(anybody.get_by_role("heading", name="Revoked")).to_be_visible()


def test_the_admins_pages_are_sound(
    stage: Stage, theirs: Certificate, open_browser: NewContext
):
    for page in ("change", "revoke"):
        address = reverse(f"admin:certificates_certificate_{page}", args=[theirs.pk])
        assert_sound(address, stage, open_browser)
    sent = {"reason": "it was issued to the wrong account", "is_sure": "on"}
    stage.client.post(address, sent)
    address = reverse("admin:certificates_certificate_reissue", args=[theirs.pk])
    assert_sound(address, stage, open_browser)
    stage.client.post(address, {"reason": "revoking it was a mistake"})
    address = reverse("admin:certificates_certificate_change", args=[theirs.pk])
    assert_sound(address, stage, open_browser)


# Of each date that ends its text and lies on more than one line: what it stands in
BROKEN_DATES = r"""() => {
  const months = 'January|February|March|April|May|June|July|August|September|October|November|December'
  const date = new RegExp(`[0-9]{1,2} (${months}) [0-9]{4}$`)
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  const broken = []
  while (texts.nextNode()) {
    const text = texts.currentNode
    const found = text.data.trimEnd().match(date)
    if (!found) continue
    const range = document.createRange()
    range.setStart(text, found.index)
    range.setEnd(text, found.index + found[0].length)
    const tops = new Set([...range.getClientRects()].map((line) => Math.round(line.top)))
    if (tops.size > 1) broken.push(text.parentElement.textContent.trim())
  }
  return broken
}"""


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_date_is_broken(stage: Stage, open_browser: NewContext, width: int):
    track = stage.soil()
    for length in range(6, 60):
        make_lesson(track, f"soil-{length}", title=("Soil and " * 10)[:length].strip())
    stage.sign_in()
    stage.finish(track)
    held = claim_certificate(User.objects.get(name="Ada"), track, "Ada Sample")
    page = open_browser(viewport={"width": width, "height": 900}).new_page()
    page.goto(held.get_absolute_url())

    expect(page.get_by_role("heading", name="Ada Sample")).to_be_visible()
    assert page.evaluate(BROKEN_DATES) == []
