"""The learner's page of a track, with the texts that are being typed."""

import copy
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.markdown import MAX_CHARACTERS
from courses.models import Track
from courses.picture_access import pictures_of
from courses.progress import Outline, facts_of, outline_of
from courses.rendering import render_blocks
from gradus.http import framed
from quizzes.preview import NO_ADDRESS, shown_address, shown_language
from quizzes.typed_lesson import typed

TEXTS = ["title", "summary", "license", "attribution"]


def of_stored(request: HttpRequest, track: Track | None) -> HttpResponse:
    """Of what is stored; of a new track an empty page."""
    return _page(request, track or Track(title=_("Untitled"), slug=NO_ADDRESS))


def of_typed(request: HttpRequest, form: Any) -> HttpResponse:
    """What learners would see, were this saved. form: bound, valid or not."""
    track = copy.copy(form.instance)  # the stored one is left alone
    for name in TEXTS:
        setattr(track, name, typed(form, name))
    track.title = track.title or _("Untitled")
    track.slug = shown_address(typed(form, "slug"))
    track.language = shown_language(typed(form, "language"))
    description = typed(form, "description")[:MAX_CHARACTERS]
    track.description_html = render_blocks(description, pictures_of(track.pk))
    return _page(request, track)


def _page(request: HttpRequest, track: Track) -> HttpResponse:
    """Published, with the lessons that are; of nobody's learning."""
    shown = copy.copy(track)
    shown.published_at = track.published_at or timezone.now()
    outline = Outline([])
    if track.pk is not None:
        outline = outline_of(track, AnonymousUser(), {})
    context = {
        "page": "framed.html",
        "inert": True,
        "track": shown,
        "outline": outline,
        "facts": facts_of(shown, outline),
        "learned": {"begun": ()},
    }
    return framed(render(request, "courses/track.html", context))
