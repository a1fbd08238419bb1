"""The files of pictures, in Django's default storage, each named by what is in it.

A name is written once and never with other bytes, so two tracks share a file, a row can
be written without a thought for files, and a process that dies between file and row leaves
a file that nobody asks for.
"""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from courses.models import Picture
from courses.pictures import TakenPicture, drawn_widths


class PictureMissingError(Exception):
    """The storage has not got the file of a picture."""


def store_files(taken: TakenPicture) -> None:
    """Write the files of a picture that are not there yet.

    The kept file comes last: where it stands, all its widths do. Nothing of this is
    undone with a transaction, so do it before the row.
    """
    kept = _kept_name(taken.digest, taken.format)
    if default_storage.exists(kept):
        return
    for width, content in drawn_widths(taken):
        _write(_width_name(taken.digest, width), content)
    _write(kept, taken.content)


def read_kept(picture: Picture) -> bytes:
    """The picture as track folders carry it.

    Raises:
        PictureMissingError: the storage lost it.
    """
    return _read(_kept_name(picture.digest, picture.format))


def read_width(picture: Picture, width: int) -> bytes:
    """The WebP picture of this width, one of its widths.

    Raises:
        PictureMissingError: the storage lost it.
    """
    return _read(_width_name(picture.digest, width))


def _kept_name(digest: str, extension: str) -> str:
    return f"pictures/{digest[:2]}/{digest}.{extension}"


def _width_name(digest: str, width: int) -> str:
    return f"pictures/{digest[:2]}/{digest}-{width}.webp"


def _write(name: str, content: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise PictureMissingError(name) from error
    return content
