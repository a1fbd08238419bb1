"""uv run python -m benchmarks.papers: what drawing a certificate's files takes.

See README.md beside this file.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.environment import say_machine

if TYPE_CHECKING:
    from certificates.paper import Paper

LESSONS = (4, 24, 300)
ROUNDS = 40


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gradus.settings.test")
    import django

    django.setup()
    from certificates.pictures import render_emblem, render_picture

    say_machine("typst")
    files: dict[str, Callable[[int], bytes]] = {}
    for count in LESSONS:
        files[f"PDF, {count} lessons"] = partial(_pdf, count)
    files["picture of a link"] = lambda number: render_picture(_paper(number, 24))
    files["emblem"] = lambda number: render_emblem(f"{number:012x}", 24)
    began = _megabytes()
    for name, draw in files.items():
        _say(name, draw, began)


def _pdf(lessons: int, number: int) -> bytes:
    from certificates.pdf import render_pdf

    return render_pdf(_paper(number, lessons), "{}")


def _say(name: str, draw: Callable[[int], bytes], began: float) -> None:
    """Every round draws another certificate: nothing of the last one can be used."""
    size = len(draw(0))
    took = []
    for number in range(1, ROUNDS + 1):
        start = process_time()
        draw(number)
        took.append((process_time() - start) * 1000)
    low, middle, high = quantiles(took, n=4)
    grown = _megabytes() - began
    print(
        f"{name:20}{size / 1000:7.0f} KB{middle:7.0f} ms of processor"
        f" ({low:.0f} to {high:.0f}), process +{grown:.0f} MB"
    )


def _paper(number: int, lessons: int) -> "Paper":
    from certificates.paper import Paper, PaperLesson

    at = datetime(2026, 3, 14, 16, 20, tzinfo=UTC)
    paper = Paper(
        code=f"{number:04}-9QXT-2HWD-5VPN",
        name=f"Ada Sample {number}",
        track="AI Fundamentals",
        language="en",
        criteria="Every lesson that the track had on 14 March 2026 was marked done.",
        lessons=(),
        score=92,
        answered=11,
        questions=12,
        finished_at=at,
        awarded_at=at,
        issued_at=at,
        issuer="Gradus",
        origin="https://gradus.example",
    )
    titles = [f"Lesson {place} of {number}" for place in range(lessons)]
    done = date(2026, 3, 14)
    return replace(paper, lessons=tuple(PaperLesson(title, done) for title in titles))


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
