"""What happens at the same moment: each race, and a naive way that loses it."""

from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from courses.models import Enrollment, Lesson, LessonCompletion
from courses.services import mark_done, undo_done
from quizzes.grading import Reply, grade
from quizzes.models import Answer, Choice, Question, Respondent
from quizzes.services import (
    Claimed,
    QuestionChangedError,
    claim_visit,
    key_of,
    record_answer,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def right(question: Question) -> str:
    return str(question.choices.get(is_right=True).pk)


class TestOneSubmissionKey:
    def test_twenty_posts_at_once_are_one_answer(self, probe, ada, signed_in):
        key, choice = str(uuid4()), right(probe)
        clients = [signed_in(ada) for _ in range(20)]

        def post(client):
            return lambda: client.post(
                probe.answer_url, {"submission": key, "choice": choice}
            )

        responses = at_once([post(client) for client in clients])

        assert {response.status_code for response in responses} == {302}
        assert Answer.objects.count() == 1
        assert Respondent.objects.filter(learner=ada).count() == 1
        assert Enrollment.objects.filter(learner=ada).count() == 1

    def test_twenty_first_posts_of_one_visitor_are_one_answer(self, probe):
        data = {"submission": str(uuid4()), "choice": right(probe)}
        first = Client()
        first.get(probe.get_absolute_url())
        clients = []
        for _ in range(20):
            client = Client()
            client.cookies.load({k: m.value for k, m in first.cookies.items()})
            clients.append(client)

        responses = at_once(
            [partial(client.post, probe.answer_url, data) for client in clients]
        )

        assert {response.status_code for response in responses} == {302}
        assert Answer.objects.count() == 1

    def test_look_then_insert_fails(self, probe, ada):
        respondent = Respondent.objects.create(learner=ada, is_own=True)
        key, between = uuid4(), Barrier(2)

        def naive():
            if not Answer.objects.filter(submission=key).exists():
                between.wait(timeout=45)
                Answer.objects.create(
                    respondent=respondent,
                    question=probe,
                    question_revision=probe.revision,
                    submission=key,
                    credit=1,
                )

        results = at_once([naive, naive])

        assert sum(isinstance(r, IntegrityError) for r in results) == 1


class TestAQuestionEditedWhileItIsAnswered:
    def reply(self, question):
        return Reply(frozenset([question.choices.get(is_right=True).pk]))

    def test_an_answer_graded_under_the_older_key_is_refused(self, probe, ada):
        respondent = Respondent.objects.create(learner=ada, is_own=True)
        read = Question.objects.select_related("lesson").get(pk=probe.pk)
        choices = list(read.choices.order_by("position"))
        Choice.objects.filter(question=probe, text="Not so").update(is_right=True)

        with pytest.raises(QuestionChangedError):
            record_answer(
                read,
                key_of(read, choices),
                self.reply_of(choices),
                respondent.pk,
                uuid4(),
            )
        assert Answer.objects.count() == 0

    def reply_of(self, choices):
        return Reply(frozenset([choices[0].pk]))

    def test_an_edit_of_an_answered_question_is_refused(self, probe, ada):
        Answer.objects.create(
            respondent=Respondent.objects.create(learner=ada, is_own=True),
            question=probe,
            question_revision=probe.revision,
            submission=uuid4(),
            credit=1,
        )

        with pytest.raises(
            IntegrityError, match="answer_graded_under_current_revision"
        ):
            Choice.objects.filter(question=probe, text="Right").update(is_right=False)

    def test_edit_and_answer_at_once_never_both_stand(self, probe, ada, signed_in):
        for _ in range(6):
            choice = right(probe)
            client = signed_in(ada)

            def edit(choice=choice):
                with transaction.atomic():
                    Question.objects.select_for_update().get(pk=probe.pk)
                    Choice.objects.filter(question=probe).exclude(pk=choice).update(
                        text=str(uuid4())
                    )
                    Question.objects.filter(pk=probe.pk).update(prompt=str(uuid4()))

            def answer(client=client, choice=choice):
                data = {"submission": str(uuid4()), "choice": choice}
                return client.post(probe.answer_url, data).status_code

            edited, status = at_once([edit, answer])

            assert status in {302, 409}
            stored = Answer.objects.filter(question=probe).exists()
            if isinstance(edited, IntegrityError):
                assert stored
            graded = Answer.objects.filter(question=probe).values_list(
                "question_revision", "question__revision"
            )
            assert all(then == now for then, now in graded)
            if stored:
                return
        pytest.fail("no answer was stored in six rounds")

    def test_reading_the_choices_before_the_revision_stores_a_stale_grade(
        self, probe, ada
    ):
        """The control: the order of reading matters, so the code keeps it."""
        respondent = Respondent.objects.create(learner=ada, is_own=True)
        read, edited = Barrier(2), Barrier(2)

        def naive_answer():
            stale = list(probe.choices.order_by("position"))
            read.wait(timeout=45)
            edited.wait(timeout=45)
            fresh = Question.objects.select_related("lesson").get(pk=probe.pk)
            reply = Reply(frozenset([stale[1].pk]))
            record_answer(fresh, key_of(fresh, stale), reply, respondent.pk, uuid4())
            return reply

        def edit():
            read.wait(timeout=45)
            Choice.objects.filter(question=probe, text="Right").update(is_right=False)
            Choice.objects.filter(question=probe, text="Not so").update(is_right=True)
            edited.wait(timeout=45)

        reply, _edited = at_once([naive_answer, edit])

        key = key_of(probe, list(probe.choices.order_by("position")))
        assert grade(key, reply) == 1
        assert Answer.objects.get().credit == 0


class TestDoneAndUndoCrossing:
    def test_the_place_in_the_track_agrees_with_the_marks(self, ada, soil):
        one, two = soil.lessons.order_by("position")
        mark_done(ada, one)
        for _ in range(10):
            results = at_once(
                [lambda: mark_done(ada, two), lambda: undo_done(ada, one)]
            )

            assert results == [None, None]
            place = Enrollment.objects.get(learner=ada)
            done = LessonCompletion.objects.filter(enrollment=place).count()
            assert done == 1
            # it may have been finished for a moment, and undo has taken that back
            assert place.completed_at is None
            mark_done(ada, one)
            undo_done(ada, two)

    def test_counting_without_the_lock_notes_a_track_that_is_not_finished(
        self, ada, soil
    ):
        one, two = soil.lessons.order_by("position")
        mark_done(ada, one)
        place = Enrollment.objects.get(learner=ada)
        between = Barrier(2)

        def naive_done():
            LessonCompletion.objects.create(enrollment=place, lesson=two)
            finished = (
                LessonCompletion.objects.filter(enrollment=place).count()
                == Lesson.objects.filter(track=soil).count()
            )
            between.wait(timeout=45)
            between.wait(timeout=45)
            if finished:
                Enrollment.objects.filter(pk=place.pk).update(
                    completed_at=timezone.now()
                )

        def naive_undo():
            between.wait(timeout=45)
            LessonCompletion.objects.filter(enrollment=place, lesson=one).delete()
            Enrollment.objects.filter(pk=place.pk).update(completed_at=None)
            between.wait(timeout=45)

        at_once([naive_done, naive_undo])

        assert LessonCompletion.objects.filter(enrollment=place).count() == 1
        assert Enrollment.objects.get(pk=place.pk).completed_at is not None


class TestClaimingAVisit:
    def visit(self, probe) -> Respondent:
        visitor = Respondent.objects.create()
        Answer.objects.create(
            respondent=visitor,
            question=probe,
            question_revision=probe.revision,
            submission=uuid4(),
            credit=1,
        )
        return visitor

    def test_two_tabs_claim_it_once(self, probe, ada, ben):
        visitor = self.visit(probe)

        results = at_once(
            [
                lambda: claim_visit(ada, visitor.pk, {}),
                lambda: claim_visit(ben, visitor.pk, {}),
                lambda: claim_visit(ada, visitor.pk, {}),
            ]
        )

        assert sorted(r.answers for r in results) == [0, 0, 1]
        visitor.refresh_from_db()
        assert visitor.learner in {ada, ben}

    def test_two_tabs_of_one_person_add_the_marks_once(self, soil, ada):
        now = timezone.now()
        marks = {lesson.pk: now for lesson in soil.lessons.all()}

        results = at_once([lambda: claim_visit(ada, None, marks)] * 2)

        assert sum(r.lessons for r in results if isinstance(r, Claimed)) == 2
        assert LessonCompletion.objects.count() == 2

    def test_look_then_set_lets_the_database_refuse_the_second(self, probe, ada, ben):
        visitor, between = self.visit(probe), Barrier(2)

        def naive(learner):
            def claim():
                respondent = Respondent.objects.get(pk=visitor.pk)
                if respondent.learner_id is None:
                    between.wait(timeout=45)
                    respondent.learner = learner
                    respondent.save()

            return claim

        results = at_once([naive(ada), naive(ben)])

        assert sum(isinstance(r, IntegrityError) for r in results) == 1


def test_answering_while_the_lesson_is_unpublished_is_stored_or_404(
    probe, ada, signed_in
):
    choice, statuses = right(probe), set()
    clients = [signed_in(ada) for _ in range(6)]

    def unpublish():
        Lesson.objects.filter(pk=probe.lesson_id).update(published_at=None)

    results = at_once(
        [
            unpublish,
            *[
                lambda client=client: client.post(
                    probe.answer_url, {"submission": str(uuid4()), "choice": choice}
                )
                for client in clients
            ],
        ]
    )

    statuses = {response.status_code for response in results[1:]}
    assert statuses <= {302, 404}
    connection.close()
