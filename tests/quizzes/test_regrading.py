"""What an earlier answer is worth by a later key: the rules, without a database."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import Key, Reply, grade
from quizzes.regrading import Move, can_map, grade_again, outlook

ids = st.lists(st.uuids(version=4), min_size=2, max_size=6, unique=True)


@st.composite
def keys(draw, kind: str | None = None) -> Key:
    choices = draw(ids)
    chosen: Any = kind or draw(st.sampled_from(["single", "multiple"]))
    rights = 1 if chosen == "single" else draw(st.integers(1, len(choices) - 1))
    right, wrong = choices[:rights], choices[rights:]
    return Key(chosen, frozenset(right), frozenset(wrong))


def choices_of(key: Key) -> list[UUID]:
    return sorted(key.right | key.wrong)


@st.composite
def maps(draw):
    """An earlier key, a later one, a map between them and what was picked."""
    old, new = draw(keys()), draw(keys())
    later = st.sampled_from([*choices_of(new), None])
    same = {choice: draw(later) for choice in choices_of(old)}
    most = 1 if old.kind == "single" else None
    picked = draw(st.sets(st.sampled_from(choices_of(old)), min_size=1, max_size=most))
    return old, new, same, Reply(frozenset(picked))


@given(keys(), st.data())
def test_a_map_of_each_choice_to_itself_changes_no_credit(key, data):
    most = 1 if key.kind == "single" else None
    picked = data.draw(
        st.sets(st.sampled_from(choices_of(key)), min_size=1, max_size=most)
    )
    reply = Reply(frozenset(picked))
    same = {choice: choice for choice in choices_of(key)}

    assert grade_again(key, reply, same) == grade(key, reply)


@given(maps())
def test_the_new_credit_is_what_the_mapped_picks_would_get_today(case):
    _old, new, same, reply = case
    picked = frozenset(same[c] for c in reply.picked if same[c] is not None)

    credit = grade_again(new, reply, same)

    assert 0 <= credit <= 1
    if picked and (new.kind == "multiple" or len(picked) == 1):
        assert credit == grade(new, Reply(picked))
    else:
        assert credit == 0


@given(maps())
def test_a_choice_that_was_not_picked_may_be_mapped_anyhow(case):
    _old, new, same, reply = case
    other = {c: (later if c in reply.picked else None) for c, later in same.items()}

    assert grade_again(new, reply, same) == grade_again(new, reply, other)


@given(maps())
def test_what_is_no_longer_offered_counts_as_not_picked(case):
    _old, new, same, reply = case
    kept = frozenset(choice for choice in reply.picked if same[choice] is not None)

    assert grade_again(new, reply, same) == grade_again(new, Reply(kept), same)


@given(maps())
def test_all_picks_on_right_choices_of_which_none_is_missed_are_worth_all(case):
    _old, new, same, reply = case
    if frozenset(same[choice] for choice in reply.picked) == new.right:
        assert grade_again(new, reply, same) == 1


def test_what_was_typed_is_graded_by_the_new_accepted_answers():
    key = Key("text", accepted=("Loam", "Clay"))

    assert grade_again(key, Reply(written=" LOAM "), {}) == 1
    assert grade_again(key, Reply(written="Sand"), {}) == 0


@pytest.mark.parametrize(
    ("written", "credit"), [("2,4", 1), ("3", 0), ("two and a half", 0), ("2.4 m", 0)]
)
def test_a_text_that_is_no_number_is_worth_nothing_where_one_is_asked(written, credit):
    key = Key("number", accepted=("2.5",), tolerance=Decimal("0.1"))

    assert grade_again(key, Reply(written=written), {}) == credit


def test_picked_is_never_graded_as_typed():
    kinds = ["single", "multiple", "text", "number"]

    assert [can_map("single", kind) for kind in kinds] == [True, True, False, False]
    assert [can_map("text", kind) for kind in kinds] == [False, False, True, True]


def test_a_choice_the_map_does_not_name_is_no_longer_offered():
    key = Key("single", frozenset([uuid4()]), frozenset([uuid4()]))

    assert grade_again(key, Reply(frozenset([uuid4()])), {}) == 0


def test_the_outlook_groups_whose_score_moves_the_largest_group_first():
    found = outlook(
        [
            (Decimal(1), Decimal(2), 2, 1),
            (Decimal(2), Decimal(4), 4, 2),
            (Decimal(0), Decimal("0.5"), 1, 1),
            (Decimal(1), Decimal(1), 1, 1),
        ]
    )

    assert found.moves == [Move(50, 100, 3), Move(0, 50, 1)]
    assert (found.moving, found.learners) == (4, 5)


def test_what_rounding_hides_is_no_move():
    found = outlook([(Decimal("0.500000"), Decimal("0.504000"), 1, 1)])

    assert found.moves == []
