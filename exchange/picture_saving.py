"""The pictures of a track, from a folder into the database and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from courses.models import Picture, Track
from courses.picture_services import picture_row, refuse_too_many
from courses.picture_store import (
    PictureMissingError,
    PictureStorageError,
    read_kept,
    store_files,
)
from courses.picture_uses import show_again
from courses.pictures import PictureError, TakenPicture
from exchange.report import Change, Journal
from exchange.track_files import TRACK_FILE
from exchange.track_source import Problem, TrackFolderError, TrackSource
from quizzes.answered import asked_of_people

_COLUMNS = ["digest", "format", "width", "height", "widths", "size", "made_at"]


def store_pictures(pictures: Iterable[TakenPicture]) -> None:
    """Write their files, before any row, and again with it: see store_files.

    Raises:
        TrackFolderError: the storage cannot be written to.
    """
    for picture in pictures:
        try:
            store_files(picture)
        except PictureStorageError as error:
            raise _unreached(picture.name) from error


def save_pictures(
    track: Track, pictures: Sequence[TakenPicture], journal: Journal
) -> list[str]:
    """Give the track, which is locked, these pictures; the names of what is new or another.

    Those that it has and the folder lacks stay.

    Raises:
        TrackFolderError: they are too many, or people have answered what shows one that
            would be replaced.
    """
    if not pictures:
        return []
    stored = {row.name: row for row in Picture.objects.filter(track=track)}
    wanted = {each.name: picture_row(track, each, each.name) for each in pictures}
    _refuse_too_many({**stored, **wanted}.values())
    new = [row for name, row in wanted.items() if name not in stored]
    changed = []
    for name, row in wanted.items():
        if name in stored and stored[name].digest != row.digest:
            row.pk, row._state.adding = stored[name].pk, False
            changed.append(row)
            before = stored[name].digest
            journal.note(Change("picture", "changed", name, before=before))
    if changed:
        _refuse_asked(track, {row.name: stored[row.name].digest for row in changed})
    Picture.objects.bulk_create(new)
    Picture.objects.bulk_update(changed, _COLUMNS)
    for row in new:
        journal.note(Change("picture", "new", row.name))
    return [row.name for row in (*new, *changed)]


def _refuse_too_many(rows: Iterable[Picture]) -> None:
    sizes = [row.size for row in rows]
    try:
        refuse_too_many(len(sizes), sum(sizes))
    except PictureError as error:
        raise TrackFolderError([Problem(TRACK_FILE, 0, str(error))]) from error


def _refuse_asked(track: Track, replaced: Mapping[str, str]) -> None:
    """An answered question would ask something else, and say nothing of it.

    replaced: digests as they are now, by name.
    """
    asked = asked_of_people(track.pk)
    message = _(
        "People have answered a question that shows it, so it stays. Give the new picture "
        "another name, and write that into the question."
    )
    shown = [name for name, digest in replaced.items() if digest in asked]
    if shown:
        raise TrackFolderError([Problem(name, 0, message) for name in sorted(shown)])


def show_pictures(track: Track, names: list[str]) -> None:
    """Also in the texts of the track that the folder does not bring."""
    if names:
        show_again(track, names)


def with_pictures(track: Track, source: TrackSource) -> TrackSource:
    """The exported track with its pictures; one statement, and a file each.

    Raises:
        TrackFolderError: the storage lost one, or cannot be read.
    """
    pictures, problems = [], []
    for row in Picture.objects.filter(track=track).order_by("name"):
        try:
            content = read_kept(row)
        except PictureMissingError:
            message = _("The storage has lost the file of this picture.")
            problems.append(Problem(row.name, 0, message))
            continue
        except PictureStorageError as error:
            raise _unreached(row.name) from error
        pictures.append(
            TakenPicture(row.name, row.format, content, row.width, row.height)
        )
    if problems:
        raise TrackFolderError(problems)
    return replace(source, pictures=tuple(pictures))


def _unreached(name: str) -> TrackFolderError:
    message = _(
        "The site cannot reach the place of its pictures, and nothing is done. Try again "
        "in some minutes."
    )
    return TrackFolderError([Problem(name, 0, message)])
