"""Catalogue, track and lesson as each reader sees them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from courses.models import Enrollment, Lesson, LessonCompletion, Track
from courses.services import mark_done
from tests.factories import make_lesson, make_question, make_track, make_user

pytestmark = pytest.mark.django_db


def text(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(response.content.decode().split())


class TestTheCatalogue:
    def test_without_tracks_says_so(self, client):
        assert "No tracks have been published yet." in text(client, "/")

    def test_shows_a_visitor_the_steps_of_each_track(self, client):
        make_track("soil", lessons=4)

        page = text(client, "/")

        assert "4 steps" in page
        assert "Continue where you left off" not in page

    def test_shows_no_drafts_and_nothing_archived(self, client):
        make_track("draft", published=False)
        make_track("old", archived_at=timezone.now())

        assert "No tracks have been published yet." in text(client, "/")

    def test_puts_begun_tracks_first_and_then_the_newest(self, ada, soil, signed_in):
        make_track("newest", published_at=timezone.now() - timedelta(minutes=1))
        mark_done(ada, soil.lessons.first())

        page = text(signed_in(ada), "/")

        assert page.index(">Soil<") < page.index(">Newest<")
        assert "1 of 2 lessons done" in page
        assert "Continue lesson 2" in page

    def test_shows_24_tracks_a_page(self, client):
        for number in range(25):
            make_track(f"track-{number:02}")

        assert text(client, "/").count('class="entry"') == 24
        assert text(client, "/?page=2").count('class="entry"') == 1

    @pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "99999999999999", "٣"])
    def test_takes_an_odd_page_number_calmly(self, client, page):
        assert client.get("/", {"page": page}).status_code == 200


class TestATrack:
    def test_tells_a_visitor_that_an_account_keeps_the_progress(self, soil, client):
        assert "Your progress is kept when you sign in" in text(client, "/tracks/soil/")

    def test_says_how_many_lessons_are_left(self, soil, ada, probe, signed_in):
        page = text(signed_in(ada), "/tracks/soil/")

        assert "2 lessons to go until your certificate" in page
        assert "No score yet" in page

    def test_offers_the_certificate_when_all_is_done(self, soil, ada, signed_in):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)

        assert "Claim your certificate" in text(signed_in(ada), "/tracks/soil/")

    def test_marks_what_is_new_since_the_learner_finished(self, soil, ada, signed_in):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        make_lesson(soil, "later", published_at=timezone.now())

        page = text(signed_in(ada), "/tracks/soil/")

        assert "New since you finished" in page
        assert "Claim your certificate" in page

    def test_can_be_left_and_taken_up_again(self, soil, ada, signed_in):
        client = signed_in(ada)

        client.post("/me/tracks/soil/", {"learning": "0"})
        assert "You left this track." in text(client, "/tracks/soil/")
        assert "You have not started a track." in text(client, "/me/")

        client.post("/me/tracks/soil/", {"learning": "1"})
        assert "Leave this track" in text(client, "/tracks/soil/")
        assert "Soil" in text(client, "/me/")

    def test_that_is_archived_stays_as_a_notice(self, soil, client):
        Track.objects.update(archived_at=timezone.now())

        page = text(client, "/tracks/soil/")

        assert "Not taught since" in page
        assert "noindex" in page
        assert client.get("/tracks/soil/water-it/").status_code == 404

    def test_that_is_archived_is_still_read_by_those_who_learned_it(
        self, soil, ada, signed_in
    ):
        Track.objects.update(archived_at=timezone.now())

        assert "Water it" in text(signed_in(ada), "/tracks/soil/water-it/")

    def test_that_is_archived_is_closed_to_who_did_not_learn_it(
        self, soil, probe, ben, signed_in
    ):
        Track.objects.update(archived_at=timezone.now())
        client = signed_in(ben)

        assert client.get("/tracks/soil/water-it/").status_code == 404
        assert client.get(probe.answer_url).status_code == 404

    @pytest.mark.parametrize(
        ("who", "status"),
        [("ada", 404), ("ben", 404), ("iris", 200), ("omar", 404), ("ruth", 200)],
    )
    def test_that_is_a_draft_is_seen_by_who_teaches_it(
        self, request, soil, signed_in, who, status
    ):
        user = request.getfixturevalue(who)
        Track.objects.filter(pk=soil.pk).update(published_at=None)
        client = signed_in(user)

        assert client.get("/tracks/soil/").status_code == status
        assert client.get("/tracks/soil/water-it/").status_code == status


class TestALesson:
    def test_has_place_summary_contents_body_and_what_follows(self, soil, client):
        page = text(client, "/tracks/soil/probe-the-soil/")

        assert "Lesson 1 of 2" in page
        assert "What probe-the-soil says." in page
        assert '<a href="#s-first">First</a>' in page
        assert "A few words." in page
        assert "Continue in this track" in page
        assert "All 2 lessons" in page

    def test_without_questions_has_no_self_check(self, soil, client):
        assert "Check your understanding" not in text(client, "/tracks/soil/water-it/")

    def test_says_how_many_questions_its_self_check_has(self, probe, client):
        make_question(probe.lesson)
        make_question(probe.lesson)

        page = text(client, probe.lesson.get_absolute_url())

        assert "<strong>3-question self-check</strong>" in page
        assert (
            "Optional. Your answers feed your knowledge score on the track certificate."
            in page
        )

    def test_takes_language_and_direction_from_its_track(self, client):
        track = make_track("turba", language="ar", lessons=1)

        page = text(client, track.lessons.get().get_absolute_url())

        assert '<html lang="ar" dir="rtl"' in page

    def test_counts_published_lessons_alone(self, soil, client):
        make_lesson(soil, "draft", published=False)
        make_lesson(soil, "last")

        assert "Lesson 3 of 3" in text(client, "/tracks/soil/last/")

    def test_says_when_it_was_revised_after_publication(self, soil, client):
        Lesson.objects.filter(slug="water-it").update(revised_at=timezone.now())

        assert "Revised" in text(client, "/tracks/soil/water-it/")
        assert "Revised" not in text(client, "/tracks/soil/probe-the-soil/")

    def test_that_is_published_in_a_draft_track_says_that_nothing_counts(
        self, iris, soil, probe, signed_in
    ):
        lesson_url = probe.lesson.get_absolute_url()
        promise = "Your answers feed your knowledge score"
        assert promise in text(signed_in(iris), lesson_url)
        Track.objects.update(published_at=None)

        page = text(signed_in(iris), lesson_url)

        assert "The track of this lesson is a draft." in page
        assert "nothing you answer here is kept" in page
        assert "Lesson 1 of 2" in page
        assert promise not in page


class TestMarkingDone:
    def test_is_said_and_undone(self, soil, ada, signed_in):
        client, address = signed_in(ada), "/tracks/soil/water-it/"

        client.post(address + "done/", {"done": "1"})
        page = text(client, address)
        assert "Done on" in page
        assert "Undo" in page

        client.post(address + "done/", {"done": "0"})
        assert "Mark lesson done" in text(client, address)
        assert not LessonCompletion.objects.exists()

    def test_twice_is_once(self, soil, ada, signed_in):
        client = signed_in(ada)
        for _ in range(2):
            client.post("/tracks/soil/water-it/done/", {"done": "1"})

        assert LessonCompletion.objects.count() == 1

    def test_notes_when_the_track_was_first_finished(self, soil, ada):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)

        assert Enrollment.objects.get(learner=ada).completed_at is not None

    def test_undone_means_unfinished_again_until_a_certificate_stands(
        self, soil, ada, signed_in
    ):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        signed_in(ada).post("/tracks/soil/water-it/done/", {"done": "0"})
        assert Enrollment.objects.get(learner=ada).completed_at is None

        mark_done(ada, soil.lessons.get(slug="water-it"))
        Enrollment.objects.update(certified_at=timezone.now())
        signed_in(ada).post("/tracks/soil/water-it/done/", {"done": "0"})
        assert Enrollment.objects.get(learner=ada).completed_at is not None

    def test_undone_on_a_lesson_added_later_changes_nothing(self, soil, ada, signed_in):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        mark_done(ada, make_lesson(soil, "later"))
        signed_in(ada).post("/tracks/soil/later/done/", {"done": "0"})

        assert Enrollment.objects.get(learner=ada).completed_at is not None

    def test_a_lesson_added_later_unfinishes_nothing(self, soil, ada):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        make_lesson(soil, "later")

        assert Enrollment.objects.get(learner=ada).completed_at is not None

    def test_by_a_visitor_is_kept_in_the_session(self, soil, client):
        client.post("/tracks/soil/water-it/done/", {"done": "1"})

        page = text(client, "/tracks/soil/water-it/")
        assert "Kept on this device." in page
        assert "1 of 2 done" in page
        assert not Enrollment.objects.exists()

    def test_in_a_draft_keeps_nothing(self, soil, iris, signed_in):
        make_lesson(soil, "draft", published=False)
        client = signed_in(iris)

        client.post("/tracks/soil/draft/done/", {"done": "1"})

        assert "Preview: nothing is kept." in text(client, "/tracks/soil/draft/")
        assert not LessonCompletion.objects.exists()

    @pytest.mark.parametrize("value", ["", "2", "true"])
    def test_refuses_any_other_value(self, soil, client, value):
        response = client.post("/tracks/soil/water-it/done/", {"done": value})

        assert response.status_code == 400

    def test_a_get_leads_back_to_the_lesson(self, soil, client):
        response = client.get("/tracks/soil/water-it/done/")

        assert response.url == "/tracks/soil/water-it/#finish"


class TestClaimingAVisit:
    def sign_in(self, client, name):
        return client.post(
            "/accounts/login/",
            {"login": f"{name}@example.org", "password": "a-long-pass-phrase"},
            follow=True,
        )

    def answer(self, client, question):
        from uuid import uuid4

        choice = question.choices.get(is_right=True).pk
        client.post(
            question.answer_url, {"submission": str(uuid4()), "choice": str(choice)}
        )

    def test_sign_in_adds_answers_and_marks_and_says_so(self, soil, probe, client):
        ada = make_user("Ada")
        self.answer(client, probe)
        client.post("/tracks/soil/water-it/done/", {"done": "1"})

        page = self.sign_in(client, "ada").content.decode()

        assert "1 answer and 1 lesson marked done were added." in page
        assert LessonCompletion.objects.get().enrollment.learner == ada
        assert "Correct" in text(client, probe.lesson.get_absolute_url())

    def test_two_visitors_in_one_browser_never_mix(self, soil, probe, client):
        make_user("Ada")
        make_user("Ben")
        self.answer(client, probe)
        self.sign_in(client, "ada")
        client.post("/accounts/logout/")

        assert "Correct" not in text(client, probe.lesson.get_absolute_url())
        client.post("/tracks/soil/water-it/done/", {"done": "1"})
        page = self.sign_in(client, "ben").content.decode()

        assert "1 lesson marked done was added." in page
        assert "Correct" not in text(client, probe.lesson.get_absolute_url())

    def test_a_visit_that_is_over_is_not_taken_up_by_the_next_visitor(
        self, soil, probe, client
    ):
        other = make_question(probe.lesson, "Another?")
        client.get(probe.get_absolute_url())
        self.answer(client, probe)
        del client.cookies["sessionid"]

        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            self.answer(client, other)
            page = text(client, probe.lesson.get_absolute_url())

        assert "1 of 2 answered" in page

    def test_a_failed_claim_blocks_nothing_and_is_tried_again(
        self, soil, probe, client, monkeypatch
    ):
        from django.db import OperationalError

        from quizzes import claims

        make_user("Ada")
        self.answer(client, probe)

        def fail(*_args):
            raise OperationalError("away")

        with monkeypatch.context() as broken:
            broken.setattr(claims, "claim_visit", fail)
            assert self.sign_in(client, "ada").status_code == 200
        assert "1 answer was added." in text(client, "/me/")
