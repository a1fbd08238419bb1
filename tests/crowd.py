"""Crowded tracks: as many lessons, questions and learners as a test asks for."""

from uuid import uuid4

from accounts.models import User
from courses.models import Enrollment, Lesson, Track
from quizzes.models import Answer, Question, Respondent
from tests.factories import make_lesson, make_question, make_track


def make_crowd(slug: str) -> Track:
    """A track of 10 lessons, one of which asks 10 questions, and 10 learners."""
    track = make_track(slug)
    first = make_lesson(track, "first")
    for _ in range(3):
        make_question(first)
    fill(track, 10)
    return track


def fill(track: Track, count: int) -> None:
    """That many lessons, questions in the first of them, and learners who answered."""
    first = track.lessons.get(slug="first")
    Lesson.objects.bulk_create(
        Lesson(
            track=track,
            position=number,
            slug=f"lesson-{number}",
            title=f"Lesson {number}",
            summary="A summary.",
            published_at=first.published_at,
        )
        for number in range(track.lessons.count() + 1, count + 1)
    )
    Question.objects.bulk_create(
        Question(lesson=first, position=number, prompt="What?", kind="text")
        for number in range(first.questions.count() + 1, count + 1)
    )
    make_learners(track, count)


def make_learners(track: Track, count: int) -> None:
    asked = Question.objects.get(lesson__track=track, lesson__slug="first", position=1)
    learners = User.objects.bulk_create(
        User(email=f"learner-{n}-of-{count}@example.org", name=f"Learner {n}")
        for n in range(count)
    )
    Enrollment.objects.bulk_create(
        Enrollment(learner=learner, track=track) for learner in learners
    )
    respondents = Respondent.objects.bulk_create(
        Respondent(learner=learner, is_own=True) for learner in learners
    )
    Answer.objects.bulk_create(
        Answer(
            respondent=respondent,
            question=asked,
            question_revision=asked.revision,
            submission=uuid4(),
            credit=1,
        )
        for respondent in respondents
    )
