"""An instructor sees and touches the own tracks alone, by whatever way (SAFETY 18, 20).

Iris teaches soil. Omar teaches stars, and every row here is soil's: nothing that he asks
for, sends or adds to an address shows or changes it.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from courses.models import Lesson, Picture, Track
from courses.picture_services import add_picture
from courses.publishing import make_preview_link
from courses.taught_admin import TaughtAdmin
from exchange.keeping import keep_found
from exchange.models import Version
from quizzes.models import Objection, Question
from tests.admin_forms import admin_client, fields_of
from tests.drawings import png
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

# every model that instructors have in the admin by track
OWN = {
    "courses_track": "Soil",
    "courses_lesson": "Probe the soil",
    "courses_picture": "soil.png",
    "quizzes_objection": "Is it so?",
}
ENDINGS = ["", "?all=", "?_facets=True", "?o=1.2", "?_popup=1", "?p=0"]


@pytest.fixture
def rows(soil, probe, ben, iris) -> dict[str, Any]:
    """One of soil for each model."""
    return {
        "courses_track": soil,
        "courses_lesson": probe.lesson,
        "courses_picture": add_picture(soil, "soil.png", png()),
        "quizzes_objection": Objection.objects.create(
            question=probe, learner=ben, text="Is it so?"
        ),
    }


@pytest.fixture
def stars(omar) -> Track:
    """Omar's own track, with a question."""
    track = Track.objects.get(slug="stars")
    make_question(track.lessons.get(), "Which star?")
    return track


@pytest.fixture
def client(rows, stars, omar) -> Client:
    return admin_client(omar)


