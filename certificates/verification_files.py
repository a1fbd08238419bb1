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

EDITIONS = 32  # emblems that a process keeps


def file_faults(record: Record) -> Iterator[str]:
    """What is wrong with its PDF and its badge; an unsigned one has none."""
    if not record.documents or record.documents[-1]["key"] is None:
        return
    text = record.documents[-1]["text"]
    for name, make in (("PDF", _pdf), ("badge", _badge)):
        if fault := _fault(make, record, text):
            yield f"its {name} {fault}"


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
    _refuse_damaged(emblem)
    return bake(emblem, record.documents[-1]["text"])


def _refuse_damaged(png: bytes) -> None:
    """Raises whatever Pillow says where a byte of any chunk was changed."""
    from PIL import Image  # as in certificates.pictures

    with Image.open(BytesIO(png), formats=["PNG"]) as picture:
        picture.verify()


@lru_cache(EDITIONS)
def _drawn(edition: str, lessons: int) -> bytes:
    """One that nobody asked for yet."""
    return render_emblem(edition, lessons)
