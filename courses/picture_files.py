"""What a picture file consists of besides its pixels: plain bytes in, plain facts out.

A file that holds pixels and nothing else is kept as it is; every other is written anew.
So a picture that was taken once comes back from any export as the same bytes, whatever
library drew them. Sources: RFC 2083 (PNG), ITU-T T.81 (JPEG), RFC 9649 (WebP), the GIF89a
specification; for what cameras append, the documentation of ExifTool.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_JPEG_TABLES = {0xDB, 0xC4, 0xDD, 0xC0, 0xC1, 0xC2, 0xDA}  # DQT DHT DRI SOF SOS
_JPEG_JFIF, _JPEG_ADOBE, _JPEG_END = 0xE0, 0xEE, 0xD9
_WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
_WEBP_ALPHA = 0x10  # the one flag of VP8X that speaks of pixels
# Behind a photograph: a film, or a second picture (its depth, its light, a preview); what
# Canon and Vivo write. Samsung and OnePlus are known by how the file ends.
_BEHIND = re.compile(
    rb"\x00*(?:.{0,4}ftyp|\xff\xd8\xff|CANON OPTIONAL DATA\x00|vivo\{|stream(?:info|data))",
    re.DOTALL,
)
_BEHIND_SAMSUNG = re.compile(rb"\x00\x00(?:SEFT|QDIOBS)\Z")
_BEHIND_ONEPLUS = re.compile(rb"jxrs.{3}\x00\Z", re.DOTALL)

type Part = tuple[bool, int, int]  # of the pixels or not, from here, to there


class UnreadableFileError(ValueError):
    """The file does not follow its own format to the end."""


@dataclass(frozen=True)
class Contents:
    """What a file holds."""

    extras: bytes  # all that stands between the parts of the pixels: words, thumbnails
    trailing: bytes  # what follows the picture's end

    @property
    def is_bare(self) -> bool:
        return not self.extras and not self.trailing


def kind_of(data: bytes) -> str | None:
    """ "png", "jpeg", "webp" or "gif", by how the file begins; None: another."""
    if data.startswith(_PNG):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "gif" if data[:6] in (b"GIF87a", b"GIF89a") else None


def is_cameras(trailing: bytes, kind: str) -> bool:
    """Whether a camera or telephone puts this behind such a picture; nothing, too."""
    if not trailing.strip(b"\x00") or _BEHIND_SAMSUNG.search(trailing[-8:]):
        return True
    is_known = _BEHIND.match(trailing) or _BEHIND_ONEPLUS.search(trailing[-8:])
    return kind == "jpeg" and is_known is not None


def contents_of(data: bytes, kind: str) -> Contents:
    """Sort the bytes of a picture.

    Raises:
        UnreadableFileError: it ends before the picture does, or breaks its format.
    """
    extras, end = [], 0
    try:
        for is_pixels, start, end in _READERS[kind](data):
            if end > len(data):
                raise UnreadableFileError
            if not is_pixels:
                extras.append(data[start:end])
    except IndexError as error:
        raise UnreadableFileError from error
    return Contents(b"".join(extras), data[end:])


def _number(data: bytes, start: int, size: int, order: str = "big") -> int:
    if start + size > len(data):
        raise UnreadableFileError
    return int.from_bytes(
        data[start : start + size], "little" if order == "little" else "big"
    )


def _png_parts(data: bytes) -> Iterator[Part]:
    start, kind = len(_PNG), b""
    while kind != b"IEND":
        kind = data[start + 4 : start + 8]
        end = start + 12 + _number(data, start, 4)
        yield kind in _PNG_PIXELS, start, end
        start = end


def _jpeg_parts(data: bytes) -> Iterator[Part]:
    start = 2
    while True:
        if data[start] != 0xFF:
            raise UnreadableFileError
        marker = data[start + 1]
        if marker == 0xFF:  # a filling byte
            yield False, start, start + 1
            start += 1
            continue
        if marker == _JPEG_END:
            yield True, start, start + 2
            return
        end = start + 2 + _number(data, start + 2, 2)
        size = end - start - 2
        is_plain_head = marker == _JPEG_JFIF and size == 16  # no thumbnail in it
        is_colours = marker == _JPEG_ADOBE and size == 14
        if marker == 0xDA:
            end = _end_of_scan(data, end)
        yield marker in _JPEG_TABLES or is_plain_head or is_colours, start, end
        start = end


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the next marker stands that is no part of the coded pixels."""
    while True:
        start = data.find(b"\xff", start)
        if start < 0:
            raise UnreadableFileError
        if data[start + 1] != 0 and not 0xD0 <= data[start + 1] <= 0xD7:
            return start
        start += 2


def _webp_parts(data: bytes) -> Iterator[Part]:
    stop = 8 + _number(data, 4, 4, "little")
    start = 12
    while start < stop:
        kind, size = data[start : start + 4], _number(data, start + 4, 4, "little")
        end = start + 8 + size + size % 2
        is_pixels = kind in _WEBP_PIXELS
        if kind == b"VP8X":
            is_pixels = data[start + 8] & ~_WEBP_ALPHA == 0
        yield is_pixels, start, end
        start = end


def _gif_parts(data: bytes) -> Iterator[Part]:
    start = 13 + _gif_palette(data[10])
    while True:
        introducer = data[start]
        if introducer == 0x3B:
            yield True, start, start + 1
            return
        if introducer == 0x2C:
            end = start + 10 + _gif_palette(data[start + 9]) + 1
        elif introducer == 0x21:
            end = start + 2
        else:
            raise UnreadableFileError
        while data[end]:
            end += 1 + data[end]
        is_control = introducer == 0x21 and data[start + 1] == 0xF9
        yield introducer == 0x2C or is_control, start, end + 1
        start = end + 1


def _gif_palette(flags: int) -> int:
    """The size in bytes of the palette that these flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


_READERS: Mapping[str, Callable[[bytes], Iterator[Part]]] = {
    "png": _png_parts,
    "jpeg": _jpeg_parts,
    "webp": _webp_parts,
    "gif": _gif_parts,
}
