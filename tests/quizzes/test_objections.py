"""A learner says that something is wrong with a question, and reads the reply."""

import re
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gradus.me import erase_account
from quizzes.models import Objection
from quizzes.objection_views import OBJECTIONS_AN_HOUR
from quizzes.services import retire_question
from tests.admin_forms import in_thread
from tests.factories import make_question
from tests.quizzes.mending import revise
from tests.threads import at_once

pytestmark = pytest.mark.django_db

SAID = "Both of the first two are right."


def answer(client, question):
    data = {"submission": str(uuid4()), "choice": str(question.choices.first().pk)}
    return client.post(question.answer_url, data, follow=True)


@pytest.fixture
def learner(ada, probe, signed_in):
    client = signed_in(ada)
    answer(client, probe)
    return client


@pytest.fixture
def objection(ada, probe) -> Objection:
    return Objection.objects.create(question=probe, learner=ada, text=SAID)


def send(client, question, text=SAID):
    return client.post(question.objection_url, {"text": text}, follow=True)


def page_of(response) -> str:
    return " ".join(response.content.decode().split())


class TestSaying:
    def test_the_verdict_leads_to_the_form(self, learner, probe):
        page = page_of(learner.get(probe.lesson.get_absolute_url()))

        assert f'href="{probe.objection_url}"' in page
        form = learner.get(probe.objection_url)
        assert form.status_code == 200
        assert "Where does the probe go?" in page_of(form)

    def test_a_question_that_is_not_answered_has_no_such_link(
        self, ada, probe, signed_in
    ):
        client = signed_in(ada)

        page = page_of(client.get(probe.lesson.get_absolute_url()))

        assert probe.objection_url not in page
        assert client.get(probe.objection_url).url == probe.get_absolute_url()
        send(client, probe)
        assert not Objection.objects.exists()

    def test_a_visitor_is_asked_to_sign_in_and_offered_no_link(self, client, probe):
        page = page_of(answer(client, probe))

        assert probe.objection_url not in page
        assert client.get(probe.objection_url).url.startswith("/accounts/login/")

    def test_what_is_said_is_kept_and_confirmed(self, learner, ada, probe):
        page = page_of(send(learner, probe))

        kept = Objection.objects.get()
        assert (kept.question, kept.learner, kept.text) == (probe, ada, SAID)
        assert "Thank you." in page

    @pytest.mark.parametrize("text", ["", "   ", "x" * 501])
    def test_nothing_or_too_much_is_refused_beside_the_field(
        self, learner, probe, text
    ):
        response = send(learner, probe, text)

        assert response.status_code == 422
        assert "There is a problem" in page_of(response)
        assert text.strip() in page_of(response)
        assert not Objection.objects.exists()

    def test_a_second_one_waits_for_the_reply(self, learner, probe):
        send(learner, probe)

        page = page_of(send(learner, probe, "Another thing."))

        assert Objection.objects.get().text == SAID
        assert "Nobody has replied yet." in page

    def test_after_the_reply_there_may_be_another(
        self, learner, probe, iris, signed_in
    ):
        send(learner, probe)
        reply(signed_in(iris), Objection.objects.get())

        send(learner, probe, "Another thing.")

        assert Objection.objects.count() == 2

    def test_of_a_question_that_was_just_revised_it_is_shown_with_what_was_typed(
        self, learner, probe
    ):
        newer = revise(probe)
        assert "Really?" in page_of(learner.get(probe.objection_url))

        response = send(learner, probe)

        assert response.status_code == 422
        page = page_of(response)
        assert "This question has just been revised." in page
        assert SAID in page
        assert f'action="{newer.objection_url}"' in page
        send(learner, newer)
        assert Objection.objects.get().question == newer

    def test_of_a_question_that_was_just_retired_it_leads_to_the_lesson_and_says_so(
        self, learner, probe
    ):
        retire_question(probe)

        response = send(learner, probe)

        assert response.redirect_chain == [(probe.lesson.get_absolute_url(), 302)]
        assert "no longer asked: there is nothing to report." in page_of(response)
        assert not Objection.objects.exists()

    def test_markup_in_it_comes_out_as_text(self, learner, probe):
        send(learner, probe, "<script>alert(1)</script>")

        assert "&lt;script&gt;alert(1)" in page_of(learner.get("/me/"))

    def test_many_in_an_hour_are_stopped_and_the_text_is_kept(self, learner, lesson):
        with time_machine.travel(timezone.now(), tick=False):
            for _number in range(OBJECTIONS_AN_HOUR):
                question = make_question(lesson)
                answer(learner, question)
                send(learner, question)
            one_more = make_question(lesson)
            answer(learner, one_more)

            response = send(learner, one_more)

        assert Objection.objects.count() == OBJECTIONS_AN_HOUR
        assert "You have reported many questions." in page_of(response)
        assert SAID in page_of(response)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_keep_one(learner, probe, ada, signed_in):
    statuses = at_once([lambda: send(signed_in(ada), probe).status_code] * 2)

    assert statuses == [200, 200]
    assert Objection.objects.count() == 1


def test_the_database_keeps_one_open_objection_a_learner(objection, ada, probe):
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.create(question=probe, learner=ada, text="Again.")


def reply(client, objection, text="Right: the second was a slip. It is mended."):
    address = f"/admin/quizzes/objection/{objection.pk}/change/"
    return client.post(address, {"reply": text})


