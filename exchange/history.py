"""The history of a track, of a lesson and of a question, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page, Paginator
from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Lesson, Track
from exchange.models import Version, What
from exchange.one_file import read_lesson
from exchange.question_block import write_question
from quizzes.models import Question

PAGE = 50


@dataclass(frozen=True)
class Event:
    """One thing that happened; `version` is what the texts said after it, if it is kept."""

    at: datetime
    who: str
    what: str
    version: Version | None = None
    lesson_id: int | None = None  # None: of the track itself
    title: str = ""  # of the lesson at that time


def versions_of(row: Track | Lesson) -> QuerySet[Version]:
    """Of a track: those of its own texts."""
    if isinstance(row, Track):
        return Version.objects.filter(track=row.pk, lesson=None)
    return Version.objects.filter(lesson=row.pk)


def events_page(
    row: Track | Lesson, number: str | int, *, own: bool = False
) -> "Page[Any]":
    """The page of this number; its list holds Events. Four statements at most.

    Of a track also what happened to its lessons, deleted ones included, unless only its
    own is asked for.
    """
    is_whole = isinstance(row, Track) and not own
    versions = Version.objects.filter(track=row.pk) if is_whole else versions_of(row)
    entries = _entries_of(row)
    if isinstance(row, Track) and is_whole:
        entries |= _entries_of_lessons(row)
    noted = entries.annotate(
        at=F("action_time"),
        entry_key=Cast("pk", BigIntegerField()),
        version_key=F("version__pk"),
    )
    silent = versions.filter(entry=None).annotate(
        at=F("made_at"),
        entry_key=Cast(Value(None), BigIntegerField()),
        version_key=F("pk"),
    )
    keys = ["at", "entry_key", "version_key"]
    both = noted.values_list(*keys).union(silent.values_list(*keys), all=True)
    both = both.order_by(*(f"-{key}" for key in keys))
    page = Paginator(both, PAGE).get_page(number)
    page.object_list = _events(list(page.object_list))
    return page


def _entries_of(row: Track | Lesson) -> QuerySet[LogEntry]:
    model = ContentType.objects.get_for_model(row)
    return LogEntry.objects.filter(content_type=model, object_id=str(row.pk))


def _entries_of_lessons(track: Track) -> QuerySet[LogEntry]:
    """Of those that it has, and of those that left a version when they were deleted."""
    now = Lesson.objects.filter(track=track).values(key=Cast("pk", TextField()))
    then = Version.objects.filter(track=track, lesson__isnull=False)
    model = ContentType.objects.get_for_model(Lesson)
    return LogEntry.objects.filter(
        Q(object_id__in=now)
        | Q(object_id__in=then.values(key=Cast("lesson_id", TextField()))),
        content_type=model,
    )


def _events(keys: list[tuple[datetime, int | None, int | None]]) -> list[Event]:
    entries = LogEntry.objects.select_related("user").in_bulk(
        [entry for _at, entry, _version in keys if entry]
    )
    versions = light(Version.objects.all()).in_bulk(
        [version for _at, _entry, version in keys if version]
    )
    events = []
    for at, entry, key in keys:
        version = versions[key] if key else None
        if entry:
            events.append(_noted(at, entries[entry], version))
        elif version:
            events.append(event_of(version))
    return events


def light(versions: QuerySet[Version]) -> QuerySet[Version]:
    """What a list shows of versions, without the texts."""
    return versions.select_related("by", "entry").defer("text", "questions")


def _noted(at: datetime, entry: LogEntry, version: Version | None) -> Event:
    is_lesson = entry.content_type_id == ContentType.objects.get_for_model(Lesson).pk
    return Event(
        at,
        name_of(entry.user),
        words_of(entry),
        version,
        lesson_id=int(entry.object_id or 0) if is_lesson else None,
        title=entry.object_repr if is_lesson else "",
    )


def event_of(version: Version) -> Event:
    """What led to the version, in the admin's words where it has any."""
    what = words_of(version.entry) if version.entry else version.get_what_display()
    return Event(
        version.made_at,
        _who(version),
        str(what),
        version,
        version.lesson_id,
        version.title,
    )


def _who(version: Version) -> str:
    if version.by is not None:
        return name_of(version.by)
    return _("A command") if version.what == What.IMPORTED else _("Not known")


def words_of(entry: LogEntry) -> str:
    return str(entry.get_change_message() or entry.get_action_flag_display())


def name_of(user: User) -> str:
    return user.name or _("A deleted account")


def versions_of_deleted(track: Track) -> QuerySet[Version]:
    """Those of lessons that the track had and has no more."""
    there = Lesson.objects.filter(pk=OuterRef("lesson_id"))
    return Version.objects.filter(~Exists(there), track=track.pk, lesson__isnull=False)


def deleted_lessons(track: Track) -> list[tuple[Version, Event | None]]:
    """The last version of each of them, newest first, and who deleted it, and when.

    None where no page of the admin deleted it.
    """
    last = versions_of_deleted(track).order_by("lesson_id", "-pk")
    versions = list(light(last.distinct("lesson_id")))
    versions.sort(key=lambda version: version.pk, reverse=True)
    events = _deletions(versions)
    return [(each, events.get(each.pk)) for each in versions]


def deletion_of(version: Version) -> Event | None:
    """Who deleted the lesson, and when, if a page of the admin did."""
    return _deletions([version]).get(version.pk)


def _deletions(versions: list[Version]) -> dict[int, Event]:
    """By version; one statement."""
    noted = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Lesson),
        object_id__in=[str(version.lesson_id) for version in versions],
        action_flag=DELETION,
    )
    entries = {
        entry.object_id: _noted(entry.action_time, entry, None)
        for entry in noted.select_related("user").order_by("action_time")
    }
    return {
        version.pk: entries[str(version.lesson_id)]
        for version in versions
        if str(version.lesson_id) in entries
    }


def neighbours(version: Version) -> tuple[Version | None, Version | None]:
    """The version before it and the one after it, of the same text."""
    same = Version.objects.filter(track=version.track_id, lesson=version.lesson_id)
    before = same.filter(pk__lt=version.pk).order_by("-pk").first()
    after = light(same.filter(pk__gt=version.pk)).order_by("pk").first()
    return before, after


@dataclass(frozen=True)
class QuestionChange:
    """A version in which a question says something else than before, or is gone."""

    version_id: int
    before_id: int | None


def question_changes(question: Question) -> list[QuestionChange]:
    """Newest first, also from lessons that it was in before it moved to its own.

    Texts are not read, only the digests kept beside them.
    """
    block = Func(  # no lookup: an id may be a number, or the name of one
        F("questions"),
        Value(question.handle),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )
    track = Version.objects.filter(track=question.lesson.track_id, lesson__isnull=False)
    own = Q(lesson=question.lesson_id)
    rows = track.filter(own | Q(questions__has_key=question.handle)).order_by("pk")
    changes: list[QuestionChange] = []
    last: tuple[int | None, int | None, str | None] = (None, None, None)
    for pk, lesson, said in rows.values_list("pk", "lesson", block).iterator():
        if said is None and lesson != last[1]:  # it was not in this lesson before
            continue
        if said != last[2]:
            changes.append(QuestionChange(pk, last[0]))
        last = pk, lesson, said
    return changes[::-1]


def block_of(version: Version | None, handle: str) -> str:
    """What the version's file says of this question; empty where it has none."""
    if version is None or handle not in version.questions:
        return ""
    questions = read_lesson(version.text).questions
    return next(write_question(each) for each in questions if each.id == handle)
