"""What brings pictures into a track, takes them out, and shows them in its texts."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Picture, Track
from courses.picture_store import store_files
from courses.picture_uses import show_again
from courses.pictures import (
    PictureError,
    TakenPicture,
    take_picture,
    tidy_name,
    widths_of,
)

MAX_PICTURES = 500  # in a track
MAX_TRACK_BYTES = 60_000_000  # of their kept files together


def add_picture(track: Track, name: str, data: bytes) -> Picture:
    """Take a file into the track; see take_picture and add_taken.

    Raises:
        PictureError: the file is not taken, or the track has too many.
        PictureStorageError
    """
    return add_taken(track, take_picture(tidy_name(name), data))


def add_taken(track: Track, taken: TakenPicture) -> Picture:
    """Add the picture to the track and show it where its texts name it already.

    The same picture again is the one that is there; another of the same name gets a
    number: probe-2.png.

    Raises:
        PictureError: the track has too many.
        PictureStorageError
    """
    store_files(taken)
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        stored = {each.name: each for each in Picture.objects.filter(track=track)}
        for picture in stored.values():
            if picture.digest == taken.digest:
                return picture
        sizes = [each.size for each in stored.values()]
        refuse_too_many(len(sizes) + 1, sum(sizes) + len(taken.content))
        picture = picture_row(track, taken, _free_name(taken.name, stored))
        picture.save()
        store_files(taken)
        show_again(track, [picture.name])
    return picture


def refuse_too_many(count: int, size: int) -> None:
    """
    Raises:
        PictureError: a track does not hold so many, or so many bytes of them.
    """
    if count > MAX_PICTURES or size > MAX_TRACK_BYTES:
        said = _("A track holds 500 pictures and 60 MB of them. Delete unused ones.")
        raise PictureError(said)


def picture_row(track: Track, taken: TakenPicture, name: str) -> Picture:
    """Unsaved; its files are to be stored first."""
    return Picture(
        track=track,
        name=name,
        digest=taken.digest,
        format=taken.format,
        width=taken.width,
        height=taken.height,
        widths=widths_of(taken.width),
        size=len(taken.content),
    )


def _free_name(name: str, taken: Iterable[str]) -> str:
    stem, _dot, extension = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem}-{number}.{extension}"
    return free


def copy_pictures(source: Track, copy: Track) -> None:
    """Give a copy of a track the pictures of its source that it has not got by name.

    The files are shared. Render the copy's texts after this.
    """
    # none of them is deleted meanwhile, and its files pruned
    rows = Picture.objects.filter(track=source).select_for_update(no_key=True)
    pictures = list(rows)
    for picture in pictures:
        picture.pk, picture.track = None, copy
        picture._state.adding = True
    Picture.objects.bulk_create(pictures, ignore_conflicts=True)
