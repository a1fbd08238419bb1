"""The files of pictures, in Django's default storage, each named by what is in it.

A name is written once and never with other bytes, so two tracks share a file, a row can
be written without a thought for files, and a process that dies between file and row leaves
a file that nobody asks for. courses/picture_pruning.py deletes those.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from courses.models import Picture
from courses.pictures import TakenPicture, drawn_widths

FOLDER = "pictures"
_log = logging.getLogger(__name__)


class PictureStorageError(Exception):
    """The storage cannot be read or written just now; the log says why."""


class PictureMissingError(Exception):
    """The storage has not got the file of a picture."""


def store_files(taken: TakenPicture) -> None:
    """Write the files of a picture that are not there yet.

    The kept file comes last: where it stands, all its widths do. Nothing of this is
    undone with a transaction, so do it before the row; and once more when the row is
    written, as files that had no row until then may have been pruned meanwhile.

    Raises:
        PictureStorageError
    """
    kept = _kept_name(taken.digest, taken.format)
    with reached_storage():
        if default_storage.exists(kept):
            return
    for width, content in drawn_widths(taken):
        _write(_width_name(taken.digest, width), content)
    _write(kept, taken.content)


def read_kept(picture: Picture) -> bytes:
    """The picture as track folders carry it.

    Raises:
        PictureMissingError: the storage lost it.
        PictureStorageError
    """
    return _read(_kept_name(picture.digest, picture.format))


def read_width(picture: Picture, width: int) -> bytes:
    """The WebP picture of this width, one of its widths.

    Raises:
        PictureMissingError: the storage lost it.
        PictureStorageError
    """
    return _read(_width_name(picture.digest, width))


def _kept_name(digest: str, extension: str) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest}.{extension}"


def _width_name(digest: str, width: int) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest}-{width}.webp"


def _write(name: str, content: bytes) -> None:
    with reached_storage():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))


def _read(name: str) -> bytes:
    with reached_storage():
        try:
            with default_storage.open(name) as file:
                content: bytes = file.read()
        except FileNotFoundError as error:
            raise PictureMissingError(name) from error
    return content


@contextmanager
def reached_storage() -> Iterator[None]:
    """
    Raises:
        PictureStorageError: whatever went wrong within.
    """
    try:
        yield
    except PictureMissingError:
        raise
    except Exception as error:  # a folder, S3 and others each have errors of their own
        _log.exception("The storage of the pictures failed")
        raise PictureStorageError from error
