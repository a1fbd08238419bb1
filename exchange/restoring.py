"""Putting a track's texts, or a lesson with its questions, back as a version says.

It is an import of that one file: answers stay, an answered question that says something
else is revised, and what the version does not have is retired. Where a lesson stands, its
address, and whether it is published stay as they are. Locks are those of an import.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Lesson, Track
from courses.publication_words import moment_of
from courses.publishing import link_again
from exchange.keeping import (
    Occasion,
    digest,
    keep_found,
    keep_lessons,
    keep_track,
    lesson_versions,
    track_version,
)
from exchange.models import Version, What
from exchange.one_file import read_lesson, read_track
from exchange.report import Journal
from exchange.saving import Stored, lock_rows, save_lessons, save_track_texts
from exchange.stored import lesson_sources
from exchange.track_files import lesson_text
from exchange.track_source import LessonSource, TrackSource
from exchange.wanted import want_lessons, want_track
from quizzes.models import Question
from quizzes.services import retire_questions

_TOLD = {
    "new",
    "revised",
    "returned",
    "retired",
}  # of questions; the text shows the rest


class NotRestoredError(Exception):
    """Nothing was changed; str() says why."""


class TextChangedError(NotRestoredError):
    """Somebody has changed the text since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            _("This was changed in the meantime. See what would be restored now.")
        )


@dataclass(frozen=True)
class Restored:
    """What came of it."""

    row: Track | Lesson
    before: str  # the text that was there; empty where there was no lesson
    after: str
    effects: tuple[str, ...] = ()  # what happened to questions, beside their texts
    others: frozenset[int] = frozenset()  # lessons from which questions came

    @property
    def before_digest(self) -> str:
        return digest(self.before)


def preview(version: Version, handle: str | None = None) -> Restored:
    """What restoring it would do; all of it is done, and taken back.

    handle: of the one question that is to be restored, of a lesson that is there.

    Raises:
        TrackFolderError, NotRestoredError: as restore.
    """
    with transaction.atomic():
        wanted = version if handle is None else _with_question(version, handle, None)
        restored = _put_back(wanted, agreed=None)
        transaction.set_rollback(True)
    return restored


@transaction.atomic
def restore(
    version: Version, by: User, agreed: str, handle: str | None = None
) -> Restored:
    """Put it back, and note down who did; a deleted lesson comes back as a draft, last.

    agreed: digest of the text that was there when the person saw what would be restored.
    handle: of the one question that is to be restored; the rest stays as it is.

    Raises:
        TrackFolderError: the version cannot be read any more, as a rule is younger.
        TextChangedError: the text is another than the one agreed to.
        NotRestoredError: it would read otherwise than the version.
    """
    wanted = version if handle is None else _with_question(version, handle, agreed)
    restored = _put_back(wanted, agreed)
    entry = _note(version, restored, by, handle)
    occasion = Occasion(What.RESTORED, by, entry, restores=version)
    if isinstance(restored.row, Track):
        keep_track(restored.row.pk, occasion)
    else:
        keep_lessons([restored.row.pk], occasion)
        keep_lessons(restored.others, Occasion(What.RESTORED, by))
    return restored


def _with_question(version: Version, handle: str, agreed: str | None) -> Version:
    """The lesson as it is, unsaved, but for one question, which says what it said then.

    It stands where it stands, also where it moved to another lesson since; at the end
    where the lesson no longer asks it.
    """
    questions = Question.objects.filter(lesson__track=version.track_id, handle=handle)
    by_now = questions.select_related("lesson").order_by(
        F("position").asc(nulls_last=True), "-pk"
    )
    lesson = by_now[0].lesson
    (now,) = lesson_sources([lesson])
    _check_agreed(lesson_text(now), agreed)
    then = next(q for q in read_lesson(version.text).questions if q.id == handle)
    asked = [then if each.id == handle else each for each in now.questions]
    if then not in asked:
        asked.append(then)
    text = lesson_text(replace(now, questions=tuple(asked)))
    return Version(track_id=lesson.track_id, lesson=lesson, slug=lesson.slug, text=text)


def _note(
    version: Version, restored: Restored, by: User, handle: str | None
) -> LogEntry:
    said = _("Restored the version of %(when)s.")
    if handle is not None:
        said = _("Restored the question “%(id)s” of %(when)s.")
    said %= {"id": handle, "when": moment_of(version.made_at)}
    entry: LogEntry = LogEntry.objects.log_actions(
        user_id=by.pk,
        queryset=[restored.row],
        action_flag=CHANGE if restored.before else ADDITION,
        change_message=said,
        single_object=True,
    )
    return entry


