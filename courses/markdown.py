"""Markdown, as lessons and questions are written, to HTML that is safe to print.

Two walls stand between an author and the page: raw HTML is off but for the bare tags of
courses/bare_tags.py, and what was rendered passes the allow-list of courses/sanitise.py.
Words of our own ("Note", "Code: Python") come in the active language: activate the
lesson's first. Everything here is pure; the same text gives the same bytes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from courses.bare_tags import add_bare_tags
from courses.frames import (
    add_admonitions,
    code_frame,
    formula_frame,
    frame_footnote,
    frame_table,
    header_cells,
)
from courses.headings import Heading, name_headings
from courses.links import DeadLinkError, Resolve, find_address, nowhere
from courses.maths import add_formulas, convert_tex
from courses.sanitise import sanitise
from courses.shown import NO_PICTURES, Pictures, picture_name, picture_tag

MAX_CHARACTERS = 100_000  # the worst text of this length takes about a second
MAX_NESTING = 20  # lists and quotes within each other, two to a list
_SHOWN = 80  # characters of a picture's name in a message

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
    tokens = _LESSON.parse(_readable(source))
    text = "\n".join(_block_texts(tokens))
    headings, anchors = _settle_headings(tokens)
    page = _Page(resolve, anchors, pictures)
    html = _finish(tokens, page)
    remarks = sorted(page.remarks, key=lambda remark: remark.line)
    return Rendered(html, headings, tuple(remarks), text)


def blocks_of(source: str) -> list[Token]:
    """The body of a lesson as it was written, for those who look it over.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return _LESSON.parse(_readable(source))


def render_blocks(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """The safe HTML of a feedback or an explanation.

    It stands in a page with ids and headings of its own: here headings are bold paragraphs,
    there are no footnotes, and links to headings and files are plain text.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    tokens = _FRAGMENT.parse(_readable(source))
    _flatten_headings(tokens)
    return _finish(tokens, _Page(pictures=pictures))


def render_inline(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """The safe HTML of a prompt or a choice: no blocks, all of it one paragraph.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    tokens = _FRAGMENT.parseInline(_readable(source))
    return _finish(tokens, _Page(pictures=pictures))


def plain(source: str) -> str:
    """Inline Markdown without its markup, on one line; plain text, not HTML.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    tokens = _FRAGMENT.parseInline(_readable(source))
    return " ".join(" ".join(_block_texts(tokens)).split())


def shows_nothing(source: str) -> bool:
    """Whether a reader sees nothing of this inline Markdown, such as a picture without words.

    Raises:
        TextTooLongError: the text is longer than MAX_CHARACTERS.
    """
    return is_unseen(plain(source))


def is_unseen(text: str) -> bool:
    """Whether this plain text is spaces and characters without any width, or empty."""
    return _UNSEEN.fullmatch(text) is not None


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Let every link through here: courses/links.py judges it and tells the author."""
        return True


def _make_parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": MAX_NESTING, "xhtmlOut": False}
    parser = _Parser("commonmark", options).enable(["table", "strikethrough"])
    return parser.use(add_formulas).use(add_bare_tags).use(add_admonitions)


# Parsers keep no state between texts, so each is made once and shared by all threads.
# A fragment has no notes; as a reference the text of "[^1]: …" would vanish.
_FRAGMENT = _make_parser().disable("reference")
_LESSON = _make_parser().use(footnote_plugin, inline=False)


def _readable(source: str) -> str:
    if len(source) > MAX_CHARACTERS:
        raise TextTooLongError(
            _("the text is longer than %(limit)d characters")
            % {"limit": MAX_CHARACTERS}
        )
    return _UNREADABLE.sub("\ufffd", source)


@dataclass
class _Page:
    """What one text may lead to and show, and what there is to say to its author."""

    resolve: Resolve = nowhere
    anchors: Mapping[str, str] = field(default_factory=dict)
    pictures: Pictures = NO_PICTURES
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, message: str) -> None:
        self.remarks.append(Remark(line, message))


def _finish(tokens: list[Token], page: _Page) -> str:
    """Settle all that depends on the page, render, and pass the second wall."""
    _label_tables(tokens)
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            token.children = list(_settle_inline(token.children or [], line, page))
        elif token.type in ("fence", "code_block"):
            _become_html(token, code_frame(token.content, token.info))
        elif token.type == "formula_block":
            _become_html(token, _set_formula(token, line, page))
        elif token.type in _DEEP and token.level >= MAX_NESTING - 1:
            page.remark(line, _("what is nested deeper than here is left out"))
        else:
            frame_footnote(token)
    return sanitise(str(_FRAGMENT.renderer.render(tokens, _FRAGMENT.options, {})))


_DEEP = ("blockquote_open", "list_item_open")


