"""Which letters paper shows, and what stands for the others."""

import pytest

from certificates.legible import MARK, is_rtl, legible

LATIN = set(map(chr, range(0x20, 0x180))) | {MARK, "\u0301"}
ARABIC = set(map(chr, range(0x600, 0x700))) | {"\u200c"}


def can_write(letter: str) -> bool:
    return set(letter) <= LATIN or set(letter) <= ARABIC


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada Sample", "Ada Sample"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),  # composed first
        ("q\u0301", "q\u0301"),  # letter and accent from one font
        ("م\u0301", MARK),  # from two: neither font has both
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("a\u200cb", "ab"),  # a joiner that the font has not only goes
        ("王小", MARK * 2),
        ("a\U0001f469\u200d\U0001f467b", f"a{MARK}b"),  # one emoji of two
        ("\U0001f44d\U0001f3fd", MARK),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", MARK * 2),  # two flags
        ("\ue000", MARK),  # private use: no agreed meaning
        ("a\tb\nc", "a b c"),
        ("Ada \u202eelpmaS\u2066\u200b\ufeff\x07", "Ada elpmaS"),
        ("92\u00a0%", "92\u00a0%"),
        ("\u200b\u202e", MARK),
        (" ", MARK),
        ("", MARK),
    ],
)
def test_each_letter_is_shown_or_seen_to_be_missing(text, shown):
    assert legible(text, can_write) == shown


@pytest.mark.parametrize(
    ("text", "runs_left"),
    [
        ("Ada", False),
        ("שרה", True),
        ("12 محمد", True),
        ("Ada שרה", False),
        ("12", False),
    ],
)
def test_the_first_letter_says_where_a_text_begins(text, runs_left):
    assert is_rtl(text) == runs_left
