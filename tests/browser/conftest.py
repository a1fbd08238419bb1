"""A real Chromium, and the site it visits.

The browser is the one of the machine. Each context has a profile of its own, so no test
sees another's cookies.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.chromium import CHROMIUM, HOW_TO_GET_IT
from tests.browser.stage import Stage

# Playwright keeps an event loop running in the thread that also asks the database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What comes at once here may take its time on a machine that does other work, too
PATIENCE = 20_000  # milliseconds
expect.set_options(timeout=PATIENCE)

type NewContext = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped; in CI they run, and fail."""
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_IT))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    if CHROMIUM is None:
        pytest.fail(HOW_TO_GET_IT)
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture
def stage(live_server, settings) -> Stage:
    """The site, empty, under the address at which the browser visits it."""
    settings.SITE_ORIGIN = live_server.url
    return Stage(live_server.url)


@pytest.fixture
def open_browser(browser: Browser, stage: Stage) -> Iterator[NewContext]:
    """Another browser that knows nobody: a context of its own."""
    contexts = []

    def open_one(**options: Any) -> BrowserContext:
        options = {"base_url": stage.origin, "reduced_motion": "reduce"} | options
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1]

    yield open_one
    for context in contexts:
        for page in context.pages:
            _let_requests_finish(page)
        context.close()


def _let_requests_finish(page: Page) -> None:
    """A preview that is still being drawn would ask the database after the test."""
    with contextlib.suppress(Error):
        if page.locator("[data-preview], [data-pictures]").count():
            page.wait_for_load_state("networkidle", timeout=5000)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def visitor(request, open_browser: NewContext) -> Page:
    """Somebody without an account; everything works for them with and without scripts."""
    return open_browser(java_script_enabled=request.param).new_page()
