"""A small track on disk, and the two commands as an operator runs them."""

import warnings
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

TRACK = """\
---
title: "Earth"
summary: "What the ground is made of."
---

Two lessons on *ground*.
"""

LOAM = """\
---
title: "Loam"
summary: "Sand, silt and clay."
---

## What it is

Loam is a mixture; compare [peat](02-peat.md).

## Check your understanding

### Which grain is finest? {#finest}

- [x] Clay
  > Below 2 µm.
- [ ] Sand
- [ ] Silt

Clay is finest.

### Which of them hold water? {#water}

- [x] Clay
- [x] Silt
- [ ] Gravel

### What is loam called in German? {#german}

- [=] Lehm
- [*]
  > It sounds alike.
"""

PEAT = """\
---
title: "Peat"
summary: "Half-rotten moss."
---

Peat burns.

## Check your understanding

### How many per cent of peat is carbon? {#carbon .number}

- [=] 55 ± 5
"""

FILES = {"track.md": TRACK, "01-loam.md": LOAM, "02-peat.md": PEAT}


def write_folder(folder: Path, files: dict[str, str] = FILES, **changed: str) -> Path:
    """The folder `earth` in that one, afresh, with these files.

    changed: other text for `track`, `loam` or `peat`.
    """
    place = folder / "earth"
    place.mkdir(exist_ok=True)
    for path in place.iterdir():
        path.unlink()
    for name, text in files.items():
        slug = name.removesuffix(".md").lstrip("0123456789-")
        (place / name).write_text(changed.get(slug, text), encoding="utf-8")
    return place


def real_folder() -> Path:
    """The track that was not written for Gradus; without it the test is skipped, aloud."""
    shared = Path(__file__).parents[3] / "shared"
    folder = shared / "real" / "iot-for-beginners"
    if not folder.is_dir():
        message = (
            "The real track is missing: lay it beside the checkout as shared/real."
        )
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)
    return folder


def run(*arguments: object, **options: object) -> tuple[str, str]:
    """What the command prints on stdout and on stderr."""
    out, err = StringIO(), StringIO()
    name, *rest = map(str, arguments)
    call_command(name, *rest, stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue(), err.getvalue()


def places_of_rows() -> list[tuple[str, str, str]]:
    """Where each row of a track lies on disk: a row that is written lies elsewhere."""
    tables = ["courses_track", "courses_lesson", "quizzes_question", "quizzes_choice"]
    union = " UNION ALL ".join(
        f"SELECT '{table}', id::text, ctid::text FROM {table}" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{union} ORDER BY 1, 2")
        return list(cursor.fetchall())
