"""The figures of a track as its page shows them: lessons and questions with their names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from courses.models import Lesson, Track
from quizzes.analysis import (
    ENOUGH,
    NOBODY,
    ChoiceFigures,
    Item,
    Remark,
    remark_on,
)
from quizzes.analysis_query import Counted, Picks
from quizzes.lesson_figures import LessonFigures
from quizzes.models import Choice, Kind, Question
from quizzes.track_analysis import TrackFigures, figures_of

NO_LESSON = LessonFigures(0, 0, 0, 0, 0, None)


@dataclass(frozen=True)
class QuestionRow:
    """One current question; `place` is its lesson's number and its own."""

    id: int
    lesson_id: int
    place: tuple[int, int]
    prompt: str
    item: Item
    remark: Remark

    @property
    def number(self) -> str:
        return ".".join(map(str, self.place))


@dataclass(frozen=True)
class LessonRow:
    id: int
    number: int
    title: str
    figures: LessonFigures


@dataclass(frozen=True)
class Figures:
    """Everything on the page."""

    found: TrackFigures
    lessons: Sequence[LessonRow]
    questions: Sequence[QuestionRow]


def read_figures(track: Track) -> Figures:
    """The figures of now; what they are called is read anew."""
    found = figures_of(track.pk)
    published = Lesson.objects.filter(
        track=track, published_at__lte=timezone.now()
    ).order_by("position")
    lessons = [
        LessonRow(pk, number, title, found.lessons.get(pk, NO_LESSON))
        for number, (pk, title) in enumerate(published.values_list("pk", "title"), 1)
    ]
    numbers = {lesson.id: lesson.number for lesson in lessons}
    questions = question_rows(found.questions, Question.objects.of_track(track.pk))
    rows = [_placed(row, numbers.get(row.lesson_id, 0)) for row in questions]
    return Figures(found, lessons, sorted(rows, key=lambda row: row.place))


def question_rows(
    counted: dict[int, Counted], questions: Iterable[Any]
) -> list[QuestionRow]:
    """Each with its remark; the lesson's number in `place` is not filled in."""
    wanted: Any = questions
    choices = Choice.objects.order_by("position").only("question", "text", "is_right")
    asked = wanted.prefetch_related(Prefetch("choices", choices)).only(
        "lesson", "position", "kind", "prompt"
    )
    rows = []
    for question in asked:
        item = item_of(question, counted.get(question.pk))
        rows.append(
            QuestionRow(
                question.pk,
                question.lesson_id,
                (0, question.position),
                question.prompt,
                item,
                remark_on(item),
            )
        )
    return rows


def _placed(row: QuestionRow, lesson: int) -> QuestionRow:
    return QuestionRow(**{**row.__dict__, "place": (lesson, row.place[1])})


def item_of(question: Question, counted: Counted | None) -> Item:
    """The figures of a question whose choices were read with it.

    Where too few have other answers, what compares people with them is left out.
    """
    if counted is None:
        return NOBODY
    choices = [
        _choice_figures(place, choice, counted)
        for place, choice in enumerate(question.choices.all())
        if question.has_choices
    ]
    return Item(
        counted.answers,
        counted.visitors,
        counted.mean,
        counted.ranked,
        counted.discrimination if counted.ranked >= ENOUGH else None,
        choices,
        is_single=question.kind == Kind.SINGLE,
    )


def _choice_figures(place: int, choice: Choice, counted: Counted) -> ChoiceFigures:
    picks = counted.picks.get(choice.pk) or Picks(0, 0.0, 0.0)
    has_thirds = counted.ranked >= ENOUGH
    return ChoiceFigures(
        letter_of(place),
        choice.text,
        choice.is_right,
        picks.picks / counted.answers,
        picks.weakest if has_thirds else None,
        picks.strongest if has_thirds else None,
    )


def letter_of(place: int) -> str:
    """0 → "A"; after "Z" comes "27"."""
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def _discrimination(row: QuestionRow) -> float:
    r = row.item.discrimination
    return r if r is not None and row.item.is_enough else 2.0


def _credit(row: QuestionRow) -> float:
    return row.item.mean if row.item.is_enough else 2.0


# by the word in the address; equals stand as in the track
ORDERS: dict[str, Callable[[QuestionRow], Any]] = {
    "concern": lambda row: (row.remark.concern, _discrimination(row)),
    "place": lambda row: row.place,
    "answers": lambda row: -row.item.answers,
    "credit": _credit,
    "discrimination": _discrimination,
}
