"""What an answer is worth: pure functions, no database.

Source of the rules: the design's chapter on grading, docs/decisions/0002-grading.md.
A credit is a Decimal from 0 to 1 with six places, rounded half up once, here.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal, assert_never
from uuid import UUID

type QuestionKind = Literal["single", "multiple", "text", "number"]

_PLACES = Decimal("0.000001")
# no-break, thin and figure spaces, and the Swiss thousands marks
_SEPARATORS = re.compile(r"(?<=\d)[\s'’\u2019]+(?=\d)")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)\Z")
_LONGEST_NUMBER = 40  # characters


@dataclass(frozen=True)
class Key:
    """What is right about one question.

    right, wrong: ids of choices, for "single" and "multiple".
    accepted: accepted texts; of "number" the one value, in plain decimal notation.
    tolerance: for "number", how far off is still right; None is exact.
    """

    kind: QuestionKind
    right: frozenset[UUID] = frozenset()
    wrong: frozenset[UUID] = frozenset()
    accepted: tuple[str, ...] = ()
    tolerance: Decimal | None = None


@dataclass(frozen=True)
class Reply:
    """What a person picked or wrote; not blank, its choices are the question's own."""

    picked: frozenset[UUID] = frozenset()
    written: str = ""


def grade(key: Key, reply: Reply) -> Decimal:
    """The credit of one reply, 0 to 1.

    Raises:
        ValueError: a blank reply, or a choice of another question.
    """
    match key.kind:
        case "single" | "multiple":
            return _grade_picked(key, reply.picked)
        case "text":
            return Decimal(_is_accepted(key.accepted, reply.written)).quantize(_PLACES)
        case "number":
            return Decimal(_is_near(key, reply.written)).quantize(_PLACES)
        case _:
            assert_never(key.kind)


def _grade_picked(key: Key, picked: Collection[UUID]) -> Decimal:
    if not picked:
        raise ValueError("nothing was picked")
    if not set(picked) <= key.right | key.wrong:
        raise ValueError("a choice of another question")
    if key.kind == "single":
        if len(picked) > 1:
            raise ValueError("more than one choice")
        return Decimal(set(picked) <= key.right).quantize(_PLACES)
    right = len(key.right.intersection(picked))
    wrong = len(key.wrong.intersection(picked))
    share = Fraction(right, len(key.right)) - Fraction(wrong, len(key.wrong))
    return round_half_up(max(share, Fraction(0)), _PLACES)


def round_half_up(value: Fraction, places: Decimal) -> Decimal:
    """An exact fraction to a Decimal with the places of `places`."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(places, ROUND_HALF_UP)


def normalise_text(text: str) -> str:
    """The form in which texts are compared: NFKC, casefold, spaces collapsed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _is_accepted(accepted: Iterable[str], written: str) -> bool:
    if not normalise_text(written):
        raise ValueError("nothing was written")
    return normalise_text(written) in {normalise_text(text) for text in accepted}


def read_numbers(written: str) -> tuple[Decimal, ...]:
    """The numbers a text can mean: none, one, or two where "4,000" is ambiguous.

    Spaces and apostrophes between digits are dropped; one point or comma is the
    decimal sign; one sign with three digits after it is read both ways.
    """
    text = unicodedata.normalize("NFKC", written).strip().replace("−", "-")
    text = _SEPARATORS.sub("", text)
    if len(text) > _LONGEST_NUMBER or not _NUMBER.match(text) or not text.isascii():
        return ()
    as_decimal = Decimal(text.replace(",", "."))
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", text):
        return (as_decimal, Decimal(re.sub("[.,]", "", text)))
    return (as_decimal,)


def _is_near(key: Key, written: str) -> bool:
    numbers = read_numbers(written)
    if not numbers:
        raise ValueError("not a number")
    value = Decimal(key.accepted[0])
    tolerance = key.tolerance or Decimal(0)
    return any(abs(number - value) <= tolerance for number in numbers)
