"""A lesson's self-check as one person sees it: open questions and verdicts.

Two statements. The first reads the questions without their key; the second starts
from this person's answers and reads the key of what is answered, and of nothing
else. Neither ever reads which choice of an unanswered question is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils import timezone

from quizzes.grading import Key, Reply, grade, normalise_text
from quizzes.log import COUNTED, GIVEN, PEOPLE, VERSIONS, Person, who
from quizzes.models import Kind
from quizzes.scoring import RETRY_AFTER

if TYPE_CHECKING:
    from quizzes.forms import AnswerForm

_QUESTIONS = """
SELECT q.id, q.uuid, q.kind, q.prompt_html, q.details_html, c.id, c.text_html
FROM quizzes_question q
LEFT JOIN quizzes_choice c
    ON c.question_id = q.id AND q.kind IN ('single', 'multiple')
WHERE q.lesson_id = %s AND q.position IS NOT NULL
ORDER BY q.position, c.position"""

_VERDICTS = f"""
WITH {PEOPLE},
current AS MATERIALIZED (
    SELECT id, lineage, row_number() OVER (ORDER BY position) AS number
    FROM quizzes_question WHERE lesson_id = %(lesson)s AND position IS NOT NULL
),
{VERSIONS}, {GIVEN},
log AS MATERIALIZED (
    SELECT a.id, a.number, count(*) AS answers, {COUNTED} AS counted,
           (array_agg(a.answer_id ORDER BY a.answered_at DESC, a.answer_id DESC)
               FILTER (WHERE a.version_id = a.id))[1] AS latest_id
    FROM given a LEFT JOIN regraded n ON n.answer_id = a.answer_id
    GROUP BY a.id, a.number
)
SELECT log.id, log.number, log.answers, (log.counted).answer_id,
       (log.counted).credit, (log.counted).answered_at,
       a.id, a.credit, w.text, q.kind, q.tolerance,
       q.explanation_html, q.other_feedback_html,
       c.text, c.text_html, c.is_right, c.feedback_html, p.id IS NOT NULL
FROM log
LEFT JOIN quizzes_answer a ON a.id = log.latest_id
LEFT JOIN quizzes_question q ON q.id = a.question_id
LEFT JOIN quizzes_writtenanswer w ON w.answer_id = a.id
LEFT JOIN quizzes_choice c ON c.question_id = q.id
LEFT JOIN quizzes_answerchoice p ON p.answer_id = a.id AND p.choice_id = c.id
ORDER BY log.number, c.position"""  # noqa: S608 (no value is pasted in)


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice as it is offered, before anything is known about it."""

    id: UUID
    html: str


@dataclass(frozen=True)
class Asked:
    """An open question: what everybody may see of it."""

    id: int
    uuid: UUID
    number: int
    kind: str
    prompt_html: str
    details_html: str
    choices: list[Offered] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pick:
    """What was picked or written, with its mark and feedback."""

    html: str
    text: str
    is_right: bool
    feedback_html: str


@dataclass(frozen=True)
class Verdict:
    """What came of one answer, and what may be known now that it is given."""

    number: int
    kind: str
    credit: Decimal
    picked: list[Pick]
    missed: list[Pick]  # right choices that were not picked; an accepted answer
    explanation_html: str
    answers: int  # how many answers the person gave to this question
    counts: bool  # else practice
    counts_again_at: datetime | None  # None in a preview
    tolerance: Decimal | None = None
    is_preview: bool = False

    @property
    def is_right(self) -> bool:
        return self.credit == 1

    @property
    def any_right(self) -> bool:
        return any(pick.is_right for pick in self.picked)

    @property
    def counts_now(self) -> bool:
        """A further answer would count at once."""
        return self.counts_again_at is None or self.counts_again_at <= timezone.now()


@dataclass(frozen=True)
class Revised:
    """Only an earlier version of the question was answered."""

    number: int
    credit: Decimal  # of the answer that scores


@dataclass(frozen=True)
class _Row:
    question_id: int
    number: int
    answers: int
    counted_id: int
    counted_credit: Decimal
    counted_at: datetime
    answer_id: int | None
    credit: Decimal | None
    written: str | None
    kind: str
    tolerance: Decimal | None
    explanation_html: str
    other_feedback_html: str
    text: str
    text_html: str
    is_right: bool
    feedback_html: str
    picked: bool


