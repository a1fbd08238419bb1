"""Words of Arabic and Hebrew in the order in which they are read, and accents once. Pure.

Typst writes the pieces of a line from left to right, as the eye finds them; a screen
reader hears them as they stand in the file, so the last word of such a name came first.
An accent that stands higher or lower than others is a text of its own, which would say
its letter again.
"""

import re

_LINE = re.compile(rb"(?<=BT).*?(?=\nET\n)", re.DOTALL)  # one font, size and direction
_RIGHT_TO_LEFT = re.compile(rb"/ReversedChars |/ActualText<FEFF0(?:5[9A-F]|6|7)")
_PIECE = re.compile(
    rb"(?:/ReversedChars BMC|/Span<<.*?>>BDC)*"
    rb" 0 Tr/f\d+ [\d.]+ Tf 1 0 0 -1 [-\d.]+ [-\d.]+ Tm.*?T[jJ](?:\nEMC)*",
    re.DOTALL,
)
# a text of one glyph that is not where the last one ended, as accents alone are
_ACCENT = re.compile(
    rb"(/Span<</MCID \d+[^>]*)(>>BDC\nq [^\n]*\nBT)(?:/Span<</ActualText<\w+>>>BDC)?"
    rb"( 0 Tr/f\d+ [\d.]+ Tf 1 0 0 -1 0 0 Tm\[-?[\d.]+\([^)]{2,8}\)\]TJ)(?:\nEMC)?(?=\nET)"
)


def in_reading_order(content: bytes) -> bytes:
    """The content of a page, each piece of text in its place, but written in order.

    Each piece says itself where it stands, so the page looks the same.
    """
    in_order = _LINE.sub(lambda line: _turned(line[0]), content)
    return _ACCENT.sub(rb"\1/ActualText()\2\3", in_order)


def _turned(line: bytes) -> bytes:
    pieces = _PIECE.findall(line)
    if not _RIGHT_TO_LEFT.search(line) or b"".join(pieces) != line:
        return line
    return b"".join(
        piece if piece.endswith(b"EMC") else b"/ReversedChars BMC%b\nEMC" % piece
        for piece in reversed(pieces)
    )
