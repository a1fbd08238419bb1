"""A track or a lesson as it stands in a form, written as a track folder would say it."""

from typing import Any

from django.utils.translation import gettext as _

from courses.audience import Audience
from courses.groups import LearnerGroup
from courses.models import Lesson, Track
from courses.typed_text import is_key
from exchange.stored import lesson_sources, track_source
from exchange.track_files import lesson_text, track_text
from exchange.track_source import (
    ChoiceSource,
    LessonSource,
    QuestionSource,
    TrackSource,
)
from quizzes.models import Kind, Question
from quizzes.typed_lesson import (
    TypedQuestion,
    decimal_of,
    typed,
    typed_order,
    typed_questions,
)

_WRITTEN = {Kind.TEXT, Kind.NUMBER}


def stored_text(row: Track | Lesson) -> str:
    """What is stored now; of a track with the order of its lessons."""
    if isinstance(row, Lesson):
        return _with_address(row.slug, lesson_text(lesson_sources([row])[0]))
    lessons = row.lessons.order_by("position").values_list("title", flat=True)
    return _with_order(own_text(row), list(lessons))


def own_text(track: Track) -> str:
    """What is stored of the track itself, with who may learn it."""
    groups = track.groups.order_by("name").values_list("name", flat=True)
    text = _with_address(track.slug, track_text(track_source(track)))
    return _with_audience(text, track.audience, list(groups))


def typed_text(form: Any, formsets: list[Any]) -> str:
    """What the form says, valid or not, in the same words."""
    by_model = {formset.model: formset for formset in formsets}
    slug = typed(form, "slug")
    if isinstance(form.instance, Lesson):
        return _with_address(slug, lesson_text(_lesson(form, by_model[Question])))
    # a track that is gone has no lessons
    rows = typed_order(by_model[Lesson]) if Lesson in by_model else []
    lessons = [each.title for each in rows]
    chosen = [key for key in form["learner_groups"].value() or [] if is_key(key)]
    groups = LearnerGroup.objects.filter(pk__in=chosen).order_by("name")
    names = list(groups.values_list("name", flat=True))
    text = _with_address(slug, track_text(_track(form)))
    text = _with_audience(text, typed(form, "audience"), names)
    return _with_order(text, lessons)


def _with_address(slug: str, text: str) -> str:
    said = _("Address: %(slug)s") % {"slug": slug}
    return f"{said}\n\n{text}"


def _with_audience(text: str, audience: str, groups: list[str]) -> str:
    known = audience in Audience.values
    who = Audience(audience).label if known else audience
    said = _("Who may learn it: %(who)s") % {"who": " · ".join([str(who), *groups])}
    return f"{text}\n{said}\n"


def _with_order(text: str, lessons: list[str]) -> str:
    numbered = (f"{number}. {title}\n" for number, title in enumerate(lessons, 1))
    return "\n".join([text, "".join(numbered)])


def _track(form: Any) -> TrackSource:
    return TrackSource(
        slug=typed(form, "slug"),
        title=typed(form, "title"),
        summary=typed(form, "summary"),
        license=typed(form, "license"),
        attribution=typed(form, "attribution"),
        language=typed(form, "language"),
        description=typed(form, "description"),
    )


def _lesson(form: Any, questions: Any) -> LessonSource:
    return LessonSource(
        slug=typed(form, "slug"),
        title=typed(form, "title"),
        summary=typed(form, "summary"),
        body=typed(form, "markdown"),
        questions=tuple(map(_question, typed_questions(questions))),
        license=typed(form, "license"),
        attribution=typed(form, "attribution"),
        language=typed(form, "language"),
    )


def _question(question: TypedQuestion) -> QuestionSource:
    is_written = question.kind in _WRITTEN
    return QuestionSource(
        id=question.handle,
        kind=question.kind,  # type: ignore[arg-type]
        prompt=question.prompt,
        choices=tuple(
            ChoiceSource(choice.text, choice.is_right or is_written, choice.feedback)
            for choice in question.choices
        ),
        tolerance=decimal_of(question.tolerance),
        other_feedback=question.other_feedback,
        explanation=question.explanation,
    )
