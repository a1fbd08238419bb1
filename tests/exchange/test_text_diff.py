"""The readable difference of two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.text_diff import CONTEXT, Line, Row, compare


def words(line: Line | None) -> str:
    """A line with its changed words in brackets; a dash where there is none."""
    if line is None:
        return "-"
    return "".join(f"[{p.text}]" if p.is_changed else p.text for p in line)


def shown(old: str, new: str) -> list[tuple[str, str]]:
    rows = [row for block in compare(old, new) for row in block.rows]
    return [(words(row.old), words(row.new)) for row in rows if not row.is_same]


def plain(line: Line | None) -> str:
    return "".join(part.text for part in line or ())


def lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def test_what_was_nothing_before_is_new_throughout():
    assert shown("", "a\n\nb") == [("-", "a"), ("-", ""), ("-", "b")]


def test_equal_texts_have_no_difference():
    assert compare("one\ntwo\n", "one\ntwo\n") == []


def test_a_changed_word_is_marked_within_its_line():
    assert shown("Loam is a mixture.", "Loam is a mix.") == [
        ("Loam is a [mixture].", "Loam is a [mix].")
    ]


def test_neighbouring_words_that_changed_are_marked_as_one():
    assert shown("All about soil, and more.", "All of it, and more.") == [
        ("All [about soil], and more.", "All [of it], and more.")
    ]


def test_lines_come_and_go():
    assert shown("a\nb\nc", "a\nc\nd") == [("b", "-"), ("-", "d")]


def test_lines_that_are_not_alike_are_one_that_went_and_one_that_came():
    assert shown("Clay is the finest.", "Peat burns at night") == [
        ("Clay is the finest.", "-"),
        ("-", "Peat burns at night"),
    ]


def test_what_went_stands_before_what_came():
    old, new = "first thing\nsecond thing", "Io\nEuropa"

    assert [old for old, _new in shown(old, new)] == [
        "first thing",
        "second thing",
        "-",
        "-",
    ]


def test_far_from_a_change_lines_are_folded():
    old = [str(n) for n in range(40)]
    new = [*old[:20], "changed", *old[21:]]

    blocks = compare("\n".join(old), "\n".join(new))

    assert [(block.is_folded, len(block.rows)) for block in blocks] == [
        (True, 20 - CONTEXT),
        (False, 2 * CONTEXT + 2),
        (True, 19 - CONTEXT),
    ]


def test_a_single_line_between_two_changes_is_not_folded():
    same = [str(n) for n in range(2 * CONTEXT + 1)]
    old, new = ["a", *same, "b"], ["x", *same, "y"]

    assert [b.is_folded for b in compare("\n".join(old), "\n".join(new))] == [False]


@pytest.mark.parametrize("size", [200, 9000])
def test_very_different_texts_are_compared_all_the_same(size):
    old = "\n".join(f"old {n}" for n in range(size))
    new = "\n".join(f"new {n}" for n in range(size))

    rows = [row for block in compare(old, new) for row in block.rows]

    assert "\n".join(plain(r.old) for r in rows if r.old is not None) == old
    assert "\n".join(plain(r.new) for r in rows if r.new is not None) == new


LINES = st.lists(st.sampled_from(["", "a b c", "a c", "x", "x y z w", "- [x] right"]))


@given(LINES.map("\n".join), LINES.map("\n".join))
def test_both_texts_can_be_read_back_from_their_difference(old, new):
    rows: list[Row] = [row for block in compare(old, new) for row in block.rows]

    if old == new:
        assert rows == []
    else:
        assert [plain(r.old) for r in rows if r.old is not None] == lines(old)
        assert [plain(r.new) for r in rows if r.new is not None] == lines(new)
