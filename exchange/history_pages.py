"""What the history's pages of the admin show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Lesson, Track
from exchange import history
from exchange.keeping import lesson_versions, track_version
from exchange.models import Version
from exchange.restoring import NotRestoredError, preview
from exchange.text_diff import compare
from exchange.track_source import TrackFolderError
from quizzes.models import Question

PAGE_VAR = "p"
QUESTION_PAGE = 20  # each holds a difference


@dataclass(frozen=True)
class Line:
    """One event with what it leads to; empty where that is not there."""

    event: history.Event
    version_url: str
    lesson: str = ""  # its title
    lesson_url: str = ""


def history_context(row: Track | Lesson, request: HttpRequest) -> dict[str, Any]:
    """What happened to a track and its lessons, or to a lesson, newest first.

    With ?own=1 what happened to the track's own text.
    """
    is_track, own = isinstance(row, Track), "own" in request.GET
    page = history.events_page(row, request.GET.get(PAGE_VAR, "1"), own=own)
    return {
        "title": _("History"),
        "subtitle": str(row),
        "object": row,
        "page": page,
        "lines": _lines(row, list(page.object_list)),
        "page_range": _page_range(page),
        "is_track": is_track,
        "own": own,
        "version_address": f"admin:courses_{row._meta.model_name}_version",
        "change_url": change_url(row),
        "deleted": history.deleted_lessons(row) if isinstance(row, Track) else [],
    }


def _lines(row: Track | Lesson, events: Sequence[history.Event]) -> list[Line]:
    """A lesson of the track has its own history, a deleted one is in the track's."""
    lessons = {row.pk: row.title} if isinstance(row, Lesson) else {}
    keys = {event.lesson_id for event in events if event.lesson_id} - lessons.keys()
    if keys:
        lessons = dict(Lesson.objects.filter(pk__in=keys).values_list("pk", "title"))
    return [_line(row, event, lessons) for event in events]


def _line(
    row: Track | Lesson, event: history.Event, lessons: Mapping[int, str]
) -> Line:
    key = event.lesson_id
    is_there = key in lessons
    version_url = lesson_url = ""
    if event.version:
        name, owner = ("lesson", key) if is_there else ("track", row.pk)
        version_url = reverse(
            f"admin:courses_{name}_version", args=[owner, event.version.pk]
        )
    if is_there:
        lesson_url = reverse("admin:courses_lesson_history", args=[key])
    return Line(event, version_url, lessons.get(key or 0, event.title), lesson_url)


def version_context(
    row: Track | Lesson, version: Version, request: HttpRequest
) -> dict[str, Any]:
    """One version beside the one before it, or, with ?with=now, beside what stands now."""
    is_gone = isinstance(row, Track) and version.lesson_id is not None
    now = None if is_gone else current_version(row)
    is_current = now is not None and version.digest == now.digest
    before, after = history.neighbours(version)
    with_now = request.GET.get("with") == "now" and now is not None and not is_current
    old, new = (version, now) if now and with_now else (before, version)
    return {
        "title": _("Version"),
        "subtitle": version.title,
        "object": row,
        "version": version,
        "event": history.event_of(version),
        "is_current": is_current,
        "is_gone": is_gone,
        "with_now": with_now,
        "before": before,
        "after": after,
        "blocks": compare(old.text if old else "", new.text),
        "version_address": f"admin:courses_{row._meta.model_name}_version",
        "restore_address": f"admin:courses_{row._meta.model_name}_restore",
        "history_url": history_url(row),
    }


def question_context(question: Question, request: HttpRequest) -> dict[str, Any]:
    """The versions in which this question says something else."""
    lesson = question.lesson
    changes = history.question_changes(question)
    page = Paginator(changes, QUESTION_PAGE).get_page(request.GET.get(PAGE_VAR, "1"))
    return {
        "title": _("History of a question"),
        "subtitle": str(question),
        "question": question,
        "lesson": lesson,
        "page": page,
        "page_range": _page_range(page),
        "changes": _shown(list(page.object_list), question),
        "lesson_history_url": history_url(lesson),
        "change_url": change_url(lesson),
    }


@dataclass(frozen=True)
class ShownChange:
    event: history.Event
    elsewhere: str  # the title of the lesson that it was in then, if it moved since
    blocks: Any  # the difference; None where the text cannot be read any more
    restore_url: str  # empty where it says what is asked now, or nothing


def _shown(
    changes: Sequence[history.QuestionChange], question: Question
) -> list[ShownChange]:
    handle = question.handle
    now = current_version(question.lesson).questions.get(handle)
    keys = {change.version_id for change in changes}
    keys |= {change.before_id for change in changes if change.before_id}
    versions = Version.objects.select_related("by", "entry").in_bulk(keys)
    shown = []
    for change in changes:
        version = versions[change.version_id]
        restore_url = ""
        try:
            old = history.block_of(versions.get(change.before_id or 0), handle)
            blocks = compare(old, history.block_of(version, handle))
        except TrackFolderError:
            blocks = None
        else:
            if version.questions.get(handle, now) != now:
                restore_url = reverse(
                    "admin:quizzes_question_restore", args=[question.pk, version.pk]
                )
        is_own = version.lesson_id == question.lesson_id
        event, elsewhere = history.event_of(version), "" if is_own else version.title
        shown.append(ShownChange(event, elsewhere, blocks, restore_url))
    return shown


def restore_context(
    row: Track | Lesson,
    version: Version,
    refusal: Exception | None,
    question: Question | None = None,
) -> dict[str, Any]:
    """What restoring the version would do, or why that cannot be.

    refusal: why it has just not been restored. question: restored alone.
    """
    restored = None
    try:
        restored = preview(version, question.handle if question else None)
    except (TrackFolderError, NotRestoredError) as error:
        refusal = error
    name = row._meta.model_name
    back = reverse(f"admin:courses_{name}_version", args=[row.pk, version.pk])
    if question:
        back = reverse("admin:quizzes_question_history", args=[question.pk])
    return {
        "title": _("Restore this question?")
        if question
        else _("Restore this version?"),
        "subtitle": str(question or version.title),
        "object": row,
        "version": version,
        "question": question,
        "event": history.event_of(version),
        "refusal": refusal,
        "problems": getattr(refusal, "problems", []),
        "restored": restored,
        "is_lesson": version.lesson_id is not None,
        "is_same": restored is not None and restored.before == restored.after,
        "blocks": compare(restored.before, restored.after) if restored else [],
        "back_url": back,
    }


def current_version(row: Track | Lesson) -> Version:
    """What it says now, unsaved."""
    return track_version(row) if isinstance(row, Track) else lesson_versions([row])[0]


def find_version(row: Track | Lesson, version_id: int) -> Version:
    """A version of this row; of a track also one of a lesson that it has no more.

    Raises:
        Http404: it has no such version.
    """
    versions = history.versions_of(row)
    if isinstance(row, Track):
        versions |= history.versions_of_deleted(row)
    found = versions.select_related("by", "entry").filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found


def find_version_with(question: Question, version_id: int) -> Version:
    """A version of a lesson of its track that has the question.

    Raises:
        Http404: there is no such version.
    """
    versions = Version.objects.filter(track=question.lesson.track_id)
    found = versions.select_related("by", "entry").filter(pk=version_id).first()
    if found is None or question.handle not in found.questions:
        raise Http404
    return found


def _page_range(page: Any) -> Any:
    return page.paginator.get_elided_page_range(page.number)


def history_url(row: Track | Lesson) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_history", args=[row.pk])


def change_url(row: Track | Lesson) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_change", args=[row.pk])
