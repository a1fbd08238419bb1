"""The item analysis agrees with the formulas written down once more, in numpy."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import numpy as np
import pytest

from accounts.models import User
from courses.services import mark_done
from quizzes.analysis import wilson_interval
from quizzes.analysis_query import count_items, room_to_compute
from quizzes.lesson_figures import count_lessons
from quizzes.models import Answer, AnswerChoice, Question, Respondent
from quizzes.track_analysis import _distribution
from tests.factories import make_lesson, make_question, make_track, make_user

MONDAY = datetime(2026, 3, 9, 14, 20, tzinfo=UTC)
LEARNERS, VISITORS = 25, 12
PARTIAL = [Decimal("0.333333"), Decimal("0.5"), Decimal("0.666667")]


@dataclass(frozen=True)
class Given:
    """One answer of the random log, as the independent computation sees it."""

    id: int
    person: object
    question: int
    at: datetime
    credit: Decimal
    picked: frozenset[object]


def random_questions(random: Random) -> list[Question]:
    track = make_track("moss")
    questions = []
    for _ in range(2):
        lesson = make_lesson(track)
        for _ in range(random.randint(1, 4)):
            kind = random.choice(["single", "multiple", "text"])
            right = ("One",) if kind == "single" else ("One", "Two")
            questions.append(make_question(lesson, kind=kind, right=right))
    return questions


def random_log(seed: int) -> tuple[list[Question], list[Given]]:
    """Claimed respondents, retries in any order of times and ids, ties, gaps."""
    random = Random(seed)
    questions = random_questions(random)
    respondents: list[tuple[object, Respondent]] = []
    for number in range(LEARNERS):
        learner = make_user(f"Learner {number}".replace(" ", "-"))
        for claimed in range(random.choice([1, 1, 1, 2, 3])):
            row = Respondent.objects.create(learner=learner, is_own=claimed == 0)
            respondents.append((learner.pk, row))
    respondents += [
        (f"visitor {n}", Respondent.objects.create()) for n in range(VISITORS)
    ]
    log = [
        random_answer(random, person, respondent, question)
        for person, respondent in respondents
        for question in questions
        for _ in range(random.choice([0, 1, 1, 1, 2]))
    ]
    return questions, log


def random_answer(random: Random, person, respondent, question) -> Given:
    choices = list(question.choices.all())
    right = {choice.pk for choice in choices if choice.is_right}
    if random.random() < 0.5:
        credit, picked = Decimal(1), right
    elif question.kind == "multiple" and random.random() < 0.5:
        credit = random.choice(PARTIAL)
        picked = set(random.sample([c.pk for c in choices], random.randint(1, 3)))
    else:
        credit = Decimal(0)
        picked = {random.choice([c.pk for c in choices if not c.is_right] or [None])}
    if not question.has_choices:
        picked = set()
    at = MONDAY + timedelta(minutes=random.randint(0, 5))
    answer = Answer.objects.create(
        respondent=respondent,
        question=question,
        question_revision=question.revision,
        submission=uuid4(),
        credit=credit,
        answered_at=at,
    )
    AnswerChoice.objects.bulk_create(
        AnswerChoice(answer=answer, question=question, choice_id=pk) for pk in picked
    )
    return Given(answer.pk, person, question.pk, at, credit, frozenset(picked))


def first_answers(log: Sequence[Given]) -> dict[tuple[object, int], Given]:
    firsts: dict[tuple[object, int], Given] = {}
    for given in sorted(log, key=lambda g: (g.at, g.id), reverse=True):
        firsts[given.person, given.question] = given
    return firsts


def rest_of(firsts, person, question) -> float | None:
    """The exact mean, so that equals are equal, and only then a float."""
    others = [g.credit for (p, q), g in firsts.items() if p == person and q != question]
    if not others:
        return None
    millionths = sum(int(credit * 1_000_000) for credit in others)
    return millionths / len(others)


def shares_of_third(rests: np.ndarray, low: float, high: float) -> np.ndarray:
    """How much of each person lies between these ranks; equals share their place."""
    below = (rests[:, None] > rests[None, :]).sum(axis=1)
    equal = (rests[:, None] == rests[None, :]).sum(axis=1)
    inside = np.minimum(below + equal, high) - np.maximum(below, low)
    shares: np.ndarray = np.clip(inside, 0, None) / equal
    return shares


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_figures_agree_with_numpy_over_a_random_log(seed):
    questions, log = random_log(seed)
    firsts = first_answers(log)

    with room_to_compute():
        found = count_items(questions[0].lesson.track_id)

    for question in questions:
        mine = [g for (_, q), g in firsts.items() if q == question.pk]
        counted = found[question.pk]
        assert counted.answers == len(mine)
        assert counted.visitors == sum(isinstance(g.person, str) for g in mine)
        mean = np.mean([float(g.credit) for g in mine])
        assert counted.mean == pytest.approx(mean, rel=0, abs=1e-9)
        compare_with_rest(counted, mine, firsts, question)


def compare_with_rest(counted, mine, firsts, question):
    rests = {g: rest_of(firsts, g.person, question.pk) for g in mine}
    ranked = [g for g in mine if rests[g] is not None]
    assert counted.ranked == len(ranked)
    x = np.array([float(g.credit) for g in ranked])
    y = np.array([rests[g] for g in ranked])
    if len(ranked) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        assert counted.discrimination is None
    else:
        expected = np.corrcoef(x, y)[0, 1]
        assert counted.discrimination == pytest.approx(expected, rel=0, abs=1e-9)
    third = len(ranked) / 3
    weakest = shares_of_third(y, 0, third)
    strongest = shares_of_third(y, 2 * third, 3 * third)
    for choice in question.choices.all() if question.has_choices else []:
        picks = counted.picks.get(choice.pk)
        if picks is None:
            assert not any(choice.pk in g.picked for g in mine)
            continue
        assert picks.picks == sum(choice.pk in g.picked for g in mine)
        chose = np.array([choice.pk in g.picked for g in ranked])
        found = picks.weakest * third, picks.strongest * third
        expected = weakest[chose].sum(), strongest[chose].sum()
        assert found == pytest.approx(expected, rel=0, abs=1e-9)


def test_the_random_logs_hold_what_makes_it_hard(db):
    """Learners with several respondents, ties of times, partial credit, retries."""
    _questions, log = random_log(0)
    pairs = defaultdict(list)
    for given in log:
        pairs[given.person, given.question].append(given)

    assert any(len({g.at for g in given}) < len(given) for given in pairs.values())
    assert any(0 < given.credit < 1 for given in log)
    assert len(first_answers(log)) < len(log)


# Newcombe 1998, table I, method 3: the score interval without continuity correction
@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_published_examples(right, count, low, high):
    found = wilson_interval(right / count, count)

    assert found == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("count", [1, 20, 1000])
@pytest.mark.parametrize("mean", [0, 0.001, 0.2, 0.5, 1])
def test_the_interval_solves_wilsons_equation(mean, count):
    """Its ends are where the distance is z standard errors of the end itself."""
    z = 1.9599639845400545
    for end in wilson_interval(mean, count):
        distance = (mean - end) ** 2
        assert distance == pytest.approx(z * z * end * (1 - end) / count, abs=1e-12)


def test_no_answers_have_no_interval():
    with pytest.raises(ValueError, match="observation"):
        wilson_interval(0.5, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_lessons_and_scores_agree_with_plain_python_over_a_random_log(seed):
    """Who started and who finished each lesson, its median credit, and the distribution."""
    questions, log = random_log(seed)
    track = questions[0].lesson.track
    done = mark_some_done(Random(seed), track)

    with room_to_compute():
        lessons = count_lessons(track.pk)
    columns = _distribution(track.pk)

    of_lesson = {question.pk: question.lesson_id for question in questions}
    for lesson, found in lessons.items():
        mine = [given for given in log if of_lesson[given.question] == lesson]
        learners = {given.person for given in mine if isinstance(given.person, int)}
        finished = {learner for learner, at in done if at == lesson}
        assert found.started == len(learners | finished)
        assert found.done == len(finished)
        means = [np.mean(earned) for earned in credits_by_person(mine).values()]
        assert found.people == len(means)
        if means:
            assert found.credit == pytest.approx(np.median(means), rel=0, abs=1e-9)
        else:
            assert found.credit is None
    assert columns == tens_of([g for g in log if isinstance(g.person, int)])


def mark_some_done(random: Random, track) -> set[tuple[int, int]]:
    """Learner and lesson of each mark."""
    done = set()
    for learner in User.objects.filter(respondents__isnull=False).distinct():
        for lesson in track.lessons.all():
            if random.random() < 0.4:
                mark_done(learner, lesson)
                done.add((learner.pk, lesson.pk))
    return done


def credits_by_person(log: Sequence[Given]) -> dict[object, list[float]]:
    """Of first answers alone."""
    credits_: dict[object, list[float]] = defaultdict(list)
    for (person, _question), given in first_answers(log).items():
        credits_[person].append(float(given.credit))
    return credits_


def tens_of(log: Sequence[Given]) -> list[int]:
    """All answers came within 24 hours, so that the first of each question counts."""
    columns = [0] * 10
    for earned in credits_by_person(log).values():
        percent = int(np.floor(np.mean(earned) * 100 + 0.5 + 1e-9))
        columns[min(percent // 10, 9)] += 1
    return columns
