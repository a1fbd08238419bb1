"""Keeping what a text said: a version at each change, in the change's own transaction.

The row whose text it is is locked first, in the order of exchange/saving.py, so that two
changes at once leave their versions in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from courses.models import Lesson, Track
from exchange.models import Version, What
from exchange.question_block import write_question
from exchange.stored import lesson_sources, track_source
from exchange.track_files import lesson_text, tidied_lesson, track_text
from exchange.track_source import LessonSource

_LESSON_TEXTS = [
    "track",
    "slug",
    "title",
    "summary",
    "markdown",
    "license",
    "attribution",
    "language",
]


@dataclass(frozen=True)
class Occasion:
    """Why a version is kept, and who made the change."""

    what: What
    by: User | None = None
    entry: LogEntry | None = None  # of one row's change alone
    restores: Version | None = None


FOUND = Occasion(What.FOUND)


@transaction.atomic(savepoint=False)
def keep_lessons(lesson_ids: Collection[int], occasion: Occasion) -> None:
    """A version of each of these lessons that says something else than its last one.

    A handful of statements, whatever the number of lessons and of versions.
    """
    locked = Lesson.objects.select_for_update(no_key=True).filter(pk__in=lesson_ids)
    lessons = list(locked.order_by("pk").only(*_LESSON_TEXTS))
    _keep(lesson_versions(lessons), occasion)


@transaction.atomic(savepoint=False)
def keep_track(track_id: int, occasion: Occasion) -> None:
    """A version of the track's own texts, if they say something else than the last one."""
    (track,) = Track.objects.select_for_update(no_key=True).filter(pk=track_id)
    _keep([track_version(track)], occasion)


@transaction.atomic(savepoint=False)
def keep_found(track_id: int) -> None:
    """First versions of the track and of those of its lessons that have none yet.

    Called before a change, so that what was there before it is not lost.
    """
    list(Track.objects.select_for_update(no_key=True).filter(pk=track_id).only("pk"))
    if not Version.objects.filter(track=track_id, lesson=None).exists():
        keep_track(track_id, FOUND)
    keep_found_lessons(Lesson.objects.filter(track=track_id))


def keep_found_lessons(lessons: QuerySet[Lesson], occasion: Occasion = FOUND) -> None:
    """First versions of those of these lessons that have none yet."""
    kept = Version.objects.filter(lesson=OuterRef("pk"))
    if bare := list(lessons.filter(~Exists(kept)).values_list("pk", flat=True)):
        keep_lessons(bare, occasion)


def lesson_versions(lessons: Sequence[Lesson]) -> list[Version]:
    """What these lessons say now, unsaved; two statements."""
    sources = lesson_sources(lessons)
    return [_version(*pair) for pair in zip(lessons, sources, strict=True)]


def _version(lesson: Lesson, source: LessonSource) -> Version:
    text = lesson_text(source)
    return Version(
        track_id=lesson.track_id,
        lesson=lesson,
        slug=lesson.slug,
        title=lesson.title,
        text=text,
        digest=digest(text),
        questions={
            question.id: digest(write_question(question))
            for question in tidied_lesson(source).questions
        },
    )


def track_version(track: Track) -> Version:
    """What the track's own texts say now, unsaved."""
    text = track_text(track_source(track))
    return Version(
        track=track, slug=track.slug, title=track.title, text=text, digest=digest(text)
    )


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _keep(versions: list[Version], occasion: Occasion) -> None:
    last = _last_digests(versions)
    new = [one for one in versions if last.get(one.lesson_id) != one.digest]
    for version in new:
        version.what = occasion.what
        version.by = occasion.by
        version.entry = occasion.entry
        version.restores = occasion.restores
    Version.objects.bulk_create(new)


def _last_digests(versions: list[Version]) -> dict[int | None, str]:
    """By lesson; the track's own texts under None."""
    of_track = versions[0].lesson_id is None if versions else False
    known = (
        Version.objects.filter(track=versions[0].track_id, lesson=None)
        if of_track
        else Version.objects.filter(lesson__in=[one.lesson_id for one in versions])
    )
    last = known.order_by("lesson_id", "-pk").distinct("lesson_id")
    return dict(last.values_list("lesson_id", "digest"))
