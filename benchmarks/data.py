"""The data of the benchmark: one track of real lessons, and learners in it."""

import secrets
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts.models import User
from courses.models import Enrollment, Lesson, LessonCompletion, Track
from exchange.saving import Terms, import_track
from exchange.track_folder import read_track_folder
from exchange.track_source import LessonSource, TrackSource
from quizzes.models import Answer, AnswerChoice, Question, Respondent

TRACK = "ai-fundamentals"
LESSON = "lesson-11"  # the one that is read: two answers, one open question
ANSWERED_LESSON = "lesson-20"  # the one whose questions are answered
LESSONS = 24
LEARNERS = 400  # so that nobody answers more often than the throttle lets pass
BEGUN = 12  # in each of the first lessons a learner has answered two questions
DONE = 10
FIRST_LEARNER = "learner-0@example.org"


def fill() -> None:
    """The track; each learner has answers and marks."""
    import_track(repeated_track(), Terms(publish=True))
    User.objects.bulk_create(
        User(email=f"learner-{n}@example.org", name=f"Learner {n}", password="!")
        for n in range(LEARNERS)
    )
    learners = list(User.objects.order_by("pk"))
    Respondent.objects.bulk_create(
        Respondent(learner=learner, is_own=True) for learner in learners
    )
    _enroll(learners)
    _answer()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def repeated_track() -> TrackSource:
    """A track of LESSONS lessons: the texts of content/, again and again."""
    source = read_track_folder(settings.BASE_DIR / "content" / TRACK)
    lessons = islice(cycle(source.lessons), LESSONS)
    numbered = tuple(_numbered(lesson, n) for n, lesson in enumerate(lessons, 1))
    return replace(source, lessons=numbered)


def _numbered(lesson: LessonSource, number: int) -> LessonSource:
    questions = tuple(
        replace(question, id=f"{question.id[:50]}-{number}")
        for question in lesson.questions
    )
    return replace(
        lesson,
        slug=f"lesson-{number}",
        title=f"{number}. {lesson.title}",
        questions=questions,
    )


def _enroll(learners: list[User]) -> None:
    track = Track.objects.get(slug=TRACK)
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(learner=learner, track=track) for learner in learners
    )
    done = list(track.lessons.order_by("position")[:DONE])
    LessonCompletion.objects.bulk_create(
        LessonCompletion(enrollment=enrollment, lesson=lesson)
        for enrollment in enrollments
        for lesson in done
    )


def _answer() -> None:
    """The first choice of two questions in each begun lesson, two days ago."""
    begun = Lesson.objects.filter(position__lte=BEGUN)
    questions = list(
        Question.objects.filter(lesson__in=begun, kind__in=["single", "multiple"])
        .order_by("lesson__position", "position")
        .prefetch_related("choices")
    )
    at = timezone.now() - timedelta(days=2)
    answers = Answer.objects.bulk_create(
        Answer(
            respondent=respondent,
            question=question,
            question_revision=question.revision,
            submission=uuid4(),
            credit=0,
            answered_at=at,
        )
        for respondent in Respondent.objects.all()
        for question in questions
    )
    AnswerChoice.objects.bulk_create(
        AnswerChoice(
            answer=answer,
            question=answer.question,
            choice=answer.question.choices.all()[0],
        )
        for answer in answers
    )


def sessions() -> list[str]:
    """The learners' session keys, made in advance, in the order of the learners."""
    expires = timezone.now() + timedelta(days=30)
    made = []
    for learner in User.objects.order_by("pk"):
        store = SessionStore()
        signed_in = {
            SESSION_KEY: str(learner.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: learner.get_session_auth_hash(),
        }
        made.append(
            Session(
                session_key=secrets.token_hex(16),
                session_data=store.encode(signed_in),
                expire_date=expires,
            )
        )
    Session.objects.bulk_create(made)
    return [session.session_key for session in made]


def answerable() -> list[tuple[int, str, str]]:
    """Id, address and first choice of each question with choices in ANSWERED_LESSON."""
    questions = Question.objects.filter(
        lesson__slug=ANSWERED_LESSON, kind__in=["single", "multiple"]
    ).select_related("lesson__track")
    return [
        (question.pk, question.answer_url, str(question.choices.all()[0].pk))
        for question in questions.order_by("position")
    ]


def sizes() -> dict[str, Any]:
    """How much data there is, for the report."""
    lesson = Lesson.objects.get(slug=LESSON)
    return {
        "lessons": Lesson.objects.count(),
        "questions": Question.objects.count(),
        "characters of the lesson": len(lesson.markdown),
        "bytes of its HTML": len(lesson.body_html.encode()),
        "learners": User.objects.count(),
        "answers": Answer.objects.count(),
    }
