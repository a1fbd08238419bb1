"""Storing a track that was read from outside: one transaction, and nothing is deleted.

Locks are taken in this order: the track, its questions, its lessons, each by primary key.
An answer that is under way is waited for; then its question is revised instead of changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Lesson, Track
from courses.publishing import RENDERED, link_again, unpublish_lessons
from courses.teaching import let_teach
from exchange.keeping import Occasion, keep_found, keep_lessons, keep_track
from exchange.limits import refuse_too_many_lessons, too_many_questions
from exchange.models import What
from exchange.picture_saving import save_pictures, show_pictures, store_pictures
from exchange.question_matching import Questions
from exchange.question_saving import BATCH, save_questions
from exchange.refusals import refused_kindly
from exchange.report import Change, ImportReport, Journal, Missing
from exchange.revising import parts_of, revise
from exchange.stored import CHOICES, texts_of
from exchange.track_files import TRACK_FILE, tidied
from exchange.track_folder import read_track_folder
from exchange.track_source import Problem, TrackFolderError, TrackSource
from exchange.wanted import (
    WantedLesson,
    description_warnings,
    want_lessons,
    want_track,
)
from exchange.zip_files import read_track_zip
from quizzes.models import Question
from quizzes.services import retire_questions

_TRACK_TEXTS = (
    "title",
    "summary",
    "description",
    "language",
    "license",
    "attribution",
)
_LESSON_TEXTS = ("title", "summary", "markdown", "language", "license", "attribution")
_REVISING = {"title", "markdown"}  # what makes the page say "revised"


class TrackChangedError(Exception):
    """The import would do something else than what was agreed to; `report` says what."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        super().__init__(report)


def stays(name: str) -> bool:
    """Nothing that is missing is retired."""
    return False


@dataclass(frozen=True)
class Terms:
    """On what terms a track is imported.

    A dry run does all of it and takes it back. publish also publishes the track and those
    of its lessons that are drafts. retires says of a Missing.name whether that question is
    retired, or that lesson made a draft. by: who imports, into a new track or one that
    they teach; None is an operator. compares: the report has the texts before and after.
    agreed: the fingerprint of the dry run that was agreed to.
    """

    dry_run: bool = False
    publish: bool = False
    retires: Callable[[str], bool] = stays
    by: User | None = None
    compares: bool = False
    agreed: str | None = None


PLAIN = Terms()


def import_track_folder(
    path: Path,
    *,
    dry_run: bool = False,
    publish: bool = False,
    retires: Callable[[str], bool] = stays,
) -> ImportReport:
    """Store the track in this folder or zip; see import_track.

    Raises:
        TrackFolderError: with all problems; then nothing was stored.
        OSError: the zip cannot be read.
    """
    if path.suffix.lower() == ".zip" and path.is_file():
        source = read_track_zip(path.read_bytes(), path.name)
    else:
        source = read_track_folder(path)
    terms = Terms(dry_run=dry_run, publish=publish, retires=retires)
    return import_track(source, terms)


def import_track(source: TrackSource, terms: Terms = PLAIN) -> ImportReport:
    """Store a track, found again by its slug, its lessons by theirs, questions by id.

    Lessons and questions that the source lacks stay, behind the others. What is published
    stays so. A question with answers whose key would change is revised: the wanted one
    replaces it, and the answers stay.

    source: as reading gives it, its texts no longer than reading lets pass.

    Raises:
        TrackFolderError: the address is another's; with what is missing there is too much;
            or somebody edited the track at the same moment. Nothing was stored.
        TrackChangedError: it would do something else than was agreed to; nothing was stored.
    """
    source = tidied(source)
    journal = Journal(timezone.now(), terms.publish)
    if not terms.dry_run:
        store_pictures(source.pictures)
    with refused_kindly(), transaction.atomic():
        track = _save_track(source, journal, terms)
        journal.warnings += too_many_questions(track, source)
        report = _report(source, journal, terms)
        if terms.agreed not in {None, report.fingerprint}:
            raise TrackChangedError(report)
        if _retire(journal, terms):
            report = _report(source, journal, terms)
        if not terms.dry_run and (problems := too_many_questions(track, source)):
            raise TrackFolderError(problems)
        _keep_versions(track, terms)
        connection.check_constraints()  # positions, which wait for the commit
        if terms.dry_run:
            transaction.set_rollback(True)
    return report


