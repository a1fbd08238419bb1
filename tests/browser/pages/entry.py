"""One page in one state."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.stage import Stage


def nothing(page: Page) -> None:
    """The state is there as soon as the page is."""


@dataclass(frozen=True)
class Entry:
    """What to arrange, where to go, and what to do there, to see one state.

    `view` is the name of the address that shows it, empty for an error page. `steps`
    work with and without JavaScript. `says` is a sentence that only this state has.
    """

    name: str
    view: str
    arrange: Callable[[Stage], str]
    says: str
    status: int = 200
    steps: Callable[[Page], None] = nothing
