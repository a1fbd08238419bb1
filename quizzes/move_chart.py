"""Whose score moves from where to where, as inline SVG: one line a group. Pure.

Source: the look's chapter on charts. The left end is the score before, the right end the
score after; a thicker line is more learners; a line that falls is dashed, so that colour
says nothing alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quizzes.regrading import Move

FLOOR, CEILING = 190, 14
THIN, THICK = 1.5, 9.0  # of a line
DRAWN = 40  # groups at most; the rest would be one grey patch
LISTED = 100


@dataclass(frozen=True)
class Line:
    y_before: str
    y_after: str
    width: str
    shape: str  # "rise" or "fall"


@dataclass(frozen=True)
class Chart:
    """What is drawn, and the rows of the table behind it."""

    lines: Sequence[Line]
    rows: Sequence[Move]
    others: int  # learners of the groups that the table leaves out


def chart_of(moves: Sequence[Move]) -> Chart:
    """moves: the largest group first."""
    most = moves[0].learners if moves else 1
    lines = [_line(move, most) for move in moves[:DRAWN]]
    return Chart(lines, moves[:LISTED], sum(move.learners for move in moves[LISTED:]))


def _line(move: Move, most: int) -> Line:
    width = THIN + (THICK - THIN) * move.learners / most
    return Line(
        _height(move.before),
        _height(move.after),
        f"{width:.1f}",
        "rise" if move.after > move.before else "fall",
    )


def _height(percent: int) -> str:
    return f"{FLOOR - (FLOOR - CEILING) * percent / 100:.1f}"