def _report(source: TrackSource, journal: Journal, terms: Terms) -> ImportReport:
    return ImportReport(
        slug=source.slug,
        title=source.title,
        lessons=len(source.lessons),
        questions=sum(len(lesson.questions) for lesson in source.lessons),
        changes=tuple(sorted(journal.changes, key=_where)),
        warnings=tuple(sorted(journal.warnings)),
        missing=tuple(journal.missing),
        dry_run=terms.dry_run,
        before=journal.before,
        after=journal.after,
    )


def _where(change: Change) -> tuple[bool, str, int]:
    return change.file != TRACK_FILE, change.file, change.line


def _save_track(source: TrackSource, journal: Journal, terms: Terms) -> Track:
    track, is_new = _find_track(want_track(source), terms.by)
    new_pictures = save_pictures(track, source.pictures, journal)
    if not terms.dry_run:
        store_pictures(each for each in source.pictures if each.name in new_pictures)
    wanted_track = want_track(source)  # once more: it may show the new pictures
    journal.warnings += description_warnings(source, wanted_track)
    slugs = Lesson.objects.filter(track=track).values_list("slug", flat=True)
    wanted = want_lessons(track, source, list(slugs))
    stored = lock_rows(track, wanted)
    if not is_new:
        keep_found(track.pk)
    if terms.compares and not is_new:
        journal.before = texts_of(track)
    save_track_texts(track, wanted_track, journal, is_new=is_new)
    save_lessons(stored, journal)
    if not is_new:
        show_pictures(track, new_pictures)
        named = {each.row.slug for each in wanted}
        came, staying = named.difference(slugs), set(slugs) - named
        if came and staying:  # what the folder brings is rendered with its links
            link_again(track, came)
    if terms.compares:
        journal.after = texts_of(track)
    return track


def _keep_versions(track: Track, terms: Terms) -> None:
    """Of what is another text now, also by what was retired."""
    occasion = Occasion(What.IMPORTED, terms.by)
    keep_track(track.pk, occasion)
    lessons = Lesson.objects.filter(track=track)
    keep_lessons(list(lessons.values_list("pk", flat=True)), occasion)


def _find_track(wanted: Track, by: User | None) -> tuple[Track, bool]:
    """The track, locked, and whether it is new; then who imports it teaches it.

    Raises:
        TrackFolderError: it is a track that this person does not teach.
    """
    track, is_new = Track.objects.get_or_create(
        slug=wanted.slug,
        defaults={name: getattr(wanted, name) for name in _TRACK_TEXTS},
    )
    if by is not None and is_new:
        let_teach(track, by)
    elif by is not None:
        refuse_taken(track.slug, by)
    return Track.objects.select_for_update(no_key=True).get(pk=track.pk), is_new


def refuse_taken(slug: str, by: User) -> None:
    """Refuse to import into a track that this person does not teach.

    Raises:
        TrackFolderError: there is one at this address; nothing else is told of it.
    """
    known = Track.objects.filter(slug=slug)
    if known.exists() and not known.taught_by(by).exists():
        message = _("This address is taken. Give the track another slug.")
        raise TrackFolderError([Problem(TRACK_FILE, 0, message)])


def save_track_texts(
    track: Track, wanted: Track, journal: Journal, *, is_new: bool = False
) -> None:
    """Give the track, whose rows are locked, the texts that are wanted."""
    changed = _revise_track(track, wanted, is_new, journal)
    with translation.override(track.language):
        track.save(update_fields=changed)


def save_lessons(stored: "Stored", journal: Journal) -> None:
    """Store the lessons that are wanted, with their questions."""
    _create_lessons(stored, journal)
    columns = _revise_lessons(stored, journal)  # first: questions follow its language
    revised = save_questions(stored.questions, journal)
    _write_lessons(stored, columns, revised, journal)


