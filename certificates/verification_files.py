"""Whether the files of a certificate carry its signed text, byte for byte.

They are made here as they are for who asks for them, and read as an upload is.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO

from certificates.baking import bake
from certificates.carriers import read_carrier
from certificates.paper import paper_of
from certificates.pdf import render_pdf
from certificates.pictures import render_emblem
from certificates.verification_records import Record

EDITIONS = 256  # emblems that a process keeps
# Of the pixels; drawn by another version some differ, of another edition a quarter.
MOST_UNLIKE = 0.1
_VISIBLY = 32  # of 255


def file_faults(record: Record) -> Iterator[str]:
    """What is wrong with its PDF and its badge; an unsigned one has none."""
    if not record.documents or record.documents[-1]["key"] is None:
        return
    text = record.documents[-1]["text"]
    for name, make in (("PDF", _pdf), ("badge", _badge)):
        if fault := _fault(make, record, text):
            yield f"its {name} {fault}"
    own = record.certificate
    drawn = own.facts["edition"], own.lesson_count
    if record.emblem is not None and not _is_alike(record.emblem, *drawn):
        yield "its emblem is damaged, or another picture"


def _fault(make: Callable[[Record], bytes], record: Record, text: str) -> str:
    try:
        carried = read_carrier(make(record)).text
    except Exception as error:  # whatever the libraries say of stored rubbish
        return f"cannot be made or read ({type(error).__name__})"
    return "" if carried == text else "carries another text"


def _pdf(record: Record) -> bytes:
    newest = record.documents[-1]
    paper = paper_of(record.certificate, newest["name"])
    return render_pdf(paper, newest["text"])


def _badge(record: Record) -> bytes:
    own = record.certificate
    emblem = record.emblem or _drawn(own.facts["edition"], own.lesson_count)
    return bake(emblem, record.documents[-1]["text"])


@lru_cache(EDITIONS)
def _is_alike(png: bytes, edition: str, lessons: int) -> bool:
    """Whether each byte is sound, and what it shows is the emblem as it is drawn now."""
    from PIL import Image, ImageChops  # as in certificates.pictures

    try:
        Image.open(BytesIO(png), formats=["PNG"]).verify()
        pictures = [
            Image.open(BytesIO(found), formats=["PNG"]).convert("RGBA")
            for found in (png, render_emblem(edition, lessons))
        ]
    except Exception:  # whatever Pillow says of stored rubbish
        return False
    kept, drawn = pictures
    if kept.size != drawn.size:
        return False
    levels = ImageChops.difference(kept, drawn).convert("L").histogram()
    return sum(levels[_VISIBLY:]) < MOST_UNLIKE * sum(levels)


@lru_cache(EDITIONS)
def _drawn(edition: str, lessons: int) -> bytes:
    """One that nobody asked for yet."""
    return render_emblem(edition, lessons)
