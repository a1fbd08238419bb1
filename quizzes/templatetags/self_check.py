"""What lower rooms' pages show of the self-checks, each in one or two statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext

from accounts.models import User
from courses.marks import marks_in
from courses.models import Lesson, PreviewLink, Track
from courses.preview_views import lead_to_preview
from courses.progress import Outline, Step
from quizzes.chart import points_of
from quizzes.forms import AnswerForm
from quizzes.learning import Resume, TrackLearning, learning_in, resume_in
from quizzes.log import begun_lessons
from quizzes.models import Answer, Objection
from quizzes.people import person_of, visitor_in
from quizzes.self_check import (
    Asked,
    Item,
    Offered,
    Revised,
    Verdict,
    questions_of,
    state_of,
    verdicts_of,
)

register = template.Library()


@register.simple_tag
def objections_of(learner: User) -> list[Objection]:
    """What this learner said about questions, with the replies; the newest first."""
    return list(Objection.objects.made_by(learner))


@register.simple_tag(takes_context=True)
def begun_in(context: Context, track: Track) -> set[int]:
    """The lessons of the track in which this person answered something."""
    return begun_lessons(person_of(context["request"]), track.pk)


@register.inclusion_tag("quizzes/_self_check.html", takes_context=True)
def self_check(context: Context, lesson: Lesson) -> dict[str, Any]:
    """The whole self-check: verdicts where answered, else forms.

    On an inert page nobody has answered, and nothing can be sent. `typed_questions`, as
    the author is typing them, take the place of the stored ones.
    """
    request = context["request"]
    inert = context.get("inert", False)
    asked: list[Asked] | None = context.get("typed_questions")
    verdicts: dict[int, Verdict | Revised] = {}
    if not inert and asked is None:
        verdicts = verdicts_of(person_of(request), lesson.pk)
    open_form: AnswerForm | None = context.get("open_form")
    preview = dict([context["preview"]]) if "preview" in context else {}
    if asked is None:
        asked = questions_of(lesson.pk)
    if link := context.get("preview_link"):
        asked = [_previewed(one, link, context["outline"]) for one in asked]
    found = verdicts | preview
    items = [_item(one, len(asked), found.get(one.id), open_form) for one in asked]
    return {
        "request": request,
        "user": context["user"],
        "csrf_token": context.get("csrf_token"),
        "lesson": lesson,
        "inert": inert,
        "items": items,
        "state": state_of(verdicts.values(), len(asked)),
    }


def _item(
    asked: Asked,
    total: int,
    found: Verdict | Revised | None,
    open_form: AnswerForm | None,
) -> Item:
    """A verdict, unless it is this question that was opened to answer; else a form."""
    if open_form is not None and open_form.asked.uuid == asked.uuid:
        return Item(asked, total, form=open_form)
    if isinstance(found, Verdict):
        return Item(asked, total, verdict=found)
    return Item(asked, total, revised=found, form=AnswerForm(asked))


def _previewed(asked: Asked, link: PreviewLink, outline: Outline) -> Asked:
    """Its pictures and its links to the track's lessons lead to the preview's."""
    return replace(
        asked,
        prompt_html=lead_to_preview(asked.prompt_html, link, outline),
        details_html=lead_to_preview(asked.details_html, link, outline),
        choices=[
            Offered(choice.id, lead_to_preview(choice.html, link, outline))
            for choice in asked.choices
        ],
    )


@dataclass(frozen=True)
class Learning:
    """What a page of tracks shows of one person's answers."""

    by_track: Mapping[int, TrackLearning]
    resume: Resume | None


@register.simple_tag(takes_context=True)
def learning_of(
    context: Context, tracks: Sequence[Track], outlines: Mapping[int, Outline]
) -> Learning:
    """Scores and begun lessons of these tracks, and where to resume."""
    learned = learning_in(person_of(context["request"]), outlines)
    return Learning(learned, resume_in(tracks, outlines, learned))


@register.simple_tag(takes_context=True)
def learning_in_track(
    context: Context, track: Track, outline: Outline
) -> TrackLearning:
    return learning_in(person_of(context["request"]), {track.pk: outline})[track.pk]


@dataclass(frozen=True)
class Keepsakes:
    """What a visitor has done in this browser and would bring along."""

    answers: int
    lessons: int


@register.simple_tag(takes_context=True)
def visitor_counts(context: Context) -> Keepsakes | None:
    """None where there is nothing; never for somebody who is signed in."""
    request = context["request"]
    if request.user.is_authenticated:
        return None
    visitor = visitor_in(request)
    lessons = len(marks_in(request.session))
    answers = (
        Answer.objects.filter(respondent=visitor).values("question").distinct().count()
        if visitor
        else 0
    )
    return Keepsakes(answers, lessons) if answers or lessons else None


@register.simple_tag
def first_open(learned: TrackLearning, outline: Outline) -> Step | None:
    """The first lesson with a question left out."""
    return learned.first_open(outline)


@register.inclusion_tag("quizzes/_chart.html")
def score_chart(
    track: Track, outline: Outline, learned: TrackLearning
) -> dict[str, Any]:
    """The score of each lesson, drawn and as a table."""
    points = points_of([learned.of_lesson(step) for step in outline.steps])
    scores = [p.knowledge.percent for p in points if p.knowledge.percent is not None]
    return {
        "track": track,
        "points": points,
        "scored": len(scores),
        "range": _range_of(scores),
    }


def _range_of(scores: Sequence[int]) -> str:
    """ "between 17 and 92 percent"; of one number no range."""
    low, high = min(scores, default=0), max(scores, default=0)
    if low < high:
        said = gettext("between %(low)s and %(high)s percent")
    elif len(scores) > 1:
        said = gettext("all at %(low)s percent")
    else:
        said = gettext("at %(low)s percent")
    return said % {"low": low, "high": high}
