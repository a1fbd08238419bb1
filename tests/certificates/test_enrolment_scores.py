"""The scores of many learners in many tracks at once: the score of each, computed alone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from certificates.reports.enrolment_query import (
    Standing,
    add_up,
    select_enrolments,
    standings_of,
)
from courses.models import Enrollment, LessonCompletion, Track
from courses.progress import outline_of
from courses.publishing import archive_track, unpublish_lessons
from quizzes.log import Person, answered_in, knowledge_of
from quizzes.models import Question, Respondent
from quizzes.regrades import NothingToRegradeError, take_back
from quizzes.services import claim_visit, retire_question
from quizzes.verification import verify_scores
from tests.factories import (
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.mending import answer, by_map, full, own, revise

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, 14, 20, tzinfo=UTC)
TRACKS = 2
LESSONS = 2  # of each track
QUESTIONS = 2  # of each lesson
PEOPLE = 3  # the last has two respondents, of which one is claimed at the end

a_question = st.integers(0, TRACKS * LESSONS * QUESTIONS - 1)
steps = st.one_of(
    st.tuples(
        st.just("answer"),
        st.integers(0, PEOPLE),
        a_question,
        st.sampled_from(["Right", "Not so", "Nor this"]),
        st.sampled_from([0, 5, 24, 30]),
    ),
    st.tuples(st.just("revise"), a_question),
    st.tuples(st.just("retire"), a_question),
    st.tuples(st.sampled_from(["full", "map"]), st.sampled_from([0, 1, 4])),
    st.tuples(st.just("back"), st.integers(0, 5)),
    st.tuples(st.just("done"), st.integers(0, PEOPLE - 1), a_question),
    st.tuples(st.just("unpublish"), a_question),
    st.tuples(st.just("archive"), st.integers(0, TRACKS - 1)),
)


class Stage:
    """Two tracks, three learners in both, and what happened so far."""

    def __init__(self) -> None:
        mark = uuid4().hex[:8]
        self.tracks = [make_track(f"t{n}-{mark}") for n in range(TRACKS)]
        self.teacher = make_instructor(f"T{mark}", *self.tracks)
        self.questions = [
            make_question(lesson, f"Question {n}?")
            for track in self.tracks
            for lesson in [make_lesson(track) for _ in range(LESSONS)]
            for n in range(QUESTIONS)
        ]
        self.people = [make_user(f"L{n}-{mark}") for n in range(PEOPLE)]
        self.respondents = [own(person) for person in self.people]
        self.respondents.append(Respondent.objects.create())
        for track in self.tracks:
            for person in self.people:
                Enrollment.objects.create(learner=person, track=track)
        self.made: list[Any] = []
        self.at = MONDAY
        for question in self.questions:  # so that there is something to regrade
            answer(self.respondents[0], question, "Right", at=MONDAY)
            answer(self.respondents[-1], question, "Not so", at=MONDAY)
        for first in range(0, len(self.questions), LESSONS * QUESTIONS):
            self._revise(first)

    def take(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("answer", who, which, text, hours):
                self.at += timedelta(hours=hours)
                if self.questions[which].position is not None:
                    who = self.respondents[who]
                    answer(who, self.questions[which], text, at=self.at)
            case ("revise", which):
                self._revise(which)
            case ("retire", which):
                retire_question(self.questions[which])
                self.questions[which].refresh_from_db()
            case ("full" | "map" as way, which):
                with suppress(NothingToRegradeError, ValueError):
                    self._regrade(way, self.questions[which])
            case ("back", which) if self.made:
                take_back(self.made.pop(which % len(self.made)), self.teacher)
            case ("done", who, which):
                self._mark_done(self.people[who], self.questions[which])
            case ("unpublish", which):
                unpublish_lessons([self.questions[which].lesson_id])
            case ("archive", which):
                archive_track(self.tracks[which])

    def _revise(self, which: int) -> None:
        if self.questions[which].position is not None:
            texts = ("Right", "+Not so", "Nor this")
            self.questions[which] = revise(self.questions[which], *texts)

    def _regrade(self, way: str, question: Question) -> None:
        if question.replaces_id is None or question.position is None:
            return
        if way == "full":
            self.made.append(full(question, self.teacher))
        else:
            source = Question.objects.get(pk=question.replaces_id)
            self.made.append(by_map(source, question, self.teacher))

    def _mark_done(self, learner: User, question: Question) -> None:
        enrollment = Enrollment.objects.get(
            learner=learner, track=question.lesson.track_id
        )
        LessonCompletion.objects.get_or_create(
            enrollment=enrollment, lesson_id=question.lesson_id
        )


def alone(enrollment: Enrollment) -> Standing:
    """By the statements that each learner's own pages run."""
    track = Track.objects.with_enrollment(enrollment.learner).get(
        pk=enrollment.track_id
    )
    outline = outline_of(track, enrollment.learner)
    person = Person(learner_id=enrollment.learner_id)
    questions = Question.objects.of_track(track.pk).count()
    knowledge = knowledge_of(answered_in(person, [track.pk]), questions)
    return Standing(outline.done, outline.total, knowledge)


def rows_of(enrollments: Any, *, few: bool) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*select_enrolments(enrollments, few=few))
        return list(cursor.fetchall())


def added_up(enrollments: Any) -> int:
    """The scores of all."""
    found = add_up(enrollments, is_scored=True)
    assert sum(rows for _month, _ten, rows, _done, _total in found) == len(enrollments)
    return sum(total or 0 for *_others, total in found)


@given(history=st.lists(steps, max_size=20))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_all_at_once_each_has_the_score_that_is_computed_alone(db, history):
    stage = Stage()
    for step in history:
        stage.take(step)
    claim_visit(stage.people[-1], stage.respondents[-1].pk, {})
    enrollments = (
        Enrollment.objects.filter(track__in=stage.tracks)
        .select_related("learner", "track")
        .order_by("-started_at", "-pk")
    )

    expected = {one.pk: alone(one) for one in enrollments}

    assert standings_of(enrollments) == expected
    for few in (True, False):
        rows = rows_of(enrollments, few=few)
        assert [row[0] for row in rows] == [one.learner.name for one in enrollments]
        for one, (_n, _e, _t, _s, done, lessons, _c, score, answered, asked, _a) in zip(
            enrollments, rows, strict=True
        ):
            found = expected[one.pk]
            knowledge = found.knowledge
            assert (done, lessons) == (found.done, found.lessons)
            assert (score, answered) == (knowledge.percent, knowledge.answered)
            assert asked == knowledge.questions
    assert added_up(enrollments) == sum(
        found.knowledge.percent or 0 for found in expected.values()
    )
    assert not verify_scores().disagreeing