def _settle_inline(
    children: Sequence[Token], line: int, page: _Page
) -> Iterator[Token]:
    """The tokens of a paragraph with its links, pictures, formulas and notes settled."""
    links: list[bool] = []  # of the links that are open, which lead somewhere
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "link_open":
            links.append(_settle_link(child, line, page))
            if not links[-1]:
                continue
        elif child.type == "link_close":
            if not links.pop():
                continue
        elif child.type == "image":
            _settle_picture(child, line, page)
        elif child.type == "formula":
            html = _set_formula(child, line, page)
            line += child.content.count("\n")
            _become_html(child, html)
        else:
            frame_footnote(child)
        yield child


def _settle_link(link: Token, line: int, page: _Page) -> bool:
    """Whether the link leads somewhere; if so, it has the right address."""
    try:
        address = find_address(str(link.attrs["href"]), page.resolve, page.anchors)
    except DeadLinkError as error:
        page.remark(line, str(error))
        return False
    link.attrs = {"href": address}
    return True


def _settle_picture(image: Token, line: int, page: _Page) -> None:
    """The picture of the track that is meant, or its description in its place."""
    description = " ".join(_plain_text([image]).split())
    name = picture_name(str(image.attrs["src"]))
    shown = page.pictures.get(name or "")
    if shown is None:
        page.remark(line, _missing(name))
        _become_html(image, escape(description))
        return
    if not description:
        said = _("the picture %(name)s has no description: write one in the brackets")
        page.remark(line, said % {"name": name})
    _become_html(image, picture_tag(shown, description))


def _missing(name: str | None) -> str:
    if name is None:
        return _("a picture of elsewhere is not shown: its description stands in")
    said = _("the track has no picture %(name)s: its description stands in")
    return said % {"name": name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"}


def _set_formula(token: Token, line: int, page: _Page) -> str:
    """The HTML of a formula, or of its source where it cannot be set."""
    mathml = convert_tex(token.content, display=token.markup == "$$")
    if mathml is not None:
        return formula_frame(mathml) if token.block else mathml
    page.remark(line, _("a formula cannot be set: its source stands in"))
    if token.block:
        return code_frame(token.content, "")
    return f"<code>{escape(token.content)}</code>"


def _become_html(token: Token, html: str) -> None:
    token.type, token.content = "html_block", html


def _settle_headings(tokens: list[Token]) -> tuple[tuple[Heading, ...], dict[str, str]]:
    """Give the headings their ids and levels; also their ids by the names links use.

    The page has the one h1, so one in the text becomes an h2. An empty heading is left out.
    """
    opened: list[tuple[Token, str]] = []
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "heading_open":
            text = _plain_text(inline.children or []).strip()
            opening.tag = closing.tag = "h2" if opening.tag == "h1" else opening.tag
            opening.hidden = closing.hidden = not text
            if text:
                opened.append((opening, text))
    ids, by_name = name_headings(text for _opening, text in opened)
    for (opening, _text), name in zip(opened, ids, strict=True):
        opening.attrs["id"] = name
    headings = (
        Heading(int(opening.tag[1]), name, " ".join(text.split()))
        for (opening, text), name in zip(opened, ids, strict=True)
    )
    return tuple(headings), by_name


def _flatten_headings(tokens: list[Token]) -> None:
    """Make headings bold paragraphs."""
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "heading_open":
            opening.type, opening.tag = "paragraph_open", "p"
            closing.type, closing.tag = "paragraph_close", "p"
            bold = (
                Token("strong_open", "strong", 1),
                Token("strong_close", "strong", -1),
            )
            inline.children = [bold[0], *(inline.children or []), bold[1]]


def _label_tables(tokens: Sequence[Token]) -> None:
    """Frame the tables; each is called by the heading above it, else by its columns."""
    subject = ""
    used: Counter[str] = Counter()
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            subject = _plain_text(tokens[index + 1].children or [])
        elif token.type == "table_open":
            cells = (
                _plain_text(cell.children or []) for cell in header_cells(tokens, index)
            )
            columns = ", ".join(filter(None, cells))
            label = columns if not subject or subject in used else subject
            used[label] += 1
            if used[label] > 1:
                label = f"{label} ({used[label]})"
            frame_table(tokens, index, _("Table: %(subject)s") % {"subject": label})


def _block_texts(tokens: Sequence[Token]) -> Iterator[str]:
    """What each block says, in order."""
    for token in tokens:
        if token.type == "inline":
            yield _plain_text(token.children or [])
        elif token.type in ("fence", "code_block", "formula_block"):
            yield token.content.rstrip()


def _plain_text(children: Sequence[Token]) -> str:
    return "".join(_plain_parts(children))


def _plain_parts(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("text", "code_inline", "formula"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak") or child.content == "<br>":
            yield " "
        elif child.type == "image":
            yield from _plain_parts(child.children or [])
