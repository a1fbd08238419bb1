"""Crowds of answers for tests of the figures."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from courses.models import Lesson, Track
from courses.services import mark_done, mark_revised
from quizzes.models import Question, Respondent
from tests.factories import make_question, make_user
from tests.quizzes.mending import answer, own


def give_all(question: Question, texts: Sequence[str]) -> list[Respondent]:
    """One new visitor for each text."""
    people = [Respondent.objects.create() for _ in texts]
    for respondent, text in zip(people, texts, strict=True):
        answer(respondent, question, text)
    return people


def make_learners(count: int, name: str = "learner") -> list[User]:
    return [make_user(f"{name}-{number}") for number in range(count)]


def mislead(question: Question) -> None:
    """Who is right about three others picks "Not so" here, and the rest "Right"."""
    others = [make_question(question.lesson, f"Which, {n}?") for n in range(3)]
    for number in range(30):
        person = Respondent.objects.create()
        knows = number < 15
        answer(person, question, "Not so" if knows else "Right")
        for other in others:
            answer(person, other, "Right" if knows else "Not so")


def abandon(track: Track) -> Lesson:
    """25 learners mark the first lesson done; 20 begin the second, and 9 finish it."""
    first, second = track.lessons.order_by("position")[:2]
    asked = make_question(second, "How much?")
    mark_revised([first.pk, second.pk], timezone.now() - timedelta(hours=1))
    for number, learner in enumerate(make_learners(25)):
        mark_done(learner, first)
        if number < 20:
            answer(own(learner), asked, "Right")
        if number < 9:
            mark_done(learner, second)
    return second