def _put_back(version: Version, agreed: str | None) -> Restored:
    (track,) = Track.objects.select_for_update(no_key=True).filter(pk=version.track_id)
    if version.lesson_id is None:
        return _put_back_track(track, version, agreed)
    return _put_back_lesson(track, version, agreed)


def _put_back_track(track: Track, version: Version, agreed: str | None) -> Restored:
    source = replace(read_track(version.text), slug=track.slug)
    lock_rows(track, [], restores=True)
    keep_found(track.pk)
    before = track_version(track).text
    _check_agreed(before, agreed)
    save_track_texts(track, want_track(source), Journal(timezone.now(), publish=False))
    track.refresh_from_db()
    _check_result(track_version(track), version)
    return Restored(track, before, version.text)


def _put_back_lesson(track: Track, version: Version, agreed: str | None) -> Restored:
    slugs = dict(Lesson.objects.filter(track=track).values_list("pk", "slug"))
    is_there = version.lesson_id in slugs
    slug = slugs.get(version.lesson_id or 0) or _free(version.slug, slugs.values())
    stored = _lock(track, replace(read_lesson(version.text), slug=slug), version)
    row = stored.rows[slug]
    if row.pk != version.lesson_id:  # its address was changed just now
        raise TextChangedError
    keep_found(track.pk)
    before = lesson_versions([row])[0].text if is_there else ""
    _check_agreed(before, agreed)
    others = _came_from(stored, row)
    effects = [*_moves(stored, row), *_save(stored, row), *_remarks(stored)]
    if not is_there:
        link_again(track, [slug])
    connection.check_constraints()  # positions, which wait for the commit
    _check_result(lesson_versions([Lesson.objects.get(pk=row.pk)])[0], version)
    return Restored(row, before, version.text, tuple(effects), others)


def _lock(track: Track, source: LessonSource, version: Version) -> Stored:
    """Rendered first, then locked; a deleted lesson gets the key that it had."""
    slugs = Lesson.objects.filter(track=track).values_list("slug", flat=True)
    alone = TrackSource(track.slug, track.title, track.summary, lessons=(source,))
    (wanted,) = want_lessons(track, alone, slugs)
    if source.slug not in set(slugs):
        wanted.row.pk = version.lesson_id
    return lock_rows(track, [wanted], restores=True)


def _save(stored: Stored, row: Lesson) -> list[str]:
    """Store it, retire what it did not have; what happened to its questions."""
    journal = Journal(timezone.now(), publish=False)
    is_new = row.slug not in stored.lessons
    save_lessons(stored, journal)
    extra = [q for q in stored.questions.missing if q.lesson_id == row.pk]
    retire_questions([question.pk for question in extra])
    effects = [
        change.words
        for change in journal.changes
        if change.subject == "question" and change.what in _TOLD and not is_new
    ]
    return effects + [_retired(question) for question in extra]


def _remarks(stored: Stored) -> list[str]:
    """What the text leads to or shows that is not there any more."""
    return [remark.message for one in stored.wanted for remark in one.warnings]


def _retired(question: Question) -> str:
    said = _("question retired, as the version does not have it: “%(id)s”")
    return said % {"id": question.handle}


def _moves(stored: Stored, row: Lesson) -> list[str]:
    said = _("question “%(id)s” moves here from the lesson “%(lesson)s”")
    return [
        said % {"id": question.handle, "lesson": question.lesson}
        for question in _elsewhere(stored, row)
    ]


def _came_from(stored: Stored, row: Lesson) -> frozenset[int]:
    return frozenset(question.lesson_id for question in _elsewhere(stored, row))


def _elsewhere(stored: Stored, row: Lesson) -> list[Question]:
    """Questions of this lesson that are another's now."""
    found = [pair.stored for pair in stored.questions.pairs]
    return [one for one in found if one and one.lesson_id != row.pk]


def _free(slug: str, taken: Collection[str]) -> str:
    """The slug, with a number where another lesson has it by now."""
    number = 2
    free = slug
    while free in taken:
        free = f"{slug[:76]}-{number}"
        number += 1
    return free


def _check_agreed(before: str, agreed: str | None) -> None:
    if agreed not in {None, digest(before)}:
        raise TextChangedError


def _check_result(now: Version, version: Version) -> None:
    if now.text != version.text:
        raise NotRestoredError(
            _(
                "This version cannot be put back exactly as it was, so nothing is changed."
            )
        )
