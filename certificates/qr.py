"""A QR code as SVG, in a page or as a file. Pure."""

from collections.abc import Sequence
from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

QUIET_ZONE = 4  # modules


def page_qr(address: str) -> SafeString:
    """The address of the page and nothing else; the quiet zone is the style's padding."""
    modules, path = _drawing(address)
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" class="qr">{}</svg>',
        gettext("QR code with the address of this page"),
        modules,
        modules,
        mark_safe(path),  # noqa: S308 (numbers alone)
    )


def qr_file(address: str) -> str:
    """The same as an SVG file of its own, with the quiet zone and filled: paper is
    printed and scanned, and strokes that only touch may leave seams.
    """
    rows = _matrix(address)
    side = len(rows) + 2 * QUIET_ZONE
    path = "".join(
        f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{end - start}v1h{start - end}z"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


@lru_cache(maxsize=256)
def _drawing(address: str) -> tuple[int, str]:
    """Modules a side, and a path that strokes each run of dark ones in a row."""
    matrix = _matrix(address)
    rows = [
        f"M{start} {y}.5h{end - start}"
        for y, row in enumerate(matrix)
        for start, end in _runs(row)
    ]
    return len(matrix), f'<path stroke="#000" d="{"".join(rows)}"/>'


def _matrix(address: str) -> Sequence[bytes | bytearray]:
    return segno.make(address, error="m", micro=False).matrix


def _runs(row: bytes | bytearray) -> list[tuple[int, int]]:
    """Where the dark modules of one row start and end."""
    runs: list[tuple[int, int]] = []
    for x, is_dark in enumerate(row):
        if not is_dark:
            continue
        if runs and runs[-1][1] == x:
            runs[-1] = (runs[-1][0], x + 1)
        else:
            runs.append((x, x + 1))
    return runs
