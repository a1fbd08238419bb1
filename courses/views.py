"""The catalogue, a track, a lesson, and marking it done."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.access import get_lesson_for, get_track_for
from courses.audience import Audience
from courses.marks import marks_in, set_mark
from courses.models import Lesson, Track
from courses.progress import Outline, outline_of, outlines_of
from courses.querysets import TrackQuerySet
from courses.services import mark_done, undo_done
from gradus.http import revalidated

TRACKS_A_PAGE = 24


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The reader's begun tracks by last activity, then the rest, newest first."""
    page = _page_number(request)
    start = (page - 1) * TRACKS_A_PAGE
    tracks = list(_catalogue_of(request)[start : start + TRACKS_A_PAGE + 1])
    has_next = len(tracks) > TRACKS_A_PAGE
    tracks = tracks[:TRACKS_A_PAGE]
    outlines: dict[int, Outline] = {}
    if request.user.is_authenticated:
        outlines = outlines_of(tracks, request.user)
    context = {
        "tracks": tracks,
        "outlines": outlines,
        "page": page,
        "has_next": has_next,
        "room": "tracks",
    }
    return revalidated(render(request, "courses/catalogue.html", context))


def _page_number(request: HttpRequest) -> int:
    """The page asked for; anything odd is the first."""
    value = request.GET.get("page", "1")
    is_number = value.isascii() and value.isdigit() and len(value) < 6
    return max(int(value), 1) if is_number else 1


def _catalogue_of(request: HttpRequest) -> TrackQuerySet:
    tracks = Track.objects.with_counts()
    if not request.user.is_authenticated:
        return tracks.listed_for(request.user).order_by("-published_at", "-pk")
    return tracks.with_enrollment(request.user).for_catalogue(request.user)


@require_safe
def track(request: HttpRequest, track_slug: str) -> HttpResponse:
    """The track's own page; of an archived one the notice that certificates link to."""
    found = get_track_for(request.user, track_slug)
    template = "track_archived" if found.archived_at else "track"
    context = {
        "track": found,
        "outline": outline_of(found, request.user, _marks_of(request)),
        "room": "tracks",
    }
    return kept_by_readers(render(request, f"courses/{template}.html", context), found)


def kept_by_readers(response: HttpResponse, track: Track) -> HttpResponse:
    """A page of a track: one for groups is personal, and never kept.

    What is not for everybody is not for search engines either.
    """
    if track.audience != Audience.PUBLIC:
        response.headers["X-Robots-Tag"] = "noindex"
    return response if track.audience == Audience.GROUPS else revalidated(response)


def _marks_of(request: HttpRequest) -> dict[int, datetime] | None:
    """A visitor's marks; None for a learner, whose marks are in the database."""
    if request.user.is_authenticated:
        return None
    return marks_in(request.session)


@require_safe
def lesson(request: HttpRequest, track_slug: str, lesson_slug: str) -> HttpResponse:
    found = get_lesson_for(request.user, track_slug, lesson_slug)
    return render_lesson(request, found)


def render_lesson(
    request: HttpRequest, lesson: Lesson, *, status: int = 200, **extra: object
) -> HttpResponse:
    """The lesson's page; quizzes adds the state of one question through `extra`."""
    outline = outline_of(lesson.track, request.user, _marks_of(request))
    step = next((step for step in outline.steps if step.id == lesson.pk), None)
    context = {
        "lesson": lesson,
        "track": lesson.track,
        "outline": outline,
        "step": step,
        "around": outline.neighbours_of(step),
        "next_number": step.number + 1 if step else None,
        "room": "tracks",
        **extra,
    }
    page = render(request, "courses/lesson.html", context, status=status)
    return kept_by_readers(page, lesson.track)


@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest, track_slug: str, lesson_slug: str) -> HttpResponse:
    """POST done=1 or done=0: mark the lesson, or undo it; both may come twice."""
    found = get_lesson_for(request.user, track_slug, lesson_slug)
    if request.method == "POST":
        value = request.POST.get("done")
        if value not in {"0", "1"}:
            return HttpResponseBadRequest(_("Say done=1 or done=0."))
        _set_done(request, found, is_done=value == "1")
    return redirect(f"{found.get_absolute_url()}#finish")


def _set_done(request: HttpRequest, lesson: Lesson, *, is_done: bool) -> None:
    if not lesson.is_published:
        messages.info(request, _("Preview: nothing is kept."))
    elif not request.user.is_authenticated:
        set_mark(request.session, lesson.pk, done=is_done)
    elif is_done:
        mark_done(request.user, lesson)
    else:
        undo_done(request.user, lesson)
