"""Formulas: `$…$` in a line and `$$…$$` for display, from TeX to MathML.

dollarmath of mdit-py-plugins is not used: it misses a formula at the very start of a text
that ends in a digit, and its block rule takes quadratic time on a list of unclosed `$$`.
"""

import html
import re
from xml.etree.ElementTree import tostring

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_TEX = 2_000  # characters of one formula
MAX_LINES = 50  # of one display formula; it also bounds the search for the closing `$$`

# No space inside the dollars and no digit outside, so that "$10M-$100M+" stays text.
_INLINE = re.compile(
    r"(\${1,2})(?![\s$])((?:\\.|[^$\\])++)(?<!\s)\1(?![\d$])", re.DOTALL
)
# Macros may expand exponentially; links and styles would be lost without a word.
_REFUSED = (
    *(r"\newcommand", r"\newenvironment", r"\def", r"\DeclareMathOperator"),
    *(r"\href", r"\style", r"\class"),
)
_REFERENCE = re.compile(r"&#x[0-9A-Fa-f]+;")


def add_formulas(parser: MarkdownIt) -> None:
    """A markdown-it plugin: makes `formula` and `formula_block` tokens, content is TeX."""
    parser.inline.ruler.before("escape", "formula", _read_inline)
    parser.block.ruler.before(
        "fence", "formula_block", _read_block, {"alt": ["paragraph", "reference"]}
    )


def convert_tex(tex: str, *, display: bool) -> str | None:
    """The formula as a MathML element; None when it is too long or not understood.

    Raises: nothing, whatever the TeX.
    """
    if len(tex) > MAX_TEX or any(name in tex for name in _REFUSED):
        return None
    # imported where it converts: it takes 4 MB, and most processes never see a formula
    from latex2mathml.converter import convert_to_element

    try:
        root = convert_to_element(tex, display="block" if display else "inline")
        for element in root.iter():
            element.text = _REFERENCE.sub(_character, element.text or "")
            # latex2mathml writes a command it does not know as an identifier
            if len(element.text) > 1 and element.text.startswith("\\"):
                return None
        root.attrib = {"display": "block"} if display else {}
        return tostring(root, encoding="unicode", short_empty_elements=False)
    except Exception:  # its errors have no base class; bad TeX is a KeyError and worse
        return None


def _character(reference: re.Match[str]) -> str:
    return html.unescape(reference[0])


def _read_inline(state: StateInline, silent: bool) -> bool:
    before = state.src[state.pos - 1] if state.pos else ""
    if state.src[state.pos] != "$" or before == "$" or before.isdigit():
        return False
    match = _INLINE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.markup, token.content = match[1], match[2]
    state.pos = match.end()
    return True


def _read_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start) or not _line(state, start).startswith("$$"):
        return False
    lines = [_line(state, start)[2:]]
    line = start
    while not lines[-1].endswith("$$"):
        line += 1
        outside = line >= end or state.sCount[line] < state.blkIndent
        if outside or state.isEmpty(line) or line - start >= MAX_LINES:
            return False
        lines.append(_line(state, line))
    tex = "\n".join(lines)[:-2].strip()
    if not tex or "$" in tex.replace(r"\$", ""):
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.content, token.markup, token.block = tex, "$$", True
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    start = state.bMarks[line] + state.tShift[line]
    return state.src[start : state.eMarks[line]].strip()
