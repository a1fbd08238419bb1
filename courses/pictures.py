"""Pictures for lessons: what is taken, and the widths that readers get. Pure.

Nobody is sent a file as it came. What is kept of it is pixels alone, in the format it had,
so that track folders carry it; what pages show are WebP pictures drawn from those.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.picture_files import (
    UnreadableFileError,
    contents_of,
    is_cameras,
    kind_of,
)

if TYPE_CHECKING:
    from PIL import Image

# Pillow is imported where it draws: most processes never see an upload, and it takes
# each of them 3 MB.

MAX_BYTES = 10_000_000
# A telephone makes 12 to 24 million pixels. The worst file of each kind takes less than
# 300 MB of memory while it is taken (benchmarks/pictures.py); WebP needs most for a pixel.
MAX_PIXELS = {
    "png": 24_500_000,
    "jpeg": 24_500_000,
    "webp": 13_000_000,
    "gif": 24_500_000,
}
MAX_SIDE = 10_000  # WebP ends at 16,383
WIDTHS = (480, 960, 1440)  # a telephone, a column of text, the same on a fine screen
# px, twice the widest that is shown, and no more pixels than a square of that: so folders
# and zips stay small, and a long strip stays readable
MAX_KEPT = 2880
MAX_NAME = 100
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.(?:png|jpe?g|webp|gif)")
EXTENSIONS = {
    "png": ("png",),
    "jpeg": ("jpg", "jpeg"),
    "webp": ("webp",),
    "gif": ("gif",),
}
_SHOWN = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP", "gif": "GIF"}
_SAVED: dict[str, dict[str, Any]] = {
    "png": {"optimize": True},
    "jpeg": {"quality": 92, "optimize": True},
    "webp": {"quality": 92},
    "gif": {},
}
_PLAIN_MODES = {
    "png": {"1", "L", "LA", "P", "PA", "RGB", "RGBA"},
    "jpeg": {"L", "RGB"},
    "webp": {"RGB", "RGBA"},
    "gif": {"L", "P", "RGB", "RGBA"},
}
_QUALITY = 82  # of what pages show
# Another document inside the file: a page, a script, an archive. Each is long enough not to
# come about by chance in ten millions of bytes that are coded pixels or a film.
_FOREIGN = re.compile(
    rb"<!doctype[\s>]|<(?:html|head|body|script|iframe)[\s/>]|<\?php\b|%PDF-\d"
    rb"|<svg[\s/>][\s!-~]{4}|PK\x03\x04[\x0a-\x3f]\x00|PK\x05\x06\x00{4}"
    rb"|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


class PictureError(ValueError):
    """A file that is not taken as a picture; its text says why, as a sentence."""


@dataclass(frozen=True)
class TakenPicture:
    """A picture without anything but its pixels."""

    name: str
    format: str  # "png", "jpeg", "webp" or "gif"
    content: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """64 hexadecimal digits, by which the picture is known everywhere."""
        return sha256(self.content).hexdigest()


def tidy_name(name: str) -> str:
    """A file's name as a track names its pictures: "Soil Probe.PNG" is soil-probe.png."""
    path = PurePath(name.replace("\\", "/"))
    stem = slugify(path.stem).strip("-_")[: MAX_NAME - 10] or "picture"
    return f"{stem}{path.suffix.lower()}"


def take_picture(name: str, data: bytes) -> TakenPicture:
    """Check a file and keep the pixels of it.

    Raises:
        PictureError: it is not a picture of a kind that is taken, or hides something.
    """
    kind = _kind(name, data)
    try:
        contents = contents_of(data, kind)
    except UnreadableFileError:
        raise PictureError(_cut_off()) from None
    if _FOREIGN.search(data):
        said = _(
            "Beside the picture the file holds a page, a script or another file. "
            "Save the picture alone."
        )
        raise PictureError(said)
    if not is_cameras(contents.trailing, kind):
        said = _("The file goes on after the end of the picture. Save it once more.")
        raise PictureError(said)
    picture = _open(data, kind)
    is_kept = (
        contents.is_bare
        and picture.size == kept_size(*picture.size)
        and picture.mode in _PLAIN_MODES[kind]
        and not picture.info.get("icc_profile")
    )
    if not is_kept:
        picture = _mixable(picture)  # the one before is let go, which may be large
        picture = _straight(picture)
        data = _written(picture, kind)
    if len(data) > MAX_BYTES:  # few colours, written in a way that knows all of them
        raise PictureError(_too_heavy())
    return TakenPicture(name, kind, data, picture.width, picture.height)


