"""The text of a credential in what somebody uploads: JSON, PDF or baked PNG. Pure.

No byte is trusted, and no parser is lent to it: each format is walked once from its
beginning, in steps that a hostile file cannot multiply. Of a PDF only what it embeds is
read, not its tree of objects; see docs/decisions/0030-checking-uploads.md.

Sources: PNG, https://www.w3.org/TR/png/ (iTXt); ISO 32000-2, 7.11.4 (embedded files);
Open Badges 3.0, 5.3 (baked badges).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

MAX_FILE_BYTES = 1024 * 1024
MAX_TEXT_BYTES = 256 * 1024  # of the credential, unpacked
MAX_EMBEDDED = 16  # files in a PDF

PNG_START = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
MARK = b"OpenBadgeCredential"  # what of a PDF's files is a credential says this

_PDF_START_WITHIN = 1024  # bytes; readers let something stand before it
_DICTIONARY = 4096  # bytes at most that describe an embedded file
_EMBEDDED = re.compile(rb"/EmbeddedFile(?![A-Za-z0-9_])")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_FILTER = re.compile(rb"/Filter\s*(?:/(\w+)|\[\s*(?:/(\w+)\s*)?\])")
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})\b(?!\s+\d+\s+R)")


class CarrierError(ValueError):
    """No credential can be read from the file; str() says why, to who sent it."""


class Form(StrEnum):
    """What was uploaded."""

    JSON = "json"
    PDF = "pdf"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Carried:
    form: Form
    text: str  # as it stands there, but for a byte order mark


def read_carrier(data: bytes) -> Carried:
    """Find the one credential in a file, told by its beginning and not by its name.

    Raises:
        CarrierError
    """
    if len(data) > MAX_FILE_BYTES:
        raise CarrierError(_("This file is larger than 1 MB."))
    if data.startswith(PNG_START):
        return Carried(Form.PNG, _text_of(_from_png(data)))
    if b"%PDF-" in data[:_PDF_START_WITHIN]:
        return Carried(Form.PDF, _text_of(_from_pdf(data)))
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        raise CarrierError(_("This file is neither JSON, nor a PDF, nor a PNG image."))
    return Carried(Form.JSON, _text_of(data))


def _text_of(data: bytes) -> str:
    if len(data) > MAX_TEXT_BYTES:
        raise CarrierError(_("The certificate in this file is larger than 256 KB."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CarrierError(_("The text in this file is not UTF-8.")) from None


def _from_png(data: bytes) -> bytes:
    found = [chunk for name, chunk in _chunks(data) if name == b"iTXt"]
    credentials = [chunk for chunk in found if chunk.startswith(KEYWORD + b"\0")]
    if not credentials:
        raise CarrierError(
            _("This image carries no certificate. Upload the JSON, or type the code.")
        )
    if len(credentials) > 1:
        raise CarrierError(_("This image carries more than one certificate."))
    return _text_of_chunk(credentials[0][len(KEYWORD) + 1 :])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG up to its end, each once, and none that is cut off."""
    at = len(PNG_START)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        name, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise CarrierError(_("This image is cut off or damaged."))
        body = data[at + 8 : end - 4]
        if name == b"iTXt" and zlib.crc32(name + body) != int.from_bytes(
            data[end - 4 : end]
        ):
            raise CarrierError(_("This image is cut off or damaged."))
        yield name, body
        if name == b"IEND":
            return
        at = end
    raise CarrierError(_("This image is cut off or damaged."))


def _text_of_chunk(rest: bytes) -> bytes:
    """What follows the keyword: packed or not, method, language, translation, text."""
    is_packed, method = rest[:1], rest[1:2]
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3 or is_packed not in (b"\0", b"\1") or method != b"\0":
        raise CarrierError(_("This image is cut off or damaged."))
    if is_packed == b"\0":
        return parts[2]
    text = _unpack(parts[2])
    if text is None:
        raise CarrierError(_("This image is cut off or damaged."))
    return text


def _from_pdf(data: bytes) -> bytes:
    credentials = {text for text in _embedded(data) if MARK in text}
    if not credentials and b"/Encrypt" in data:
        raise CarrierError(
            _("This PDF is protected, so what it carries cannot be read.")
        )
    if not credentials:
        raise CarrierError(
            _(
                "This PDF carries no certificate: it may have been printed or saved "
                "anew. Type the code that stands on it."
            )
        )
    if len(credentials) > 1:
        raise CarrierError(_("This PDF carries more than one certificate."))
    return credentials.pop()


def _embedded(data: bytes) -> Iterator[bytes]:
    """The files that a PDF embeds, unpacked; what is packed in a rare way is left."""
    for number, found in enumerate(_EMBEDDED.finditer(data)):
        if number == MAX_EMBEDDED:
            raise CarrierError(_("This PDF carries too many files."))
        begin = data.rfind(b" obj", max(0, found.start() - _DICTIONARY), found.start())
        stream = _STREAM.search(data, found.end(), found.end() + _DICTIONARY)
        if begin < 0 or stream is None:
            continue
        text = _stream(data, data[begin : stream.start()], stream.end())
        if text is not None:
            yield text


def _stream(data: bytes, dictionary: bytes, start: int) -> bytes | None:
    packed = _FILTER.search(dictionary)
    names = {name for name in packed.groups() if name} if packed else set()
    if names == {b"FlateDecode"}:
        return _unpack(data[start:])
    if names or (b"/Filter" in dictionary and not packed):
        return None
    length = _LENGTH.search(dictionary)
    if length:
        return data[start : start + int(length[1])]
    return data[start : max(start, data.find(b"endstream", start))].rstrip(b"\r\n")


def _unpack(data: bytes) -> bytes | None:
    """Unpacked, up to one byte more than is allowed; None where the data is damaged."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error:
        return None
    return text if unpacker.eof or len(text) > MAX_TEXT_BYTES else None
