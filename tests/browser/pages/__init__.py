"""The one list of every page in every state of the look; a view without an entry fails."""

from tests.browser.pages.account import ACCOUNT
from tests.browser.pages.certificate import CERTIFICATE
from tests.browser.pages.entry import Entry
from tests.browser.pages.error import ERRORS
from tests.browser.pages.learning import LEARNING
from tests.browser.pages.lesson import LESSON
from tests.browser.pages.track import TRACK

PAGES: list[Entry] = [*TRACK, *LESSON, *LEARNING, *CERTIFICATE, *ACCOUNT, *ERRORS]
