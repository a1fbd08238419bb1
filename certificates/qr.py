"""A QR code as inline SVG. Pure."""

from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext


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


@lru_cache(maxsize=256)
def _drawing(address: str) -> tuple[int, str]:
    """Modules a side, and a path that strokes each run of dark ones in a row."""
    code = segno.make(address, error="m", micro=False)
    rows = [
        f"M{start} {y}.5h{end - start}"
        for y, row in enumerate(code.matrix)
        for start, end in _runs(row)
    ]
    return len(code.matrix), f'<path stroke="#000" d="{"".join(rows)}"/>'


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
