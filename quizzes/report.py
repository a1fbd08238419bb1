"""The score explained: each question, each answer, and which of them counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from courses.models import Track
from courses.progress import Outline, Step
from quizzes.log import Person
from quizzes.models import Answer, Question
from quizzes.regrade_models import RegradedAnswer
from quizzes.scoring import Knowledge, counting, measure_knowledge


@dataclass(frozen=True, slots=True)
class Regraded:
    """Why an answer has another credit than it got when it was given."""

    old_credit: Decimal
    made_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """One answer on the score page."""

    credit: Decimal  # by the latest regrade that stands, if there is one
    answered_at: datetime
    counted: bool  # counts, or counted until a later one did; else practice
    regraded: Regraded | None


@dataclass(frozen=True)
class QuestionReport:
    uuid: UUID
    number: int
    prompt_html: str
    scoring: Given | None  # the answer that counts now
    others: Sequence[Given]  # all other answers, oldest first


@dataclass(frozen=True)
class LessonReport:
    step: Step
    questions: Sequence[QuestionReport]


@dataclass(frozen=True)
class ScoreReport:
    knowledge: Knowledge
    earned: Decimal  # the sum of the credits that count
    lessons: Sequence[LessonReport]

    @property
    def is_regraded(self) -> bool:
        """Whether an answer that scores has another credit than when it was given."""
        given = (q.scoring for lesson in self.lessons for q in lesson.questions)
        return any(one.regraded for one in given if one is not None)


def score_report(person: Person, track: Track, outline: Outline) -> ScoreReport:
    """Every answer of a learner in the track; two statements."""
    questions = list(
        Question.objects.of_track(track.pk)
        .order_by("lesson__position", "position")
        .values("lesson_id", "lineage", "uuid", "position", "prompt_html")
    )
    answers = _answers_by_lineage(person, [q["lineage"] for q in questions])
    by_lesson: dict[int, list[QuestionReport]] = defaultdict(list)
    earned: list[Decimal] = []
    for question in questions:
        report = _question_report(question, answers.get(question["lineage"], []))
        by_lesson[question["lesson_id"]].append(report)
        if report.scoring is not None:
            earned.append(report.scoring.credit)
    return ScoreReport(
        measure_knowledge(earned, len(questions)),
        sum(earned, Decimal()),
        [
            LessonReport(step, by_lesson[step.id])
            for step in outline.steps
            if by_lesson[step.id]
        ],
    )


def _answers_by_lineage(
    person: Person, lineages: Sequence[UUID]
) -> dict[UUID, list[Answer]]:
    found: dict[UUID, list[Answer]] = defaultdict(list)
    mine = Q(respondent__learner=person.learner_id)
    standing = RegradedAnswer.objects.filter(regrade__taken_back_at=None)
    latest = standing.filter(answer=OuterRef("pk")).order_by("-regrade_id")[:1]
    answers = (
        Answer.objects.filter(mine, question__lineage__in=lineages)
        .select_related("question")
        .only("credit", "answered_at", "question__lineage")
        .annotate(
            new_credit=Subquery(latest.values("credit")),
            regraded_at=Subquery(latest.values("regrade__made_at")),
            reason=Subquery(latest.values("regrade__reason")),
        )
        .order_by("answered_at", "pk")
    )
    for answer in answers:
        found[answer.question.lineage].append(answer)
    return found


def _question_report(
    question: Mapping[str, Any], answers: list[Answer]
) -> QuestionReport:
    counted = counting(answers)
    scoring = counted[-1] if counted else None
    others = [
        _given(answer, counted=answer in counted)
        for answer in answers
        if answer is not scoring
    ]
    return QuestionReport(
        question["uuid"],
        question["position"],
        question["prompt_html"],
        _given(scoring, counted=True) if scoring else None,
        others,
    )


def _given(answer: Any, *, counted: bool) -> Given:
    """Of an answer that came with its latest regrade, if one stands."""
    if answer.new_credit is None:
        return Given(answer.credit, answer.answered_at, counted, None)
    why = Regraded(answer.credit, answer.regraded_at, answer.reason)
    return Given(answer.new_credit, answer.answered_at, counted, why)
