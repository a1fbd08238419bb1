"""Files that carry a credential, and files made to hurt who reads them."""

import zlib
from io import BytesIO
from typing import Any

import pikepdf

PNG_START = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(name + body).to_bytes(4)
    return len(body).to_bytes(4) + name + body + crc


def png(*chunks: bytes) -> bytes:
    """A picture of one grey pixel with these chunks before its end."""
    header = (1).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    pixel = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"".join(
        [PNG_START, chunk(b"IHDR", header), pixel, *chunks, chunk(b"IEND", b"")]
    )


def baked(text: str | bytes, *, packed: bool = False) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    if packed:
        data = zlib.compress(data)
    start = b"openbadgecredential\0" + bytes([packed, 0]) + b"\0\0"
    return png(chunk(b"iTXt", start + data))


def pdf(files: dict[str, str | bytes], *, packed: bool = True, **options: Any) -> bytes:
    """A PDF of one empty page that embeds these files; options are pikepdf's of saving."""
    made = pikepdf.new()
    made.add_blank_page()
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        made.attachments[name] = pikepdf.AttachedFileSpec(made, data, filename=name)
    out = BytesIO()
    made.save(out, compress_streams=packed, **options)
    return out.getvalue()


def raw_pdf(*streams: tuple[bytes, bytes]) -> bytes:
    """Something like a PDF: the dictionary of each embedded file, and its bytes."""
    parts = [b"%PDF-2.0\n"]
    for number, (more, data) in enumerate(streams, start=1):
        head = b"%d 0 obj\n<</Type/EmbeddedFile%s>>\nstream\n" % (number, more)
        parts.append(head + data + b"\nendstream\nendobj\n")
    return b"".join([*parts, b"trailer\n<<>>\n%%EOF\n"])
