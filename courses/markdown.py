"""Markdown, as lessons and questions are written, to HTML that is safe to print.

Two walls stand between an author and the page: raw HTML is off but for the bare tags of
courses/bare_tags.py, and what was rendered passes the allow-list of courses/sanitise.py.
Words of our own ("Note", "Code: Python") come in the active language: activate the
lesson's first. Everything here is pure; the same text gives the same bytes.

The work is done in courses/renderer.py, which is imported with the first text.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courses.headings import Heading
from courses.links import Resolve, nowhere
from courses.shown import NO_PICTURES, Pictures

if TYPE_CHECKING:
    from markdown_it.token import Token

    from courses.renderer import Renderer

MAX_CHARACTERS = 100_000  # the worst text of this length takes about a second

# What no text holds on purpose: controls but tab and line ends, lone surrogates, non-characters.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
# Spaces, what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt), and the
# empty Braille cell.
_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)


type Blocks = list[Token]


class TextTooLongError(ValueError):
    """A text of more than MAX_CHARACTERS characters."""


@dataclass(frozen=True)
class Remark:
    """A warning for the author."""

    line: int  # from 1, in the text that was given
    message: str


@dataclass(frozen=True)
class Rendered:
    """A text ready for the page."""

    html: str  # safe to print
    headings: tuple[Heading, ...]
    remarks: tuple[Remark, ...]
    text: str  # what a reader reads, without markup, formulas as TeX: for the search


def render_markdown(
    source: str, resolve: Resolve = nowhere, pictures: Pictures = NO_PICTURES
) -> Rendered:
    """Render the body of a lesson.

    Args:
        resolve: maps the path of a relative link, such as "03-tokens.md", to an address
            of this site; None when nothing is there.
        pictures: those of the track, by file name.
    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _renderer().lesson(_readable(source), resolve, pictures)


def blocks_of(source: str) -> Blocks:
    """The body of a lesson as it was written, for those who look it over.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _renderer().blocks_of(_readable(source))


def render_blocks(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """The safe HTML of a feedback or an explanation.

    It stands in a page with ids and headings of its own: here headings are bold paragraphs,
    there are no footnotes, and links to headings and files are plain text.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _renderer().fragment(_readable(source), pictures)


def render_inline(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """The safe HTML of a prompt or a choice: no blocks, all of it one paragraph.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _renderer().inline(_readable(source), pictures)


def plain(source: str) -> str:
    """Inline Markdown without its markup, on one line; plain text, not HTML.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _renderer().plain(_readable(source))


def shows_nothing(source: str) -> bool:
    """Whether a reader sees nothing of this inline Markdown, such as a picture without words.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return is_unseen(plain(source))


def is_unseen(text: str) -> bool:
    """Whether this plain text is spaces and characters without any width, or empty."""
    return _UNSEEN.fullmatch(text) is not None


def _readable(source: str) -> str:
    if len(source) > MAX_CHARACTERS:
        raise TextTooLongError(
            _("the text is longer than %(limit)d characters")
            % {"limit": MAX_CHARACTERS}
        )
    return _UNREADABLE.sub("\ufffd", source)


@cache
def _renderer() -> "Renderer":
    """Imported with the first text: readers get HTML that was rendered at a save, so most
    workers never need the parser, Pygments and nh3, which take each of them 3 MB.
    """
    from courses.renderer import Renderer

    return Renderer()
