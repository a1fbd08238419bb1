"""Writing the questions of an imported track, each table in a few statements."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import Lesson
from exchange.question_matching import Pair, Questions, answered_among
from exchange.report import Change, Journal, Missing, What
from exchange.revising import parts_of, revise
from exchange.track_files import TRACK_FILE
from exchange.wanted import WantedQuestion
from quizzes.models import Choice, Question
from quizzes.revising import step_aside, take_place

BATCH = 500  # rows in one UPDATE

_KEY = ("kind", "prompt", "tolerance")
_FREE = ("other_feedback", "explanation")


@dataclass
class _Writes:
    """The rows to write, collected, so that each table takes a few statements."""

    replaced: list[Question] = field(default_factory=list)
    new: list[Question] = field(default_factory=list)
    changed: dict[int, Question] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    new_choices: list[Choice] = field(default_factory=list)
    changed_choices: list[Choice] = field(default_factory=list)
    choice_columns: set[str] = field(default_factory=set)
    gone_choices: list[Choice] = field(default_factory=list)

    def update(self, question: Question, columns: Iterable[str]) -> None:
        if columns := set(columns):
            self.changed[question.pk] = question
            self.columns |= columns


def save_questions(questions: Questions, journal: Journal) -> set[int]:
    """Store the questions; returns the keys of the lessons whose questions changed."""
    writes = _Writes()
    revised: set[int] = set()
    _warn(questions, journal)
    answered = answered_among(questions)
    for pair in questions.pairs:
        if pair.is_changed:
            revised.add(pair.lesson.pk)
        if pair.stored is None:
            _add(pair, writes)
            _note("new", pair.wanted, journal)
            continue
        if pair.stored.pk in answered:
            _replace(pair, pair.stored, answered[pair.stored.pk], writes, journal)
        else:
            _change(pair, pair.stored, writes, journal)
        if pair.stored.lesson_id != pair.lesson.pk:
            revised |= {pair.stored.lesson_id, pair.lesson.pk}
    _place(questions, writes, journal)
    _write(writes)
    return revised


def _warn(questions: Questions, journal: Journal) -> None:
    retired = _("This question was retired, and stays so. Give a new one another id.")
    for wanted in questions.retired:
        journal.warn(wanted.file, wanted.source.line, retired)
    for row in questions.missing:
        if file := questions.files.get(row.lesson.slug):
            journal.miss(Missing(row.lesson.slug, row.handle, file, row.prompt, row))


def _add(pair: Pair, writes: _Writes) -> None:
    wanted = pair.wanted
    wanted.row.lesson = pair.lesson
    for choice in wanted.choices:
        choice.question = wanted.row
    writes.new.append(wanted.row)
    writes.new_choices += wanted.choices


def _replace(
    pair: Pair, row: Question, people: int, writes: _Writes, journal: Journal
) -> None:
    """The wanted question is the next version of the stored one, which was answered."""
    take_place(pair.wanted.row, row, pair.lesson)
    _add(pair, writes)
    writes.replaced.append(row)
    _note("revised", pair.wanted, journal, _changed_parts(pair, row), people)


def _changed_parts(pair: Pair, row: Question) -> tuple[str, ...]:
    columns = revise(copy(row), pair.wanted.row, (*_KEY, *_FREE))
    parts = parts_of(row, columns)
    same = pair.before is not None and pair.before.choices == pair.wanted.source.choices
    return parts if same else (*parts, _("choices"))


def _note(
    what: What,
    wanted: WantedQuestion,
    journal: Journal,
    parts: tuple[str, ...] = (),
    people: int = 0,
) -> None:
    source = wanted.source
    journal.note(
        Change("question", what, wanted.file, source.line, source.id, parts, people)
    )


def _change(pair: Pair, row: Question, writes: _Writes, journal: Journal) -> None:
    """Bring a stored question up to date; what it is judged by only where that differs."""
    key = _KEY if pair.has_new_key else ()
    columns = revise(row, pair.wanted.row, (*key, *_FREE))
    parts = parts_of(row, columns)
    writes.update(row, columns)
    if _change_choices(pair, row, writes):
        parts += (_("choices"),)
        columns.append("choices")
    if columns:
        _note("changed", pair.wanted, journal, parts)


def _change_choices(pair: Pair, row: Question, writes: _Writes) -> bool:
    """Match the choices by text, so that each keeps its id; whether any is to be written."""
    by_text: dict[str, list[Choice]] = defaultdict(list)
    for choice in row.choices.all():
        by_text[choice.text.strip()].append(choice)
    key = ("text", "is_right") if pair.has_new_key else ()
    is_changed = False
    for wanted in pair.wanted.choices:
        if not by_text[wanted.text]:
            wanted.question = row
            writes.new_choices.append(wanted)
            is_changed = True
            continue
        stored = by_text[wanted.text].pop(0)
        if columns := revise(stored, wanted, (*key, "feedback", "position")):
            writes.changed_choices.append(stored)
            writes.choice_columns.update(columns)
            is_changed = True
    gone = [choice for left in by_text.values() for choice in left]
    writes.gone_choices += gone
    return is_changed or bool(gone)


def _place(questions: Questions, writes: _Writes, journal: Journal) -> None:
    """Number the questions of each lesson from 1: the folder's, then those it lacks."""
    last: Counter[int] = Counter()
    replaced = set(writes.replaced)
    for pair in questions.pairs:
        lesson = pair.lesson
        last[lesson.pk] += 1
        if pair.stored is None:
            pair.wanted.row.position = last[lesson.pk]
            continue
        if pair.stored in replaced:
            place = (pair.stored.lesson_id, pair.stored.position)
            pair.wanted.row.position = last[lesson.pk]
            if place != (lesson.pk, last[lesson.pk]):
                _note(_went(pair.stored), pair.wanted, journal)
            continue
        went = _went(pair.stored)
        if _move(pair.stored, lesson, last[lesson.pk], writes):
            _note(went, pair.wanted, journal)
    for row in questions.missing:
        last[row.lesson_id] += 1
        if _move(row, row.lesson, last[row.lesson_id], writes):
            file = questions.files.get(row.lesson.slug, TRACK_FILE)
            journal.note(Change("question", "moved", file, name=row.handle))


