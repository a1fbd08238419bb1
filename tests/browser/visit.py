"""What a browser meets on a page: requests, messages on its console, and what axe finds."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import resolve
from playwright.sync_api import Page, Response, expect

from tests.browser.pages.entry import Entry
from tests.browser.stage import Stage

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": AXE_TAGS},
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, off by default
}


@dataclass
class Log:
    """What happened while a page was open, in order."""

    requests: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def listen(page: Page) -> Log:
    """From now on note what the page asks for and complains about.

    A refused answer shows on the console, too; it is judged by its status alone.
    """
    log = Log()

    def note(response: Response) -> None:
        log.requests.append(response.url)
        log.statuses.append(response.status)

    page.on("response", note)
    page.on("requestfailed", lambda request: log.errors.append(f"no {request.url}"))
    page.on("pageerror", lambda error: log.errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            log.errors.append(message.text)
            if message.type in {"error", "warning"}
            and not message.text.startswith("Failed to load resource: the server")
            else None
        ),
    )
    return log


def show(entry: Entry, stage: Stage, page: Page) -> None:
    """Bring the page into the entry's state, which says what it has to say."""
    address = entry.arrange(stage)
    stage.lend_cookies(page.context)
    page.goto(address)
    if entry.view:
        assert resolve(urlsplit(page.url).path).url_name == entry.view
    entry.steps(page)
    expect(page.locator("main")).to_contain_text(entry.says)


def violations(page: Page) -> list[str]:
    """What axe finds, as "rule: selector: what to do"."""
    found = page.evaluate("options => axe.run(options)", AXE_OPTIONS)
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def load_axe(page: Page) -> None:
    """Into the page that is there: one that was just arrived at may have no element yet."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
