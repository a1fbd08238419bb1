"""Credits, numbers and times as people read them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.templatetags.look import exact_moment, from_minute
from quizzes.grading import read_numbers
from quizzes.self_check import Pick, Verdict
from quizzes.templatetags.worth import accepted_number, worth

NOW = datetime(2026, 3, 14, 14, 20, 7, 500, tzinfo=UTC)


def verdict(credit="0", text="4000", tolerance=None, counts=True) -> Verdict:
    return Verdict(
        number=1,
        kind="number",
        credit=Decimal(credit),
        picked=[],
        missed=[Pick(text, text, is_right=True, feedback_html="")],
        explanation_html="",
        answers=1,
        counts=counts,
        counts_again_at=NOW,
        tolerance=Decimal(tolerance) if tolerance else None,
    )


@pytest.mark.parametrize(
    ("credit", "said"),
    [
        ("1", "Counts 100\u00a0%"),
        ("0", "Counts 0\u00a0%"),
        ("0.5", "Half right · counts 50\u00a0%"),
        ("0.333333", "Partly right · counts 33\u00a0%"),
    ],
)
def test_what_an_answer_is_worth_is_said_in_words(credit, said):
    assert worth(verdict(credit)) == said


def test_practice_says_so():
    assert worth(verdict("1", counts=False)) == "Practice · does not count"


@pytest.mark.parametrize(
    ("text", "tolerance", "said"),
    [
        ("4000", "400", "4,000, or anything from 3,600 to 4,400"),
        ("2.50", None, "2.5"),
        ("100", None, "100"),
        ("1000000", None, "1\u00a0000\u00a0000"),
        ("1234.5", None, "1\u00a0234.5"),
        ("-0.5", "0.25", "-0.5, or anything from -0.75 to -0.25"),
    ],
)
def test_an_accepted_number_is_printed_with_its_bounds(text, tolerance, said):
    assert accepted_number(verdict(text=text, tolerance=tolerance)) == said


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=4))
def test_a_number_that_is_printed_can_be_typed(value):
    printed = accepted_number(verdict(text=f"{value:f}"))

    assert value in read_numbers(printed)


def test_it_counts_again_from_a_full_minute_that_is_not_too_early():
    assert from_minute(NOW) == datetime(2026, 3, 14, 14, 21, tzinfo=UTC)
    full = NOW.replace(second=0, microsecond=0)
    assert from_minute(full) == full


def test_times_that_are_compared_have_seconds():
    assert exact_moment(NOW) == "14 March, 14:20:07 UTC"