def questions_of(lesson_id: int) -> list[Asked]:
    """The lesson's current questions with their choices, without the key."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS, [lesson_id])
        rows = cursor.fetchall()
    asked: list[Asked] = []
    for row in rows:
        if not asked or asked[-1].id != row[0]:
            asked.append(Asked(row[0], row[1], len(asked) + 1, *row[2:5]))
        if row[5] is not None:
            asked[-1].choices.append(Offered(row[5], row[6]))
    return asked


def verdicts_of(person: Person, lesson_id: int) -> dict[int, Verdict | Revised]:
    """By question id, what this person's latest answers in the lesson came to."""
    if person.is_nobody:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _VERDICTS, who(person) | {"lesson": lesson_id, "pause": RETRY_AFTER}
        )
        rows = [_Row(*row) for row in cursor.fetchall()]
    return {
        question_id: _verdict(list(group))
        for question_id, group in groupby(rows, key=lambda row: row.question_id)
    }


def _verdict(rows: list[_Row]) -> Verdict | Revised:
    first = rows[0]
    if first.answer_id is None or first.credit is None:
        return Revised(first.number, first.counted_credit)
    picks = [
        (Pick(r.text_html, r.text, r.is_right, r.feedback_html), r.picked) for r in rows
    ]
    picked = [pick for pick, was_picked in picks if was_picked]
    missed = [p for p, was_picked in picks if p.is_right and not was_picked]
    if first.kind in {Kind.TEXT, Kind.NUMBER}:
        accepted = [pick for pick, _picked in picks]
        picked, missed = written_picks(
            first.kind,
            first.written,
            first.credit == 1,
            accepted,
            first.other_feedback_html,
        )
    return Verdict(
        number=first.number,
        kind=first.kind,
        credit=first.credit,
        picked=picked,
        missed=missed,
        explanation_html=first.explanation_html,
        answers=first.answers,
        counts=first.counted_id == first.answer_id,
        counts_again_at=first.counted_at + RETRY_AFTER,
        tolerance=first.tolerance,
    )


def written_picks(
    kind: str,
    written: str | None,
    is_right: bool,
    accepted: list[Pick],
    other_feedback_html: str,
) -> tuple[list[Pick], list[Pick]]:
    """What was written, with its feedback, and an accepted answer where it was not.

    `written` is None once its learner was erased.
    """
    text = written or ""
    matched = accepted[:1]
    if kind == Kind.TEXT:
        same = normalise_text(text)
        matched = [pick for pick in accepted if normalise_text(pick.text) == same]
    feedback = matched[0].feedback_html if is_right and matched else ""
    if not is_right:
        feedback = other_feedback_html
    return [Pick("", text, is_right, feedback)], [] if is_right else accepted[:1]


def preview_verdict(
    asked: Asked, key: Key, reply: Reply, choices: list[tuple[UUID, Pick]], **html: str
) -> Verdict:
    """The verdict on an answer in a draft, which is graded and not kept.

    html: explanation_html and other_feedback_html of the question.
    """
    credit = grade(key, reply)
    picked = [pick for pk, pick in choices if pk in reply.picked]
    missed = [p for pk, p in choices if p.is_right and pk not in reply.picked]
    if asked.kind in {Kind.TEXT, Kind.NUMBER}:
        picked, missed = written_picks(
            asked.kind,
            reply.written,
            credit == 1,
            [pick for _pk, pick in choices],
            html["other_feedback_html"],
        )
    return Verdict(
        number=asked.number,
        kind=asked.kind,
        credit=credit,
        picked=picked,
        missed=missed,
        explanation_html=html["explanation_html"],
        answers=1,
        counts=False,
        counts_again_at=None,
        tolerance=key.tolerance,
        is_preview=True,
    )


@dataclass(frozen=True)
class Item:
    """One block of the self-check: a verdict, or a question open to answer."""

    asked: Asked
    total: int
    verdict: Verdict | None = None
    revised: Revised | None = None
    form: "AnswerForm | None" = None


@dataclass(frozen=True)
class State:
    """The line above the self-check: a mark for each question, how many are answered."""

    marks: list[tuple[int, str]]  # (number, "right", "notyet" or "todo")
    answered: int

    @property
    def total(self) -> int:
        return len(self.marks)


def state_of(verdicts: Iterable[Verdict | Revised], total: int) -> State:
    by_number = {v.number: v for v in verdicts}
    marks = []
    for number in range(1, total + 1):
        verdict = by_number.get(number)
        if isinstance(verdict, Verdict):
            marks.append((number, "right" if verdict.is_right else "notyet"))
        else:
            marks.append((number, "todo"))
    return State(marks, len(by_number))
