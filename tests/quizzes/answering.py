"""Crowds of answers for tests of the figures."""

from collections.abc import Sequence

from accounts.models import User
from quizzes.models import Question, Respondent
from tests.factories import make_user
from tests.quizzes.mending import answer


def give_all(question: Question, texts: Sequence[str]) -> list[Respondent]:
    """One new visitor for each text."""
    people = [Respondent.objects.create() for _ in texts]
    for respondent, text in zip(people, texts, strict=True):
        answer(respondent, question, text)
    return people


def make_learners(count: int, name: str = "learner") -> list[User]:
    return [make_user(f"{name}-{number}") for number in range(count)]
