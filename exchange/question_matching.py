"""Which stored question is which of an imported track's, and which were answered."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from courses.models import Lesson
from exchange.stored import tidy_sources
from exchange.track_source import QuestionSource
from exchange.wanted import WantedLesson, WantedQuestion
from quizzes.answered import grades_earlier_answers
from quizzes.models import Question
from quizzes.querysets import people_who_answered


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
        *,
        revives: bool = False,
    ) -> Self:
        """stored: all questions of the track with their choices; lessons: all, by slug.

        revives: the one retired last of an id is wanted back, where none is current.
        """
        by_key = {lesson.pk: lesson for lesson in lessons.values() if lesson.pk}
        by_id = defaultdict(list)
        for question in stored:
            question.lesson = by_key[question.lesson_id]
            by_id[question.handle].append(question)
        before = tidy_sources(stored)
        replaced = {question.replaces_id for question in stored}
        pairs, retired = [], []
        for each in wanted:
            lesson = lessons[each.source.slug]
            for one in each.questions:
                same = by_id[one.source.id]
                found = _best(same, lesson.slug)
                if found is None and revives:
                    found = _retired_last(same, lesson, replaced)
                if same and found is None and not revives:
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


def _retired_last(
    same: list[Question], lesson: Lesson, replaced: set[int | None]
) -> Question | None:
    """Of those of one id in this lesson; one that was replaced since does not return."""
    here = [q for q in same if q.lesson_id == lesson.pk and q.pk not in replaced]
    retired = [question for question in here if question.retired_at]
    return max(retired, key=lambda q: (q.retired_at, q.pk), default=None)


def answered_among(questions: Questions) -> dict[int, int]:
    """How many people answered, by key, of those whose key would change and may not.

    None where earlier answers alone are graded by it. The questions are locked, so that no answer is added meanwhile.
    """
    changing = [
        pair.stored.pk for pair in questions.pairs if pair.stored and pair.has_new_key
    ]
    if not changing:
        return {}
    counted = Question.objects.filter(pk__in=changing).annotate(
        answered_by=people_who_answered(), grades_earlier=grades_earlier_answers()
    )
    answered = counted.filter(Q(answered_by__gt=0) | Q(grades_earlier=True))
    return dict(answered.values_list("pk", "answered_by"))
