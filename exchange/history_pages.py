"""What the history's pages of the admin show."""

from collections.abc import Sequence
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


def history_context(row: Track | Lesson, request: HttpRequest) -> dict[str, Any]:
    """What happened to a track or a lesson, newest first."""
    page = history.events_page(row, request.GET.get(PAGE_VAR, "1"))
    return {
        "title": _("History"),
        "subtitle": str(row),
        "object": row,
        "page": page,
        "page_var": PAGE_VAR,
        "page_range": _page_range(page),
        "version_address": f"admin:courses_{row._meta.model_name}_version",
        "change_url": change_url(row),
        "deleted": history.deleted_lessons(row) if isinstance(row, Track) else [],
    }


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
    """The versions of its lesson in which this question says something else."""
    lesson = question.lesson
    changes = history.question_changes(lesson, question.handle)
    page = Paginator(changes, QUESTION_PAGE).get_page(request.GET.get(PAGE_VAR, "1"))
    return {
        "title": _("History of a question"),
        "subtitle": str(question),
        "question": question,
        "lesson": lesson,
        "page": page,
        "page_var": PAGE_VAR,
        "page_range": _page_range(page),
        "changes": _shown(list(page.object_list), question.handle),
        "lesson_history_url": history_url(lesson),
        "change_url": change_url(lesson),
    }


def _shown(
    changes: Sequence[history.QuestionChange], handle: str
) -> list[tuple[history.Event, Any]]:
    """Each with its difference; None where the text cannot be read any more."""
    keys = {change.version_id for change in changes}
    keys |= {change.before_id for change in changes if change.before_id}
    versions = Version.objects.select_related("by", "entry").in_bulk(keys)
    shown = []
    for change in changes:
        version = versions[change.version_id]
        try:
            old = history.block_of(versions.get(change.before_id or 0), handle)
            blocks = compare(old, history.block_of(version, handle))
        except TrackFolderError:
            blocks = None
        shown.append((history.event_of(version), blocks))
    return shown


def restore_context(
    row: Track | Lesson, version: Version, refusal: Exception | None
) -> dict[str, Any]:
    """What restoring the version would do, or why that cannot be.

    refusal: why it has just not been restored.
    """
    restored = None
    try:
        restored = preview(version)
    except (TrackFolderError, NotRestoredError) as error:
        refusal = error
    return {
        "title": _("Restore this version?"),
        "subtitle": version.title,
        "object": row,
        "version": version,
        "event": history.event_of(version),
        "refusal": refusal,
        "problems": getattr(refusal, "problems", []),
        "restored": restored,
        "is_lesson": version.lesson_id is not None,
        "is_same": restored is not None and restored.before == version.text,
        "blocks": compare(restored.before, version.text) if restored else [],
        "version_url": reverse(
            f"admin:courses_{row._meta.model_name}_version", args=[row.pk, version.pk]
        ),
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


def _page_range(page: Any) -> Any:
    return page.paginator.get_elided_page_range(page.number)


def history_url(row: Track | Lesson) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_history", args=[row.pk])


def change_url(row: Track | Lesson) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_change", args=[row.pk])
