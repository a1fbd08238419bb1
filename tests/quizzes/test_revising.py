"""A question that people have answered is replaced by a new version of itself."""

from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from courses.models import Lesson
from quizzes.grading import Reply
from quizzes.log import Person
from quizzes.models import Answer, Choice, Question, Respondent
from quizzes.revising import QuestionReplacedError, replace_question
from quizzes.self_check import Revised, questions_of, verdicts_of
from quizzes.services import (
    QuestionChangedError,
    SubmissionReusedError,
    key_of,
    record_answer,
    retire_question,
)
from tests.admin_forms import in_thread
from tests.factories import make_question
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def revised(prompt: str = "Where does the new probe go?") -> Question:
    return Question(prompt=prompt, explanation="Down there.")


def choices(*texts: str) -> list[Choice]:
    """The first of them is right."""
    return [Choice(text=text, is_right=not place) for place, text in enumerate(texts)]


def revise(question: Question, *texts: str) -> Question:
    return replace_question(question, revised(), choices(*(texts or ("Down", "Up"))))


def answer(
    question: Question,
    respondent: Respondent,
    text: str = "Right",
    submission: UUID | None = None,
) -> None:
    """Graded by the question as it was read."""
    read = list(question.choices.order_by("position"))
    picked = frozenset([choice.pk for choice in read if choice.text == text])
    key = key_of(question, read)
    record_answer(question, key, Reply(picked), respondent.pk, submission or uuid4())


@pytest.fixture
def visitor(db) -> Respondent:
    return Respondent.objects.create()


class TestReplacing:
    def test_the_new_version_stands_where_the_old_one_stood(self, lesson, probe):
        make_question(lesson, "Second?")

        new = revise(probe)

        probe.refresh_from_db()
        assert probe.position is None
        assert probe.retired_at is None
        assert (new.position, new.handle, new.lineage, new.replaces_id) == (
            1,
            probe.handle,
            probe.lineage,
            probe.pk,
        )
        assert [q.prompt_html for q in questions_of(lesson.pk)] == [
            "Where does the new probe go?",
            "Second?",
        ]

    def test_its_choices_stand_in_the_order_given(self, probe):
        new = revise(probe, "Down", "Up", "Sideways")

        assert list(new.choices.values_list("position", "text", "is_right")) == [
            (1, "Down", True),
            (2, "Up", False),
            (3, "Sideways", False),
        ]

    def test_it_can_be_answered_as_it_comes_back(self, probe, visitor):
        new = revise(probe)

        answer(new, visitor, "Down")

        assert Answer.objects.get().credit == 1

    def test_the_lesson_counts_as_revised_and_asks_as_many_questions(
        self, lesson, probe
    ):
        before = Lesson.objects.get(pk=lesson.pk)

        revise(probe)

        after = Lesson.objects.get(pk=lesson.pk)
        assert after.revised_at > before.revised_at
        assert after.question_count == 1

    def test_its_texts_come_in_the_words_of_the_lesson(self, soil, lesson, probe):
        Lesson.objects.filter(pk=lesson.pk).update(language="de")
        note = "> [!NOTE]\n> Tief."

        new = replace_question(
            probe, Question(prompt="Wohin?", explanation=note), choices("Da", "Dort")
        )

        assert "Anmerkung" in new.explanation_html

    def test_an_answer_to_the_old_version_stays_and_counts(self, probe, visitor):
        answer(probe, visitor, "Not so")
        before = Answer.objects.values().get()

        new = revise(probe)

        assert Answer.objects.values().get() == before
        found = verdicts_of(Person(respondent_id=visitor.pk), probe.lesson_id)
        assert found == {new.pk: Revised(1, before["credit"])}

    def test_a_version_is_replaced_in_its_turn(self, probe):
        second = revise(probe)
        third = revise(second)

        assert third.replaces_id == second.pk
        assert third.lineage == probe.lineage

    @pytest.mark.parametrize("gone", [revise, retire_question])
    def test_what_the_lesson_no_longer_asks_is_not_replaced(self, probe, gone):
        gone(probe)
        before = Question.objects.count()

        with pytest.raises(QuestionReplacedError):
            revise(probe)

        assert Question.objects.count() == before


