"""The error pages, as the site itself comes to show them."""

from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.pages.entry import Entry
from tests.browser.stage import Stage
from tests.factories import make_user


def malformed(stage: Stage) -> str:
    return reverse("theme") + "?theme=pink"


def forbidden(stage: Stage) -> str:
    return "/broken/forbidden/"


def form_without_its_cookie(stage: Stage) -> str:
    make_user("Ada")
    return reverse("account_login")


def send_without_cookies(page: Page) -> None:
    page.context.clear_cookies()
    main = page.get_by_role("main")
    main.get_by_label("E-mail address").fill("ada@example.org")
    main.get_by_label("Password").fill("something")
    main.get_by_role("button", name="Sign in").click()


def missing(stage: Stage) -> str:
    return "/no-such-page/"


def missing_for_a_learner(stage: Stage) -> str:
    stage.sign_in()
    return "/no-such-page/"


def too_often(stage: Stage) -> str:
    return "/broken/patience/"


def broken(stage: Stage) -> str:
    return "/broken/machine/"


def unavailable(stage: Stage) -> str:
    return "/broken/database/"


ERRORS = [
    Entry("error 400", "", malformed, "This cannot be read", 400),
    Entry("error 403", "", forbidden, "This step is closed", 403),
    Entry(
        "error 403, form",
        "",
        form_without_its_cookie,
        "This form is no longer valid",
        403,
        send_without_cookies,
    ),
    Entry("error 404", "", missing, "This step is missing", 404),
    Entry("error 404, learner", "", missing_for_a_learner, "This step is missing", 404),
    Entry("error 429", "", too_often, "A little slower, please", 429),
    Entry("error 500", "", broken, "This step broke", 500),
    Entry("error 503", "", unavailable, "This step is being mended", 503),
]
