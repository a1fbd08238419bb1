"""The guilloche rosette of a certificate, drawn from its code. Pure.

The same code always gives the same drawing. Each band is one closed wave
r = R + A·cos(n·t), drawn once and repeated by rotation, so that the SVG stays near
8 KB; the pearls on the rim are the lessons of the track.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

SIZE = 240  # units of the viewBox
_MIDDLE = SIZE // 2
_RINGS = "".join(f'<circle r="{radius}"/>' for radius in ("106", "107.5", "33.5", "21"))
_STAIR = '<path class="step" d="M-11 9V3h6v6zM-3 9V-3h6V9zM5 9V-9h6V9z"/>'
_PEARLS_OF_FULL_SIZE = 24  # lessons; above that they would touch
_PEARLS_THAT_TOUCH = 250  # lessons; above that pearls of any size are a ring
# what the style sheet says of .rosette, in its light colours: --seal and --seal-2
_INK = (
    "<style>g{fill:none;stroke:#2A47B8;stroke-width:.45}.two-tone{stroke:#A97F2C}"
    ".pearls{stroke-linecap:round}.step{fill:#2A47B8;stroke:none}</style>"
)


@dataclass(frozen=True, slots=True)
class Band:
    """One ring of waves; lengths are in units of the viewBox."""

    radius: float
    swing: float
    lobes: int
    turns: int  # how often the wave is drawn, each time turned a little further
    bite: float  # a second wave of twice the lobes
    is_gold: bool


def bands_of(code: str) -> list[Band]:
    """What the bytes of the code's SHA-256 choose, from the rim inwards."""
    digest = hashlib.sha256(code.encode()).digest()

    def pick[T](place: int, options: Sequence[T]) -> T:
        return options[digest[place] % len(options)]

    is_gold = pick(12, (False, True))
    rim = Band(
        94,
        8,
        pick(0, (28, 30, 32, 36)),
        pick(1, (5, 6, 7)),
        pick(2, (0, 1.5, -1.5)),
        False,
    )
    outer = Band(
        73,
        15,
        pick(3, (8, 9, 10, 12, 15, 16, 18)),
        pick(4, (5, 6, 7, 8)),
        pick(5, (0, 2.5, -2.5, 4)),
        is_gold,
    )
    inner = Band(
        50,
        15 + digest[6] % 5,
        pick(7, (5, 6, 7, 8, 9, 11)),
        pick(8, (6, 7, 8, 10)),
        pick(9, (0, 3, -3, 5)),
        not is_gold,
    )
    core = Band(28, 4 + digest[10] % 3, pick(11, (12, 14, 16)), 4, 0, False)
    return [rim, outer, inner, core]


def rosette_svg(
    code: str, lessons: int, *, small: bool = False, void: bool = False
) -> SafeString:
    """The drawing as inline SVG; its ids are its own, so a page may show several.

    small: for less than 120 px: half of the turns, so that the figure stays clear.
    void: grey, for a certificate that is not valid.
    """
    opening = format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">',
        "rosette" + " rosette--small" * small + " rosette--void" * void,
        SIZE,
        SIZE,
        gettext("Rosette drawn from the certificate code"),
    )
    return opening + mark_safe(_drawing(code, lessons, small))  # noqa: S308 (ours)


def rosette_file(seed: str, lessons: int, *, on_white: bool = False) -> str:
    """The drawing as an SVG file of its own, in the colours of the light theme.

    seed: a certificate's code, or the edition of a track.
    on_white: on a white disc, so that it can be seen on any ground.
    """
    disc = f'<circle cx="{_MIDDLE}" cy="{_MIDDLE}" r="{_MIDDLE}" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        f"{_INK}{disc if on_white else ''}{_drawing(seed, lessons, False)}"
    )


@lru_cache(maxsize=256)
def _drawing(code: str, lessons: int, small: bool) -> str:
    uid = f"r{code.replace('-', '')}{'s' if small else ''}-"
    waves = "".join(
        _band_svg(band, f"{uid}{place}", (band.turns + 1) // 2 if small else band.turns)
        for place, band in enumerate(bands_of(code))
    )
    return (
        f'<g transform="translate({_MIDDLE} {_MIDDLE})">{waves}{_RINGS}'
        f"{_pearls_svg(lessons)}{_STAIR}</g></svg>"
    )


def _band_svg(band: Band, name: str, turns: int) -> str:
    css = ' class="two-tone"' if band.is_gold else ""
    turned = "".join(
        f'<use href="#{name}" transform="rotate({360 / band.lobes / turns * turn:.3f})"/>'
        for turn in range(1, turns)
    )
    return f'<g{css}><path id="{name}" d="{wave(band)}"/>{turned}</g>'


def _pearls_svg(lessons: int) -> str:
    """Strokes of no length with round ends, in one path: a circle each is ten times as
    large in a PDF.
    """
    if lessons > _PEARLS_THAT_TOUCH:
        return '<circle r="113" stroke-width="2.8"/>'
    width = "4.4" if lessons <= _PEARLS_OF_FULL_SIZE else "2.8"
    angles = (math.tau * place / lessons - math.pi / 2 for place in range(lessons))
    pearls = "".join(
        f"M{_short(113 * math.cos(angle))} {_short(113 * math.sin(angle))}h.01"
        for angle in angles
    )
    return f'<path class="pearls" stroke-width="{width}" d="{pearls}"/>'


def wave(band: Band) -> str:
    """One closed curve as cubic Béziers (Hermite tangents; relative, to stay small)."""
    knots = band.lobes * (6 if band.bite else 4)
    step = math.tau / knots
    x, y, dx, dy = _point(band, 0)
    from_x, from_y = round(x, 1), round(y, 1)
    path = f"M{_short(from_x)} {_short(from_y)}c"
    for knot in range(1, knots + 1):
        to_x, to_y, to_dx, to_dy = _point(band, knot * step)
        curve = (
            (x + dx * step / 3, y + dy * step / 3),
            (to_x - to_dx * step / 3, to_y - to_dy * step / 3),
            (to_x, to_y),
        )
        for end_x, end_y in curve:
            for text in (_short(end_x - from_x), _short(end_y - from_y)):
                joined = text[0] == "-" or path[-1] == "c"
                path += text if joined else f" {text}"
        from_x, from_y = round(to_x, 1), round(to_y, 1)
        x, y, dx, dy = to_x, to_y, to_dx, to_dy
    return f"{path}z"


def _point(band: Band, t: float) -> tuple[float, float, float, float]:
    """Where the wave is at the angle t, and its derivative there: x, y, dx, dy."""
    lobes, swing, bite = band.lobes, band.swing, band.bite
    r = band.radius + swing * math.cos(lobes * t) + bite * math.cos(2 * lobes * t)
    dr = -swing * lobes * math.sin(lobes * t)
    dr -= 2 * bite * lobes * math.sin(2 * lobes * t)
    c, s = math.cos(t), math.sin(t)
    return r * c, r * s, dr * c - r * s, dr * s + r * c


def _short(value: float) -> str:
    """One decimal, without the zeros that SVG does not need."""
    text = f"{value:.1f}".rstrip("0").rstrip(".").replace("-0.", "-.")
    return text.removeprefix("0") or "0"
