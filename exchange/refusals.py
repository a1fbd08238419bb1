"""What the database refuses of an import, as a problem that people can do something about."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from courses.constraints import REFUSED, broken_constraint, is_busy, is_too_slow
from exchange.track_files import TRACK_FILE
from exchange.track_source import Problem, TrackFolderError

# Broken only where somebody adds a lesson or question at the same moment.
_TAKEN_MEANWHILE = {
    "lesson_slug_unique_in_track",
    "lesson_position_unique_in_track",
    "question_position_unique_in_lesson",
    "question_id_unique_in_lesson",
}


@contextmanager
def refused_kindly() -> Iterator[None]:
    """Around the transaction of an import.

    Raises:
        TrackFolderError: somebody edits the track at the same moment, or the site is busy.
    """
    try:
        yield
    except REFUSED as error:
        if is_too_slow(error):
            message = _(
                "The site was too busy, and nothing is stored. Import it again."
            )
        elif broken_constraint(error) in _TAKEN_MEANWHILE or is_busy(error):
            message = _("The track was edited at the same moment. Import it once more.")
        else:
            raise
        raise TrackFolderError([Problem(TRACK_FILE, 0, message)]) from error
