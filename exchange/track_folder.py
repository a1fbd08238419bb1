"""Track folders: `track.md` and `NN-slug.md` files as plain values, and back again.

Reading finds every problem before it gives up. Writing gives one canonical form: export,
import, export makes the same bytes. The track in `content/write-a-lesson` teaches the form.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from courses.models import MAX_LESSONS, RESERVED_SLUGS
from exchange.front_matter import (
    LESSON_KEYS,
    SLUG,
    TRACK_KEYS,
    read_front_matter,
)
from exchange.question_block import (
    read_questions,
    refuse_stray_questions,
    self_check_row,
)
from exchange.source_file import (
    MAX_FILE_BYTES,
    SourceFile,
    open_source,
    shortened,
)
from exchange.track_files import TRACK_FILE, tidied, written_files
from exchange.track_pictures import MOST_READ, is_picture, read_pictures
from exchange.track_source import (
    DEFAULT_LANGUAGE,
    MAX_BODY,
    MAX_SLUG,
    ChoiceSource,
    LessonSource,
    Problem,
    QuestionSource,
    TrackFolderError,
    TrackSource,
)

__all__ = [
    "ChoiceSource",
    "LessonSource",
    "Problem",
    "QuestionSource",
    "TrackFolderError",
    "TrackSource",
    "parse_track",
    "read_track_folder",
    "save_track_folder",
    "write_files",
    "write_track",
]

_LESSON_FILE = re.compile(r"([0-9]{1,6})-([a-z0-9][a-z0-9-]*)\.md")


def read_track_folder(folder: Path) -> TrackSource:
    """The track in this folder.

    Raises:
        TrackFolderError: with all problems of all files.
    """
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    try:
        paths = [path for path in folder.iterdir() if _is_read(path.name)]
        _refuse_too_many(folder.name, [path.name for path in paths])
        for path in paths:
            _read_file(path, files, problems)
    except NotADirectoryError:
        problems.append(Problem(str(folder), 0, _("This is not a folder.")))
    except FileNotFoundError:
        problems.append(Problem(str(folder), 0, _("There is no such folder.")))
    except OSError as error:
        problems.append(_unreadable(str(folder), error))
    if problems and not files:
        raise TrackFolderError(problems)
    return _parse(files, folder.resolve().name, problems)


def _is_read(name: str) -> bool:
    """Whether a file of this name is part of a track, or should not be here."""
    if name.startswith(".") or "/" in name or name == "README.md":
        return False
    return _is_text(name) or is_picture(name)


def _is_text(name: str) -> bool:
    return name.lower().endswith(".md")


def _refuse_too_many(folder_name: str, names: Iterable[str]) -> None:
    if sum(_is_text(name) and name != TRACK_FILE for name in names) > MAX_LESSONS:
        message = _("A track has at most {most} lessons. Split it in two.")
        raise TrackFolderError(
            [Problem(folder_name, 0, message.format(most=MAX_LESSONS))]
        )


def _read_file(path: Path, files: dict[str, bytes], problems: list[Problem]) -> None:
    """Read no more of the file than shows that it is too large."""
    name = path.name
    if path.is_symlink():
        message = _("This is a symbolic link. Put the file itself in its place.")
        problems.append(Problem(name, 0, message))
    elif path.is_dir():
        return
    elif not path.is_file():
        problems.append(Problem(name, 0, _("This is not an ordinary file. Remove it.")))
    else:
        try:
            with path.open("rb") as file:
                most = MOST_READ if is_picture(name) else MAX_FILE_BYTES + 1
                files[name] = file.read(most)
        except OSError as error:
            problems.append(_unreadable(name, error))


def _unreadable(name: str, error: OSError) -> Problem:
    message = _("This cannot be read: {reason}.").format(reason=error.strerror)
    return Problem(name, 0, message)


def parse_track(files: Mapping[str, bytes], folder_name: str) -> TrackSource:
    """The track in these files, by name; names with a `/` stand in subfolders, are ignored.

    Raises:
        TrackFolderError: with all problems of all files.
    """
    files = {name: content for name, content in files.items() if _is_read(name)}
    _refuse_too_many(folder_name, files)
    return _parse(files, folder_name, [])


def _parse(
    files: Mapping[str, bytes], folder_name: str, problems: list[Problem]
) -> TrackSource:
    """Read all files, adding to the problems already found, which are raised at the end."""
    lessons = _read_lessons(files, folder_name, problems)
    track = None
    if TRACK_FILE in files:
        track = _read_track_file(files[TRACK_FILE], folder_name, problems)
    elif not any(problem.file == TRACK_FILE for problem in problems):
        message = _("There is no such file. Add one, with the title of the track.")
        problems.append(Problem(TRACK_FILE, 0, message))
    _refuse_equal_ids(lessons, problems)
    pictures = read_pictures(files, problems)
    if problems or track is None:
        raise TrackFolderError(problems)
    return replace(track, lessons=tuple(lessons), pictures=pictures)


def _read_track_file(
    content: bytes, folder_name: str, problems: list[Problem]
) -> TrackSource | None:
    opened = _open(TRACK_FILE, content, TRACK_KEYS, problems)
    if opened is None:
        return None
    source, values, start = opened
    if "slug" not in values and not _is_slug(folder_name):
        message = _(
            "The folder's name “{name}” cannot be the slug of the track. "
            "Add a line slug: with small letters a to z, digits and hyphens."
        )
        source.report(0, message.format(name=shortened(folder_name)))
    rows = range(start, len(source.lines))
    if (heading := self_check_row(source, rows)) is not None:
        message = _("Questions belong to a lesson. Move them to the file of one.")
        source.report(heading, message)
    description, line = _read_body(source, rows)
    return TrackSource(
        slug=values.get("slug", folder_name),
        title=values.get("title", ""),
        summary=values.get("summary", ""),
        license=values.get("license", ""),
        attribution=values.get("attribution", ""),
        language=values.get("language", DEFAULT_LANGUAGE),
        description=description,
        description_line=line,
    )


def _open(
    name: str, content: bytes, keys: tuple[str, ...], problems: list[Problem]
) -> tuple[SourceFile, dict[str, str], int] | None:
    """The file, its front matter and the row below that; None where there is no reading it."""
    source = open_source(name, content, problems)
    if source is None:
        return None
    front = read_front_matter(source, keys)
    if front is None:
        return None
    values, start = front
    source.mark_code_blocks(start)
    return source, values, start


def _is_slug(text: str) -> bool:
    return len(text) <= MAX_SLUG and SLUG.fullmatch(text) is not None


def _read_body(source: SourceFile, rows: range) -> tuple[str, int]:
    """The text in these rows, and the line where it starts."""
    refuse_stray_questions(source, rows)
    row = source.first_text_row(rows)
    body = source.text(rows)
    source.limit(row, _("This text"), body, MAX_BODY)
    return body, row + 1


def _read_lessons(
    files: Mapping[str, bytes], folder_name: str, problems: list[Problem]
) -> list[LessonSource]:
    """The lessons by number; those too broken to read are left out, and reported."""
    places = _lesson_places(files, problems)
    if not places and not problems:
        message = _("This folder has no lessons. Add a file such as 01-first-steps.md.")
        problems.append(Problem(folder_name, 0, message))
    lessons = []
    for _number, slug, name in places:
        lesson = _read_lesson(name, slug, files[name], problems)
        if lesson is not None:
            lessons.append(lesson)
    return lessons


def _lesson_places(
    files: Mapping[str, bytes], problems: list[Problem]
) -> list[tuple[int, str, str]]:
    """Number, slug and file name of each lesson, in order."""
    places: list[tuple[int, str, str]] = []
    taken: dict[int | str, str] = {}
    for name in sorted(files):
        if name == TRACK_FILE or not _is_text(name):
            continue
        found = _LESSON_FILE.fullmatch(name)
        if found is None:
            message = _(
                "This is not the name of a lesson. Name it with a number, then small "
                "letters a to z, digits and hyphens, such as 03-tokens.md."
            )
            problems.append(Problem(name, 0, message))
            continue
        number, slug = int(found[1]), found[2]
        problems += [
            Problem(name, 0, message) for message in _name_faults(number, slug, taken)
        ]
        taken.setdefault(number, name)
        taken.setdefault(slug, name)
        places.append((number, slug, name))
    return sorted(places)


def _name_faults(number: int, slug: str, taken: Mapping[int | str, str]) -> list[str]:
    faults = []
    if slug in RESERVED_SLUGS:
        message = _("“{slug}” is an address of the track itself. Rename the file.")
        faults.append(message.format(slug=slug))
    if len(slug) > MAX_SLUG:
        message = _("The slug in this name is longer than {most}. Shorten it.")
        faults.append(message.format(most=MAX_SLUG))
    if number in taken:
        message = _("{other} has the number {number} too. Change one of them.")
        faults.append(message.format(other=taken[number], number=number))
    if slug in taken:
        message = _("{other} has the slug “{slug}” too. Change one of them.")
        faults.append(message.format(other=taken[slug], slug=slug))
    return faults


def _read_lesson(
    name: str, slug: str, content: bytes, problems: list[Problem]
) -> LessonSource | None:
    opened = _open(name, content, LESSON_KEYS, problems)
    if opened is None:
        return None
    source, values, start = opened
    end = len(source.lines)
    heading = self_check_row(source, range(start, end))
    questions: tuple[QuestionSource, ...] = ()
    if heading is not None:
        questions = read_questions(source, range(heading + 1, end))
    body_end = end if heading is None else heading
    body, line = _read_body(source, range(start, body_end))
    texts = {key: values.get(key, "") for key in LESSON_KEYS}
    return LessonSource(
        slug=slug, body=body, questions=questions, file=name, body_line=line, **texts
    )


def _refuse_equal_ids(lessons: Iterable[LessonSource], problems: list[Problem]) -> None:
    places: dict[str, str] = {}
    for lesson in lessons:
        for question in lesson.questions:
            if question.id in places:
                message = _("The id “{id}” is taken by {place}. Give each its own.")
                message = message.format(id=question.id, place=places[question.id])
                problems.append(Problem(lesson.file, question.line, message))
            if question.id:
                places.setdefault(question.id, f"{lesson.file}:{question.line}")


def write_track(track: TrackSource, folder_name: str | None = None) -> dict[str, str]:
    """The texts of a track in canonical form, by name of their files.

    folder_name is what the folder will be called, if that is not the slug of the track.

    Raises:
        TrackFolderError: the track holds what no track folder can say, such as an
            explanation with a question in it; lines are those of the file it would be.
    """
    track = tidied(track)
    folder_name = folder_name or track.slug
    files = written_files(track, folder_name)
    encoded = {
        # A lone surrogate becomes bytes that are no UTF-8, which reading reports.
        name: text.encode("utf-8", "surrogatepass")
        for name, text in files.items()
    }
    again = parse_track(encoded, folder_name)
    if again != replace(track, pictures=()):
        raise TrackFolderError(_differences(track, again))
    return files


def write_files(track: TrackSource, folder_name: str | None = None) -> dict[str, bytes]:
    """All files of a track, its pictures too; see write_track."""
    texts = write_track(track, folder_name)
    pictures = {picture.name: picture.content for picture in track.pictures}
    return {name: text.encode() for name, text in texts.items()} | pictures


def _differences(track: TrackSource, again: TrackSource) -> list[Problem]:
    """Which files would read back as something else."""
    message = _(
        "This would read back as something else: a text in it looks like a question, "
        "a choice or a heading of the self-check. Change that text."
    )
    pairs = zip(track.lessons, again.lessons, strict=True)
    names = [read.file for lesson, read in pairs if lesson != read] or [TRACK_FILE]
    return [Problem(name, 0, message) for name in names]


def save_track_folder(track: TrackSource, folder: Path) -> None:
    """Write the track into this folder, which is made where it is missing.

    Nothing is deleted: a lesson or picture that the track does not have is refused.

    Raises:
        TrackFolderError: see write_track; then nothing was written.
    """
    files = write_files(track, folder.resolve().name)
    folder.mkdir(parents=True, exist_ok=True)
    problems = []
    for path in folder.iterdir():
        if path.name in files and path.is_symlink():
            message = _("This is a symbolic link. Remove it first.")
            problems.append(Problem(path.name, 0, message))
        if path.name not in files and _is_read(path.name):
            message = _(
                "The track has no such lesson or picture. Move the file away, "
                "or write into an empty folder."
            )
            problems.append(Problem(path.name, 0, message))
    if problems:
        raise TrackFolderError(problems)
    for name, content in files.items():
        (folder / name).write_bytes(content)
