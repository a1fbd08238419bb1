"""Tracks and lessons in the admin: who sees them, opens, closes and deletes them."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.models import Lesson, Track, TrackInstructor
from courses.services import mark_done
from quizzes.models import Answer, Respondent
from tests.admin_forms import added_row, admin_client, fields_of, in_thread
from tests.factories import make_lesson, make_track

TRACKS = "admin:courses_track"
LESSONS = "admin:courses_lesson"


def at(name: str, *args: object) -> str:
    return reverse(name, args=args)


def new_track(client) -> dict[str, str]:
    fields = fields_of(client, at(f"{TRACKS}_add"))
    return fields | {"title": "Moss", "slug": "moss", "summary": "All about moss."}


# Who sees what


def test_instructors_see_their_own_tracks_and_lessons_alone(iris, omar):
    client = admin_client(iris)

    tracks = client.get(at(f"{TRACKS}_changelist")).content.decode()
    lessons = client.get(at(f"{LESSONS}_changelist")).content.decode()
    drafts = client.get(at(f"{TRACKS}_changelist"), {"state": "draft"})

    assert "Soil" in tracks
    assert "Soil" not in drafts.content.decode()
    assert "Stars" not in tracks
    assert "Probe the soil" in lessons
    assert "Stars" not in lessons


@pytest.mark.parametrize("place", ["change", "delete", "history", "close"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_track_and_a_lesson_of_somebody_else_are_refused(
    soil, lesson, omar, place, method
):
    client = admin_client(omar)

    for url in at(f"{TRACKS}_{place}", soil.pk), at(f"{LESSONS}_{place}", lesson.pk):
        response = getattr(client, method)(url, {"title": "Mine", "post": "yes"})
        assert response.status_code in {302, 403}
        assert "Soil" not in response.content.decode()
    soil.refresh_from_db()
    assert (soil.title, soil.archived_at) == ("Soil", None)
    assert Lesson.objects.filter(pk=lesson.pk).exists()


@pytest.mark.parametrize("ask", ["view", "change", "delete"])
def test_a_row_is_allowed_to_who_teaches_its_track_alone(
    soil, lesson, iris, omar, ruth, ask
):
    """Asked about the row itself: no list hides it first."""
    request: Any = RequestFactory().get("/")

    for row in soil, lesson:
        may = getattr(admin.site.get_model_admin(type(row)), f"has_{ask}_permission")
        allowed = []
        for request.user in iris, omar, ruth:
            request.taught = None
            allowed.append(may(request, row))
        assert allowed == [True, False, True]


def test_a_lesson_is_not_added_to_somebody_elses_track(soil, omar):
    client = admin_client(omar)
    fields = fields_of(client, at(f"{LESSONS}_add"))
    fields |= {
        "track": str(soil.pk),
        "title": "Mine",
        "slug": "mine",
        "summary": "Mine.",
    }

    page = client.post(at(f"{LESSONS}_add"), fields)

    assert page.status_code == 200
    assert not Lesson.objects.filter(slug="mine").exists()


def test_an_action_does_not_reach_somebody_elses_lessons(lesson, omar):
    chosen = {"action": "unpublish", "_selected_action": [lesson.pk]}

    admin_client(omar).post(at(f"{LESSONS}_changelist"), chosen)

    lesson.refresh_from_db()
    assert lesson.published_at is not None


def test_instructors_enter_no_other_room(iris):
    client = admin_client(iris)
    index = client.get(at("admin:index")).content.decode()

    for model in "accounts/user", "certificates/certificate", "quizzes/answer":
        assert f"/admin/{model}/" not in index
        assert client.get(f"/admin/{model}/").status_code == 403


def test_an_instructor_cannot_choose_who_teaches(iris, ben, soil):
    client = admin_client(iris)
    url = at(f"{TRACKS}_change", soil.pk)
    fields = fields_of(client, url)
    assert not any(name.startswith("instructors") for name in fields)

    fields |= {
        "instructors-TOTAL_FORMS": "1",
        "instructors-INITIAL_FORMS": "0",
        "instructors-0-user": str(ben.pk),
    }
    assert client.post(url, fields).status_code == 302
    assert not TrackInstructor.objects.filter(user=ben).exists()


def test_learners_do_not_enter_the_admin(ada, soil):
    response = admin_client(ada).get(at(f"{TRACKS}_change", soil.pk))

    assert response.status_code == 302


@pytest.mark.parametrize("key", ["none", "0", "9" * 30, "1_2F"])
def test_an_address_of_no_track_or_lesson_is_no_error(ruth, key):
    client = admin_client(ruth)

    for name in TRACKS, LESSONS:
        for place in "change", "delete", "history", "close":
            for method in client.get, client.post:
                assert method(at(f"{name}_{place}", key)).status_code in {302, 403}


# Writing a track


def test_who_creates_a_track_teaches_it(iris):
    client = admin_client(iris)

    response = client.post(at(f"{TRACKS}_add"), new_track(client))

    assert response.status_code == 302
    track = Track.objects.get(slug="moss")
    assert track.instructors.get().user == iris
    assert (track.published_at, track.archived_at) == (None, None)


def test_an_admin_adds_and_removes_instructors(ruth, iris, omar, soil):
    client = admin_client(ruth)
    url = at(f"{TRACKS}_change", soil.pk)
    fields = fields_of(client, url)
    fields["instructors-0-DELETE"] = "on"
    fields["instructors-TOTAL_FORMS"] = "2"
    fields["instructors-1-user"] = str(omar.pk)

    assert client.post(url, fields).status_code == 302

    assert [teacher.user for teacher in soil.instructors.all()] == [omar]


@pytest.mark.parametrize("lost", ["role", "account"])
def test_a_track_is_saved_whose_teacher_lost_the_role_or_the_account(
    ruth, iris, soil, lost
):
    url = at(f"{TRACKS}_change", soil.pk)
    User.objects.filter(pk=iris.pk).update(
        is_staff=lost != "role", is_active=lost != "account"
    )
    client = admin_client(ruth)

    fields = fields_of(client, url) | {"title": "Soil and sand"}
    assert client.post(url, fields).status_code == 302

    soil.refresh_from_db()
    assert soil.title == "Soil and sand"
    assert soil.instructors.get().user == iris
    fields["instructors-0-DELETE"] = "on"
    assert client.post(url, fields).status_code == 302
    assert not soil.instructors.exists()


def test_only_who_may_enter_the_admin_is_put_in_charge_of_a_track(
    ruth, iris, omar, ada, soil
):
    client = admin_client(ruth)
    url = at(f"{TRACKS}_change", soil.pk)
    User.objects.filter(pk=omar.pk).update(is_active=False)
    row = added_row(client, url, "instructors", 1)
    fields = fields_of(client, url) | row | {"instructors-TOTAL_FORMS": "2"}

    for refused in ada, omar:
        page = client.post(url, fields | {"instructors-1-user": str(refused.pk)})
        assert page.status_code == 200
        assert "Select a valid choice." in page.content.decode()
    fields |= {"instructors-0-user": str(ada.pk)}  # in the place of who teaches now
    assert client.post(url, fields).status_code == 200
    assert soil.instructors.get().user == iris


def test_the_same_instructor_twice_is_an_error_on_the_page(ruth, iris, soil):
    client = admin_client(ruth)
    url = at(f"{TRACKS}_change", soil.pk)
    fields = fields_of(client, url)
    fields["instructors-TOTAL_FORMS"] = "2"
    fields["instructors-1-user"] = str(iris.pk)

    assert client.post(url, fields).status_code == 200
    assert soil.instructors.count() == 1


def test_a_taken_address_is_an_error_on_the_page(iris):
    client = admin_client(iris)

    page = client.post(at(f"{TRACKS}_add"), new_track(client) | {"slug": "soil"})

    assert page.status_code == 200
    assert "already exists" in page.content.decode()


def test_a_published_track_and_lesson_keep_their_addresses(iris, soil, lesson):
    client = admin_client(iris)

    for url in at(f"{TRACKS}_change", soil.pk), at(f"{LESSONS}_change", lesson.pk):
        fields = fields_of(client, url)
        assert "slug" not in fields
        assert client.post(url, fields | {"slug": "moved"}).status_code == 302
    soil.refresh_from_db()
    lesson.refresh_from_db()
    assert (soil.slug, lesson.slug) == ("soil", "probe-the-soil")


def test_the_description_is_rendered_and_may_not_be_endless(iris, soil):
    client = admin_client(iris)
    url = at(f"{TRACKS}_change", soil.pk)
    fields = fields_of(client, url)

    client.post(url, fields | {"description": "Dig *deep*."})
    soil.refresh_from_db()
    assert "<em>deep</em>" in soil.description_html
    fields = fields_of(client, url)
    assert client.post(url, fields | {"description": "a" * 100_001}).status_code == 200


def test_lessons_are_put_in_the_order_they_were_dragged_to(iris, soil):
    client = admin_client(iris)
    url = at(f"{TRACKS}_change", soil.pk)
    fields = fields_of(client, url)
    fields |= {"lessons-0-position": "1", "lessons-1-position": "0"}

    assert client.post(url, fields).status_code == 302

    slugs = soil.lessons.order_by("position").values_list("position", "slug")
    assert list(slugs) == [(1, "water-it"), (2, "probe-the-soil")]


def test_a_lesson_is_added_at_the_end_of_its_track(iris, soil):
    client = admin_client(iris)
    fields = fields_of(client, f"{at(f'{LESSONS}_add')}?track={soil.pk}")
    fields |= {"title": "Mulch", "slug": "mulch", "summary": "All.", "markdown": "# Hi"}

    assert client.post(at(f"{LESSONS}_add"), fields).status_code == 302

    lesson = soil.lessons.get(slug="mulch")
    assert lesson.position == 3
    assert lesson.published_at is None
    assert "Hi" in lesson.body_html


@pytest.mark.parametrize(
    ("published", "model", "words"),
    [(True, "lesson", "Publish it"), (False, "track", "Publish it with its track")],
)
def test_a_new_lesson_leads_on_to_where_it_is_published(iris, published, model, words):
    track = make_track("moss", published=published)
    TrackInstructor.objects.create(track=track, user=iris)
    client = admin_client(iris)
    fields = fields_of(client, f"{at(f'{LESSONS}_add')}?track={track.pk}")
    fields |= {"title": "Mulch", "slug": "mulch", "summary": "All."}

    page = client.post(at(f"{LESSONS}_add"), fields, follow=True).content.decode()

    row = track.lessons.get() if model == "lesson" else track
    url = at(f"admin:courses_{model}_publication", row.pk)
    assert f'<a class="to" href="{url}">{words}</a>' in page


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("score", "This is an address of the track itself."),
        ("water-it", "This track has a lesson at this address already."),
    ],
)
def test_a_lesson_address_that_cannot_be_is_refused(iris, soil, slug, message):
    client = admin_client(iris)
    draft = make_lesson(soil, "draft", published=False)
    url = at(f"{LESSONS}_change", draft.pk)

    page = client.post(url, fields_of(client, url) | {"slug": slug})

    assert page.status_code == 200
    assert message in page.content.decode()


def test_a_lesson_taken_out_moves_the_others_up(iris, soil, lesson):
    client = admin_client(iris)

    response = client.post(at(f"{LESSONS}_delete", lesson.pk), {"post": "yes"})

    assert response.status_code == 302
    assert soil.lessons.get().position == 1


# Opening and closing


def test_lessons_are_published_and_made_drafts_again(iris, soil):
    client = admin_client(iris)
    draft = make_lesson(soil, "draft", published=False)
    url = at(f"{LESSONS}_changelist")

    client.post(url, {"action": "publish", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert draft.is_published
    client.post(url, {"action": "unpublish", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_lesson_is_saved_and_published_with_one_button(iris, soil):
    client = admin_client(iris)
    draft = make_lesson(soil, "draft", published=False)
    url = at(f"{LESSONS}_change", draft.pk)

    fields = fields_of(client, url) | {"courses_lesson_publish_now": ""}
    assert client.post(url, fields | {"title": "Done"}).status_code == 302

    draft.refresh_from_db()
    assert (draft.title, draft.is_published) == ("Done", True)


def test_a_track_that_people_learned_is_kept_and_archive_is_offered(iris, ada, soil):
    client = admin_client(iris)
    mark_done(ada, soil.lessons.first())

    page = client.get(at(f"{TRACKS}_delete", soil.pk)).content.decode()
    refused = client.post(at(f"{TRACKS}_delete", soil.pk), {"post": "yes"})

    assert "1 enrolment" in page
    assert "Archive it instead" in page
    assert refused.status_code == 409
    assert client.post(at(f"{TRACKS}_close", soil.pk)).status_code == 302
    soil.refresh_from_db()
    assert soil.archived_at is not None


def test_a_lesson_with_a_visitors_answer_is_kept(iris, soil, lesson, probe):
    client = admin_client(iris)
    Answer.objects.create(
        respondent=Respondent.objects.create(),
        question=probe,
        question_revision=probe.revision,
        submission=probe.uuid,
        credit=1,
    )

    for url in at(f"{LESSONS}_delete", lesson.pk), at(f"{TRACKS}_delete", soil.pk):
        assert "<li>1 answer</li>" in client.get(url).content.decode()
    assert client.post(at(f"{LESSONS}_close", lesson.pk)).status_code == 302
    lesson.refresh_from_db()
    assert lesson.published_at is None


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_while_its_lesson_is_deleted_keeps_it(iris, lesson, probe):
    """The answer is not visible yet when the admin looks for what hangs on the lesson."""
    client = admin_client(iris)
    url = at(f"{LESSONS}_delete", lesson.pk)
    pages = []
    with transaction.atomic():
        Answer.objects.create(
            respondent=Respondent.objects.create(),
            question=probe,
            question_revision=probe.revision,
            submission=probe.uuid,
            credit=1,
        )
        deleting = in_thread(lambda: pages.append(client.post(url, {"post": "yes"})))
        deleting.join(timeout=0.5)
        assert deleting.is_alive()
    deleting.join()

    assert pages[0].status_code == 409
    assert "<li>1 answer</li>" in pages[0].content.decode()
    assert Answer.objects.count() == 1


def test_a_track_without_evidence_is_deleted_with_all_it_holds(iris, soil, probe):
    client = admin_client(iris)

    response = client.post(at(f"{TRACKS}_delete", soil.pk), {"post": "yes"})

    assert response.status_code == 302
    assert not Track.objects.filter(pk=soil.pk).exists()


def test_closing_needs_a_post(iris, soil):
    assert admin_client(iris).get(at(f"{TRACKS}_close", soil.pk)).status_code == 403


# Size


@pytest.mark.parametrize("place", [f"{TRACKS}_changelist", f"{LESSONS}_changelist"])
def test_lists_cost_as_many_statements_with_many_rows(ruth, soil, place):
    assert_flat(admin_client(ruth), at(place), lambda: make_many(20))


def test_a_track_costs_as_many_statements_with_many_lessons(iris, soil):
    def more() -> None:
        for number in range(20):
            make_lesson(soil, f"more-{number}")

    assert_flat(admin_client(iris), at(f"{TRACKS}_change", soil.pk), more)


def make_many(count: int) -> None:
    for number in range(count):
        make_track(f"track-{number}", lessons=2)


def assert_flat(client, url, more) -> None:
    counts = []
    for grow in (lambda: None, more):
        grow()
        with CaptureQueriesContext(connection) as statements:
            assert client.get(url).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_nothing_in_the_admin_comes_from_another_site(iris, soil, lesson):
    client = admin_client(iris)

    for url in (
        at("admin:index"),
        at(f"{TRACKS}_change", soil.pk),
        at(f"{LESSONS}_change", lesson.pk),
    ):
        page = client.get(url).content.decode()
        assert 'src="http' not in page
        assert 'href="http' not in page