class TestAnAnswerToAQuestionThatIsGone:
    @pytest.mark.parametrize("gone", [revise, retire_question])
    def test_is_refused(self, probe, visitor, gone):
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        gone(probe)

        with pytest.raises(QuestionChangedError):
            answer(read, visitor)

        assert not Answer.objects.exists()

    def test_leaves_no_mark_on_the_learner(self, probe, ben):
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        own = Respondent.objects.create(learner=ben, is_own=True)
        key = key_of(read, list(read.choices.order_by("position")))
        revise(probe)

        with pytest.raises(QuestionChangedError):
            record_answer(read, key, Reply(key.right), own.pk, uuid4(), ben)

        assert not ben.enrollments.exists()

    def test_is_no_news_when_it_is_stored_already(self, probe, visitor):
        key = uuid4()
        answer(probe, visitor, submission=key)
        revise(probe)

        answer(probe, visitor, submission=key)

        assert Answer.objects.count() == 1

    def test_takes_no_key_of_another_answer(self, lesson, probe, visitor):
        key = uuid4()
        answer(make_question(lesson, "Second?"), visitor, submission=key)
        revise(probe)

        with pytest.raises(SubmissionReusedError):
            answer(probe, visitor, submission=key)


class TestAPageThatIsOlderThanTheRevision:
    """The learner's page still shows the version that was replaced, or retired."""

    def post(self, client, question, **headers):
        choice = str(question.choices.get(is_right=True).pk)
        data = {"submission": str(uuid4()), "choice": choice}
        return client.post(question.answer_url, data, headers=headers)

    def test_an_answer_from_it_is_met_with_the_new_version(self, probe, client):
        new = revise(probe)

        page = self.post(client, probe, **{"HX-Request": "true"})

        said = page.content.decode()
        assert page.status_code == 409
        assert "This question has just been changed." in said
        assert f'id="question-{new.uuid}"' in said
        assert "Where does the new probe go?" in said
        assert not Answer.objects.exists()

    def test_without_javascript_it_is_the_whole_lesson(self, probe, client):
        revise(probe)

        page = self.post(client, probe)

        assert page.status_code == 409
        assert "This question has just been changed." in page.content.decode()
        assert "<h1" in page.content.decode()

    def test_try_again_opens_the_new_version(self, probe, client):
        revise(probe)

        page = client.get(probe.answer_url, headers={"HX-Request": "true"})

        assert page.status_code == 200
        assert "Where does the new probe go?" in page.content.decode()

    @pytest.mark.parametrize("htmx", [True, False])
    def test_a_retired_question_leads_back_to_the_lesson(self, probe, client, htmx):
        retire_question(probe)
        lesson = "/tracks/soil/probe-the-soil/"

        response = self.post(client, probe, **({"HX-Request": "true"} if htmx else {}))

        assert response["HX-Redirect" if htmx else "Location"] == lesson
        page = client.get(lesson).content.decode()
        assert "This question is no longer asked: no answer to it is kept." in page

    def test_in_a_lesson_one_may_not_see_it_is_missing(self, lesson, probe, client):
        revise(probe)
        Lesson.objects.filter(pk=lesson.pk).update(published_at=None)

        assert self.post(client, probe).status_code == 404
        assert client.get(probe.answer_url).status_code == 404


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_two_who_revise_one_question_one_is_told(self, probe):
        results = at_once([partial(revise, probe)] * 2)

        assert sum(isinstance(r, Question) for r in results) == 1
        assert sum(isinstance(r, QuestionReplacedError) for r in results) == 1
        assert Question.objects.current().filter(lineage=probe.lineage).count() == 1

    def test_looking_without_the_lock_ends_in_the_database(self, probe):
        """The control: two who both saw it current."""
        between = Barrier(2)

        def naive() -> None:
            old = Question.objects.get(pk=probe.pk)
            if old.position is not None:
                between.wait(timeout=45)
                with transaction.atomic():
                    Question.objects.filter(pk=old.pk).update(position=None)
                    Question.objects.create(
                        lesson_id=old.lesson_id,
                        prompt="Again?",
                        position=old.position,
                        lineage=old.lineage,
                        replaces=old,
                    )

        results = at_once([naive, naive])

        assert sum(isinstance(r, IntegrityError) for r in results) == 1

    def test_one_that_is_being_revised_is_waited_for_and_not_retired(self, probe):
        said: list[bool] = []
        with transaction.atomic():
            revise(probe)
            retiring = in_thread(lambda: said.append(retire_question(probe)))
            retiring.join(timeout=0.5)
            assert retiring.is_alive()
        retiring.join()

        assert said == [False]
        assert not Question.objects.exclude(retired_at=None).exists()

    @pytest.mark.parametrize("gone", [revise, retire_question])
    def test_an_answer_that_was_read_before_waits_and_is_refused(
        self, probe, visitor, gone
    ):
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        refused: list[QuestionChangedError] = []

        def late() -> None:
            try:
                answer(read, visitor)
            except QuestionChangedError as error:
                refused.append(error)

        with transaction.atomic():
            gone(probe)
            answering = in_thread(late)
            answering.join(timeout=0.5)
            assert answering.is_alive()
        answering.join()

        assert len(refused) == 1
        assert not Answer.objects.exists()

    def test_who_sent_it_is_shown_the_new_version(self, probe, ada, signed_in):
        choice = str(probe.choices.get(is_right=True).pk)
        data = {"submission": str(uuid4()), "choice": choice}
        client, pages = signed_in(ada), []

        def post() -> None:
            htmx = {"HX-Request": "true"}
            pages.append(client.post(probe.answer_url, data, headers=htmx))

        with transaction.atomic():
            revise(probe)
            posting = in_thread(post)
            posting.join(timeout=1)
            assert posting.is_alive()
        posting.join()

        assert pages[0].status_code == 409
        assert "Where does the new probe go?" in pages[0].content.decode()
        assert not Answer.objects.exists()

    def test_an_insert_that_does_not_look_stores_it_under_the_old_version(
        self, probe, visitor
    ):
        """The control: the key of the log alone does not know who was replaced."""

        def naive() -> None:
            Answer.objects.create(
                respondent=visitor,
                question=probe,
                question_revision=probe.revision,
                submission=uuid4(),
                credit=1,
            )

        with transaction.atomic():
            revise(probe)
            answering = in_thread(naive)
            answering.join(timeout=0.5)
            assert answering.is_alive()
        answering.join()

        assert Answer.objects.get().question_id == probe.pk

    def test_an_answer_that_is_being_stored_is_waited_for_and_kept(
        self, probe, visitor
    ):
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        with transaction.atomic():
            answer(read, visitor)
            revising = in_thread(partial(revise, probe))
            revising.join(timeout=0.5)
            assert revising.is_alive()
        revising.join()

        assert Answer.objects.get().question_id == probe.pk
        assert Question.objects.current().get(lineage=probe.lineage).pk != probe.pk

    def test_many_answers_and_a_revise_at_once_leave_no_late_answer(
        self, probe, signed_in, ada
    ):
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        people = [Respondent.objects.create() for _ in range(6)]
        replaced_at = []

        def mend() -> None:
            with transaction.atomic():
                revise(probe)
                replaced_at.append(Answer.objects.count())

        at_once([mend, *[partial(answer, read, person) for person in people]])

        assert Answer.objects.count() == replaced_at[0]
