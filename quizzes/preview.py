"""The learner's page of a lesson, of the text and the questions that are being typed."""

import copy
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.language_tag import check_language
from courses.markdown import MAX_CHARACTERS
from courses.models import Lesson, Track
from courses.picture_access import pictures_of
from courses.progress import Outline, outline_of
from courses.publishing import render_lesson
from courses.rendering import render_first, render_inline, render_rest
from courses.shown import Pictures
from gradus.http import framed
from quizzes.models import Kind, Question
from quizzes.self_check import Asked, Offered, questions_of
from quizzes.typed_lesson import TypedChoice, TypedQuestion, typed, typed_questions

TEXTS = ["title", "summary", "license", "attribution"]
NO_ADDRESS = "preview"  # stands for an address that is missing or cannot be one


def preview_field(url: str) -> str:
    """The frame that static/js/preview.js fills, and the help on what can be typed."""
    syntax_url = reverse("admin:courses_lesson_syntax")
    context = {"preview_url": url, "syntax_url": syntax_url}
    return render_to_string("admin/courses/preview_field.html", context)


def preview_of_typed(
    request: HttpRequest, form: Any, formset: Any, track: Track | None
) -> HttpResponse:
    """What learners would see, were this saved and published.

    form, formset: bound, valid or not. track: None while none was chosen.
    """
    lesson = _lesson(form, track)
    pictures = pictures_of(lesson.track_id)
    with translation.override(lesson.page_language):
        asked = [
            asked_of(number, question, pictures)
            for number, question in enumerate(typed_questions(formset), start=1)
        ]
    return _page(request, lesson, asked)


def preview_of_stored(request: HttpRequest, lesson: Lesson | None) -> HttpResponse:
    """The same of what is stored; of a new lesson an empty page."""
    if lesson is None:
        lesson = Lesson(title=_("Untitled"), slug=NO_ADDRESS, track=_no_track())
        return _page(request, lesson, [])
    return _page(request, _open(lesson), questions_of(lesson.pk))


def _open(lesson: Lesson) -> Lesson:
    """A copy, published together with its track: so learners would find it."""
    now = timezone.now()
    shown = copy.copy(lesson)
    shown.track = copy.copy(lesson.track)
    shown.published_at = lesson.published_at or now
    shown.track.published_at = lesson.track.published_at or now
    return shown


def _lesson(form: Any, track: Track | None) -> Lesson:
    """The lesson as it is typed, rendered; the stored one is left alone."""
    form.instance.track = track or _no_track()
    lesson = _open(form.instance)
    for name in TEXTS:
        setattr(lesson, name, typed(form, name))
    lesson.title = lesson.title or _("Untitled")
    lesson.slug = shown_address(typed(form, "slug"))
    lesson.language = shown_language(typed(form, "language"))
    lesson.markdown = typed(form, "markdown")[:MAX_CHARACTERS]
    render_lesson(lesson)
    return lesson


def _no_track() -> Track:
    return Track(title=_("No track yet"), slug=NO_ADDRESS)


def shown_address(slug: str) -> str:
    """The address that was typed, or a stand-in where that cannot be one."""
    try:
        validate_slug(slug)
    except ValidationError:
        return NO_ADDRESS
    return slug


def shown_language(tag: str) -> str:
    """The tag that was typed; empty where it is none."""
    try:
        check_language(tag)
    except ValidationError:
        return ""
    return tag


def asked_of(number: int, question: TypedQuestion, pictures: Pictures) -> Asked:
    """The question as it would be asked; nothing of its key comes along."""
    most: Any = Question._meta.get_field("prompt").max_length
    prompt = question.prompt[:most]
    kind = question.kind if question.kind in Kind.values else Kind.SINGLE
    has_choices = kind in {Kind.SINGLE, Kind.MULTIPLE}
    return Asked(
        id=-number,
        uuid=uuid4(),
        number=number,
        kind=kind,
        prompt_html=render_first(prompt, pictures),
        details_html=render_rest(prompt, pictures),
        choices=_offered(question.choices, pictures) if has_choices else [],
    )


def _offered(choices: Sequence[TypedChoice], pictures: Pictures) -> list[Offered]:
    return [
        Offered(uuid4(), render_inline(choice.text[:MAX_CHARACTERS], pictures))
        for choice in choices
    ]


def _page(request: HttpRequest, lesson: Lesson, asked: list[Asked]) -> HttpResponse:
    lesson.question_count = len(asked)
    track = lesson.track
    outline = Outline([])
    if track.pk is not None:
        outline = outline_of(track, AnonymousUser(), {})
    step = next((step for step in outline.steps if step.id == lesson.pk), None)
    context = {
        "page": "framed.html",
        "lesson": lesson,
        "track": track,
        "outline": outline,
        "step": step,
        "around": outline.neighbours_of(step),
        "next_number": step.number + 1 if step else None,
        "typed_questions": asked,
    }
    return framed(render(request, "admin/courses/lesson_preview.html", context))