def _went(row: Question) -> What:
    return "moved" if row.retired_at is None else "returned"


def _move(row: Question, lesson: Lesson, position: int, writes: _Writes) -> bool:
    if (row.lesson_id, row.position) == (lesson.pk, position):
        return False
    row.lesson = lesson
    row.position = position
    row.retired_at = None  # where it is wanted back
    writes.update(row, ["lesson", "position", "retired_at"])
    return True


def _write(writes: _Writes) -> None:
    """A handful of statements, whatever the number of questions."""
    if writes.replaced:
        step_aside(writes.replaced)
    _create(Question, writes.new, lambda question: question.lesson)
    if writes.changed:
        Question.objects.bulk_update(
            writes.changed.values(), sorted(writes.columns), batch_size=BATCH
        )
    if writes.gone_choices:
        gone = [choice.pk for choice in writes.gone_choices]
        Choice.objects.filter(pk__in=gone).delete()
    if writes.changed_choices:
        Choice.objects.bulk_update(
            writes.changed_choices, sorted(writes.choice_columns), batch_size=BATCH
        )
    _create(Choice, writes.new_choices, lambda choice: choice.question.lesson)


def _create[Row: models.Model](
    model: type[Row], rows: Iterable[Row], lesson_of: Callable[[Row], Lesson]
) -> None:
    """Insert the rows, which are rendered once more: in their lesson's language."""
    by_language: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_language[lesson_of(row).page_language].append(row)
    for language, same in by_language.items():
        with translation.override(language):
            model._default_manager.bulk_create(same)
