"""Delete the files of pictures that have no row: deleted ones, and uploads that failed.

Nothing is deleted with its row, as another track may have the same file, or be about to.
Here a file goes while no row can come: rows are written before or after that, and whoever
writes one looks for its files once more (store_files).
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from courses.models import Picture
from courses.picture_store import FOLDER, reached_storage

# An upload or import writes its rows well within that time after its files.
YOUNG = timedelta(days=1)
UNFINISHED = ".new-"  # in such a name, gradus/media_folder.py
_NAME = re.compile(r"([0-9a-f]{64})[.-]")


@dataclass(frozen=True)
class Pruned:
    files: int
    size: int  # bytes


def prune_files(*, dry_run: bool = False) -> Pruned:
    """Delete the files, older than a day, of which no picture is left; or count them.

    Raises:
        PictureStorageError: the storage cannot be read or written; some may be deleted.
    """
    files, size = 0, 0
    with reached_storage():
        for folder in _folders():
            pruned = _prune_folder(f"{FOLDER}/{folder}", dry_run=dry_run)
            files, size = files + pruned.files, size + pruned.size
    return Pruned(files, size)


def _folders() -> list[str]:
    try:
        return sorted(default_storage.listdir(FOLDER)[0])
    except FileNotFoundError:  # there was never a picture
        return []


def _prune_folder(folder: str, *, dry_run: bool) -> Pruned:
    files = defaultdict(list)
    for name in filter(_NAME.match, default_storage.listdir(folder)[1]):
        files[_picture_of(name)].append(f"{folder}/{name}")
    if not _without_row(files):
        return Pruned(0, 0)
    with transaction.atomic():
        if not dry_run:
            _hold_rows()
        unused = (files[picture] for picture in _without_row(files))
        old = [name for names in unused if all(map(_is_old, names)) for name in names]
        size = sum(map(default_storage.size, old))
        if not dry_run:
            # the kept file, whose name is shortest, first: see store_files
            for name in sorted(old, key=len):
                default_storage.delete(name)
    return Pruned(len(old), size)


def _picture_of(name: str) -> str:
    """The digest; of a file that was not written to its end, its own name."""
    return name if UNFINISHED in name else name[:64]


def _without_row(digests: Collection[str]) -> set[str]:
    held = Picture.objects.filter(digest__in=digests).values_list("digest", flat=True)
    return set(digests).difference(held)


def _hold_rows() -> None:
    """Until the end of the transaction nobody writes a row; those begun are waited for."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Picture._meta.db_table} IN SHARE MODE")


def _is_old(name: str) -> bool:
    return default_storage.get_modified_time(name) < timezone.now() - YOUNG