def _revise_track(
    track: Track, wanted: Track, is_new: bool, journal: Journal
) -> list[str]:
    """Give it the source's texts, unsaved; which of its columns changed."""
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
    return changed


@dataclass(frozen=True)
class Stored:
    """The track as it stands, locked, beside what the source wants."""

    wanted: list[WantedLesson]
    lessons: dict[str, Lesson]  # those that are there already
    rows: dict[str, Lesson]  # all, by slug, in their new order
    questions: Questions


def lock_rows(
    track: Track, wanted: list[WantedLesson], *, restores: bool = False
) -> Stored:
    """The rows of this track, which is locked itself, beside what is wanted.

    restores: each lesson stays where it is, a new one comes last, and a question that was
    retired comes back.
    """
    questions = Question.objects.filter(lesson__track=track).order_by("pk")
    list(questions.select_for_update(of=("self",)).values_list("pk"))
    # read by a statement of its own: it sees what those who were waited for put in
    asked = list(questions.prefetch_related(CHOICES))
    locked = Lesson.objects.select_for_update(no_key=True).filter(track=track)
    lessons = {lesson.slug: lesson for lesson in locked.order_by("pk")}
    for lesson in lessons.values():
        lesson.track = track
    there = sorted(lessons.values(), key=lambda lesson: lesson.position)
    in_place = {lesson.slug: lesson for lesson in there}
    named = {one.source.slug: in_place.get(one.source.slug, one.row) for one in wanted}
    # the first to name a slug also says where it stands
    rows = in_place | named if restores else named | in_place
    refuse_too_many_lessons(len(rows))
    match = Questions.match(asked, wanted, rows, revives=restores)
    return Stored(wanted, lessons, rows, match)


def _create_lessons(stored: Stored, journal: Journal) -> None:
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


def _revise_lessons(stored: Stored, journal: Journal) -> dict[str, set[str]]:
    """Bring the lessons that were there up to date, unsaved; which columns changed."""
    by_slug = {wanted.source.slug: wanted for wanted in stored.wanted}
    columns: dict[str, set[str]] = {}
    for position, (slug, row) in enumerate(stored.rows.items(), start=1):
        if slug not in stored.lessons:
            continue
        wanted = by_slug.get(slug)
        if wanted is None:
            journal.miss(Missing(slug, "", TRACK_FILE, row.title, row))
        columns[slug] = set(_revise_lesson(row, wanted, journal) if wanted else [])
        if row.position != position:
            row.position = position
            columns[slug].add("position")
            file, name = (wanted.file, "") if wanted else (TRACK_FILE, slug)
            journal.note(Change("lesson", "moved", file, name=name))
    return columns


def _revise_lesson(row: Lesson, wanted: WantedLesson, journal: Journal) -> list[str]:
    changed = revise(row, wanted.row, (*_LESSON_TEXTS, *RENDERED))
    if changed:
        parts = parts_of(row, changed)
        journal.note(Change("lesson", "changed", wanted.file, parts=parts))
    if journal.publish and row.published_at is None:
        row.published_at = journal.now
        changed.append("published_at")
        journal.note(Change("lesson", "published", wanted.file))
    return changed


def _write_lessons(
    stored: Stored, columns: dict[str, set[str]], revised: set[int], journal: Journal
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


def _retire(journal: Journal, terms: Terms) -> bool:
    """Retire or unpublish what is missing and was ticked; whether there was any."""
    gone = [
        one for one in journal.missing if terms.retires(one.name) and not one.is_draft
    ]
    retire_questions([one.row.pk for one in gone if one.handle])
    closed = [one.row for one in gone if not one.handle]
    unpublish_lessons([row.pk for row in closed])
    if terms.by is not None:
        LogEntry.objects.log_actions(
            terms.by.pk, closed, CHANGE, _("The lesson is a draft again.")
        )
    for one in gone:
        if one.handle:
            change = Change("question", "retired", one.file, name=one.handle)
        else:
            change = Change("lesson", "unpublished", one.file, name=one.slug)
        journal.note(change)
    journal.missing = [one for one in journal.missing if one not in gone]
    return bool(gone)
