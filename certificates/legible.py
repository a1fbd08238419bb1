"""Which of somebody's letters paper can show. Pure.

A PDF that a screen reader can read holds no letter without a glyph, so what no font has
is replaced by a mark that is seen, and the paper says in words what it stands for.
"""

import string
import unicodedata
from collections.abc import Callable, Iterator

MARK = "\u25a1"  # an empty square, in Inter
_JOINERS = "\u200c\u200d"  # spell Persian and Indic words, and join emoji
_FIXED_SPACES = "\u00a0\u202f"  # no line breaks at these
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_HALVES_OF_FLAGS = range(0x1F1E6, 0x1F200)

type CanWrite = Callable[[str], bool]  # whether one font has all of these characters


def legible(text: str, can_write: CanWrite) -> str:
    """The text in NFC as paper shows it: MARK for each letter that no font has.

    A letter counts with its accents and points: they come from one font or not at all.
    What only steers or hides (control, bidi and zero-width characters) is left out; a
    text of nothing else is MARK, so that no heading is empty.
    """
    shown = "".join(_visible(unicodedata.normalize("NFC", text)))
    if not shown.strip(_JOINERS + string.whitespace + _FIXED_SPACES):
        return MARK
    if shown.isascii():
        return shown
    return "".join(_writable(letter, can_write) for letter in _letters(shown))


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    return first_direction(text) in {"R", "AL"}


def first_direction(text: str) -> str:
    """Of the first letter that has one, as Unicode names it: "L", "R", "AL" or ""."""
    directions = map(unicodedata.bidirectional, text)
    return next((known for known in directions if known in {"L", "R", "AL"}), "")


def _visible(text: str) -> Iterator[str]:
    for character in text:
        kind = unicodedata.category(character)
        if character in _JOINERS or character in _FIXED_SPACES:
            yield character
        elif character.isspace():
            yield " "
        elif kind in {"Co", "Cs"}:  # of no agreed meaning: no font may claim to have it
            yield MARK
        elif kind not in {"Cc", "Cf"}:
            yield character


def _letters(text: str) -> Iterator[str]:
    """Each letter with the marks that belong to it; an emoji joined of several is one."""
    letter = ""
    for character in text:
        if letter and (
            _belongs(character)
            or letter[-1] == "\u200d"
            or _is_flag(letter + character)
        ):
            letter += character
            continue
        if letter:
            yield letter
        letter = character
    if letter:
        yield letter


def _is_flag(text: str) -> bool:
    return len(text) == 2 and all(ord(half) in _HALVES_OF_FLAGS for half in text)


def _belongs(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or character in _JOINERS
        or ord(character) in _SKIN_TONES
    )


def _writable(letter: str, can_write: CanWrite) -> str:
    if can_write(letter):
        return letter
    bare = letter.strip(_JOINERS)
    return bare if bare and can_write(bare) else MARK
