"""The files of exports, in Django's default storage; no address of that storage is public.

A name belongs to one attempt of one worker and is written once. Who may have a file is
asked by the view that serves it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from certificates.reports.export_model import ReportExport

FOLDER = "exports"
# A file has its row within this time, or its worker was killed between the two.
YOUNG = timedelta(days=1)
_log = logging.getLogger(__name__)


class ExportStorageError(Exception):
    """The storage cannot be read or written just now; the log says why."""


def store_file(name: str, source: Path) -> None:
    """Copy the file there, in blocks; where it fails, nothing of it stays.

    Raises:
        ExportStorageError
    """
    try:
        with reached_storage(), source.open("rb") as content:
            default_storage.save(_path(name), File(content))
    except ExportStorageError:
        with suppress(ExportStorageError):
            _drop_parts_of(name)
        raise


def open_file(name: str) -> Any:
    """The file, to be read in blocks and closed.

    Raises:
        FileNotFoundError: the storage lost it.
        ExportStorageError
    """
    with reached_storage():
        return default_storage.open(_path(name)).open()  # of S3 it is fetched now


def drop_file(name: str) -> None:
    """Delete it, if it is there.

    Raises:
        ExportStorageError
    """
    if name:
        with reached_storage(), suppress(FileNotFoundError):
            default_storage.delete(_path(name))


def prune_exports() -> int:
    """Delete rows that are outlived, and files that have no row; returns how many files.

    Raises:
        ExportStorageError: the storage cannot be read or written; some may be deleted.
    """
    outlived = list(ReportExport.objects.outlived())
    for export in outlived:
        drop_file(export.file)
        export.delete()
    known = set(ReportExport.objects.exclude(file="").values_list("file", flat=True))
    lost = [name for name in _names() if name not in known and _is_old(name)]
    for name in lost:
        drop_file(name)
    return len(lost) + sum(bool(export.file) for export in outlived)


def _path(name: str) -> str:
    return f"{FOLDER}/{name}"


def _names() -> list[str]:
    with reached_storage():
        try:
            return sorted(default_storage.listdir(FOLDER)[1])
        except FileNotFoundError:  # there was never an export
            return []


def _is_old(name: str) -> bool:
    with reached_storage():
        try:
            return default_storage.get_modified_time(_path(name)) < (
                timezone.now() - YOUNG
            )
        except FileNotFoundError:  # another worker was quicker
            return False


def _drop_parts_of(name: str) -> None:
    """What gradus.media_folder wrote of it before it failed."""
    for found in _names():
        if found.startswith(name):
            drop_file(found)


@contextmanager
def reached_storage() -> Iterator[None]:
    """
    Raises:
        ExportStorageError: whatever went wrong within, but for a file that is not there.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # a folder, S3 and others each have errors of their own
        _log.exception("The storage of the exports failed")
        raise ExportStorageError from error
