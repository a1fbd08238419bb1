"""The knowledge score: which answers count, and what they add up to.

The rule stands here once in Python, for pages that explain it, and once in SQL
(quizzes.log), for pages that sum it up; a property test holds the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

RETRY_AFTER = timedelta(hours=24)  # from the last answer that counted


class Timed(Protocol):
    @property
    def answered_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A score in whole percent, None when nothing is answered, and its coverage."""

    percent: int | None
    answered: int
    questions: int

    @property
    def open(self) -> int:
        return self.questions - self.answered


def counting[A: Timed](answers: Iterable[A]) -> list[A]:
    """Those of one question's answers that count, or counted once; the last scores.

    answers: in the order they were given. The first counts; after that one counts
    when at least RETRY_AFTER has passed since the last that counted.
    """
    counted: list[A] = []
    for answer in answers:
        if not counted or answer.answered_at - counted[-1].answered_at >= RETRY_AFTER:
            counted.append(answer)
    return counted


def measure_knowledge(earned: Sequence[Decimal], question_count: int) -> Knowledge:
    """Sum up a learner's answers on one track; nothing answered gives percent None.

    earned: one credit for each answered question, 0 to 1, in any order.
    question_count: the track's questions now, at least len(earned).

    Raises:
        ValueError: there are more answers than questions.
    """
    if len(earned) > question_count:
        raise ValueError(f"{len(earned)} answers to {question_count} questions")
    if not earned:
        return Knowledge(None, 0, question_count)
    percent = percent_of(sum(earned, Decimal()), len(earned))
    return Knowledge(percent, len(earned), question_count)


def percent_of(total: Decimal, count: int) -> int:
    """The mean of `count` credits in whole percent, rounded half up."""
    # total has six places, so 100 * total / count is compared exactly at .5
    return int((total * 100 / count).quantize(Decimal(1), ROUND_HALF_UP))
