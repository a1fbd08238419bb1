"""The knowledge score: one rule, three ways to it, one result."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.log import Person, answered_in, knowledge_of, scores_of_track
from quizzes.models import Answer, Respondent
from quizzes.scoring import (
    RETRY_AFTER,
    Knowledge,
    counting,
    measure_knowledge,
    percent_of,
)
from quizzes.services import claim_visit
from tests.factories import make_lesson, make_question, make_track, make_user

MONDAY = datetime(2026, 3, 9, 14, 20, tzinfo=UTC)
A_DAY = timedelta(days=1)


def own(learner) -> Respondent:
    return Respondent.objects.get_or_create(learner=learner, is_own=True)[0]


def give(respondent, question, credit, at) -> Answer:
    return Answer.objects.create(
        respondent=respondent,
        question=question,
        question_revision=question.revision,
        submission=uuid4(),
        credit=Decimal(credit),
        answered_at=at,
    )


def score(learner, track, questions=1) -> Knowledge:
    rows = answered_in(Person(learner_id=learner.pk), [track.pk])
    return knowledge_of(rows, questions)


@pytest.mark.django_db
class TestWhatCounts:
    def test_nothing_answered_is_no_score_yet(self, ada, soil, probe):
        assert score(ada, soil) == Knowledge(None, 0, 1)

    def test_the_first_answer_counts(self, ada, soil, probe):
        give(own(ada), probe, "0.5", MONDAY)

        assert score(ada, soil) == Knowledge(50, 1, 1)

    def test_an_answer_within_a_day_is_practice(self, ada, soil, probe):
        give(own(ada), probe, 0, MONDAY)
        give(own(ada), probe, 1, MONDAY + A_DAY - timedelta(microseconds=1))

        assert score(ada, soil).percent == 0

    def test_an_answer_a_day_later_counts_up_or_down(self, ada, soil, probe):
        give(own(ada), probe, 1, MONDAY)
        give(own(ada), probe, 0, MONDAY + A_DAY)

        assert score(ada, soil).percent == 0

    def test_practice_does_not_push_the_day_back(self, ada, soil, probe):
        give(own(ada), probe, 0, MONDAY)
        give(own(ada), probe, 0, MONDAY + timedelta(hours=20))
        give(own(ada), probe, 1, MONDAY + A_DAY)

        assert score(ada, soil).percent == 100

    def test_a_question_left_out_never_lowers_the_score(self, ada, soil, lesson, probe):
        make_question(lesson, "Another?")
        give(own(ada), probe, 1, MONDAY)

        assert score(ada, soil, questions=2) == Knowledge(100, 1, 2)

    def test_a_retired_question_is_none_of_the_tracks(self, ada, soil, probe):
        give(own(ada), probe, 1, MONDAY)
        type(probe).objects.filter(pk=probe.pk).update(position=None, retired_at=MONDAY)

        assert score(ada, soil, questions=0).percent is None

    def test_an_unpublished_lesson_asks_nothing(self, ada, soil, lesson, probe):
        give(own(ada), probe, 1, MONDAY)
        type(lesson).objects.filter(pk=lesson.pk).update(published_at=None)

        assert score(ada, soil, questions=0).percent is None

    def test_an_answer_to_an_earlier_version_counts(self, ada, soil, probe):
        give(own(ada), probe, "0.5", MONDAY)
        type(probe).objects.filter(pk=probe.pk).update(position=None)
        make_question(probe.lesson, "Revised?", replaces=probe, lineage=probe.lineage)

        assert score(ada, soil).percent == 50

    def test_unclaimed_answers_score_for_nobody(self, soil, probe):
        give(Respondent.objects.create(), probe, 1, MONDAY)

        assert scores_of_track(soil.pk) == {}

    def test_claimed_answers_are_judged_by_their_own_time(self, ada, soil, probe):
        visitor = Respondent.objects.create()
        give(visitor, probe, 0, MONDAY - timedelta(hours=1))
        give(own(ada), probe, 1, MONDAY)

        claim_visit(ada, visitor.pk, {})

        assert score(ada, soil).percent == 0


def test_half_a_percent_is_rounded_up():
    assert percent_of(Decimal("0.125"), 1) == 13
    assert percent_of(Decimal("0.124999"), 1) == 12


def test_more_answers_than_questions_are_an_error():
    with pytest.raises(ValueError, match="2 answers to 1"):
        measure_knowledge([Decimal(1), Decimal(1)], 1)


some_credits = st.sampled_from(
    [Decimal(0), Decimal("0.333333"), Decimal("0.5"), Decimal(1)]
)
gaps = st.sampled_from(
    [
        timedelta(0),
        timedelta(hours=5),
        A_DAY - timedelta(microseconds=1),
        A_DAY,
        A_DAY + timedelta(microseconds=1),
        timedelta(days=3),
    ]
)
answers = st.tuples(st.integers(0, 2), st.integers(0, 2), some_credits, gaps)


def plain_score(log: list[tuple[int, datetime, Decimal]]) -> tuple[Fraction, int]:
    """The rule read aloud: (question, when, credit) in order → earned, answered."""
    counted: dict[int, tuple[datetime, Decimal]] = {}
    for question, at, credit in log:
        if question not in counted or at - counted[question][0] >= RETRY_AFTER:
            counted[question] = (at, credit)
    return sum((Fraction(c) for _, c in counted.values()), Fraction(0)), len(counted)


@pytest.mark.django_db
@given(log=st.lists(answers, max_size=14))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_sql_score_equals_the_plain_one_over_random_logs_claims_included(log, db):
    track = make_track(f"t-{uuid4().hex[:8]}")
    lesson = make_lesson(track)
    questions = [make_question(lesson, f"{n}?") for n in range(3)]
    learner = make_user(f"L{uuid4().hex[:8]}")
    respondents = [
        own(learner),
        Respondent.objects.create(),
        Respondent.objects.create(),
    ]
    at, told = MONDAY, []
    for question, respondent, credit, gap in log:
        at += gap
        give(respondents[respondent], questions[question], credit, at)
        told.append((question, at, credit))
    for visitor in respondents[1:]:
        claim_visit(learner, visitor.pk, {})

    earned, count = scores_of_track(track.pk).get(learner.pk, (Decimal(0), 0))
    rows = answered_in(Person(learner_id=learner.pk), [track.pk])

    assert (Fraction(earned), count) == plain_score(told)
    assert {row.answer_id for row in rows} == {
        counting(list(given))[-1].pk
        for _question, given in groupby(
            Answer.objects.filter(question__in=questions).order_by(
                "question", "answered_at", "pk"
            ),
            key=lambda answer: answer.question_id,
        )
    }
    assert sum((row.credit for row in rows), Decimal()) == earned


@pytest.mark.django_db
class TestVerifyScores:
    def answer(self, client, question, text):
        picked = [str(c.pk) for c in question.choices.all() if c.text == text]
        client.post(question.answer_url, {"submission": uuid4(), "choice": picked})

    def test_it_agrees_with_an_honest_record(self, ada, ben, probe, signed_in, capsys):
        self.answer(signed_in(ada), probe, "Right")
        self.answer(signed_in(ben), probe, "Not so")

        call_command("verify_scores")

        assert "2 answers of 2 learners agree" in capsys.readouterr().out

    def test_it_names_exactly_the_learner_whose_credit_was_corrupted(
        self, ada, ben, probe, signed_in, capsys
    ):
        self.answer(signed_in(ada), probe, "Not so")
        self.answer(signed_in(ben), probe, "Right")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE quizzes_answer SET credit = 1 WHERE respondent_id IN"
                " (SELECT id FROM quizzes_respondent WHERE learner_id = %s)",
                [ada.pk],
            )
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

        with pytest.raises(CommandError, match="1 learners disagree"):
            call_command("verify_scores")

        said = capsys.readouterr().err
        assert "ada@example.org" in said
        assert "ben@example.org" not in said

    def test_it_names_a_learner_whose_practice_was_corrupted(
        self, ada, probe, signed_in, capsys
    ):
        self.answer(signed_in(ada), probe, "Right")
        self.answer(signed_in(ada), probe, "Not so")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE quizzes_answer SET credit = 1")
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

        with pytest.raises(CommandError, match="1 learners disagree"):
            call_command("verify_scores")

    def test_it_names_a_learner_whose_sum_disagrees_with_right_credits(
        self, ada, probe, signed_in
    ):
        self.answer(signed_in(ada), probe, "Right")
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION quizzes_count_answer("
                " counted quizzes_counted_answer, answer_id bigint, credit numeric,"
                " answered_at timestamptz, pause interval)"
                " RETURNS quizzes_counted_answer LANGUAGE plpgsql AS"
                " $$ BEGIN RETURN (answer_id, 0.5, answered_at); END $$"
            )

        with pytest.raises(CommandError, match="1 learners disagree"):
            call_command("verify_scores")

    @pytest.mark.parametrize("written", ["4,000", "4 400", "3600.0", "−5", "12"])
    def test_it_reads_numbers_as_the_grading_does(self, lesson, client, written):
        number = make_question(
            lesson, kind="number", right=("4000",), tolerance=Decimal(400)
        )
        client.post(number.answer_url, {"submission": uuid4(), "written": written})
        assert Answer.objects.count() == 1

        call_command("verify_scores")

    def test_it_passes_over_what_was_erased(self, lesson, ada, signed_in, capsys):
        from quizzes.person import erase_person

        text = make_question(lesson, kind="text", right=("Loam",))
        signed_in(ada).post(text.answer_url, {"submission": uuid4(), "written": "loam"})
        erase_person(ada)

        call_command("verify_scores")

        assert "1 typed answers are erased" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_score_page_says_which_answers_counted_and_why(ada, soil, probe, signed_in):
    with time_machine.travel(MONDAY + timedelta(days=30), tick=False):
        give(own(ada), probe, 0, MONDAY)
        give(own(ada), probe, 1, MONDAY + timedelta(hours=2))
        give(own(ada), probe, "0.5", MONDAY + timedelta(hours=25))
        soil.published_at = MONDAY
        soil.save()
        soil.lessons.update(published_at=MONDAY)

        page = signed_in(ada).get("/tracks/soil/score/").content.decode()

    assert "1 answer earned 0.5 of 1: 50\u00a0%" in page
    assert "practice" in page
    assert "counted until a later answer did" in page
    assert "10 March, 15:20:00 UTC" in page


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_in_for_a_score(soil, client):
    page = client.get("/tracks/soil/score/").content.decode()

    assert "A score belongs to an account" in page


@pytest.mark.django_db
def test_a_track_without_questions_promises_no_score(ada, soil, signed_in):
    page = signed_in(ada).get("/tracks/soil/score/").content.decode()

    assert "This track asks no questions." in page
    assert "0 of 0" not in page
    assert "makes one" not in page
