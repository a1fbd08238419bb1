"""Pictures for tests, drawn here: each call gives the bytes of a file."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def drawing(
    width: int = 60, height: int = 40, mode: str = "RGB", seed: int = 0
) -> Image.Image:
    """Stripes of colour, another set for another seed; clear at the left edge with alpha."""
    picture = Image.new("RGB", (width, height), (40 + seed % 200, 90, 160))
    for x in range(0, width, 8):
        picture.paste((x * 3 % 256, 200, seed % 256), (x, 0, x + 3, height))
    if mode in {"RGBA", "LA", "PA"}:
        picture = picture.convert("RGBA")
        picture.paste((0, 0, 0, 0), (0, 0, max(3, width // 10), height))
    return picture.convert(mode)


def png(width: int = 60, height: int = 40, *, seed: int = 0, **options: Any) -> bytes:
    return saved(drawing(width, height, seed=seed), "PNG", **options)


def jpeg(width: int = 60, height: int = 40, *, seed: int = 0, **options: Any) -> bytes:
    return saved(drawing(width, height, seed=seed), "JPEG", **options)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
    )


def with_chunk(picture: bytes, kind: bytes, content: bytes) -> bytes:
    """The PNG with one more chunk before its end."""
    return picture[:-12] + png_chunk(kind, content) + picture[-12:]


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is so large: grey, all of it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + png_chunk(b"IDAT", rows)
        + png_chunk(b"IEND", b"")
    )
