"""Papers to print, and what a printed one holds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pikepdf
from pypdf import PdfReader

from certificates.carriers import MAX_TEXT_BYTES
from certificates.credential import build_credential, with_status, write_credential
from certificates.facts import Facts
from certificates.models import Certificate
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


def longest(titles: Callable[[int], str], **facts: Any) -> tuple[Paper, str]:
    """A paper of as many lessons as a certificate may state, and its credential.

    titles: of the lesson with this number.
    """
    count = 2048
    for step in (1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1):
        text = credential_of(paper(*map(titles, range(count)), **facts))
        count += -step if len(text.encode()) > MAX_TEXT_BYTES else step
    whole = paper(*map(titles, range(count - 2)), **facts)
    return whole, credential_of(whole)


def credential_of(whole: Paper) -> str:
    """What it states as Open Badges, with a proof that is none but as long."""
    facts: Facts = {
        "slug": "a-track",
        "summary": "What it is about.",
        "language": whole.language,
        "origin": whole.origin,
        "issuer": whole.issuer,
        "criteria": whole.criteria,
        "edition": "0123456789ab",
        "lessons": [
            {"title": lesson.title, "slug": "s", "done_on": f"{lesson.done_on}"}
            for lesson in whole.lessons
        ],
        "counted": [],
    }
    certificate = Certificate(
        code=whole.code,
        track_title=whole.track,
        score=whole.score,
        answered=whole.answered,
        questions=whole.questions,
        finished_at=whole.finished_at,
        awarded_at=whole.awarded_at,
        issued_at=whole.issued_at,
        facts=facts,
    )
    stated = build_credential(certificate, whole.name, "ada@gradus.example", "5a" * 16)
    return write_credential(with_status(stated, 1, 1) | {"proof": "z" * 350})


def text_of_pdf(file: bytes) -> str:
    """What a reader that knows nothing of layout finds, in the order of the file."""
    pages = PdfReader(BytesIO(file)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def heard_on(page: pikepdf.Page) -> list[str]:
    """The pieces of a page as a screen reader says them, each marked text by itself."""
    letters = {
        str(name): dict(_letters_of(font.ToUnicode.read_bytes()))
        for name, font in page.Resources.Font.items()
    }
    heard: list[str] = []
    inside: list[tuple[str, str | None, str]] = []
    font = ""
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BDC" | "BMC":
                known = operands[1] if len(operands) > 1 else {}
                instead = str(known["/ActualText"]) if "/ActualText" in known else None
                inside.append((str(operands[0]), instead, ""))
            case "EMC":
                tag, instead, said = inside.pop()
                said = said[::-1] if tag == "/ReversedChars" else said
                said = said if instead is None else instead
                if inside:
                    inside[-1] = (*inside[-1][:2], inside[-1][2] + said)
                elif tag != "/Artifact":
                    heard.append(said)
            case "Tf":
                font = str(operands[0])
            case "Tj" | "TJ" if inside:
                codes = b"".join(map(bytes, _strings_in(operands[0])))
                pairs = (codes[at : at + 2] for at in range(0, len(codes), 2))
                said = "".join(letters[font][pair] for pair in pairs)
                inside[-1] = (*inside[-1][:2], inside[-1][2] + said)
    return heard


def _letters_of(cmap: bytes) -> Iterator[tuple[bytes, str]]:
    for code, text in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap):
        known = bytes.fromhex(text.decode()).decode("utf-16-be")
        yield bytes.fromhex(code.decode()), known


def _strings_in(shown: Any) -> Iterator[Any]:
    for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
        if isinstance(part, pikepdf.String):
            yield part


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
