"""The shapes of the look as inline SVG: marks and the stair. Pure.

Source: the look's component sheet; a shape says it, colour only repeats it.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_TICK = (
    '<circle cx="11" cy="11" r="9.5" fill="currentColor"/>'
    '<path class="hole" d="m6.8 11.3 2.9 2.9 5.6-6.2" fill="none" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"/>'
)
_RING = (
    '<circle cx="11" cy="11" r="8.5" fill="none" stroke="currentColor" '
    'stroke-width="1.5"{}/>'
)
MARKS = {
    "todo": _RING.format(""),
    "begun": _RING.format("") + '<path d="M11 5a6 6 0 0 1 0 12z" fill="currentColor"/>',
    "done": _TICK,
    "right": _TICK,
    "new": _RING.format(' stroke-dasharray="2.6 2.2"')
    + '<path d="M11 7v8M7 11h8" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round"/>',
    "notyet": '<path d="M11 1.8 20.2 11 11 20.2 1.8 11z" fill="none" '
    'stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>'
    '<path d="M7.5 11h7" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round"/>',
    "moved": '<rect x="2" y="2" width="18" height="18" rx="2" fill="none" '
    'stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M6 11h9m-3.5-3.7L15.2 11l-3.7 3.7" fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
    "bad": '<path d="M7 1.6h8L20.4 7v8L15 20.4H7L1.6 15V7z" fill="currentColor"/>'
    '<path class="hole" d="m7.5 7.5 7 7m0-7-7 7" fill="none" stroke-width="2" '
    'stroke-linecap="round"/>',
    "gone": '<circle cx="11" cy="11" r="8.5" fill="none" stroke="currentColor" '
    'stroke-width="1.6"/><path d="m5.2 16.8 11.6-11.6" stroke="currentColor" '
    'stroke-width="1.8" stroke-linecap="round"/>',
}
_RISE = 21  # from the lowest step's top to the highest's, in units of the viewBox


@lru_cache(maxsize=1000)  # a label holds a number at most
def mark_svg(shape: str, label: str = "") -> SafeString:
    """One 22-unit mark; a label makes it an image, without one it is hidden."""
    says = format_html('role="img" aria-label="{}"', label) if label else ""
    return format_html(
        '<svg class="mark mark--{}" viewBox="0 0 22 22" {}>{}</svg>',
        shape,
        says or mark_safe('aria-hidden="true"'),
        mark_safe(MARKS[shape]),  # noqa: S308 (ours, above)
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _step(place: int, count: int, width: int, pitch: int, state: str) -> str:
    left = _short(place * pitch + 0.5)
    top = 1 + (count - 1 - place) * _RISE / count
    box = f"M{left} {_short(top)}h{width}V27.5h-{width}z"
    if state != "begun":
        return f'<path class="{state}" d="{box}"/>'
    filled = f"M{left} {_short((28 + top) / 2)}h{width}V27.5h-{width}z"
    return f'<path class="begun" d="{box}"/><path class="half" d="{filled}"/>'


@cache
def _stair(states: tuple[str, ...]) -> SafeString:
    count = len(states)
    width, pitch = (11, 15) if count <= 12 else (3, 6)
    total = count * pitch - (pitch - width) + 1
    steps = "".join(
        _step(place, count, width, pitch, state) for place, state in enumerate(states)
    )
    return mark_safe(  # noqa: S308 (numbers and our own words alone)
        f'<svg class="stair" viewBox="0 0 {total} 28" width="{total}" height="28" '
        f'aria-hidden="true">{steps}</svg>'
    )


def _bar(states: Sequence[str]) -> SafeString:
    done = 140 * states.count("done") / len(states)
    return mark_safe(  # noqa: S308
        '<svg class="stair" viewBox="0 0 141 28" width="141" height="28" '
        'aria-hidden="true"><path class="todo" d="M0.5 17.5h140v10h-140z"/>'
        f'<path class="done" d="M0.5 17.5h{_short(done)}v10h-{_short(done)}z"/></svg>'
    )


def stair_svg(states: Sequence[str], *, as_bar: bool = False) -> SafeString:
    """ "done", "begun" or "todo" for each lesson, drawn as steps or as one bar."""
    if not states:
        return SafeString("")
    return _bar(states) if as_bar else _stair(tuple(states))
