"""Storing a track that was read from outside: one transaction, and nothing is deleted.

Locks are taken in this order: the track, its questions, its lessons, each by primary key.
An answer that is under way is waited for; then its question has an answer and cannot change.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.constraints import broken_constraint
from courses.models import Lesson, Track
from exchange.question_matching import Questions, answered_changes, refuse_answered
from exchange.question_saving import BATCH, save_questions
from exchange.report import Change, ImportReport, Journal
from exchange.revising import parts_of, revise
from exchange.stored import CHOICES
from exchange.track_files import TRACK_FILE, tidied
from exchange.track_folder import read_track_folder
from exchange.track_source import Problem, TrackFolderError, TrackSource
from exchange.wanted import (
    WantedLesson,
    description_warnings,
    want_lessons,
    want_track,
)
from quizzes.models import Question

_TRACK_TEXTS = (
    "title",
    "summary",
    "description",
    "language",
    "license",
    "attribution",
)
_LESSON_TEXTS = ("title", "summary", "markdown", "language", "license", "attribution")
_LESSON_RENDERED = ("body_html", "body_text", "headings", "minutes")
_REVISING = {"title", "markdown"}  # what makes the page say "revised"

# Broken only where somebody adds a lesson or question at the same moment.
_TAKEN_MEANWHILE = {
    "lesson_slug_unique_in_track",
    "lesson_position_unique_in_track",
    "question_position_unique_in_lesson",
    "question_id_unique_in_lesson",
}


def import_track_folder(
    folder: Path, *, dry_run: bool = False, publish: bool = False
) -> ImportReport:
    """Store the track in this folder; see import_track.

    Raises:
        TrackFolderError: with all problems; then nothing was stored.
    """
    try:
        source = read_track_folder(folder)
    except TrackFolderError as error:
        if error.readable is None:
            raise
        changes = answered_changes(error.readable)
        raise TrackFolderError([*error.problems, *changes]) from error
    return import_track(source, dry_run=dry_run, publish=publish)


def import_track(
    source: TrackSource, *, dry_run: bool = False, publish: bool = False
) -> ImportReport:
    """Store a track, found again by its slug, its lessons by theirs, questions by id.

    Lessons and questions that the source lacks stay, behind the others. What is published
    stays so; publish also publishes the track and those of these lessons that are drafts.
    A dry run does all of it and takes it back.

    source: as reading gives it, its texts no longer than reading lets pass.

    Raises:
        TrackFolderError: with every answered question that would change; then nothing
            was stored.
    """
    source = tidied(source)
    journal = Journal(timezone.now(), publish, warnings=description_warnings(source))
    try:
        with transaction.atomic():
            _save_track(source, journal)
            connection.check_constraints()  # positions, which wait for the commit
            if dry_run:
                transaction.set_rollback(True)
    except IntegrityError as error:
        if broken_constraint(error) not in _TAKEN_MEANWHILE:
            raise
        message = _("The track was edited at the same moment. Import it once more.")
        raise TrackFolderError([Problem(TRACK_FILE, 0, message)]) from error
    return ImportReport(
        slug=source.slug,
        title=source.title,
        lessons=len(source.lessons),
        questions=sum(len(lesson.questions) for lesson in source.lessons),
        changes=tuple(sorted(journal.changes, key=_where)),
        warnings=tuple(sorted(journal.warnings)),
        dry_run=dry_run,
    )


def _where(change: Change) -> tuple[bool, str, int]:
    return change.file != TRACK_FILE, change.file, change.line


def _save_track(source: TrackSource, journal: Journal) -> None:
    track, changed = _open_track(source, journal)
    slugs = Lesson.objects.filter(track=track).values_list("slug", flat=True)
    wanted = want_lessons(track, source, list(slugs))
    stored = _lock(track, wanted)
    refuse_answered(stored.questions)
    with translation.override(track.language):
        track.save(update_fields=changed)
    _create_lessons(stored, journal)
    columns = _revise_lessons(stored, journal)  # first: questions follow its language
    revised = save_questions(stored.questions, journal)
    _write_lessons(stored, columns, revised, journal)


def _open_track(source: TrackSource, journal: Journal) -> tuple[Track, list[str]]:
    """The track, locked, with the source's texts, and which of its columns to save.

    Saving waits until the questions are locked: a new language touches all lessons.
    """
    wanted = want_track(source)
    track, is_new = Track.objects.get_or_create(
        slug=source.slug,
        defaults={name: getattr(wanted, name) for name in _TRACK_TEXTS},
    )
    track = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
    changed = revise(track, wanted, _TRACK_TEXTS)
    if is_new:
        journal.note(Change("track", "new", TRACK_FILE))
    elif changed:
        parts = parts_of(track, changed)
        journal.note(Change("track", "changed", TRACK_FILE, parts=parts))
    if journal.publish and track.published_at is None:
        track.published_at = journal.now
        changed.append("published_at")
        journal.note(Change("track", "published", TRACK_FILE))
    if track.archived_at is not None:
        journal.warn(TRACK_FILE, 0, _("This track is archived. It stays so."))
    return track, changed


@dataclass(frozen=True)
class _Stored:
    """The track as it stands, locked, beside what the source wants."""

    wanted: list[WantedLesson]
    lessons: dict[str, Lesson]  # those that are there already
    rows: dict[str, Lesson]  # all, by slug, in their new order
    questions: Questions


def _lock(track: Track, wanted: list[WantedLesson]) -> _Stored:
    questions = (
        Question.objects.select_for_update(of=("self",))
        .filter(lesson__track=track)
        .order_by("pk")
        .prefetch_related(CHOICES)
    )
    asked = list(questions)
    locked = Lesson.objects.select_for_update(no_key=True).filter(track=track)
    lessons = {lesson.slug: lesson for lesson in locked.order_by("pk")}
    for lesson in lessons.values():
        lesson.track = track
    named = [one.source.slug for one in wanted]
    others = sorted(lessons.values(), key=lambda lesson: lesson.position)
    rows = {one.source.slug: lessons.get(one.source.slug, one.row) for one in wanted}
    rows |= {lesson.slug: lesson for lesson in others if lesson.slug not in named}
    return _Stored(wanted, lessons, rows, Questions.match(asked, wanted, rows))


def _create_lessons(stored: _Stored, journal: Journal) -> None:
    """Insert the new lessons, so that questions can refer to them."""
    new = []
    for position, (slug, row) in enumerate(stored.rows.items(), start=1):
        if slug not in stored.lessons:
            row.position = position
            row.revised_at = journal.now
            row.published_at = journal.now if journal.publish else None
            new.append(row)
    Lesson.objects.bulk_create(new)
    for wanted in stored.wanted:
        journal.warnings += wanted.warnings
        if wanted.row in new:
            journal.note(Change("lesson", "new", wanted.file))
            if journal.publish:
                journal.note(Change("lesson", "published", wanted.file))


def _revise_lessons(stored: _Stored, journal: Journal) -> dict[str, set[str]]:
    """Bring the lessons that were there up to date, unsaved; which columns changed."""
    by_slug = {wanted.source.slug: wanted for wanted in stored.wanted}
    columns: dict[str, set[str]] = {}
    for position, (slug, row) in enumerate(stored.rows.items(), start=1):
        if slug not in stored.lessons:
            continue
        wanted = by_slug.get(slug)
        if wanted is None:
            _warn_of_missing(row, journal)
        columns[slug] = set(_revise_lesson(row, wanted, journal) if wanted else [])
        if row.position != position:
            row.position = position
            columns[slug].add("position")
            file, name = (wanted.file, "") if wanted else (TRACK_FILE, slug)
            journal.note(Change("lesson", "moved", file, name=name))
    return columns


def _warn_of_missing(lesson: Lesson, journal: Journal) -> None:
    message = _("The track has the lesson “{slug}”, which has no file here. It stays.")
    journal.warn(TRACK_FILE, 0, message.format(slug=lesson.slug))


def _revise_lesson(row: Lesson, wanted: WantedLesson, journal: Journal) -> list[str]:
    changed = revise(row, wanted.row, (*_LESSON_TEXTS, *_LESSON_RENDERED))
    if changed:
        parts = parts_of(row, changed)
        journal.note(Change("lesson", "changed", wanted.file, parts=parts))
    if journal.publish and row.published_at is None:
        row.published_at = journal.now
        changed.append("published_at")
        journal.note(Change("lesson", "published", wanted.file))
    return changed


def _write_lessons(
    stored: _Stored, columns: dict[str, set[str]], revised: set[int], journal: Journal
) -> None:
    """Save them in one statement.

    revised: the keys of the lessons whose questions changed.
    """
    for slug, changed in columns.items():
        row = stored.lessons[slug]
        if row.pk in revised or changed & _REVISING:
            row.revised_at = journal.now
            changed.add("revised_at")
    rows = [stored.lessons[slug] for slug, changed in columns.items() if changed]
    if rows:
        names = sorted(set().union(*columns.values()))
        Lesson.objects.bulk_update(rows, names, batch_size=BATCH)
