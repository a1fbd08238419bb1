"""Reads rendered HTML back and names all that should not be there.

The list is written out again, apart from the code's: a slip in one is not a slip in both.
"""

import re
from html.parser import HTMLParser

VOID = {"br", "hr", "img"}
_PROSE = (
    "p h2 h3 h4 h5 h6 a aside blockquote br code div em hr img kbd li ol pre s section span"
    " strong sub sup table tbody td th thead tr ul"
)
_MATHML = (
    "math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle"
    " msub msubsup msup mtable mtd mtext mtr munder munderover"
)
_MATHML_ATTRIBUTES = (
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle"
    " fence form height largeop linebreak linethickness lspace mathvariant maxsize minsize"
    " movablelimits notation rowlines rowspacing rspace scriptlevel separator stretchy"
    " voffset width"
)
PROSE = set(_PROSE.split())
MATHML = set(_MATHML.split())
MATHML_ATTRIBUTES = set(_MATHML_ATTRIBUTES.split())
CLASSES = {
    "a": r"footnote-back",
    "aside": r"admonition admonition--(note|tip|warning)|admonition",
    "div": r"table|formula",
    "p": r"admonition__label",
    "pre": r"highlight",
    "section": r"footnotes",
    "span": r"[a-z][a-z0-9]{0,3}",
    "sup": r"footnote-ref",
    "td": r"num",
    "th": r"num",
}
ADDRESS = r"https?://[^/\\\s].*|mailto:.+|/([^/\\].*)?|#(s|fn|fnref)-[a-z0-9-]+"
PICTURE = r"/media/\d+/[0-9a-f]{64}-\d+\.webp"
PICTURES = {
    "alt": r".*",
    "decoding": r"async",
    "height": r"\d{1,5}",
    "loading": r"lazy",
    "sizes": r"\(min-width: \d+px\) \d+px, 100vw",
    "src": PICTURE,
    "srcset": rf"{PICTURE} \d+w(, {PICTURE} \d+w)*",
    "width": r"\d{1,5}",
}
FRAMES = {("div", "region"), ("div", "group"), ("pre", "group"), ("aside", "note")}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in PROSE | MATHML:
            self.faults.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if not self.allows(tag, name, value or ""):
                self.faults.append(f"<{tag} {name}={value!r}>")

    def allows(self, tag: str, name: str, value: str) -> bool:
        if name == "id":
            self.ids.append(value)
            return tag in {"a", "li", "h2", "h3", "h4", "h5", "h6"} and matches(
                r"(s|fn|fnref)-[a-z0-9-]+", value
            )
        if tag in MATHML:
            words = value.split(" ")
            length = r"[-+]?\d{0,2}(\.\d+)?[a-z-]*"
            return name in MATHML_ATTRIBUTES and all(matches(length, w) for w in words)
        if tag == "img":
            return matches(PICTURES.get(name, "(?!)"), value)
        if name == "class":
            return not value or matches(CLASSES.get(tag, "(?!)"), value)
        return {
            "aria-label": tag in {"a", "div", "pre", "section"},
            "href": tag == "a" and matches(ADDRESS, value),
            "rel": tag == "a" and value == "noopener",
            "role": (tag, value) in FRAMES,
            "scope": tag == "th" and value == "col",
            "start": tag == "ol" and value.isdecimal(),
            "tabindex": tag in {"div", "pre"} and value == "0",
        }.get(name, False)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}>")


def matches(pattern: str, value: str) -> bool:
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def faults_in(html: str) -> list[str]:
    """All that is not allowed in the HTML of a lesson, and what does not nest."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    doubled = {name for name in reader.ids if reader.ids.count(name) > 1}
    unclosed = [f"<{tag}> is not closed" for tag in reader.open]
    return reader.faults + unclosed + [f"id {name} twice" for name in sorted(doubled)]
