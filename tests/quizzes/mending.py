"""Answers, revisions and regrades for tests, in a line each."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from quizzes.grading import Reply, grade
from quizzes.models import Answer, Choice, Question, Respondent, WrittenAnswer
from quizzes.regrade_models import Regrade, RegradeMode
from quizzes.regrades import regrade, way_of
from quizzes.revising import replace_question
from quizzes.services import key_of


def own(learner: User) -> Respondent:
    return Respondent.objects.get_or_create(learner=learner, is_own=True)[0]


def answer(
    respondent: Respondent,
    question: Question,
    *texts: str,
    at: datetime | None = None,
) -> Answer:
    """Picked, or written, and graded by the question as it is."""
    choices = list(question.choices.order_by("position"))
    picked = [choice for choice in choices if choice.text in texts]
    reply = Reply(frozenset(choice.pk for choice in picked), texts[0])
    given = Answer.objects.create(
        respondent=respondent,
        question=question,
        question_revision=question.revision,
        submission=uuid4(),
        credit=grade(key_of(question, choices), reply),
        answered_at=at or timezone.now(),
    )
    if question.has_choices:
        given.picks.bulk_create(
            given.picks.model(answer=given, question=question, choice=choice)
            for choice in picked
        )
    else:
        WrittenAnswer.objects.create(answer=given, text=texts[0])
    return given


def revise(question: Question, *texts: str, **fields: object) -> Question:
    """A right choice, or accepted answer, begins with "+"; without any, as it was."""
    fields.setdefault("prompt", f"{question.prompt} Really?")
    fields.setdefault("kind", question.kind)
    texts = texts or tuple(
        "+" * choice.is_right + choice.text
        for choice in question.choices.order_by("position")
    )
    choices = [Choice(text=t.removeprefix("+"), is_right=t[0] == "+") for t in texts]
    return replace_question(question, Question(**fields), choices)


def full(target: Question, by: User, reason: str = "It misled people.") -> Regrade:
    return regrade(target, way_of(RegradeMode.FULL, target), by, reason)


def by_map(
    source: Question,
    target: Question,
    by: User,
    same: Mapping[str, str | None] | None = None,
    reason: str = "The key was not right.",
) -> Regrade:
    """same: texts of choices, old → new; without it those with the same text."""
    old = {choice.text: choice.pk for choice in source.choices.all()}
    new = {choice.text: choice.pk for choice in target.choices.all()}
    pairs = {text: text for text in old} if same is None else same
    found = {
        old[text]: new.get(later) if later is not None else None
        for text, later in pairs.items()
        if source.has_choices
    }
    way = way_of(RegradeMode.MAP, target, source, found)
    return regrade(target, way, by, reason)
