"""The frames around blocks of a lesson: code, tables, formulas, admonitions, footnotes.

They are written as finished HTML into the token stream of markdown-it, whose renderer
prints them as they are. What scrolls sideways can be reached by keyboard. Tables are
regions, as in the look; code and formulas are groups, or a lesson would be full of landmarks.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

MAX_HIGHLIGHT = 20_000  # characters; a longer block is shown plain
# Pygments knows some 500 languages, and not each of its lexers is quick on hostile code.
LANGUAGES = frozenset(
    {
        "Arduino",
        "Bash",
        "Bash Session",
        "Batchfile",
        "C",
        "C#",
        "C++",
        "CSS",
        "Diff",
        "Docker",
        "Go",
        "HTML",
        "INI",
        "Java",
        "JavaScript",
        "JSON",
        "Kotlin",
        "Lua",
        "Makefile",
        "PHP",
        "PostgreSQL SQL dialect",
        "PowerShell",
        "Python",
        "Python console session",
        "R",
        "Ruby",
        "Rust",
        "SQL",
        "Swift",
        "TOML",
        "TypeScript",
        "XML",
        "YAML",
    }
)
_FORMATTER = HtmlFormatter(nowrap=True)
_ADMONITION = re.compile(r"\[!(NOTE|TIP|WARNING)\][ \t]*(?:\n|$)", re.IGNORECASE)


def code_frame(code: str, info: str) -> str:
    """A block of code, coloured by classes alone; info is what stands after the fence."""
    language = info.split(maxsplit=1)[0] if info.strip() else ""
    lexer = _find_lexer(language) if len(code) <= MAX_HIGHLIGHT else None
    if lexer is None:
        label, body = _("Code"), escape(code)
    else:
        label = _("Code: %(language)s") % {"language": lexer.name}
        body = highlight(code, lexer, _FORMATTER)
    return (
        f'<pre class="highlight" role="group" tabindex="0" aria-label="{escape(label)}">'
        f"<code>{body}</code></pre>\n"
    )


def _find_lexer(language: str) -> Lexer | None:
    try:
        found = find_lexer_class_by_name(language.lower())
    except ClassNotFound:
        return None
    return found(stripnl=False) if found.name in LANGUAGES else None


def formula_frame(mathml: str) -> str:
    """A formula on lines of its own."""
    label = escape(_("Formula"))
    return (
        f'<div class="formula" role="group" tabindex="0" aria-label="{label}">'
        f"{mathml}</div>\n"
    )


def frame_table(tokens: Sequence[Token], start: int, label: str) -> None:
    """Frame the table that opens at start and bring its cells into the look's form.

    Alignment becomes a class, as there are no style attributes; a header cell without
    text becomes a plain cell, as it heads nothing.
    """
    label = escape(label)
    frame = f'<div class="table" role="region" tabindex="0" aria-label="{label}">\n<table>\n'
    _replace(tokens[start], frame)
    for index in range(start + 1, len(tokens)):
        token = tokens[index]
        if token.type == "table_close":
            _replace(token, "</table>\n</div>\n")
            return
        if token.type in ("th_open", "td_open"):
            right = "right" in str(token.attrs.get("style"))
            token.attrs = {"class": "num"} if right else {}
            if token.type == "th_open" and tokens[index + 1].content:
                token.attrs["scope"] = "col"
            elif token.type == "th_open":
                token.tag = tokens[index + 2].tag = "td"


def header_cells(tokens: Sequence[Token], start: int) -> Iterable[Token]:
    """The inline tokens of the header of the table that opens at start."""
    for index in range(start, len(tokens)):
        if tokens[index].type == "thead_close":
            return
        if tokens[index].type == "inline":
            yield tokens[index]


def add_admonitions(parser: MarkdownIt) -> None:
    """A markdown-it plugin: a quote that begins with [!NOTE], [!TIP] or [!WARNING]."""
    parser.core.ruler.after("block", "admonitions", _mark_admonitions)


def _mark_admonitions(state: StateCore) -> None:
    open_quotes: list[bool] = []  # for each whether it is an admonition
    for index, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            kind = _take_kind(state.tokens[index + 1 : index + 4])
            open_quotes.append(bool(kind))
            if kind:
                _replace(token, _admonition_head(kind))
        elif token.type == "blockquote_close" and open_quotes.pop():
            _replace(token, "</aside>\n")


def _take_kind(paragraph: Sequence[Token]) -> str:
    """The kind of admonition, its mark cut off the paragraph; "" when it is a plain quote."""
    if len(paragraph) < 3 or paragraph[0].type != "paragraph_open":
        return ""
    opening, inline, closing = paragraph
    match = _ADMONITION.match(inline.content)
    if match is None:
        return ""
    inline.content = inline.content[match.end() :]
    if inline.map and match[0].endswith("\n"):
        inline.map = [inline.map[0] + 1, inline.map[1]]
    opening.hidden = closing.hidden = not inline.content
    return match[1].lower()


def _admonition_head(kind: str) -> str:
    label = {"note": _("Note"), "tip": _("Tip"), "warning": _("Warning")}[kind]
    return (
        f'<aside class="admonition admonition--{kind}" role="note">\n'
        f'<p class="admonition__label"><strong>{escape(label)}</strong></p>\n'
    )


def frame_footnote(token: Token) -> None:
    """Turn a footnote token of the plugin into our HTML; others stay as they are.

    The first mention of note 2 is `fnref-2`, the next `fnref-2-2`.
    """
    number = token.meta.get("id", 0) + 1
    mention = token.meta.get("subId", 0)
    name = f"{number}-{mention + 1}" if mention else f"{number}"
    if token.type == "footnote_ref":
        label = escape(_("Footnote %(number)s") % {"number": number})
        link = f'<a href="#fn-{number}" id="fnref-{name}" aria-label="{label}">{number}</a>'
        _replace(token, f'<sup class="footnote-ref">{link}</sup>')
    elif token.type == "footnote_anchor":
        label = escape(_("Back to mention %(name)s") % {"name": name})
        back = (
            f'<a class="footnote-back" href="#fnref-{name}" aria-label="{label}">↩︎</a>'
        )
        _replace(token, f" {back}")
    elif token.type == "footnote_block_open":
        label = escape(_("Footnotes"))
        _replace(token, f'<section class="footnotes" aria-label="{label}">\n<ol>\n')
    elif token.type == "footnote_open":
        _replace(token, f'<li id="fn-{number}">')
    elif token.type == "footnote_close":
        _replace(token, "</li>\n")
    elif token.type == "footnote_block_close":
        _replace(token, "</ol>\n</section>\n")


def _replace(token: Token, html: str) -> None:
    token.type, token.content, token.nesting = "html_block", html, 0
