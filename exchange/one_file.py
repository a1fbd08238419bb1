"""One file of a track folder by itself, read as the whole folder would be."""

from dataclasses import replace

from exchange.track_files import TRACK_FILE
from exchange.track_folder import parse_track
from exchange.track_source import LessonSource, TrackSource

_FOLDER = "folder"
_LESSON_FILE = "01-lesson.md"
_PLAIN = b'---\ntitle: "Title"\nsummary: "Summary."\n---\n'


def read_lesson(text: str) -> LessonSource:
    """The lesson that this file holds, under no slug of its own.

    Raises:
        TrackFolderError: with all problems; a rule may be younger than the text.
    """
    files = {TRACK_FILE: _PLAIN, _LESSON_FILE: _encoded(text)}
    return replace(parse_track(files, _FOLDER).lessons[0], file="")


def read_track(text: str) -> TrackSource:
    """The track's own texts, without lessons.

    Raises:
        TrackFolderError: as of read_lesson.
    """
    files = {TRACK_FILE: _encoded(text), _LESSON_FILE: _PLAIN}
    return replace(parse_track(files, _FOLDER), lessons=())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
