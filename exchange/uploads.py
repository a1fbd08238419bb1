"""A track folder that was uploaded: kept for a day, looked at, then applied or dropped."""

from collections.abc import Collection
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import BinaryField, F, Func
from django.utils import timezone

from accounts.models import User
from exchange.models import TrackUpload
from exchange.picture_saving import store_pictures
from exchange.report import ImportReport
from exchange.saving import Terms, import_track, refuse_taken
from exchange.track_source import TrackSource
from exchange.upload_model import WAITS
from exchange.zip_files import read_track_zip

MOST_WAITING = 5  # of one person; the oldest gives way
PART = 4 * 1024 * 1024  # bytes of a zip that one statement reads


class UploadGoneError(Exception):
    """It was applied or cancelled, is too old, or never was this person's."""


@transaction.atomic
def keep_upload(by: User, name: str, archive: bytes) -> TrackUpload:
    """Keep a zip that this person may import; the same one again is the same upload.

    Raises:
        TrackFolderError: with all problems of the zip and its files; nothing was kept.
    """
    refuse_taken(read_track_zip(archive, name).slug, by)
    drop_old_uploads()
    upload, _is_new = TrackUpload.objects.defer("archive").update_or_create(
        by=by,
        digest=sha256(archive).hexdigest(),
        defaults={"name": name, "archive": archive, "made_at": timezone.now()},
    )
    own = TrackUpload.objects.filter(by=by).order_by("-made_at", "-pk")
    too_many = list(own.values_list("pk", flat=True)[MOST_WAITING:])
    TrackUpload.objects.filter(pk__in=too_many).delete()
    return upload


def drop_old_uploads() -> int:
    """Those that waited for more than a day, of everybody; how many there were."""
    old = TrackUpload.objects.filter(made_at__lte=timezone.now() - WAITS)
    count, _by_model = old.delete()
    return count


def find_upload(by: User, key: UUID) -> TrackUpload:
    """This person's own.

    Raises:
        UploadGoneError: there is none.
    """
    upload = TrackUpload.objects.waiting_for(by).filter(pk=key).first()
    if upload is None:
        raise UploadGoneError
    return upload


def look_at(upload: TrackUpload, by: User) -> ImportReport:
    """What it would change now; nothing is stored.

    Raises:
        UploadGoneError: it went meanwhile.
        TrackFolderError: it cannot be imported any more.
    """
    return import_track(_read(upload), Terms(dry_run=True, compares=True, by=by))


def open_upload(by: User, key: UUID) -> TrackSource:
    """The track in this person's upload, the files of its pictures stored: no row is.

    Many pictures take longer to draw than a transaction may last, so this comes before.

    Raises:
        UploadGoneError: it is not there.
        TrackFolderError: it cannot be imported any more.
    """
    source = _read(find_upload(by, key))
    store_pictures(source.pictures)
    return source


@transaction.atomic
def apply_upload(
    by: User, key: UUID, source: TrackSource, agreed: str, ticked: Collection[str]
) -> ImportReport:
    """Import it, retire what is missing and was ticked, and drop it: once.

    source: from open_upload.
    agreed: the fingerprint of what this person was shown.

    Raises:
        UploadGoneError: it is not there; of two clicks the second waits, then gets this.
        TrackChangedError: it would do something else by now; nothing was stored.
        TrackFolderError: it cannot be imported any more.
    """
    locked = TrackUpload.objects.select_for_update()
    upload = locked.waiting_for(by).filter(pk=key).first()
    if upload is None:
        raise UploadGoneError
    terms = Terms(
        compares=True, by=by, agreed=agreed, retires=frozenset(ticked).__contains__
    )
    report = import_track(source, terms)
    upload.delete()
    return report


def _read(upload: TrackUpload) -> TrackSource:
    return read_track_zip(_archive_of(upload), upload.name)


def _archive_of(upload: TrackUpload) -> bytes:
    """Read in parts: a connection keeps the memory of the largest row it ever read."""
    parts: list[bytes] = []
    while sum(map(len, parts)) == len(parts) * PART:
        part = Func(
            F("archive"),
            len(parts) * PART + 1,
            PART,
            function="substring",
            output_field=BinaryField(),
        )
        row = TrackUpload.objects.filter(pk=upload.pk).values_list(part).first()
        if row is None:
            raise UploadGoneError
        parts.append(bytes(row[0]))
    return b"".join(parts)


def cancel_upload(by: User, key: UUID) -> bool:
    """Drop this person's upload; whether there was one."""
    deleted, _by_model = TrackUpload.objects.filter(by=by, pk=key).delete()
    return bool(deleted)