def at(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def said_by(response: Any) -> Any:
    return response.content.decode()


def test_every_model_by_track_is_tried_here():
    by_track = {
        f"{model._meta.app_label}_{model._meta.model_name}"
        for model, shown in admin.site._registry.items()
        if isinstance(shown, TaughtAdmin)
        or hasattr(model._default_manager, "taught_by")
    }

    assert by_track == set(OWN)


class TestLists:
    @pytest.mark.parametrize("model", OWN)
    def test_show_nothing_of_another_track(self, client, iris, model):
        """Not by a search, an order or a filter, and not in what a filter offers."""
        url = at(f"{model}_changelist")
        ways = [*ENDINGS, "?q=soil", "?q=Is", "?q=probe"]

        for way in ways:
            page = said_by(client.get(url + way, follow=True))
            shown = page.replace(f'value="{way.removeprefix("?q=")}"', "")
            assert OWN[model] not in shown, way
            assert "Soil" not in shown, way
        assert OWN[model] in said_by(admin_client(iris).get(url))

    @pytest.mark.parametrize("model", OWN)
    @pytest.mark.parametrize(
        "lookup",
        [
            "track={soil}",
            "track__id__exact={soil}",
            "track__slug=soil",
            "track__title__startswith=S",
            "track__instructors__user={iris}",
            "instructors__user={iris}",
            "instructors__user__email__startswith=iris",
            "lesson__track={soil}",
            "question__lesson__track={soil}",
            "question={probe}",
            "id={own}",
            "pk={own}",
        ],
    )
    def test_are_not_opened_by_a_lookup(
        self, client, rows, soil, iris, probe, model, lookup
    ):
        asked = lookup.format(
            soil=soil.pk, iris=iris.pk, probe=probe.pk, own=rows[model].pk
        )

        page = client.get(f"{at(f'{model}_changelist')}?{asked}", follow=True)

        assert page.status_code in {200, 400}
        assert OWN[model] not in said_by(page)

    @pytest.mark.parametrize(
        "lookup",
        [
            "instructors__user__password__startswith=a",
            "instructors__user__email__startswith=o",
            "enrollments__learner__email__startswith=a",
            "enrollments__learner__name=Ada",
            "track_groups__group__members__learner__email=a",
            "groups__members__learner=1",
        ],
    )
    def test_do_not_answer_about_people(self, client, lookup):
        """Of the own track: whether it is listed would tell a letter of an address."""
        assert (
            client.get(f"{at('courses_track_changelist')}?{lookup}").status_code != 200
        )

    def test_the_filter_by_track_names_the_own_alone(self, client, stars):
        make_track("moss")
        make_lesson(make_track("moor"), "peat")

        for model in "courses_lesson", "courses_picture":
            page = said_by(client.get(at(f"{model}_changelist")))
            assert not {"Soil", "Moss", "Moor"} & set(page.split("<"))
            for title in "Soil", "Moss", "Moor":
                assert title not in page

    @pytest.mark.parametrize("term", ["", "soil", "probe", "iris"])
    @pytest.mark.parametrize(
        ("app", "model", "field"),
        [
            ("courses", "lesson", "track"),
            ("courses", "trackinstructor", "track"),
            ("courses", "trackinstructor", "user"),
            ("courses", "enrollment", "learner"),
            ("courses", "groupmember", "learner"),
            ("courses", "groupmember", "group"),
            ("courses", "lessoncompletion", "lesson"),
            ("courses", "previewlink", "track"),
            ("courses", "picture", "track"),
            ("quizzes", "question", "lesson"),
            ("quizzes", "answer", "question"),
            ("quizzes", "objection", "question"),
        ],
    )
    def test_completion_finds_nothing_of_another_track(
        self, client, app, model, field, term
    ):
        asked = {"app_label": app, "model_name": model, "field_name": field}

        found = client.get(at("autocomplete"), asked | {"term": term})

        assert found.status_code in {200, 403}
        if found.status_code == 200:
            for secret in [*OWN.values(), "iris", "ben@", "Ben"]:
                assert secret not in said_by(found)

    @pytest.mark.parametrize("words", ["soil", "probe", "is it", "iris"])
    def test_the_search_of_the_admin_finds_none(self, client, words):
        page = said_by(client.get(at("search"), {"s": words}))

        assert not any(secret in page for secret in OWN.values())

    def test_the_first_page_and_each_rooms_page_name_none(self, client):
        for url in "/admin/", "/admin/courses/", "/admin/quizzes/":
            page = said_by(client.get(url))
            assert not any(secret in page for secret in [*OWN.values(), "Soil"])


class TestAddresses:
    @pytest.mark.parametrize("model", OWN)
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("ending", ["", "?_popup=1", "?_to_field=id"])
    def test_of_another_tracks_row_show_and_change_nothing(
        self, client, rows, model, method, ending
    ):
        row = rows[model]
        before = type(row).objects.filter(pk=row.pk).values().get()
        sent = {"title": "Mine", "post": "yes", "reply": "Mine.", "name": "mine.png"}

        for place in "change", "delete", "history":
            address = at(f"{model}_{place}", row.pk) + ending
            response = getattr(client, method)(address, sent)
            assert response.status_code in {302, 403, 404}
            assert OWN[model] not in said_by(response)

        assert type(row).objects.filter(pk=row.pk).values().get() == before

    def test_a_hidden_row_is_answered_as_one_that_is_missing(self, client, rows):
        for model, row in rows.items():
            for place in "change", "delete", "history":
                hidden = client.get(at(f"{model}_{place}", row.pk))
                missing = client.get(at(f"{model}_{place}", 999_999))
                assert hidden.status_code == missing.status_code, (model, place)
                assert hidden.get("Location") == missing.get("Location")

    def test_a_row_of_another_track_is_not_reached_through_an_own_one(
        self, client, soil, stars, iris
    ):
        link = make_preview_link(soil, iris, "")
        keep_found(soil.pk)
        kept = Version.objects.get(track=soil, lesson=None)

        revoked = client.post(at("courses_previewlink_revoke", stars.pk, link.pk))

        link.refresh_from_db()
        assert revoked.status_code == 404
        assert link.revoked_at is None
        for name in "courses_track_version", "courses_track_restore":
            for send in client.get, client.post:
                assert send(at(name, stars.pk, kept.pk)).status_code == 404

    @pytest.mark.parametrize("model", ["courses_lesson", "courses_picture"])
    @pytest.mark.parametrize("asked", ["track", "track_id", "track__id"])
    def test_a_form_does_not_offer_it_when_told_to(self, client, soil, model, asked):
        page = said_by(client.get(f"{at(f'{model}_add')}?{asked}={soil.pk}"))

        assert "Soil" not in page
        assert f'value="{soil.pk}" selected' not in page


class TestBodies:
    def test_a_picture_is_not_added_to_another_track(self, client, soil):
        from io import BytesIO

        file = BytesIO(png(seed=3))
        file.name = "mine.png"
        before = Picture.objects.count()

        client.post(
            at("courses_picture_add"),
            {"track": soil.pk, "file": file, "description": "Mine"},
        )

        assert Picture.objects.count() == before

    def test_a_lesson_stays_in_its_track(self, client, soil, stars):
        """Whatever track its page sends along."""
        lesson = stars.lessons.get()
        url = at("courses_lesson_change", lesson.pk)

        client.post(url, fields_of(client, url) | {"track": str(soil.pk)})

        lesson.refresh_from_db()
        assert lesson.track == stars

    def test_a_tracks_page_orders_no_lesson_of_another(self, client, soil, stars):
        url = at("courses_track_change", stars.pk)
        foreign = soil.lessons.get(slug="water-it")
        fields = fields_of(client, url)
        fields |= {
            "lessons-0-id": str(foreign.pk),
            "lessons-0-track": str(soil.pk),
            "lessons-0-position": "9",
        }

        client.post(url, fields)

        foreign.refresh_from_db()
        assert (foreign.track, foreign.position) == (soil, 2)

    def test_a_lessons_page_writes_no_question_of_another(self, client, probe, stars):
        lesson = stars.lessons.get()
        url = at("courses_lesson_change", lesson.pk)
        fields = fields_of(client, url)
        choice = probe.choices.get(text="Right")
        fields |= {
            "questions-0-id": str(probe.pk),
            "questions-0-prompt": "Mine?",
            "questions-0-DELETE": "on",
            "questions-0-choices-0-id": str(choice.pk),
            "questions-0-choices-0-text": "Mine",
        }

        client.post(url, fields)

        probe.refresh_from_db()
        choice.refresh_from_db()
        assert (probe.prompt, choice.text) == ("Where does the probe go?", "Right")
        assert probe.position == 1

    def test_a_choice_of_another_tracks_question_is_not_taken(
        self, client, probe, stars
    ):
        """By its id beside an own question's."""
        url = at("courses_lesson_change", stars.lessons.get().pk)
        choice = probe.choices.get(text="Right")
        fields = fields_of(client, url)
        fields |= {
            "questions-0-choices-0-id": str(choice.pk),
            "questions-0-choices-0-text": "Mine",
        }

        client.post(url, fields)

        choice.refresh_from_db()
        assert (choice.text, choice.question) == ("Right", probe)

    @pytest.mark.parametrize("action", ["publish", "unpublish", "delete_selected"])
    @pytest.mark.parametrize("across", ["0", "1"])
    def test_an_action_reaches_own_rows_alone(
        self, client, rows, stars, action, across
    ):
        """Also the one for all rows of all pages."""
        draft = make_lesson(rows["courses_track"], "draft", published=False)
        before = list(Lesson.objects.filter(track__slug="soil").values())
        chosen = {
            "action": action,
            "select_across": across,
            "index": "0",
            "_selected_action": [draft.pk, rows["courses_lesson"].pk],
            "post": "yes",
        }

        client.post(at("courses_lesson_changelist"), chosen)

        assert list(Lesson.objects.filter(track__slug="soil").values()) == before

    def test_publishing_a_track_takes_no_lesson_of_another_along(
        self, client, soil, stars
    ):
        draft = make_lesson(soil, "draft", published=False)
        Track.objects.filter(pk=stars.pk).update(published_at=None)

        for action in "now", "publish":
            client.post(
                f"/admin/courses/track/{stars.pk}/publication/",
                {"action": action, "lessons": [str(draft.pk)]},
            )

        draft.refresh_from_db()
        assert draft.published_at is None

    def test_an_instructor_assigns_nobody(self, client, ben, stars, omar):
        url = at("courses_track_change", stars.pk)
        fields = fields_of(client, url) | {
            "instructors-TOTAL_FORMS": "1",
            "instructors-INITIAL_FORMS": "0",
            "instructors-0-user": str(ben.pk),
            "instructors-0-track": str(stars.pk),
        }

        client.post(url, fields)

        assert [row.user for row in stars.instructors.all()] == [omar]


def test_who_is_taken_off_a_track_is_off_it_at_once(client, omar, stars):
    """In the session that is open."""
    url = at("courses_track_change", stars.pk)
    assert client.get(url).status_code == 200

    stars.instructors.all().delete()

    assert client.get(url).status_code == 302
    assert "Stars" not in said_by(client.get(at("courses_track_changelist")))
    assert client.get(stars.get_absolute_url()).status_code == 200
    assert Question.objects.filter(lesson__track=stars).exists()


def test_who_loses_the_role_enters_the_admin_no_more(client, omar, stars):
    """Also who still stands beside a track."""
    omar.groups.clear()

    response = client.get(at("courses_track_change", stars.pk))

    assert response.status_code == 403
