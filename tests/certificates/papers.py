"""Papers to print, and what a printed one holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pikepdf
from pypdf import PdfReader

from certificates.paper import Paper, PaperLesson

ISSUED = datetime(2026, 3, 14, 16, 20, 7, tzinfo=UTC)
CREDENTIAL = '{"name": "AI Fundamentals", "note": "Zoë\\u0301 \u05e9"}\n'
PAPER = Paper(
    code="7K4M-9QXT-2HWD-5VPN",
    name="Ada Sample",
    track="AI Fundamentals",
    language="en",
    criteria="Every lesson that the track had on 14 March 2026 was marked done.",
    lessons=(
        PaperLesson("What is a large language model, really?", date(2026, 3, 12)),
        PaperLesson("Your first useful prompt", date(2026, 3, 14)),
    ),
    score=92,
    answered=11,
    questions=12,
    finished_at=ISSUED,
    awarded_at=ISSUED,
    issued_at=ISSUED,
    issuer="Gradus",
    origin="https://gradus.example",
)


def paper(*titles: str, **facts: Any) -> Paper:
    """Ada's paper with other facts, and with lessons of these titles."""
    if titles:
        facts["lessons"] = tuple(
            PaperLesson(title, date(2026, 3, 1)) for title in titles
        )
    return replace(PAPER, **facts)


def text_of_pdf(file: bytes) -> str:
    """What a reader that knows nothing of layout finds, in the order of the file."""
    pages = PdfReader(BytesIO(file)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def tags_of(file: bytes) -> list[str]:
    """The structure in reading order: "H1", "L", "LI" …, without the bare groups."""
    with pikepdf.open(BytesIO(file)) as pdf:
        kinds = [str(element.S)[1:] for element in _elements(pdf.Root.StructTreeRoot)]
    return [kind for kind in kinds if kind not in {"Document", "Div"}]


def alternatives_of(file: bytes) -> list[str]:
    """The texts that stand for pictures."""
    with pikepdf.open(BytesIO(file)) as pdf:
        found = _elements(pdf.Root.StructTreeRoot)
        return [str(element.Alt) for element in found if element.S == "/Figure"]


def _elements(parent: Any) -> Iterator[Any]:
    children = parent.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _elements(child)
