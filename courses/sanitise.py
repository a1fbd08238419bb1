"""The second wall: whatever rendered the HTML, only what is listed here leaves.

The first wall is courses/markdown.py, which writes no raw HTML of an author's. This one
would hold if the first one fell (SAFETY rule 30): elements, attributes, classes, ids and
addresses are allowed by name, everything else is dropped.
"""

import re
from collections.abc import Mapping

import nh3
from pygments.token import STANDARD_TYPES

from courses.links import ID, is_allowed_address
from courses.shown import ADDRESS as PICTURE

# A length as latex2mathml writes it, or a keyword; three digits would leave the page.
_MATH_VALUE = re.compile(r"[-+]?\d{0,2}(?:\.\d{1,4})?[a-z-]{0,30}")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_MATH_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "math": _names("display"),
    "menclose": _names("notation"),
    "mfrac": _names("linethickness"),
    "mi": _names("mathvariant"),
    "mn": _names("mathvariant"),
    "mo": _names(
        "accent fence form largeop lspace mathvariant maxsize minsize movablelimits"
        " rspace separator stretchy"
    ),
    "mover": _names("accent"),
    "mpadded": _names("depth height lspace voffset width"),
    "mphantom": _names(""),
    "mroot": _names(""),
    "mrow": _names(""),
    "mspace": _names("height linebreak width"),
    "msqrt": _names(""),
    "mstyle": _names("displaystyle scriptlevel"),
    "msub": _names(""),
    "msubsup": _names(""),
    "msup": _names(""),
    "mtable": frozenset(
        {"columnlines", "columnspacing", "displaystyle", "rowlines", "rowspacing"}
    ),
    "mtd": _names("columnalign"),
    "mtext": _names("mathvariant"),
    "mtr": _names(""),
    "munder": _names("accentunder"),
    "munderover": _names(""),
}

ELEMENTS = _names(
    "a aside blockquote br code div em hr img kbd li ol p pre s section span strong sub sup"
    " table tbody td th thead tr ul"
) | (_HEADINGS | _MATH_ATTRIBUTES.keys())

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "*": _names(""),  # nh3 has lang and title here
    **_MATH_ATTRIBUTES,
    **dict.fromkeys(_HEADINGS, _names("id")),
    "a": _names("aria-label href id"),
    "aside": _names("role"),
    "div": _names("aria-label role tabindex"),
    "img": _names("alt decoding height loading sizes src srcset width"),
    "li": _names("id"),
    "ol": _names("start"),
    "pre": _names("aria-label role tabindex"),
    "section": _names("aria-label"),
    "th": _names("scope"),
}

CLASSES: Mapping[str, frozenset[str]] = {
    "a": _names("footnote-back"),
    "aside": frozenset(
        {"admonition", "admonition--note", "admonition--tip", "admonition--warning"}
    ),
    "div": _names("formula table"),
    "p": frozenset({"admonition__label"}),
    "pre": _names("highlight"),
    "section": _names("footnotes"),
    "span": frozenset(name for name in STANDARD_TYPES.values() if name),
    "sup": _names("footnote-ref"),
    "td": _names("num"),
    "th": _names("num"),
}

_FIXED_VALUES: Mapping[str, frozenset[str]] = {
    "decoding": _names("async"),
    "loading": _names("lazy"),
    "role": _names("group note region"),
    "scope": _names("col"),
    "tabindex": frozenset({"0"}),
}

_PICTURE_VALUES: Mapping[str, re.Pattern[str]] = {
    "height": re.compile(r"[1-9][0-9]{0,4}"),
    "sizes": re.compile(r"\(min-width: [0-9]{1,4}px\) [0-9]{1,4}px, 100vw"),
    "src": re.compile(PICTURE),
    "srcset": re.compile(
        rf"{PICTURE} [0-9]{{1,4}}w(?:, {PICTURE} [0-9]{{1,4}}w){{0,3}}"
    ),
    "width": re.compile(r"[1-9][0-9]{0,4}"),
}


def keep_attribute(element: str, attribute: str, value: str) -> str | None:
    """The value of an attribute that stays; None drops the attribute."""
    if attribute == "href":
        kept = is_allowed_address(value)
    elif attribute == "id":
        kept = ID.fullmatch(value) is not None
    elif attribute == "start":
        kept = re.fullmatch(r"[0-9]{1,9}", value) is not None
    elif element == "img" and attribute in _PICTURE_VALUES:
        kept = _PICTURE_VALUES[attribute].fullmatch(value) is not None
    elif attribute in _FIXED_VALUES:
        kept = value in _FIXED_VALUES[attribute]
    elif element in _MATH_ATTRIBUTES:
        kept = all(_MATH_VALUE.fullmatch(word) for word in value.split(" "))
    else:
        kept = True
    return value if kept else None


_CLEANER = nh3.Cleaner(
    tags=ELEMENTS,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    attribute_filter=keep_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
)


def sanitise(html: str) -> str:
    """The HTML with all that is not allowed taken out; text of unknown elements stays."""
    return _CLEANER.clean(html)