def kept_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in which such a picture is kept: in the same proportion, px."""
    scale = min(1.0, MAX_KEPT / width, (MAX_KEPT**2 / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))


def pixels_in(data: bytes) -> int:
    """How many it says it has, none of them drawn; 0 of what take_picture refuses unread."""
    from PIL import Image

    kind = kind_of(data)
    if kind is None or len(data) > MAX_BYTES:
        return 0
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
            _refuse_large(picture, kind)
            return picture.width * picture.height
    except Exception:  # decoders of hostile bytes raise whatever they come upon
        return 0


def _kind(name: str, data: bytes) -> str:
    if not data:
        raise PictureError(_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise PictureError(_too_heavy())
    kind = kind_of(data)
    if kind is None:
        raise PictureError(_unknown(name, data))
    extension = PurePath(name).suffix.lower().removeprefix(".")
    if extension not in EXTENSIONS[kind]:
        said = _("The name ends in “%(extension)s”, but this is a %(kind)s picture.")
        raise PictureError(said % {"extension": extension, "kind": _SHOWN[kind]})
    return kind


def _unknown(name: str, data: bytes) -> str:
    is_svg = name.lower().endswith((".svg", ".svgz")) or b"<svg" in data[:1000].lower()
    if is_svg:
        return _("SVG is not taken, as it can hold scripts. Save the picture as PNG.")
    if _MARKUP.match(data):
        return _("This is a web page and no picture.")
    if data[4:8] == b"ftyp":  # as a telephone saves them
        return _("HEIC, AVIF and films are not taken. Save the picture as JPEG.")
    return _("This is no picture in PNG, JPEG, WebP or GIF.")


def _too_heavy() -> str:
    return _("The file is larger than 10 MB. Make the picture smaller.")


def _cut_off() -> str:
    return _("The picture is cut off or broken. Save it once more.")


def _open(data: bytes, kind: str) -> "Image.Image":
    """The decoded picture; its size is known, and refused, before its pixels are read."""
    from PIL import Image

    try:
        picture = Image.open(BytesIO(data), formats=[kind.upper()])
        _refuse_large(picture, kind)
        # a camera's JPEG may hold a second, smaller picture: that is no movement
        if kind != "jpeg" and getattr(picture, "is_animated", False):
            said = _("This picture moves. Only still pictures are taken.")
            raise PictureError(said)
        picture.load()
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large(kind)) from None
    except (
        Exception
    ) as error:  # decoders of hostile bytes raise whatever they come upon
        raise PictureError(_cut_off()) from error
    return picture


def _refuse_large(picture: "Image.Image", kind: str) -> None:
    is_large = picture.width * picture.height > MAX_PIXELS[kind]
    if is_large or max(picture.size) > MAX_SIDE:
        raise PictureError(_too_large(kind))


def _too_large(kind: str) -> str:
    said = _(
        "The picture has more than %(most)s million pixels, or a side of more than "
        "10,000. Make it smaller."
    )
    return said % {"most": number_format(f"{MAX_PIXELS[kind] / 1e6:g}")}


def _mixable(picture: "Image.Image") -> "Image.Image":
    """In a mode in which the colours between two others are known."""
    if picture.mode.startswith("I"):  # 16 bits of grey; convert() alone would cut them
        picture = picture.point(lambda value: value / 256)
    if "transparency" in picture.info or picture.mode == "PA":
        return picture.convert("RGBA")
    if picture.mode == "P":
        return picture.convert("RGB")
    is_grey = picture.mode == "1" or picture.mode[0] in "IF"
    return picture.convert("L") if is_grey else picture


def _straight(picture: "Image.Image") -> "Image.Image":
    """Upright, of the size that is kept, in sRGB, and without any words in it."""
    from PIL import Image, ImageOps

    with suppress(Exception):  # hostile words about the picture, which are dropped
        ImageOps.exif_transpose(picture, in_place=True)
    size = kept_size(*picture.size)
    if picture.size != size:  # before all else, so that no other copy is large
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    straight = _in_srgb(picture)
    straight.info = {}
    return straight


def _in_srgb(picture: "Image.Image") -> "Image.Image":
    """RGB, or RGBA where something shines through; grey stays grey."""
    profile = picture.info.get("icc_profile")
    alpha = picture.getchannel("A") if picture.mode in {"LA", "RGBA"} else None
    plain = picture.convert("RGB") if alpha else picture
    coloured = _through(profile, plain) if profile else None
    straight = coloured or (plain if plain.mode == "L" else plain.convert("RGB"))
    if alpha is not None:
        straight.putalpha(alpha)
    return straight


def _has_alpha(picture: "Image.Image") -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def _through(profile: bytes, picture: "Image.Image") -> "Image.Image | None":
    """The colours as the profile means them; None where it does not fit the picture."""
    from PIL import ImageCms

    try:
        return ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _written(picture: "Image.Image", kind: str) -> bytes:
    if kind == "jpeg":
        picture = picture.convert("RGB")
    file = BytesIO()
    picture.save(file, kind.upper(), **_SAVED[kind])
    return file.getvalue()


def widths_of(width: int) -> list[int]:
    """The widths in which a picture of this width is shown; never wider than it is."""
    return [each for each in WIDTHS if each < width] + (
        [width] if width <= WIDTHS[-1] else []
    )


def drawn_widths(taken: TakenPicture) -> Iterator[tuple[int, bytes]]:
    """The WebP pictures of a taken one, by width.

    Of both ways to write WebP the smaller: without loss for drawings and screenshots,
    where it is sharper too, with a loss nobody sees for photographs.
    """
    from PIL import Image

    with Image.open(BytesIO(taken.content)) as opened:
        mode = "RGBA" if _has_alpha(opened) else "RGB"
        picture = opened if opened.mode == mode else opened.convert(mode)
        for width in widths_of(taken.width):
            height = max(1, round(taken.height * width / taken.width))
            scaled = picture.resize((width, height), Image.Resampling.LANCZOS)
            yield (
                width,
                min((_webp(scaled, lossless=each) for each in (True, False)), key=len),
            )


def _webp(picture: "Image.Image", *, lossless: bool) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", lossless=lossless, quality=_QUALITY, method=4)
    return file.getvalue()
