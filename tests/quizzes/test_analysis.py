"""The plain sentence on what is likely wrong, and the words for too few answers."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from quizzes.analysis import (
    ChoiceFigures,
    Concern,
    Item,
    remark_on,
    too_few_words,
)


def choice(letter: str, weakest: float, strongest: float, *, right: bool = False):
    picked = (weakest + strongest) / 2
    return ChoiceFigures(letter, letter, right, picked, weakest, strongest)


A = choice("A", 0.3, 0.8, right=True)
B, C = choice("B", 0.3, 0.1), choice("C", 0.4, 0.1)
SOUND = Item(100, 0, 0.6, 100, 0.4, (A, B, C), is_single=True)


def said(**changed: Any) -> str:
    return remark_on(replace(SOUND, **changed)).words


def concern(**changed: Any) -> Concern:
    return remark_on(replace(SOUND, **changed)).concern


def test_nothing_stands_out_in_a_sound_question():
    assert concern() is Concern.NONE


@pytest.mark.parametrize(("answers", "is_enough"), [(19, False), (20, True)])
def test_below_20_answers_there_is_no_remark(answers, is_enough):
    assert (concern(answers=answers) is not Concern.TOO_FEW) == is_enough


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (0, "No answers yet; from 20 on there are figures."),
        (1, "1 answer so far; from 20 on there are figures."),
        (7, "7 answers so far; from 20 on there are figures."),
    ],
)
def test_too_few_answers_are_counted(answers, words):
    assert too_few_words(answers) == words
    assert said(answers=answers) == words


def test_a_wrong_choice_that_the_best_prefer_is_named():
    tempting = choice("C", 0.2, 0.6)
    right = choice("A", 0.5, 0.2, right=True)

    found = remark_on(replace(SOUND, choices=(right, B, tempting)))

    assert found.words == "The best learners pick C: is C right?"
    assert found.is_misleading


def test_a_wrong_choice_that_the_weakest_like_as_much_is_only_hard():
    """Guessing: those who know most pick it, but no more than the others."""
    guessed = choice("C", 0.5, 0.5)
    right = choice("A", 0.3, 0.4, right=True)

    assert concern(choices=(right, B, guessed)) is Concern.NONE


@pytest.mark.parametrize(
    ("ranked", "expected"), [(60, Concern.TEMPTING), (200, Concern.KEY)]
)
def test_a_preference_is_named_when_chance_does_not_explain_it(ranked, expected):
    """12 of the best 20 pick C and 6 the right one: a toss-up. 40 and 20 of 67 are none."""
    tempting = choice("C", 0.2, 0.6)
    right = choice("A", 0.5, 0.3, right=True)

    assert concern(choices=(right, B, tempting), ranked=ranked) is expected


def guessed(random: Random, people: int) -> Item:
    """Everybody picks any of four."""
    thirds = [random.choices("ABCD", k=people // 3) for _ in range(2)]
    weakest, strongest = ({c: t.count(c) / len(t) for c in "ABCD"} for t in thirds)
    choices = tuple(
        choice(letter, weakest[letter], strongest[letter], right=letter == "A")
        for letter in "ABCD"
    )
    return replace(SOUND, answers=people, ranked=people, choices=choices)


@pytest.mark.parametrize("people", [30, 300])
def test_where_all_guess_no_wrong_choice_is_called_right(people):
    random = Random(1)
    named = sum(
        remark_on(guessed(random, people)).concern is Concern.KEY for _ in range(500)
    )

    assert named < 60  # of 500; where any preference was enough it was more than 250


def test_of_several_right_ones_a_wrong_choice_is_named_when_most_of_the_best_pick_it():
    second = choice("B", 0.4, 0.8, right=True)
    few, most = choice("C", 0.2, 0.6), choice("C", 0.2, 0.7)

    assert concern(choices=(A, second, few), is_single=False) is Concern.TEMPTING
    assert concern(choices=(A, second, most), is_single=False) is Concern.KEY


def test_a_right_choice_that_the_best_leave_out_is_named():
    left_out = choice("B", 0.6, 0.3, right=True)

    assert said(choices=(A, left_out, C), is_single=False) == (
        "The best learners leave B out: is B right?"
    )
    hardly = choice("B", 0.6, 0.45, right=True)  # 15 of 33
    assert concern(choices=(A, hardly, C), is_single=False) is Concern.NONE


@pytest.mark.parametrize("is_single", [True, False])
def test_a_wrong_choice_that_more_of_the_best_pick_than_of_the_weakest_is_named(
    is_single,
):
    """As right as the right one, say: then the best are divided between the two."""
    right = choice("A", 0.3, 0.5, right=True)
    second, chance = choice("C", 0.2, 0.49), choice("C", 0.3, 0.49)  # of 33 each

    found = remark_on(replace(SOUND, choices=(right, B, second), is_single=is_single))

    assert found.words == ("Those who know more pick C more often: is it really wrong?")
    assert not found.is_misleading
    assert concern(choices=(right, B, chance), is_single=is_single) is Concern.NONE


@pytest.mark.parametrize(
    ("r", "expected"),
    [
        (-0.21, Concern.UPSIDE_DOWN),  # 2 standard errors of 100 are 0.2
        (-0.19, Concern.TELLS_LITTLE),
        (0.09, Concern.TELLS_LITTLE),
        (0.1, Concern.NONE),
        (None, Concern.NONE),
    ],
)
def test_a_correlation_is_below_zero_when_chance_does_not_explain_it(r, expected):
    assert concern(discrimination=r) is expected


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (0.25, Concern.HARD),
        (0.26, Concern.NONE),
        (0.94, Concern.NONE),
        (0.95, Concern.EASY),
    ],
)
def test_hard_and_easy_questions(mean, expected):
    assert concern(mean=mean) is expected


def test_an_easy_question_is_not_blamed_for_telling_little():
    assert said(mean=0.97, discrimination=0.0) == (
        "Nearly everybody is right: it tells you little."
    )


def test_a_choice_that_nobody_picks():
    never, hardly = replace(C, picked=0.0), replace(C, picked=0.02)

    assert said(choices=(A, B, never)).startswith("Nobody picks C")
    assert said(choices=(A, B, hardly)).startswith("Hardly anybody picks C")
    assert concern(choices=(replace(A, picked=0.01), B, C)) is Concern.NONE


def test_without_anybody_to_rank_nothing_is_said_of_the_best():
    unranked = [replace(c, weakest=None, strongest=None, picked=0.3) for c in (A, B, C)]

    assert concern(choices=unranked, ranked=0, discrimination=None) is Concern.NONE