@pytest.mark.django_db(transaction=True)
def test_a_reply_to_who_is_being_erased_keeps_no_word_of_theirs(
    objection, ada, iris, signed_in
):
    client, pages = signed_in(iris), []
    with transaction.atomic():
        erase_account(ada, withdraw=False)
        replying = in_thread(lambda: pages.append(reply(client, objection)))
        replying.join(timeout=1)
        assert replying.is_alive()
    replying.join()

    assert pages[0].status_code == 404
    assert not LogEntry.objects.exists()


def link_beside(client, lesson) -> str:
    """The query of the link beside the first question that has a report."""
    page = client.get(f"/admin/courses/lesson/{lesson.pk}/change/").content.decode()
    (found, *_others) = re.findall(r"/objection/(\?[^\"]*)\">1 report without", page)
    return unescape(found)


class TestReplying:
    def test_the_instructor_sees_it_beside_the_question(
        self, learner, objection, iris, lesson, signed_in
    ):
        address = f"/admin/courses/lesson/{lesson.pk}/change/"

        page = page_of(signed_in(iris).get(address))

        assert "1 report without a reply" in page
        assert f"“{SAID}”" in page

    def test_the_link_lists_those_of_this_question(
        self, objection, ada, lesson, iris, signed_in
    ):
        other = make_question(lesson, "What else?")
        Objection.objects.create(question=other, learner=ada, text="Not this one.")
        client = signed_in(iris)
        address = f"/admin/quizzes/objection/{link_beside(client, lesson)}"

        page = page_of(client.get(address))

        assert SAID in page
        assert "Not this one." not in page

    def test_it_still_stands_beside_the_question_that_was_revised_because_of_it(
        self, learner, objection, probe, lesson, iris, signed_in
    ):
        revise(probe, "+Not so", "+Right", "Nor this", kind="multiple")
        client = signed_in(iris)
        address = f"/admin/quizzes/objection/{link_beside(client, lesson)}"

        assert SAID in page_of(client.get(address))
        reply(client, objection)

        page = page_of(client.get(f"/admin/courses/lesson/{lesson.pk}/change/"))
        assert "without a reply" not in page

    def test_the_learner_reads_the_reply_under_my_learning(
        self, learner, objection, iris, signed_in
    ):
        assert "No reply yet." in page_of(learner.get("/me/"))

        assert reply(signed_in(iris), objection).status_code == 302

        page = page_of(learner.get("/me/"))
        assert SAID in page
        assert "It is mended." in page
        objection.refresh_from_db()
        assert objection.replied_by == iris

    def test_who_is_erased_leaves_no_word_in_the_admins_history(
        self, objection, ada, iris, signed_in
    ):
        reply(signed_in(iris), objection)
        assert LogEntry.objects.get().object_repr == SAID

        erase_account(ada, withdraw=False)

        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_repr) == (iris, "")
        assert SAID not in entry.change_message

    def test_an_empty_reply_is_refused(self, objection, iris, signed_in):
        response = reply(signed_in(iris), objection, "  ")

        assert response.status_code == 200
        assert "This field is required." in page_of(response)
        objection.refresh_from_db()
        assert objection.replied_at is None

    def test_the_page_leads_nowhere_an_instructor_may_not_go(
        self, objection, ada, iris, signed_in
    ):
        page = page_of(
            signed_in(iris).get(f"/admin/quizzes/objection/{objection.pk}/change/")
        )

        assert str(ada) in page
        assert f"/admin/accounts/user/{ada.pk}/" not in page

    def test_a_reply_saved_untouched_keeps_its_day(self, objection, iris, signed_in):
        reply(signed_in(iris), objection)
        objection.refresh_from_db()
        first = objection.replied_at

        reply(signed_in(iris), objection)

        objection.refresh_from_db()
        assert objection.replied_at == first

    def test_what_the_learner_said_cannot_be_changed(self, objection, ruth, signed_in):
        address = f"/admin/quizzes/objection/{objection.pk}/change/"

        signed_in(ruth).post(address, {"reply": "Yes.", "text": "All is well."})

        objection.refresh_from_db()
        assert objection.text == SAID

    def test_an_instructor_of_another_track_sees_none(self, objection, omar, signed_in):
        client = signed_in(omar)

        assert SAID not in page_of(client.get("/admin/quizzes/objection/"))
        address = f"/admin/quizzes/objection/{objection.pk}/change/"
        assert client.get(address).status_code == 302  # as one that is missing
        reply(client, objection)
        objection.refresh_from_db()
        assert objection.replied_at is None

    @pytest.mark.parametrize("who", ["iris", "ruth"])
    def test_nobody_adds_or_deletes_one(self, objection, who, request, signed_in):
        client = signed_in(request.getfixturevalue(who))

        assert client.get("/admin/quizzes/objection/add/").status_code == 403
        address = f"/admin/quizzes/objection/{objection.pk}/delete/"
        assert client.post(address, {"post": "yes"}).status_code == 403
        assert Objection.objects.exists()

    def test_the_list_asks_as_often_for_many_as_for_few(
        self, objection, ada, lesson, ruth, signed_in
    ):
        client = signed_in(ruth)
        client.get("/admin/quizzes/objection/")
        with CaptureQueriesContext(connection) as few:
            client.get("/admin/quizzes/objection/")
        for _number in range(30):
            question = make_question(lesson)
            Objection.objects.create(question=question, learner=ada, text=SAID)
        with CaptureQueriesContext(connection) as many:
            client.get("/admin/quizzes/objection/")

        assert len(few) == len(many)
