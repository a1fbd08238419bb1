"""A CSV file, streamed as PostgreSQL writes it.

A text cell that a spreadsheet would run as a formula gets a ' in front; who reads the
file back takes one leading ' off.

A spreadsheet set to semicolons or tabs would split "Ada;=1+1" at its own. Quotes keep a
text together only where they follow the start of a line or what splits it: so they are
around the name, which comes first, and no help to a text after a comma. In such a one a
' stands after each semicolon, tab and line end that a formula follows, too.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

BLOCK = 64 * 1024  # bytes that leave at a time
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
# What a formula begins with, also in the full width of Chinese; and the ' itself.
_FIRST = "=+-@'\t\r＝＋－＠"
# What some spreadsheets pass over before it: spaces, line ends, what is not seen.
_SKIPPED = (
    "\n\v\f \u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f\u2060"
    "\u3000\ufeff"
)
_SPLITS = ";", r"\n", r"\t", r"\r"


def _codes(letters: str) -> str:
    """As ascii() gives them."""
    return f"({', '.join(str(ord(letter)) for letter in letters)})"


_BEGIN, _FORMULA = _codes(_FIRST + _SKIPPED), _codes(_FIRST)
_TRIMMED = "".join(f"\\u{ord(letter):04x}" for letter in _SKIPPED)
_BEFORE_A_FORMULA = rf"""'([;\n\t\r])(?=[{_TRIMMED}]*([-"=+@''\t\r＝＋－＠]|$))'"""


def inert(column: str) -> str:
    """The SQL of this column of text, with a ' before what would be a formula."""
    begins = f"ascii(ltrim({column}, E'{_TRIMMED}')) IN {_FORMULA}"
    return (
        f"CASE WHEN ascii({column}) IN {_BEGIN} AND {begins} "
        f"THEN '''' || {column} ELSE {column} END"
    )


def inert_within(column: str) -> str:
    """The same, also after all that a cell may be split at; % is doubled.

    Neither may a quote follow there, which would begin a text in quotes, nor the end of
    the text, where its own closing quote would.
    """
    is_split = " OR ".join(f"{column} LIKE E'%%{mark}%%'" for mark in _SPLITS)
    return f"""CASE WHEN {column} <> '' AND ({is_split})
        THEN regexp_replace({inert(column)}, {_BEFORE_A_FORMULA}, '\\1''', 'g')
        ELSE {inert(column)} END"""


def stream_rows(
    select: str,
    values: Sequence[Any] | Mapping[str, Any],
    headings: Sequence[str] = (),
    *,
    quoted: str,
) -> Iterator[bytes]:
    """The file in blocks, one statement whatever the number of rows.

    select: the statement; its texts made inert.
    headings: of the columns; by default their names in the statement.
    quoted: the name in the statement of its first column, a text.
    """
    header = "" if headings else ", HEADER"
    copy = (
        f"COPY ({select}) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE ({quoted}){header})"
    )
    yield BYTE_ORDER_MARK
    if headings:
        yield _line(headings)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # psycopg's own cursor: Django's wrapper of it, when it logs, takes no values
        with cursor.cursor.copy(copy, values) as rows_sent:
            yield from _in_blocks(rows_sent)


def _line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def _in_blocks(rows: Any) -> Iterator[bytes]:
    block = bytearray()
    for row in rows:
        block += row
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
