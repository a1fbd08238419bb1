"""What renders Markdown: markdown-it with our own rules, then the allow-list.

courses/markdown.py is its door: it imports this with the first text.
"""

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
from courses.markdown import Remark, Rendered, is_unseen
from courses.maths import add_formulas, convert_tex
from courses.sanitise import sanitise
from courses.shown import NO_PICTURES, Pictures, picture_name, picture_tag

MAX_NESTING = 20  # lists and quotes within each other, two to a list
_SHOWN = 80  # characters of a picture's name in a message


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Let every link through here: courses/links.py judges it and tells the author."""
        return True


def _make_parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": MAX_NESTING, "xhtmlOut": False}
    parser = _Parser("commonmark", options).enable(["table", "strikethrough"])
    return parser.use(add_formulas).use(add_bare_tags).use(add_admonitions)


@dataclass
class _Page:
    """What one text may lead to and show, and what there is to say to its author."""

    resolve: Resolve = nowhere
    anchors: Mapping[str, str] = field(default_factory=dict)
    pictures: Pictures = NO_PICTURES
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, message: str) -> None:
        self.remarks.append(Remark(line, message))


class Renderer:
    """A parser of lessons and one of fragments.

    They keep no state between texts, so one of each serves all threads. Texts come from
    courses.markdown, which says what its words mean.
    """

    def __init__(self) -> None:
        self._lesson = _make_parser().use(footnote_plugin, inline=False)
        # no notes here; as a reference the text of "[^1]: …" would vanish
        self._fragment = _make_parser().disable("reference")

    def lesson(self, source: str, resolve: Resolve, pictures: Pictures) -> Rendered:
        tokens = self._lesson.parse(source)
        text = "\n".join(_block_texts(tokens))
        headings, anchors = _settle_headings(tokens)
        page = _Page(resolve, anchors, pictures)
        html = self._finish(tokens, page)
        remarks = sorted(page.remarks, key=lambda remark: remark.line)
        return Rendered(html, headings, tuple(remarks), text)

    def blocks_of(self, source: str) -> list[Token]:
        return self._lesson.parse(source)

    def fragment(self, source: str, pictures: Pictures) -> str:
        tokens = self._fragment.parse(source)
        _flatten_headings(tokens)
        return self._finish(tokens, _Page(pictures=pictures))

    def inline(self, source: str, pictures: Pictures) -> str:
        tokens = self._fragment.parseInline(source)
        return self._finish(tokens, _Page(pictures=pictures))

    def plain(self, source: str) -> str:
        tokens = self._fragment.parseInline(source)
        return " ".join(" ".join(_block_texts(tokens)).split())

    def _finish(self, tokens: list[Token], page: _Page) -> str:
        """Settle all that depends on the page, render, and pass the second wall."""
        _settle(tokens, page)
        parser = self._fragment
        return sanitise(str(parser.renderer.render(tokens, parser.options, {})))


def _settle(tokens: list[Token], page: _Page) -> None:
    """The blocks as they stand in this page."""
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
    if is_unseen(description):
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
