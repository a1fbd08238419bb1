"""Regrades: rows of their own that the score applies, and that can be taken back."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from certificates.models import Certificate
from certificates.services import claim_certificate
from courses.services import mark_done
from quizzes.log import Person, answered_in, knowledge_of, scores_of_track
from quizzes.models import Answer, Choice, Question, Respondent, WrittenAnswer
from quizzes.person import erase_person, export_person
from quizzes.regrade_models import Regrade, RegradedAnswer, RegradeMap, RegradeMode
from quizzes.regrades import (
    NothingToRegradeError,
    outlook_of,
    outlook_without,
    regrade,
    take_back,
    way_of,
)
from quizzes.regrading import Move
from quizzes.revising import QuestionReplacedError
from quizzes.scoring import percent_of
from quizzes.self_check import Revised, verdicts_of
from quizzes.services import claim_visit, retire_question
from quizzes.verification import verify_scores
from tests.admin_forms import in_thread
from tests.factories import (
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.mending import answer, by_map, full, own, revise
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, 14, 20, tzinfo=UTC)
A_DAY = timedelta(days=1)


def percent(learner, track) -> int | None:
    rows = answered_in(Person(learner_id=learner.pk), [track.pk])
    found = knowledge_of(rows, 1).percent
    earned, count = scores_of_track(track.pk).get(learner.pk, (Decimal(), 0))
    assert (sum((row.credit for row in rows), Decimal()), len(rows)) == (earned, count)
    return found


@pytest.fixture
def mended(ada, ben, probe):
    """Ada picked what was right, Ben what was not; then the question was revised."""
    answer(own(ada), probe, "Right")
    answer(own(ben), probe, "Not so")
    return revise(probe, "Right", "+Not so", "Nor this")


class TestWhatCounts:
    def test_after_a_revision_the_earlier_answers_count_as_they_were(
        self, ada, ben, soil, mended
    ):
        assert (percent(ada, soil), percent(ben, soil)) == (100, 0)

    def test_full_credit_is_for_everybody(self, ada, ben, iris, soil, mended):
        full(mended, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (100, 100)

    def test_full_credit_is_for_every_earlier_version(
        self, ada, ben, iris, soil, probe
    ):
        answer(own(ada), probe, "Not so")
        second = revise(probe)
        answer(own(ben), second, "Not so")
        third = revise(second)

        full(third, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (100, 100)

    def test_full_credit_is_not_for_the_new_version(self, ada, ben, iris, soil, mended):
        cleo = make_user("Cleo")
        answer(own(cleo), mended, "Right")

        full(mended, iris)

        assert percent(cleo, soil) == 0

    def test_a_map_grades_by_the_new_key(self, ada, ben, iris, soil, probe, mended):
        by_map(probe, mended, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (0, 100)

    def test_a_choice_no_longer_offered_is_worth_nothing(
        self, ada, ben, iris, soil, probe, mended
    ):
        by_map(probe, mended, iris, {"Right": "Not so", "Not so": None})

        assert (percent(ada, soil), percent(ben, soil)) == (100, 0)

    def test_several_choices_may_become_one(self, ada, ben, iris, soil, probe, mended):
        by_map(probe, mended, iris, {"Right": "Not so", "Not so": "Not so"})

        assert (percent(ada, soil), percent(ben, soil)) == (100, 100)

    def test_partly_right_is_worth_its_part(self, ada, iris, soil, lesson):
        several = make_question(
            lesson, "Which?", kind="multiple", right=("A", "B"), wrong=("C", "D")
        )
        answer(own(ada), several, "A", "B")
        new = revise(several, "+A", "B", "+C", "D")

        by_map(several, new, iris)

        assert RegradedAnswer.objects.get().credit == 0
        by_map(several, new, iris, {"A": "A", "B": None})
        assert percent(ada, soil) == 50

    def test_what_was_typed_is_graded_again(self, ada, ben, iris, soil, lesson):
        text = make_question(lesson, "Soil?", kind="text", right=("Loam",))
        answer(own(ada), text, "clay")
        answer(own(ben), text, "sand")
        new = revise(text, "+Loam", "+Clay")

        by_map(text, new, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (100, 0)

    def test_an_erased_text_keeps_its_credit(self, ada, ben, iris, soil, lesson):
        text = make_question(lesson, "Soil?", kind="text", right=("Loam",))
        answer(own(ada), text, "loam")
        answer(own(ben), text, "loam")
        erase_person(ada)
        new = revise(text, "+Clay")

        by_map(text, new, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (100, 0)

    def test_the_latest_regrade_decides(self, ada, ben, iris, soil, probe, mended):
        full(mended, iris)
        by_map(probe, mended, iris)

        assert (percent(ada, soil), percent(ben, soil)) == (0, 100)

    def test_one_taken_back_decides_nothing(self, ada, iris, soil, probe, mended):
        first = full(mended, iris)
        second = by_map(probe, mended, iris)

        assert take_back(second, iris)
        assert percent(ada, soil) == 100
        assert take_back(first, iris)
        assert percent(ada, soil) == 100
        assert not take_back(first, iris)

    def test_a_later_version_may_be_regraded_in_its_turn(
        self, ada, ben, iris, soil, probe, mended
    ):
        full(mended, iris)
        cleo = make_user("Cleo")
        answer(own(cleo), mended, "Right")
        third = revise(mended, "+Right", "Not so", "Nor this")

        by_map(mended, third, iris)

        assert [percent(p, soil) for p in (ada, ben, cleo)] == [100, 100, 100]

    def test_a_later_answer_counts_a_day_after_the_last_that_counted(
        self, ada, iris, soil, probe
    ):
        answer(own(ada), probe, "Not so", at=MONDAY)
        new = revise(probe)
        full(new, iris)
        answer(own(ada), new, "Not so", at=MONDAY + A_DAY - timedelta(seconds=1))
        assert percent(ada, soil) == 100

        answer(own(ada), new, "Not so", at=MONDAY + A_DAY)

        assert percent(ada, soil) == 0

    def test_a_visitors_answer_brings_its_regrade_along(self, ada, iris, soil, probe):
        visitor = Respondent.objects.create()
        answer(visitor, probe, "Not so")
        full(revise(probe), iris)

        claim_visit(ada, visitor.pk, {})

        assert percent(ada, soil) == 100

    def test_the_log_stays_as_it_was(self, iris, probe, mended):
        before = list(Answer.objects.order_by("pk").values())

        full(mended, iris)
        by_map(probe, mended, iris)

        assert list(Answer.objects.order_by("pk").values()) == before


class TestWhatIsSaid:
    def test_the_lesson_says_what_the_earlier_answer_counts_now(
        self, ben, iris, mended, signed_in
    ):
        full(mended, iris)

        page = signed_in(ben).get(mended.lesson.get_absolute_url()).content.decode()

        assert "Your answer to the earlier version counts 100\u00a0%." in page
        found = verdicts_of(Person(learner_id=ben.pk), mended.lesson_id)
        assert found == {mended.pk: Revised(1, Decimal(1))}

    def test_the_score_page_says_when_why_and_from_what_to_what(
        self, ben, iris, mended, signed_in
    ):
        made = full(mended, iris, "Both choices are right.")

        page = signed_in(ben).get("/tracks/soil/score/").content.decode()

        day = f"{made.made_at:%-d %B %Y}"
        said = (
            f"Regraded on {day}, from 0\u00a0% to 100\u00a0%: Both choices are right."
        )
        assert said in page
        assert "1 answer earned 1 of 1: 100\u00a0%" in page
        assert "Certificates issued before stay as they are." in page

    def test_taken_back_it_is_not_said_any_more(self, ben, iris, mended, signed_in):
        take_back(full(mended, iris), iris)

        page = signed_in(ben).get("/tracks/soil/score/").content.decode()

        assert "egraded" not in page

    def test_a_persons_file_holds_both_credits(self, ben, iris, mended):
        made = full(mended, iris, "Both are right.")
        take_back(made, iris)

        of_ben: Any = export_person(ben)
        of_iris: Any = export_person(iris)
        (told,), (mine,) = of_ben["answers"], of_iris["regrades"]

        assert told["credit"] == "0.000000"
        assert told["regraded"][0]["credit"] == "1.000000"
        assert told["regraded"][0]["reason"] == "Both are right."
        assert mine["question"] == mended.prompt

    def test_a_certificate_issued_before_does_not_move(
        self, ada, iris, soil, probe, client
    ):
        answer(own(ada), probe, "Not so")
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        certificate = claim_certificate(ada, soil, "Ada")
        address = certificate.get_absolute_url()
        row = Certificate.objects.values().get()
        pages = [
            client.get(address).content,
            client.get(f"{address[:-1]}.json").content,
        ]

        full(revise(probe), iris)

        assert percent(ada, soil) == 100
        assert Certificate.objects.values().get() == row
        assert client.get(address).content == pages[0]
        assert client.get(f"{address[:-1]}.json").content == pages[1]

    def test_a_certificate_issued_from_then_on_prints_the_new_score(
        self, ada, iris, soil, probe
    ):
        given = answer(own(ada), probe, "Not so")
        full(revise(probe), iris)
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)

        certificate = claim_certificate(ada, soil, "Ada")

        assert certificate.score == 100
        (counted,) = certificate.facts["counted"]
        assert (counted["answer"], counted["credit"]) == (given.pk, "1.000000")


class TestLookingFirst:
    def test_it_says_whose_score_would_move_and_stores_nothing(
        self, ada, ben, iris, soil, probe, mended
    ):
        choices = {c.text: c.pk for c in probe.choices.all()}
        later = {c.text: c.pk for c in mended.choices.all()}
        same = {pk: later[text] for text, pk in choices.items()}

        found = outlook_of(soil.pk, way_of(RegradeMode.MAP, mended, probe, same))

        assert found.moves == [Move(0, 100, 1), Move(100, 0, 1)]
        assert not Regrade.objects.exists()
        by_map(probe, mended, iris)
        assert (percent(ada, soil), percent(ben, soil)) == (0, 100)

    def test_it_knows_what_stands_already(self, ada, ben, iris, soil, probe, mended):
        full(mended, iris)

        assert not outlook_of(soil.pk, way_of(RegradeMode.FULL, mended)).moves

    def test_taking_back_is_looked_at_first_too(self, ben, iris, soil, mended):
        made = full(mended, iris)

        assert outlook_without(soil.pk, made).moves == [Move(100, 0, 1)]

    def test_it_costs_as_many_statements_for_many_answers(self, soil, probe, mended):
        def count() -> int:
            way = way_of(RegradeMode.MAP, mended, probe, {})
            with CaptureQueriesContext(connection) as statements:
                outlook_of(soil.pk, way)
            return len(statements)

        few = count()
        for number in range(200):
            answer(own(make_user(f"L{number}")), probe, "Right")

        assert count() == few

    def test_a_regrade_costs_as_many_statements_for_many_answers(self, iris, lesson):
        counts = []
        for size in (2, 200):
            question = make_question(lesson, f"For {size}?")
            for number in range(size):
                answer(own(make_user(f"L{number}of{size}")), question, "Right")
            new = revise(question)
            with CaptureQueriesContext(connection) as statements:
                by_map(question, new, iris)
            counts.append(len(statements))
            assert RegradedAnswer.objects.filter(question=question).count() == size

        assert counts[0] == counts[1]


class TestTheDatabase:
    def test_the_key_a_regrade_was_made_by_stays(self, iris, probe, mended):
        by_map(probe, mended, iris)

        with (
            pytest.raises(
                IntegrityError, match="earlier_answers_graded_under_this_revision"
            ),
            transaction.atomic(),
        ):
            Choice.objects.filter(question=mended, text="Right").update(is_right=True)

    def test_full_credit_leaves_the_new_version_free(self, iris, mended):
        full(mended, iris)

        Choice.objects.filter(question=mended, text="Right").update(is_right=True)

    @pytest.mark.parametrize("model", [Regrade, RegradedAnswer, RegradeMap])
    def test_a_regrade_is_neither_changed_nor_deleted(self, iris, probe, mended, model):
        by_map(probe, mended, iris)
        table = model._meta.db_table

        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
            with (
                pytest.raises(IntegrityError, match="regrades are kept"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)

    def test_taking_back_is_set_once_and_changes_nothing_else(self, iris, ruth, mended):
        made = full(mended, iris)
        now = timezone.now()
        rows = Regrade.objects.filter(pk=made.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(taken_back_at=now, taken_back_by=iris, reason="Another.")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(taken_back_at=now)
        take_back(made, iris)

        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(taken_back_by=ruth)

    def test_an_answer_of_another_question_is_no_part_of_it(
        self, ada, iris, lesson, mended
    ):
        other = answer(own(ada), make_question(lesson, "Another?"), "Right")
        made = full(mended, iris)
        row = RegradedAnswer(
            regrade=made, answer=other, question=other.question, credit=1
        )

        for lineage in (mended.lineage, other.question.lineage):
            row.lineage = lineage
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save()

    def test_a_choice_of_another_question_is_no_part_of_a_map(
        self, iris, lesson, probe, mended
    ):
        foreign = make_question(lesson, "Another?").choices.first()
        assert foreign is not None
        way = way_of(RegradeMode.MAP, mended, probe, {foreign.pk: None})

        with pytest.raises(IntegrityError, match="mapped_choice_of_the_source"):
            regrade(mended, way, iris, "Because.")


class TestRefusals:
    def test_nobody_answered_so_there_is_nothing_to_regrade(self, iris, probe):
        new = revise(probe)

        with pytest.raises(NothingToRegradeError):
            full(new, iris)

        assert not Regrade.objects.exists()

    @pytest.mark.parametrize("gone", [revise, retire_question])
    def test_only_the_current_version_is_a_target(self, iris, mended, gone):
        gone(mended)

        with pytest.raises(QuestionReplacedError):
            full(mended, iris)

    def test_a_target_that_was_edited_since_is_read_again(self, iris, probe, mended):
        way = way_of(RegradeMode.MAP, mended, probe, {})
        Choice.objects.filter(question=mended, text="Right").update(text="Quite right")

        with pytest.raises(QuestionReplacedError):
            regrade(mended, way, iris, "Because.")


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_an_answer_being_stored_is_waited_for_and_regraded(
        self, ada, ben, iris, soil, probe
    ):
        answer(own(ada), probe, "Not so")

        def mend() -> None:
            with transaction.atomic():
                full(revise(probe), iris)

        with transaction.atomic():
            answer(own(ben), probe, "Not so")
            mending = in_thread(mend)
            mending.join(timeout=0.5)
            assert mending.is_alive()
        mending.join()

        assert (percent(ada, soil), percent(ben, soil)) == (100, 100)

    def test_without_the_lock_an_answer_is_left_out(self, ada, ben, iris, soil, probe):
        """The control: the rows are made while an answer is on its way."""
        answer(own(ada), probe, "Not so")
        with transaction.atomic():
            answer(own(ben), probe, "Not so")
            naive = in_thread(
                lambda: RegradedAnswer.objects.bulk_create(
                    RegradedAnswer(
                        regrade=Regrade.objects.create(
                            lineage=probe.lineage,
                            mode=RegradeMode.FULL,
                            target_id=probe.pk,
                            by=iris,
                            reason="Because.",
                        ),
                        answer=given,
                        question_id=given.question_id,
                        lineage=probe.lineage,
                        credit=1,
                    )
                    for given in Answer.objects.filter(question=probe)
                )
            )
            naive.join(timeout=45)

        assert (percent(ada, soil), percent(ben, soil)) == (100, 0)

    def test_many_regrades_at_once_are_all_kept(self, iris, mended):
        results = at_once([partial(full, mended, iris)] * 4)

        assert all(isinstance(made, Regrade) for made in results)
        assert RegradedAnswer.objects.count() == 8

    def test_of_two_regrades_at_once_the_later_waits_and_decides(
        self, ada, ben, iris, ruth, soil, probe, mended
    ):
        with transaction.atomic():
            full(mended, iris)
            second = in_thread(partial(by_map, probe, mended, ruth))
            wait_until_somebody_waits()
        second.join()

        assert (percent(ada, soil), percent(ben, soil)) == (0, 100)

    def test_without_the_lock_the_one_that_ended_first_decides(
        self, ada, ben, iris, ruth, soil, probe, mended
    ):
        """The control: what is stored last is not what counts."""
        begun, over = Barrier(2), Barrier(2)

        def naive(by: User, credit: int) -> None:
            made = Regrade.objects.create(
                lineage=probe.lineage,
                mode=RegradeMode.FULL,
                target=mended,
                by=by,
                reason="Because.",
            )
            RegradedAnswer.objects.bulk_create(
                RegradedAnswer(
                    regrade=made,
                    answer=given,
                    question_id=given.question_id,
                    lineage=probe.lineage,
                    credit=credit,
                )
                for given in Answer.objects.filter(question=probe)
            )

        def slow() -> None:
            with transaction.atomic():
                naive(iris, 1)
                begun.wait(timeout=45)
                over.wait(timeout=45)

        def quick() -> None:
            begun.wait(timeout=45)
            naive(ruth, 0)
            over.wait(timeout=45)

        assert at_once([slow, quick]) == [None, None]
        assert (percent(ada, soil), percent(ben, soil)) == (0, 0)

    def test_a_regrade_is_taken_back_once(self, iris, ruth, mended):
        made = full(mended, iris)

        results = at_once([partial(take_back, made, by) for by in (iris, ruth)])

        assert sorted(results) == [False, True]

    def test_looking_first_and_then_taking_back_is_refused_by_the_database(
        self, iris, ruth, mended
    ):
        made, between = full(mended, iris), Barrier(2)

        def naive(by):
            def take() -> None:
                read = Regrade.objects.get(pk=made.pk)
                if read.taken_back_at is None:
                    between.wait(timeout=45)
                    read.taken_back_at, read.taken_back_by = timezone.now(), by
                    read.save()

            return take

        results = at_once([naive(iris), naive(ruth)])

        assert sum(isinstance(r, IntegrityError) for r in results) == 1


kinds = st.sampled_from(["single", "multiple", "text"])
steps = st.one_of(
    st.tuples(
        st.just("answer"), st.integers(0, 2), st.integers(1, 7), st.integers(0, 30)
    ),
    st.tuples(st.just("revise"), st.integers(0, 3)),
    st.tuples(st.just("full")),
    st.tuples(st.just("map"), st.integers(0, 3), st.integers(0, 80)),
    st.tuples(st.just("back"), st.integers(0, 3)),
)
TEXTS = ["A", "B", "C"]


def picks_of(kind: str, mask: int) -> list[str]:
    found = [text for place, text in enumerate(TEXTS) if mask & 1 << place]
    return found if kind == "multiple" else found[:1]


def foreseen(track, look, do: Callable[[], Any]) -> Any:
    """Does it, and holds what was said of it against whose score has moved then."""
    before = scores_of_track(track.pk)
    found = look()
    done = do()
    after = scores_of_track(track.pk)
    pairs = Counter(
        (percent_of(*score), percent_of(*after[learner]))
        for learner, score in before.items()
    )
    assert found.learners == pairs.total()
    assert {(m.before, m.after): m.learners for m in found.moves} == {
        pair: count for pair, count in pairs.items() if pair[0] != pair[1]
    }
    return done


def new_texts(kind: str, which: int) -> list[str]:
    """Four different keys for each kind."""
    if kind == "text":
        return ["+" + TEXTS[which % 3]]
    rights = [{0}, {1}, {2}, {0, 1} if kind == "multiple" else {0}][which]
    return ["+" * (place in rights) + text for place, text in enumerate(TEXTS)]


def same_of(source: Question, target: Question, which: int) -> dict[Any, Any]:
    """Any choice of the one is any of the other, and one of them perhaps none."""
    old = list(source.choices.order_by("position")) if source.has_choices else []
    new = list(target.choices.order_by("position"))
    return {
        choice.pk: None if which // 27 == place else new[which // 3**place % 3].pk
        for place, choice in enumerate(old)
    }


@given(kind=kinds, history=st.lists(steps, max_size=14))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_score_is_the_recomputed_one_after_any_history(db, kind, history):
    """verify_scores grades, regrades and sums by lines of its own, and must agree.

    And before each regrade it was said whose score would move, and from what to what.
    """
    track = make_track(f"t-{uuid4().hex[:8]}")
    teacher = make_instructor(f"T{uuid4().hex[:8]}", track)
    right, wrong = (("A",), ("B", "C")) if kind != "text" else (("A",), ())
    lesson = make_lesson(track)
    current = make_question(lesson, kind=kind, right=right, wrong=wrong)
    versions, made, at = [current], [], MONDAY
    people = [own(make_user(f"L{uuid4().hex[:8]}")) for _ in range(2)]
    answer(people[0], make_question(lesson, "Another?"), "Right", at=MONDAY)
    people.append(Respondent.objects.create())
    for step in history:
        match step:
            case ("answer", who, mask, hours):
                at += timedelta(hours=hours)
                answer(people[who], current, *picks_of(kind, mask), at=at)
            case ("revise", which):
                current = revise(current, *new_texts(kind, which))
                versions.append(current)
            case ("full",) | ("map", *_) if len(versions) > 1:
                source = versions[step[1] % (len(versions) - 1)] if step[1:] else None
                way = way_of(RegradeMode.FULL, current)
                if source is not None:
                    way = way_of(
                        RegradeMode.MAP,
                        current,
                        source,
                        same_of(source, current, step[2]),
                    )
                look = partial(outlook_of, track.pk, way)
                do = partial(regrade, current, way, teacher, "Because.")
                with suppress(NothingToRegradeError):
                    made.append(foreseen(track, look, do))
            case ("back", which) if made:
                gone = made.pop(which % len(made))
                look = partial(outlook_without, track.pk, gone)
                foreseen(track, look, partial(take_back, gone, teacher))

    found = verify_scores()

    assert not found.disagreeing
    assert not found.unclaimed


def test_a_text_too_long_for_a_number_is_none_in_both_readings(ada, iris, lesson, soil):
    number = make_question(lesson, kind="text", right=("five",))
    answer(own(ada), number, "5".zfill(41))
    by_map(number, revise(number, "+5", kind="number"), iris)

    assert scores_of_track(soil.pk)[ada.pk][0] == 0
    assert not verify_scores().disagreeing


class TestVerifyScores:
    def corrupt(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE quizzes_regradedanswer SET credit = 0.5",
            "DELETE FROM quizzes_regradedanswer",
            "UPDATE quizzes_regrademap SET new_choice_id = NULL",
        ],
    )
    def test_it_finds_a_regrade_that_was_tampered_with(
        self, ada, ben, iris, probe, mended, statement, capsys
    ):
        by_map(probe, mended, iris)
        call_command("verify_scores")
        self.corrupt(statement)

        with pytest.raises(CommandError, match="learners disagree"):
            call_command("verify_scores")

    def test_a_text_erased_after_a_regrade_is_passed_over(
        self, ada, iris, lesson, capsys
    ):
        text = make_question(lesson, "Soil?", kind="text", right=("Loam",))
        answer(own(ada), text, "clay")
        new = revise(text, "+Clay")
        by_map(text, new, iris)
        WrittenAnswer.objects.all().delete()

        call_command("verify_scores")

        assert "1 typed answers are erased" in capsys.readouterr().out
