"""A track and its lessons as learners will see them, for whoever has a preview link.

Nothing here can be sent or is kept, and who reads is not asked: no session is read, so
the page is the same for everybody.
"""

import re

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.throttle import TooOftenError, client_of, count_one
from courses.access import get_preview, get_previewed_lesson
from courses.models import PreviewLink
from courses.progress import Outline, facts_of, preview_outline
from gradus.http import too_often

GUESSES_A_MINUTE = 30


@require_safe
def track(request: HttpRequest, token: str) -> HttpResponse:
    return _guarded(request, token, None)


@require_safe
def lesson(request: HttpRequest, token: str, lesson_slug: str) -> HttpResponse:
    return _guarded(request, token, lesson_slug)


def _guarded(request: HttpRequest, token: str, slug: str | None) -> HttpResponse:
    """The page; what leads nowhere is counted as a guess."""
    request.user = AnonymousUser()
    try:
        link = get_preview(token)
        page = _track(request, link) if slug is None else _lesson(request, link, slug)
    except Http404:
        try:
            count_one("preview", client_of(request), limit=GUESSES_A_MINUTE, seconds=60)
        except TooOftenError as error:
            return too_often(request, error)
        raise
    page["X-Robots-Tag"] = "noindex, nofollow"
    page["Referrer-Policy"] = "no-referrer"  # the address is the key
    return page


def _track(request: HttpRequest, link: PreviewLink) -> HttpResponse:
    outline = preview_outline(link.track)
    shown = link.track
    shown.description_html = lead_to_preview(shown.description_html, link, outline)
    context = _context(link, outline) | {"facts": facts_of(shown, outline)}
    return render(request, "courses/track.html", context)


def _lesson(request: HttpRequest, link: PreviewLink, slug: str) -> HttpResponse:
    found = get_previewed_lesson(link, slug)
    outline = preview_outline(link.track)
    found.body_html = lead_to_preview(found.body_html, link, outline)
    step = next(step for step in outline.steps if step.id == found.pk)
    context = _context(link, outline) | {
        "lesson": found,
        "step": step,
        "around": outline.neighbours_of(step),
        "next_number": step.number + 1,
    }
    return render(request, "courses/lesson.html", context)


def _context(link: PreviewLink, outline: Outline) -> dict[str, object]:
    return {
        "preview_link": link,
        "inert": True,
        "track": link.track,
        "outline": outline,
        "begun": (),
        "learned": {"begun": ()},
        "messages": (),  # those are for the pages of who is signed in
        "room": "tracks",
    }


def lead_to_preview(html: str, link: PreviewLink, outline: Outline) -> str:
    """The rendered text with the track, its lessons and pictures kept in the preview."""
    slugs = "|".join(re.escape(step.slug) for step in outline.steps)
    lessons = re.compile(
        rf'(<a href="){re.escape(link.track.get_absolute_url())}(?=(?:{slugs})/|["#?])'
    )
    pictures = re.compile(rf'(?<=["\s])/media/{link.track_id}/(?=[0-9a-f]{{64}}-)')
    html = pictures.sub(f"{link.get_absolute_url()}media/", html)
    return lessons.sub(rf"\g<1>{link.get_absolute_url()}", html)
