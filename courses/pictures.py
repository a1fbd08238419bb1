"""Pictures for lessons: what is taken, and the widths that readers get. Pure.

Nobody is sent a file as it came. What is kept of it is pixels alone, in the format it had,
so that track folders carry it; what pages show are WebP pictures drawn from those.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.picture_files import UnreadableFileError, contents_of, kind_of

if TYPE_CHECKING:
    from PIL import Image

# Pillow is imported where it draws: most processes never see an upload, and it takes
# each of them 3 MB.

MAX_BYTES = 10_000_000
MAX_PIXELS = (
    40_000_000  # a telephone makes 12 to 24 millions; decoded, these are 160 MB
)
MAX_SIDE = 10_000  # WebP ends at 16,383
WIDTHS = (480, 960, 1440)  # a telephone, a column of text, the same on a fine screen
MAX_KEPT = 2880  # px, twice the widest that is shown: so folders and zips stay small
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
# Another document inside the file: a page, a script, an archive.
_FOREIGN = re.compile(
    rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)|%PDF-|PK\x03\x04",
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
    _refuse_foreign(kind, contents.extras, contents.trailing)
    picture = _open(data, kind)
    is_kept = (
        contents.is_bare
        and picture.width <= MAX_KEPT
        and picture.mode in _PLAIN_MODES[kind]
        and not picture.info.get("icc_profile")
    )
    if not is_kept:
        picture = _narrowed(_straight(picture))
        data = _written(picture, kind)
    return TakenPicture(name, kind, data, picture.width, picture.height)


def pixels_in(data: bytes) -> int:
    """How many it says it has, none of them drawn; 0 of what take_picture refuses unread."""
    from PIL import Image

    kind = kind_of(data)
    if kind is None or len(data) > MAX_BYTES:
        return 0
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
            _refuse_large(*picture.size)
            return picture.width * picture.height
    except Exception:  # decoders of hostile bytes raise whatever they come upon
        return 0


def _kind(name: str, data: bytes) -> str:
    if not data:
        raise PictureError(_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise PictureError(
            _("The file is larger than 10 MB. Make the picture smaller.")
        )
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
    return _("This is no picture in PNG, JPEG, WebP or GIF.")


def _cut_off() -> str:
    return _("The picture is cut off or broken. Save it once more.")


def _refuse_foreign(kind: str, extras: bytes, trailing: bytes) -> None:
    """Refuse what is a picture and something else; cameras add to JPEG, others do not."""
    if _FOREIGN.search(extras) or _FOREIGN.search(trailing):
        said = _("Beside the picture the file holds a page, a script or another file.")
        raise PictureError(said)
    if trailing.strip(b"\x00") and kind != "jpeg":
        said = _("The file goes on after the end of the picture. Save it once more.")
        raise PictureError(said)


def _open(data: bytes, kind: str) -> "Image.Image":
    """The decoded picture; its size is known, and refused, before its pixels are read."""
    from PIL import Image

    try:
        picture = Image.open(BytesIO(data), formats=[kind.upper()])
        _refuse_large(*picture.size)
        # a camera's JPEG may hold a second, smaller picture: that is no movement
        if kind != "jpeg" and getattr(picture, "is_animated", False):
            said = _("This picture moves. Only still pictures are taken.")
            raise PictureError(said)
        picture.load()
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large()) from None
    except (
        Exception
    ) as error:  # decoders of hostile bytes raise whatever they come upon
        raise PictureError(_cut_off()) from error
    return picture


def _refuse_large(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureError(_too_large())


def _too_large() -> str:
    return _(
        "The picture has more than 40 million pixels, or a side of more than 10,000. "
        "Make it smaller."
    )


def _straight(picture: "Image.Image") -> "Image.Image":
    """Turned as it was held, in sRGB, 8 bits a colour, and without any words in it."""
    from PIL import ImageOps

    try:
        picture = ImageOps.exif_transpose(picture)
    except Exception:  # hostile words about the picture, which are dropped anyway
        picture = picture.copy()
    straight = _in_srgb(_in_eight_bits(picture))
    straight.info = {}
    return straight


def _in_eight_bits(picture: "Image.Image") -> "Image.Image":
    if picture.mode.startswith("I"):  # 16 bits of grey; convert() would cut, not scale
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("L") if picture.mode == "F" else picture


def _in_srgb(picture: "Image.Image") -> "Image.Image":
    """RGB, or RGBA where something shines through."""
    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if _has_alpha(picture) else None
    plain = picture.convert("RGB") if picture.mode in {"P", "PA", "1"} else picture
    if plain.mode in {"RGBA", "LA"}:
        plain = plain.convert("RGB")
    coloured = _through(profile, plain) if profile else None
    straight = coloured or plain.convert("RGB")
    if alpha is not None:
        straight.putalpha(alpha)
    return straight


def _narrowed(picture: "Image.Image") -> "Image.Image":
    from PIL import Image

    if picture.width <= MAX_KEPT:
        return picture
    height = max(1, round(picture.height * MAX_KEPT / picture.width))
    return picture.resize((MAX_KEPT, height), Image.Resampling.LANCZOS)


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
        picture = opened.convert("RGBA" if _has_alpha(opened) else "RGB")
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
