"""The pictures that lie beside the lesson files of a track folder."""

from collections.abc import Mapping
from pathlib import PurePath

from django.utils.translation import gettext as _

from courses.picture_services import MAX_PICTURES, MAX_TRACK_BYTES
from courses.pictures import (
    MAX_BYTES,
    MAX_NAME,
    NAME,
    PictureError,
    TakenPicture,
    take_picture,
)
from exchange.track_source import Problem

MOST_READ = MAX_BYTES + 1  # of a file: it shows that it is too large
_TAKEN = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_REFUSED = {".svg", ".svgz", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".ico"}


def is_picture(name: str) -> bool:
    """Whether a file of this name is a picture, of a kind that is taken or not."""
    return PurePath(name).suffix.lower() in _TAKEN | _REFUSED


def read_pictures(
    files: Mapping[str, bytes], problems: list[Problem]
) -> tuple[TakenPicture, ...]:
    """The pictures among these files, by name; what is refused is added to the problems."""
    pictures = []
    names = sorted(filter(is_picture, files))
    if len(names) > MAX_PICTURES:  # not one of them is drawn
        problems.append(_too_many())
        return ()
    for name in names:
        fault = _fault_of_name(name)
        if fault:
            problems.append(Problem(name, 0, fault))
            continue
        try:
            pictures.append(take_picture(name, files[name]))
        except PictureError as error:
            problems.append(Problem(name, 0, str(error)))
    if sum(len(picture.content) for picture in pictures) > MAX_TRACK_BYTES:
        problems.append(_too_many())
    return tuple(pictures)


def _fault_of_name(name: str) -> str:
    """Empty where a text can name it, or where its kind is refused anyway."""
    if PurePath(name).suffix.lower() in _REFUSED:
        return ""
    if NAME.fullmatch(name) is None:
        return _(
            "This is not the name of a picture. Name it with small letters a to z, "
            "digits, hyphens and underscores, such as soil-probe.png."
        )
    if len(name) > MAX_NAME:
        return _("This name is longer than {most}. Shorten it.").format(most=MAX_NAME)
    return ""


def _too_many() -> Problem:
    message = _("A track holds 500 pictures and 60 MB of them. Take some out.")
    return Problem("track.md", 0, message)
