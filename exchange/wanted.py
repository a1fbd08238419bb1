"""The rows that a track folder asks for: rendered, but not saved.

Rendering is the slow part of an import, so all of it happens here, before any question
is locked and an answer has to wait.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils import translation

from courses.links import Resolve
from courses.markdown import render_markdown
from courses.models import Lesson, Track
from courses.picture_access import pictures_of
from courses.rendering import RenderedField
from courses.services import link_resolver, set_body
from courses.shown import NO_PICTURES, Pictures
from exchange.track_files import TRACK_FILE
from exchange.track_source import (
    LessonSource,
    Problem,
    QuestionSource,
    TrackSource,
)
from quizzes.models import Choice, Question

_MAY_NOT_SHOW = re.compile(r"[\[<$]")  # links, pictures, formulas: all else is shown


@dataclass(frozen=True)
class WantedQuestion:
    source: QuestionSource
    row: Question
    choices: list[Choice]
    file: str


@dataclass(frozen=True)
class WantedLesson:
    source: LessonSource
    row: Lesson
    questions: list[WantedQuestion]
    file: str
    warnings: list[Problem]  # of its text and its questions


def file_of(lesson: LessonSource) -> str:
    """The lesson's file; its slug where it came from no folder."""
    return lesson.file or lesson.slug


def rendered_fields(row: models.Model) -> Iterator[RenderedField]:
    fields = row._meta.concrete_fields
    return (field for field in fields if isinstance(field, RenderedField))


def render(row: models.Model) -> None:
    """Fill the columns that hold rendered text, in the active language."""
    for field in rendered_fields(row):
        field.pre_save(row, add=False)


def want_track(source: TrackSource) -> Track:
    track = Track(
        slug=source.slug,
        title=source.title,
        summary=source.summary,
        description=source.description,
        language=source.language,
        license=source.license,
        attribution=source.attribution,
    )
    with translation.override(track.language):
        render(track)
    return track


def description_warnings(source: TrackSource, wanted: Track) -> list[Problem]:
    """A description knows no lessons' files: a link to one is plain text there."""
    pictures = wanted.shown_pictures if "![" in source.description else NO_PICTURES
    remarks = render_markdown(source.description, pictures=pictures).remarks
    return [
        Problem(TRACK_FILE, source.description_line + remark.line - 1, remark.message)
        for remark in remarks
    ]


def want_lessons(
    track: Track, source: TrackSource, stored: Iterable[str]
) -> list[WantedLesson]:
    """The lessons in order, without positions; they show the pictures that the track has.

    stored: slugs of the lessons that the track has already; links may lead there, too.
    """
    slugs = {slug: slug for slug in stored}
    slugs |= {lesson.slug: lesson.slug for lesson in source.lessons}
    slugs |= {lesson.file: lesson.slug for lesson in source.lessons if lesson.file}
    resolve = link_resolver(track.slug, slugs)
    page = _Page(resolve, pictures_of(track.pk))
    return [_want_lesson(track, lesson, page) for lesson in source.lessons]


@dataclass(frozen=True)
class _Page:
    """What the texts of a track may lead to and show."""

    resolve: Resolve
    pictures: Pictures


def _want_lesson(track: Track, source: LessonSource, page: _Page) -> WantedLesson:
    row = _lesson_row(track, source)
    remarks = set_body(row, source.body, page.resolve, page.pictures)
    file = file_of(source)
    warnings = [
        Problem(file, source.body_line + remark.line - 1, remark.message)
        for remark in remarks
    ]
    for question in source.questions:
        warnings += _question_warnings(question, file, page.pictures)
    questions = _want_questions(row, source, page.pictures)
    return WantedLesson(source, row, questions, file, warnings)


def _lesson_row(track: Track, lesson: LessonSource) -> Lesson:
    return Lesson(
        track=track,
        slug=lesson.slug,
        title=lesson.title,
        summary=lesson.summary,
        language=lesson.language,
        license=lesson.license,
        attribution=lesson.attribution,
    )


def _want_questions(
    lesson: Lesson, source: LessonSource, pictures: Pictures
) -> list[WantedQuestion]:
    with translation.override(lesson.page_language):
        return [
            _want_question(question, file_of(source), pictures)
            for question in source.questions
        ]


def _question_warnings(
    source: QuestionSource, file: str, pictures: Pictures
) -> list[Problem]:
    """What its texts cannot show."""
    return [
        Problem(file, line + remark.line - 1, remark.message)
        for line, text in _texts_of(source)
        if _MAY_NOT_SHOW.search(text)
        for remark in render_markdown(text, pictures=pictures).remarks
    ]


def _texts_of(source: QuestionSource) -> Iterator[tuple[int, str]]:
    """Each text that is rendered, and the line where it starts."""
    heading, _blank, details = source.prompt.partition("\n\n")
    yield source.line, heading
    yield source.details_line, details
    for choice in source.choices:
        yield choice.line, choice.text
        yield choice.feedback_line, choice.feedback
    yield source.other_feedback_line, source.other_feedback
    yield source.explanation_line, source.explanation


def _want_question(
    source: QuestionSource, file: str, pictures: Pictures
) -> WantedQuestion:
    row = Question(
        handle=source.id,
        kind=source.kind,
        prompt=source.prompt,
        tolerance=source.tolerance,
        other_feedback=source.other_feedback,
        explanation=source.explanation,
    )
    choices = [
        Choice(
            text=choice.text,
            is_right=choice.is_right,
            feedback=choice.feedback,
            position=position,
        )
        for position, choice in enumerate(source.choices, start=1)
    ]
    row.shown_pictures = pictures
    render(row)
    for choice in choices:
        choice.shown_pictures = pictures
        render(choice)
    return WantedQuestion(source, row, choices, file)
