"""The score by lesson as inline SVG: stems and dots, y from 0 to 100. Pure.

Source: the look's chapter on charts. A full dot: all questions answered; a hollow
one: some; a dash: none, since "no score yet" is never drawn as 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from quizzes.scoring import Knowledge

LEFT, RIGHT, FIRST, LAST = 40, 720, 54, 700
FLOOR, CEILING = 170, 14
LABELS_AT_MOST = 12


@dataclass(frozen=True)
class Point:
    """One lesson: where its stem stands, how high it is, what stands below."""

    x: str
    y: str
    shape: str  # "full", "part" or "none"
    label: str
    is_lesser: bool  # the label is left out on narrow screens
    number: int
    knowledge: Knowledge

    @property
    def dash_from(self) -> str:
        return f"{float(self.x) - 4:.1f}"

    @property
    def dash_to(self) -> str:
        return f"{float(self.x) + 4:.1f}"


def points_of(by_lesson: Sequence[Knowledge]) -> list[Point]:
    """One point for each lesson in order."""
    count = len(by_lesson)
    pitch = (LAST - FIRST) / max(count - 1, 1)
    every = ceil(count / 6) if count > LABELS_AT_MOST else 1
    points = []
    for place, knowledge in enumerate(by_lesson):
        number = place + 1
        is_labelled = number == 1 or number % every == 0
        points.append(
            Point(
                x=f"{FIRST + place * pitch:.1f}",
                y=f"{FLOOR - (FLOOR - CEILING) * (knowledge.percent or 0) / 100:.1f}",
                shape=_shape(knowledge),
                label=str(number) if is_labelled else "",
                is_lesser=every > 1 and number % (2 * every) == every,
                number=number,
                knowledge=knowledge,
            )
        )
    return points


def _shape(knowledge: Knowledge) -> str:
    if knowledge.percent is None:
        return "none"
    return "part" if knowledge.open else "full"
