"""The only HTML an author may write: <sub>, <sup>, <kbd> in pairs, and <br>, all bare."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_OPEN = 8  # tags within tags; a deeper one is text
_TAG = re.compile(r"<(/?)(sub|sup|kbd)>|<br ?/?>", re.IGNORECASE)


def add_bare_tags(parser: MarkdownIt) -> None:
    """A markdown-it plugin: makes html_inline tokens for pairs, and for line breaks."""
    parser.inline.ruler.before("autolink", "bare_tags", _read_tag)
    parser.core.ruler.after("inline", "bare_tags", _pair_tags)


def _read_tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    match = _TAG.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("bare_tag" if match[2] else "bare_break", "", 0)
        token.content, token.tag = match[0], (match[2] or "br").lower()
        token.markup = match[1] or ""
    state.pos = match.end()
    return True


def _pair_tags(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            _pair_in(token.children)


def _pair_in(children: list[Token]) -> None:
    """Turn tags that pair within one element into HTML, those left alone into text."""
    elements: list[list[Token]] = [[]]  # per open element its tags still unpaired
    for child in children:
        if child.nesting > 0:
            elements.append([])
        elif child.nesting < 0:
            elements.pop()
        elif child.type == "bare_break":
            child.type, child.content = "html_inline", "<br>"
        elif child.type == "bare_tag":
            child.type = "text"
            _pair_one(child, elements[-1])


def _pair_one(tag: Token, unpaired: list[Token]) -> None:
    if not tag.markup and len(unpaired) < MAX_OPEN:
        unpaired.append(tag)
    elif tag.markup and unpaired and unpaired[-1].tag == tag.tag:
        opening = unpaired.pop()
        opening.type = tag.type = "html_inline"
        opening.content, tag.content = f"<{tag.tag}>", f"</{tag.tag}>"
