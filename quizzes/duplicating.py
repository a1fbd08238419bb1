"""Copies of a question, a lesson and a track: drafts, with no answer and no mark.

Each verb is one transaction. The source is locked first, so that a double click makes two
copies with addresses of their own.
"""

from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import F, Prefetch, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from courses.groups import TrackGroup
from courses.models import Lesson, Track
from courses.picture_services import copy_pictures
from courses.publishing import (
    link_again,
    place_last,
    render_again,
    render_lesson,
)
from courses.services import mark_revised
from courses.teaching import let_teach
from quizzes.models import Choice, Question
from quizzes.revising import QuestionReplacedError
from quizzes.rules import MAX_QUESTIONS
from quizzes.services import lock_questions

TRACK_FACTS = ["summary", "language", "license", "attribution", "audience"]
LESSON_FACTS = [
    "title",
    "slug",
    "summary",
    "markdown",
    "language",
    "license",
    "attribution",
    "position",
]
QUESTION_FACTS = ["prompt", "kind", "tolerance", "other_feedback", "explanation"]
CHOICE_FACTS = ["position", "text", "is_right", "feedback"]
SLUG, TITLE = 70, 180  # of an address of 80 and a title of 200: room for what is added


def _facts(row: models.Model, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}


def _copied_title(title: str) -> str:
    return _("%(title)s (copy)") % {"title": title[:TITLE]}


def _free_slug(
    slug: str, taken: models.QuerySet[Track] | models.QuerySet[Lesson]
) -> str:
    """The address with "-copy", or the first of "-copy-2" and so on that is free."""
    start = f"{slug[:SLUG]}-copy"
    used = set(taken.filter(slug__startswith=start).values_list("slug", flat=True))
    number = 2
    free = start
    while free in used:
        free = f"{start}-{number}"
        number += 1
    return free


class LessonFullError(Exception):
    """The lesson has as many questions as there may be; str() says so."""

    def __init__(self) -> None:
        said = _("A lesson has at most {most} questions. Move some to another.")
        super().__init__(said.format(most=MAX_QUESTIONS))


@transaction.atomic
def duplicate_question(question: Question) -> Question:
    """A copy right below it, with an id of its own; those after it move down.

    question: with its lesson and track.

    Raises:
        QuestionReplacedError: the lesson no longer asks it.
        LessonFullError: it asks as many as there may be.
    """
    lesson = question.lesson
    places = {row.pk: row.position for row in lock_questions(lesson)}
    place = places.get(question.pk)
    if place is None:
        raise QuestionReplacedError
    if sum(each is not None for each in places.values()) >= MAX_QUESTIONS:
        raise LessonFullError
    after = Question.objects.filter(lesson=lesson, position__gt=place)
    after.update(position=F("position") + 1)
    (copy,) = _copy_questions([question], lesson, first=place + 1)
    mark_revised([lesson.pk], timezone.now())
    return copy


def _copy_questions(
    questions: Iterable[Question],
    lesson: Lesson,
    *,
    first: int = 1,
    same_ids: bool = False,
) -> list[Question]:
    """Into this lesson, in order; same_ids: the {#id} of the track folder stays."""
    rows = list(questions)
    models.prefetch_related_objects(
        rows, Prefetch("choices", Choice.objects.order_by("position"))
    )
    copies, choices = [], []
    for position, row in enumerate(rows, start=first):
        copy = Question(lesson=lesson, position=position, **_facts(row, QUESTION_FACTS))
        if same_ids:
            copy.handle = row.handle
        copies.append(copy)
        choices += [
            Choice(question=copy, **_facts(choice, CHOICE_FACTS))
            for choice in row.choices.all()
        ]
    with translation.override(lesson.page_language):
        Question.objects.bulk_create(copies)
        Choice.objects.bulk_create(choices)
    return copies


@transaction.atomic
def duplicate_lesson(lesson: Lesson) -> Lesson:
    """A draft at the end of the same track, with copies of the current questions.

    lesson: with its track.

    Raises:
        TrackFullError: it has as many lessons as there may be.
    """
    copy = Lesson(track=lesson.track, **_facts(lesson, LESSON_FACTS))
    place_last(copy)  # and so the track is locked
    copy.title = _copied_title(lesson.title)
    copy.slug = _free_slug(lesson.slug, Lesson.objects.filter(track=lesson.track_id))
    render_lesson(copy)
    copy.save()
    link_again(copy.track, [copy.slug])
    _copy_questions(_current([lesson]), copy)
    return copy


def _current(lessons: Iterable[Lesson]) -> models.QuerySet[Question]:
    asked = Question.objects.current().filter(lesson__in=list(lessons))
    return asked.order_by("lesson", "position")


@transaction.atomic
def duplicate_track(track: Track, teacher: User) -> Track:
    """A draft with all lessons and their current questions, taught by this person.

    It is for the same learners as its source. Links between its lessons lead to the copies.
    """
    Track.objects.select_for_update(no_key=True).get(pk=track.pk)
    copy = Track(title=_copied_title(track.title), **_facts(track, TRACK_FACTS))
    copy.slug = _free_slug(track.slug, Track.objects.all())
    copy.save()
    let_teach(copy, teacher)
    TrackGroup.objects.bulk_create(
        TrackGroup(track=copy, group_id=group)
        for group in track.groups.values_list("pk", flat=True)
    )
    copy_pictures(track, copy)
    copy.description = track.description  # not before: it shows the copied pictures
    with translation.override(copy.language):
        copy.save(update_fields=["description", "description_html"])
    _copy_lessons(track, copy)
    return copy


def _copy_lessons(track: Track, copy: Track) -> None:
    sources = list(Lesson.objects.filter(track=track).order_by("position"))
    copies = [Lesson(track=copy, **_facts(row, LESSON_FACTS)) for row in sources]
    Lesson.objects.bulk_create(copies)  # first all, so that links find each other
    render_again(copy, Q())
    asked: dict[int, list[Question]] = {row.pk: [] for row in sources}
    for question in _current(sources):
        asked[question.lesson_id].append(question)
    for source, lesson in zip(sources, copies, strict=True):
        _copy_questions(asked[source.pk], lesson, same_ids=True)
