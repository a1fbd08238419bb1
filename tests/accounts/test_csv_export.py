"""No text of a CSV file starts a formula, whatever the cells are split at."""

import csv
import io
import re
from itertools import product

import pytest

from accounts.csv_export import inert, inert_within, stream_rows
from tests.csv_files import as_typed

pytestmark = pytest.mark.django_db

FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+@＝＋－＠-]")
NAMES = ["Ada", "Ada;=1+1;", 'Ada";=1+1;"', "Ada\n=1+1", "Ada\t=1+1;", ";=1+1", "\n\n"]
# each text of up to five of these, and with what else a spreadsheet takes for a formula
TEXTS = [
    "".join(letters)
    for length in range(6)
    for letters in product(";\n=\"', ", repeat=length)
] + [
    f"a{between}{first}1+1;b"
    for between in (
        ";",
        "\t",
        "\r",
        "\n",
        ';"',
        "\r\n",
        ";;",
        ";\t",
        ', "";',
        "; ",
        ";\u00a0",
        ";\ufeff\n",
    )
    for first in "=+-@＝＋－＠"
]


def file_of(pairs: list[tuple[str, str]]) -> str:
    select = f"""SELECT {inert("name")} AS name, 7 AS number, {inert_within("words")} AS words
    FROM unnest(%s::text[], %s::text[]) AS t (name, words)"""
    names, words = zip(*pairs, strict=True)
    content = b"".join(stream_rows(select, [list(names), list(words)], quoted="name"))
    return content.decode("utf-8-sig")


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_each_text_reads_back_where_cells_end_at_commas():
    pairs = [("Ada", words) for words in TEXTS]

    rows = rows_of(file_of(pairs), ",")[1:]

    assert [as_typed(row[2]) for row in rows] == TEXTS
    assert not [row for row in rows if any(map(FORMULA.match, row))]


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_starts_a_formula_where_cells_end_elsewhere(delimiter, name):
    """Each line may be split as it will, but begins where it should."""
    text = file_of([(name, words) for words in TEXTS])

    cells = [cell for row in rows_of(text, delimiter) for cell in row]

    assert not [cell for cell in cells if FORMULA.match(cell)]


def test_a_semicolon_in_a_sentence_stays_as_it_is():
    text = file_of([("Ada", "Soil; water")])

    assert rows_of(text, ",")[1] == ["Ada", "7", "Soil; water"]
