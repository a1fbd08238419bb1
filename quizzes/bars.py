"""The charts of a track's figures as inline SVG: bars, stems and dots. Pure.

Source: the look's chapter on charts. One colour, three grid lines, numbers below; what is
not known is left out and never drawn as 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

LEFT, RIGHT = 48, 720
FLOOR, CEILING = 170, 14
LABELS_AT_MOST = 12
_STEPS = [2, 4, 6, 8, 10]  # whose halves are whole


@dataclass(frozen=True)
class Bar:
    """One place on the axis; `inner` is what is filled of an outlined bar."""

    x: str
    width: str
    middle: str
    y: str
    height: str
    inner_y: str
    inner_height: str
    label: str
    is_lesser: bool  # the label is left out on narrow screens


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar | None]  # None: there is nothing to draw
    top: int
    half: int


def bar_chart(
    values: Sequence[float | None],
    labels: Sequence[str],
    *,
    inner: Sequence[float] | None = None,
    top: int | None = None,
) -> Chart:
    """One bar for each value, as high as it is of `top`, by default a round number.

    inner: how much of each is filled, where that is not all.
    """
    known = [value for value in values if value is not None]
    highest = top or round_top(max(known, default=0))
    pitch = (RIGHT - LEFT) / max(len(values), 1)
    every = ceil(len(values) / 6) if len(values) > LABELS_AT_MOST else 1
    bars = [
        None
        if value is None
        else _bar(place, value, inner[place] if inner else value, pitch, highest)
        for place, value in enumerate(values)
    ]
    labelled = [
        bar and _labelled(bar, place, labels[place], every)
        for place, bar in enumerate(bars)
    ]
    return Chart(labelled, highest, highest // 2)


def round_top(highest: float) -> int:
    """The least of 2, 4, 6, 8 and 10 times a power of ten that is not below it."""
    power = 1
    while highest > 10 * power:
        power *= 10
    return next(step * power for step in _STEPS if highest <= step * power)


def _bar(place: int, value: float, inner: float, pitch: float, top: int) -> Bar:
    width = min(pitch * 0.7, 40)
    middle = LEFT + (place + 0.5) * pitch
    height = (FLOOR - CEILING) * value / top
    filled = (FLOOR - CEILING) * inner / top
    return Bar(
        x=f"{middle - width / 2:.1f}",
        width=f"{width:.1f}",
        middle=f"{middle:.1f}",
        y=f"{FLOOR - height:.1f}",
        height=f"{height:.1f}",
        inner_y=f"{FLOOR - filled:.1f}",
        inner_height=f"{filled:.1f}",
        label="",
        is_lesser=False,
    )


def _labelled(bar: Bar, place: int, label: str, every: int) -> Bar:
    number = place + 1
    if number != 1 and number % every:
        return bar
    is_lesser = every > 1 and number % (2 * every) == every
    return Bar(**{**bar.__dict__, "label": label, "is_lesser": is_lesser})
