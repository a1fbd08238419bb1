"""Which stored question is which of an imported track's, and which may not change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from courses.models import Lesson
from exchange.stored import CHOICES, tidy_sources
from exchange.track_source import (
    Problem,
    QuestionSource,
    TrackFolderError,
    TrackSource,
)
from exchange.wanted import WantedLesson, WantedQuestion, file_of
from quizzes.models import Answer, Question


@dataclass(frozen=True)
class Pair:
    """A question of the folder, and the stored one of that id, if there is one."""

    wanted: WantedQuestion
    lesson: Lesson  # where it belongs
    stored: Question | None
    before: QuestionSource | None  # what is stored, spaced as a folder spaces it

    @property
    def is_changed(self) -> bool:
        return self.before != self.wanted.source

    @property
    def has_new_key(self) -> bool:
        """Whether it changes in what an answer was judged by."""
        return self.before is not None and _judged_by(self.before) != _judged_by(
            self.wanted.source
        )


def _judged_by(source: QuestionSource) -> object:
    choices = sorted((choice.text, choice.is_right) for choice in source.choices)
    return source.kind, source.prompt, source.tolerance, choices


@dataclass(frozen=True)
class Questions:
    """The questions of a track, locked, beside those that are wanted."""

    pairs: list[Pair]
    retired: list[WantedQuestion]
    missing: list[Question]  # current, but not in the folder; in order
    files: dict[str, str]  # of the folder's lessons, by slug

    @classmethod
    def match(
        cls,
        stored: list[Question],
        wanted: list[WantedLesson],
        lessons: Mapping[str, Lesson],
    ) -> Self:
        """stored: all questions of the track with their choices; lessons: all, by slug."""
        by_key = {lesson.pk: lesson for lesson in lessons.values() if lesson.pk}
        by_id = defaultdict(list)
        for question in stored:
            question.lesson = by_key[question.lesson_id]
            by_id[question.handle].append(question)
        before = tidy_sources(stored)
        pairs, retired = [], []
        for each in wanted:
            lesson = lessons[each.source.slug]
            for one in each.questions:
                same = by_id[one.source.id]
                found = _best(same, lesson.slug)
                if same and found is None:
                    retired.append(one)
                else:
                    source = before[found.pk] if found else None
                    pairs.append(Pair(one, lesson, found, source))
        kept = {pair.stored.pk for pair in pairs if pair.stored}
        missing = [q for q in stored if q.position is not None and q.pk not in kept]
        missing.sort(key=lambda q: (q.lesson_id, q.position, q.pk))
        files = {each.source.slug: each.file for each in wanted}
        return cls(pairs, retired, missing, files)


def _best(same: list[Question], slug: str) -> Question | None:
    """The current question among those of one id; in this lesson, if there are several."""
    current = [question for question in same if question.position is not None]
    return min(current, key=lambda q: (q.lesson.slug != slug, q.pk), default=None)


def refuse_answered(questions: Questions) -> None:
    """Refuse to change what answers were judged by.

    Raises:
        TrackFolderError: with every answered question that would change.
    """
    changing = [
        (pair.stored, pair.wanted.source, pair.wanted.file)
        for pair in questions.pairs
        if pair.stored and pair.has_new_key
    ]
    if problems := _answered_among(changing):
        raise TrackFolderError(problems)


def answered_changes(source: TrackSource) -> list[Problem]:
    """What refuse_answered would say to a track that is refused for other reasons anyway.

    Nothing is locked or rendered: no import follows.
    """
    current = Question.objects.current().filter(lesson__track__slug=source.slug)
    stored = list(current.select_related("lesson").prefetch_related(CHOICES))
    by_id = defaultdict(list)
    for question in stored:
        by_id[question.handle].append(question)
    before = tidy_sources(stored)
    changing = []
    for lesson in source.lessons:
        for wanted in lesson.questions:
            found = _best(by_id[wanted.id], lesson.slug)
            if found and _judged_by(before[found.pk]) != _judged_by(wanted):
                changing.append((found, wanted, file_of(lesson)))
    return _answered_among(changing)


def _answered_among(
    changing: list[tuple[Question, QuestionSource, str]],
) -> list[Problem]:
    """A problem for each that has answers: stored question, wanted one, lesson's file."""
    answered = set(
        Question.objects.filter(
            Exists(Answer.objects.filter(question=OuterRef("pk"))),
            pk__in=[stored.pk for stored, _wanted, _file in changing],
        ).values_list("pk", flat=True)
    )
    message = _(
        "This question has answers and cannot change. "
        "Retire it in the admin and give the new one another id."
    )
    return [
        Problem(file, wanted.line, message)
        for stored, wanted, file in changing
        if stored.pk in answered
    ]
