"""Pack the small objects of a PDF, which typst writes plainly, one by one, and write
its pages in reading order. Pure.

A table of lessons is three of them a lesson.
Source: ISO 32000-1, 7.5.7 (object streams) and 7.5.8 (cross-reference streams).
"""

import re
import zlib
from collections.abc import Iterator

from certificates.reading_order import in_reading_order

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_LINE = re.compile(rb"(\d{10}) \d{5} ([nf])")
_OBJECT = re.compile(rb"\d+ 0 obj\s+(.*\S)\s+endobj\s*", re.DOTALL)
_NUMBER = re.compile(rb"\d+")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_DEFLATED = re.compile(
    rb"<<[^>]*/FlateDecode[^>]*>>\s*stream\r?\n(.*)endstream", re.DOTALL
)
IN_ONE = 200  # objects, which are read together

type _Place = tuple[int, int, int]  # as in a cross-reference stream


def pack(file: bytes) -> bytes:
    """The same objects under the same numbers; streams stay as they are, but for pages
    with words from right to left.

    file: with one cross-reference table, as typst writes it, and not encrypted.

    Raises:
        ValueError: it is another kind of file.
    """
    table = _table_of(file)
    lines = _LINE.findall(file, table)
    begins = {n: int(at) for n, (at, kind) in enumerate(lines) if kind == b"n"}
    packed = bytearray(file[: min(begins.values())])
    places: dict[int, _Place] = {0: (0, 0, 65535)}
    small: list[tuple[int, bytes]] = []
    pages = {int(number) for number in _CONTENTS.findall(file)}
    for number, whole, body in _objects(file, begins, table):
        if body.endswith(b"endstream"):
            places[number] = (1, len(packed), 0)
            packed += _page(number, whole, body) if number in pages else whole
        else:
            small.append((number, body))
    small.sort(key=lambda one: _NUMBER.sub(b"", one[1]))  # alike side by side
    following = len(lines)
    for first in range(0, len(small), IN_ONE):
        group = small[first : first + IN_ONE]
        for index, (number, _body) in enumerate(group):
            places[number] = (2, following, index)
        places[following] = (1, len(packed), 0)
        packed += _object_stream(following, group)
        following += 1
    places[following] = (1, len(packed), 0)
    trailer = file[file.index(b"trailer", table) :]
    return bytes(packed) + _references(following, places, trailer)


def _table_of(file: bytes) -> int:
    """Where the table of the objects begins."""
    found = _START.search(file)
    if found is None or not file.startswith(b"xref", int(found[1])):
        raise ValueError("This PDF has no plain table of its objects.")
    return int(found[1])


def _objects(
    file: bytes, begins: dict[int, int], table: int
) -> Iterator[tuple[int, bytes, bytes]]:
    """Each object's number, all of it, and what stands inside; as they stand."""
    in_order = sorted(begins.items(), key=lambda item: item[1])
    ends = [at for _number, at in in_order[1:]] + [table]
    for (number, at), end in zip(in_order, ends, strict=True):
        whole = file[at:end]
        inside = _OBJECT.fullmatch(whole)
        if inside is None:
            raise ValueError(f"Object {number} of this PDF cannot be read.")
        yield number, whole, inside[1]


def _page(number: int, whole: bytes, body: bytes) -> bytes:
    """The stream of a page, in reading order."""
    found = _DEFLATED.fullmatch(body)
    if found is None:
        return whole
    content = zlib.decompressobj().decompress(found[1])
    in_order = in_reading_order(content)
    return whole if in_order == content else _stream(number, b"", in_order)


def _object_stream(number: int, group: list[tuple[int, bytes]]) -> bytes:
    index, bodies = b"", b""
    for one, body in group:
        index += b"%d %d " % (one, len(bodies))
        bodies += body + b"\n"
    more = b"/Type/ObjStm/N %d/First %d" % (len(group), len(index))
    return _stream(number, more, index + bodies)


def _references(number: int, places: dict[int, _Place], trailer: bytes) -> bytes:
    """The stream that says where each object is, and the end of the file.

    Its rows are those of a PNG, each less the one above it: most are then alike.
    """
    rows, above = bytearray(), bytes(7)
    for kind, where, index in (places.get(n, (0, 0, 0)) for n in range(number + 1)):
        row = kind.to_bytes(1) + where.to_bytes(4) + index.to_bytes(2)
        rows += b"\2" + bytes((a - b) % 256 for a, b in zip(row, above, strict=True))
        above = row
    known = trailer[trailer.index(b"<<") + 2 : trailer.rindex(b">>")]
    kept = re.sub(rb"/Size \d+", b"", known, count=1)
    more = b"/Type/XRef/W[1 4 2]/Size %d/DecodeParms<</Predictor 12/Columns 7>>"
    file = _stream(number, more % (number + 1) + kept, bytes(rows))
    return file + b"startxref\n%d\n%%%%EOF\n" % places[number][1]


def _stream(number: int, more: bytes, data: bytes) -> bytes:
    body = zlib.compress(data, 9)
    head = b"%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n"
    return head % (number, more, len(body)) + body + b"\nendstream\nendobj\n"
