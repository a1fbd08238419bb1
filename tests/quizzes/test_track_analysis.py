"""The figures of a track are kept, and made again when something arrives."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Lesson
from courses.services import mark_done, undo_done
from quizzes import track_analysis
from quizzes.analysis_model import TrackAnalysis
from quizzes.analysis_query import count_items
from quizzes.models import Answer, Respondent
from quizzes.regrade_models import RegradeMode
from quizzes.regrades import regrade, take_back, way_of
from quizzes.services import claim_visit, retire_question
from quizzes.track_analysis import LESSONS_KEPT, SETTLED, figures_of, kept_figures
from tests.factories import make_lesson, make_question, make_track
from tests.quizzes.answering import give_all
from tests.quizzes.mending import answer, own, revise
from tests.threads import at_once

A_YEAR = timedelta(days=365)


def statements(track) -> list[str]:
    """What is read to have the figures."""
    with CaptureQueriesContext(connection) as captured:
        figures_of(track.pk)
    return [query["sql"] for query in captured.captured_queries]


def is_analysed(track) -> bool:
    return any("discrimination" in sql for sql in statements(track))


@pytest.fixture
def answered(soil, probe):
    """A track that is looked into a while after its answers came."""
    with time_machine.travel(timezone.now() - 2 * SETTLED):
        give_all(probe, ["Right", "Not so"])
    figures_of(soil.pk)
    return soil


@pytest.mark.django_db
class TestTheFiguresAreMadeAnew:
    def test_not_at_the_second_view(self, answered):
        assert len(statements(answered)) == 2
        assert not is_analysed(answered)

    def test_nor_a_year_later(self, answered):
        with time_machine.travel(timezone.now() + A_YEAR):
            assert not is_analysed(answered)

    def test_after_a_new_answer(self, answered, probe):
        answer(Respondent.objects.create(), probe, "Right")

        assert figures_of(answered.pk).questions[probe.pk].answers == 3
        assert not is_analysed(answered)

    def test_after_an_answer_that_was_on_its_way_when_they_were_made(
        self, answered, probe
    ):
        """Its number is lower than that of answers that were seen."""
        (late,) = give_all(probe, ["Right"])
        number = Answer.objects.get(respondent=late).pk
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "DELETE FROM quizzes_answerchoice WHERE answer_id = %s", [number]
            )
            cursor.execute("DELETE FROM quizzes_answer WHERE id = %s", [number])
            cursor.execute("SET LOCAL session_replication_role = origin")
        give_all(probe, ["Right"])
        assert figures_of(answered.pk).questions[probe.pk].answers == 3

        Answer.objects.create(
            pk=number,
            respondent=late,
            question=probe,
            question_revision=probe.revision,
            submission=late.pk,
            credit=1,
        )

        assert figures_of(answered.pk).questions[probe.pk].answers == 4

    def test_after_a_visitor_was_claimed(self, answered, probe, ada):
        visitor = Respondent.objects.earliest("created_at")
        assert figures_of(answered.pk).questions[probe.pk].visitors == 2

        claim_visit(ada, visitor.pk, {})

        assert figures_of(answered.pk).questions[probe.pk].visitors == 1
        assert not is_analysed(answered)

    def test_after_a_visitor_was_claimed_who_knows_an_earlier_version_alone(
        self, answered, probe, ada
    ):
        visitor = Respondent.objects.earliest("created_at")
        revise(probe, "+Down", "Up")
        assert sum(figures_of(answered.pk).scores) == 0

        claim_visit(ada, visitor.pk, {})

        assert sum(figures_of(answered.pk).scores) == 1
        assert not is_analysed(answered)

    def test_not_after_a_claim_or_an_answer_in_another_track(self, answered, ada):
        other = make_question(make_lesson(make_track("stars")))
        (visitor,) = give_all(other, ["Right"])
        claim_visit(ada, visitor.pk, {})

        assert not is_analysed(answered)

    def test_after_a_question_was_revised(self, answered, probe):
        revise(probe, "+Down", "Up")

        assert figures_of(answered.pk).questions == {}
        assert not is_analysed(answered)

    def test_after_a_question_was_retired(self, answered, probe):
        retire_question(probe)

        assert figures_of(answered.pk).questions == {}
        assert not is_analysed(answered)

    def test_after_a_question_was_published(self, answered, probe):
        draft = make_lesson(answered, "draft", published=False)
        make_question(draft)
        assert not is_analysed(answered)

        Lesson.objects.filter(pk=draft.pk).update(published_at=timezone.now())

        assert is_analysed(answered)
        assert not is_analysed(answered)

    def test_after_a_regrade_and_when_it_is_taken_back(
        self, answered, probe, iris, ada
    ):
        with time_machine.travel(timezone.now() - 2 * SETTLED):
            answer(own(ada), probe, "Not so")
        target = revise(probe, "+Down", "Up")
        assert figures_of(answered.pk).scores == [1, *[0] * 9]

        made = regrade(target, way_of(RegradeMode.FULL, target), iris, "It misled.")
        assert figures_of(answered.pk).scores == [*[0] * 9, 1]

        take_back(made, iris)
        assert figures_of(answered.pk).scores == [1, *[0] * 9]

    def test_done_marks_show_after_a_while(self, answered, lesson, ada):
        mark_done(ada, lesson)
        assert figures_of(answered.pk).lessons[lesson.pk].done == 0

        with time_machine.travel(timezone.now() + LESSONS_KEPT):
            assert figures_of(answered.pk).lessons[lesson.pk].done == 1
            assert not is_analysed(answered)
        undo_done(ada, lesson)
        with time_machine.travel(timezone.now() + 3 * LESSONS_KEPT):
            assert figures_of(answered.pk).lessons[lesson.pk].done == 0


@pytest.mark.django_db
class TestAnOverview:
    def test_has_the_figures_of_now(self, soil, probe):
        """Also of a track that was looked into a moment ago."""
        give_all(probe, ["Right"])
        assert answers_in_overview(soil, probe) == 1

        give_all(probe, ["Right"])

        assert answers_in_overview(soil, probe) == 2

    def test_shows_a_done_mark_within_the_hour(self, soil, lesson, ada):
        assert kept_figures([soil.pk])[soil.pk].lessons[lesson.pk].done == 0
        mark_done(ada, lesson)

        with time_machine.travel(timezone.now() + track_analysis.OVERVIEW_KEPT):
            assert kept_figures([soil.pk])[soil.pk].lessons[lesson.pk].done == 1

    def test_reads_no_log_where_nothing_has_arrived(self, answered, monkeypatch):
        kept_figures([answered.pk])
        monkeypatch.setattr(track_analysis, "count_items", None)

        kept_figures([answered.pk])
        with time_machine.travel(timezone.now() + A_YEAR):
            kept_figures([answered.pk])

    def test_takes_what_is_kept_of_a_large_track(self, soil, probe, monkeypatch):
        give_all(probe, ["Right", "Right"])
        monkeypatch.setattr(track_analysis, "LARGE", 2)
        assert answers_in_overview(soil, probe) == 2
        give_all(probe, ["Right"])

        assert answers_in_overview(soil, probe) == 2
        with time_machine.travel(timezone.now() + track_analysis.OVERVIEW_KEPT):
            assert answers_in_overview(soil, probe) == 3

    def test_looks_into_all_tracks_while_that_is_quick(self, soil, monkeypatch):
        monkeypatch.setattr(track_analysis, "MADE_WITHIN", 60)
        tracks = [soil, *(make_track(f"track-{number}") for number in range(5))]

        assert len(kept_figures([track.pk for track in tracks])) == len(tracks)

    def test_looks_into_one_where_that_takes_long_and_goes_on_the_next_time(
        self, soil, probe, monkeypatch
    ):
        monkeypatch.setattr(track_analysis, "MADE_WITHIN", 0)
        keys = [soil.pk, *(make_track(f"track-{number}").pk for number in range(2))]

        assert [len(kept_figures(keys)) for _look in range(3)] == [1, 2, 3]
        give_all(probe, ["Right"])
        assert kept_figures(keys)[soil.pk].questions[probe.pk].answers == 1


def answers_in_overview(track, question) -> int:
    return kept_figures([track.pk])[track.pk].questions[question.pk].answers


@pytest.mark.django_db
def test_what_was_kept_says_what_was_found(answered):
    fresh = track_analysis._make(answered.pk)

    assert figures_of(answered.pk) == track_analysis._read(fresh)


@pytest.mark.django_db
def test_who_answers_again_as_another_respondent_counts_once_in_the_lesson(
    soil, lesson, probe, ada
):
    """Before she signed in she was wrong, and that was her first answer."""
    (visitor,) = give_all(probe, ["Not so"])
    claim_visit(ada, visitor.pk, {})
    answer(own(ada), probe, "Right")
    other = make_question(lesson, "And which?")
    answer(own(ada), other, "Right")

    found = figures_of(soil.pk)

    assert found.questions[probe.pk].mean == 0
    assert found.lessons[lesson.pk].people == 1
    assert found.lessons[lesson.pk].credit == 0.5


@pytest.mark.django_db(transaction=True)
def test_looking_at_the_same_time_does_no_harm(soil, probe):
    give_all(probe, ["Right", "Not so"])

    found = at_once([lambda: figures_of(soil.pk)] * 6)

    assert {one.questions[probe.pk].answers for one in found} == {2}
    assert TrackAnalysis.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_while_the_log_is_read_is_not_lost(soil, probe, monkeypatch):
    """It arrives after the log was read and before the figures are kept."""
    give_all(probe, ["Right"])
    read = count_items

    def read_and_wait(track_id):
        found = read(track_id)
        at_once([lambda: give_all(probe, ["Right"])])
        return found

    monkeypatch.setattr(track_analysis, "count_items", read_and_wait)
    assert figures_of(soil.pk).questions[probe.pk].answers == 1
    monkeypatch.undo()

    assert figures_of(soil.pk).questions[probe.pk].answers == 2


@pytest.mark.django_db(transaction=True)
def test_the_memory_asked_for_ends_with_the_reading(soil):
    def memory() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            return str(cursor.fetchone()[0])

    before = memory()
    with transaction.atomic():
        figures_of(soil.pk)

    assert memory() == before
