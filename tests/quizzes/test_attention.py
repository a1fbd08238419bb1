"""Which questions may mislead and which lessons people leave, over many tracks."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Lesson
from courses.services import mark_done, mark_revised
from quizzes.attention import lessons_people_leave, misleading_questions
from quizzes.services import retire_question
from quizzes.track_analysis import OVERVIEW_KEPT
from tests.factories import make_question, make_track
from tests.quizzes.answering import abandon, make_learners, mislead
from tests.quizzes.mending import answer, own, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def misled(soil, probe):
    mislead(probe)
    return probe


def named(track) -> list[str]:
    return [found.row.remark.words for found in misleading_questions([track])]


class TestMisleadingQuestions:
    def test_a_question_that_misleads_is_named_with_its_place(self, soil, misled):
        (found,) = misleading_questions([soil])

        assert found.row.remark.words == "The best learners pick B: is B right?"
        assert found.track == soil
        assert found.url.endswith(f"/{soil.pk}/figures/#question-{misled.pk}")

    def test_it_is_gone_as_soon_as_it_is_revised(self, soil, misled):
        assert named(soil)
        revise(misled, "+Down", "Up")

        assert named(soil) == []

    def test_or_retired(self, soil, misled):
        assert named(soil)
        retire_question(misled)

        assert named(soil) == []

    def test_or_its_lesson_is_a_draft(self, soil, misled):
        assert named(soil)
        Lesson.objects.filter(pk=misled.lesson_id).update(published_at=None)

        assert named(soil) == []

    def test_other_tracks_are_not_looked_at(self, misled):
        assert named(make_track("moss")) == []


@pytest.fixture
def abandoned(soil):
    return abandon(soil)


def later(hours: int = 2):
    return time_machine.travel(timezone.now() + hours * OVERVIEW_KEPT)


class TestLessonsPeopleLeave:
    def test_a_lesson_that_fewer_than_half_finish_is_named(self, soil, abandoned):
        (found,) = lessons_people_leave([soil])

        assert (found.lesson, found.started, found.done) == (abandoned, 20, 9)
        assert f"/{soil.pk}/figures/" in found.url

    def test_it_is_gone_as_soon_as_it_is_changed(self, soil, abandoned):
        assert lessons_people_leave([soil])
        with time_machine.travel(timezone.now() + timedelta(seconds=1)):
            mark_revised([abandoned.pk], timezone.now())
            assert lessons_people_leave([soil]) == []

        with later():
            assert lessons_people_leave([soil]) == []

    def test_or_half_of_them_have_finished_it(self, soil, abandoned):
        assert lessons_people_leave([soil])
        tenth = soil.enrollments.get(learner__name="learner-9").learner
        mark_done(tenth, abandoned)

        with later():
            answer(own(tenth), abandoned.questions.get(), "Right")
            assert lessons_people_leave([soil]) == []

    def test_below_20_learners_nothing_is_said(self, soil, lesson, probe):
        for learner in make_learners(19):
            answer(own(learner), probe, "Right")

        assert lessons_people_leave([soil]) == []

    def test_after_a_lesson_that_is_left_only_that_one_is_named(
        self, soil, lesson, probe
    ):
        second = make_question(soil.lessons.get(slug="water-it"), "How much?")
        for learner in make_learners(20):
            answer(own(learner), probe, "Right")
            answer(own(learner), second, "Right")

        assert [found.lesson for found in lessons_people_leave([soil])] == [lesson]


def test_many_tracks_cost_as_many_statements_as_a_few(soil, probe):
    def counted(tracks) -> int:
        misleading_questions(tracks)  # makes the figures of a few
        with CaptureQueriesContext(connection) as captured:
            misleading_questions(tracks)
            lessons_people_leave(tracks)
        return len(captured)

    few = [soil, make_track("moss", lessons=1)]
    first = counted(few)
    many = few + [make_track(f"track-{number}", lessons=1) for number in range(10)]
    for _ in range(4):
        misleading_questions(many)

    assert counted(many) == first
