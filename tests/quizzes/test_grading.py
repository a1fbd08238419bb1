"""What an answer is worth: the rules, by example and by property."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import Key, Reply, grade, normalise_text, read_numbers

ids = [UUID(int=n) for n in range(1, 13)]


def several(right: int, wrong: int) -> Key:
    return Key("multiple", frozenset(ids[:right]), frozenset(ids[6 : 6 + wrong]))


def ticks(right: int, wrong: int) -> Reply:
    return Reply(frozenset(ids[:right] + ids[6 : 6 + wrong]))


sizes = st.integers(1, 6)


def test_the_one_right_choice_earns_all_and_another_nothing():
    key = Key("single", frozenset(ids[:1]), frozenset(ids[6:8]))

    assert grade(key, Reply(frozenset(ids[:1]))) == 1
    assert grade(key, Reply(frozenset([ids[6]]))) == 0


def test_one_right_tick_of_two_is_half_right():
    assert grade(several(2, 2), ticks(1, 0)) == Decimal("0.5")


def test_a_tick_too_many_takes_its_share_away():
    assert grade(several(2, 2), ticks(2, 1)) == Decimal("0.5")


def test_a_third_is_rounded_half_up_to_six_places():
    assert grade(several(3, 2), ticks(1, 0)) == Decimal("0.333333")
    assert grade(several(3, 2), ticks(2, 0)) == Decimal("0.666667")


@given(right=sizes, wrong=sizes)
def test_ticking_all_is_worth_nothing(right, wrong):
    assert grade(several(right, wrong), ticks(right, wrong)) == 0


@given(right=sizes, wrong=sizes, data=st.data())
def test_a_credit_is_never_below_nothing_or_above_all(right, wrong, data):
    a = data.draw(st.integers(0, right))
    b = data.draw(st.integers(0 if a else 1, wrong))

    credit = grade(several(right, wrong), ticks(a, b))

    assert 0 <= credit <= 1
    assert (credit == 1) == (a == right and b == 0)


@given(right=st.integers(2, 6), wrong=sizes, data=st.data())
def test_more_right_ticks_never_lower_the_credit(right, wrong, data):
    b = data.draw(st.integers(0, wrong))
    fewer = data.draw(st.integers(0 if b else 1, right - 1))

    low, high = ticks(fewer, b), ticks(fewer + 1, b)

    assert grade(several(right, wrong), low) <= grade(several(right, wrong), high)


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_a_blank_reply_is_refused(kind):
    with pytest.raises(ValueError, match="nothing"):
        grade(Key(kind, frozenset(ids[:1]), frozenset(ids[6:7])), Reply())


def test_a_choice_of_another_question_is_refused():
    with pytest.raises(ValueError, match="another question"):
        grade(several(1, 1), Reply(frozenset([ids[11]])))


@pytest.mark.parametrize(
    "written", ["act 1", "ACT 1", "  act   1 ", "Act\u00a01", "act １"]
)
def test_capitals_spaces_and_widths_of_a_text_do_not_matter(written):
    assert grade(Key("text", accepted=("Act 1",)), Reply(written=written)) == 1


def test_another_text_earns_nothing():
    assert grade(Key("text", accepted=("Act 1",)), Reply(written="Act 2")) == 0


@given(st.text(max_size=60))
def test_normalising_a_text_twice_changes_nothing(text):
    assert normalise_text(normalise_text(text)) == normalise_text(text)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("2.5", ["2.5"]),
        ("2,5", ["2.5"]),
        ("-3", ["-3"]),
        ("−3", ["-3"]),
        ("+7", ["7"]),
        ("4,000", ["4.000", "4000"]),
        ("4.000", ["4.000", "4000"]),
        ("4 000", ["4000"]),
        ("4'000", ["4000"]),
        ("4\u202f000,5", ["4000.5"]),
        ("12345,678", ["12345.678"]),
        ("1,5,0", []),
        ("1e3", []),
        ("", []),
        ("about four", []),
        ("NaN", []),
        ("Infinity", []),
        ("1_000", []),
        ("٣", []),
        (".5", ["0.5"]),
        ("5.", ["5"]),
    ],
)
def test_a_number_is_read_as_people_write_it(written, numbers):
    assert read_numbers(written) == tuple(Decimal(n) for n in numbers)


@pytest.mark.parametrize(
    ("written", "credit"),
    [("3600", 1), ("4400", 1), ("3599.9", 0), ("4400.1", 0), ("4,000", 1)],
)
def test_both_bounds_of_a_tolerance_are_right(written, credit):
    key = Key("number", accepted=("4000",), tolerance=Decimal(400))

    assert grade(key, Reply(written=written)) == credit


def test_without_a_tolerance_a_number_is_exact():
    key = Key("number", accepted=("0.1",))

    assert grade(key, Reply(written="0.10")) == 1
    assert grade(key, Reply(written="0.1000001")) == 0


def test_a_text_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="number"):
        grade(Key("number", accepted=("4",)), Reply(written="four"))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_numbers(text):
    assert len(read_numbers(text)) <= 2
