"""Opening and closing tracks and lessons in the admin, and what survives it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates.services import claim_certificate
from courses import publishing
from courses.models import Enrollment, Lesson, LessonCompletion, Track, TrackInstructor
from courses.progress import outline_of
from courses.services import mark_done
from quizzes.learning import learning_in
from quizzes.log import Person
from quizzes.models import Answer
from quizzes.services import lock_questions
from tests.admin_forms import admin_client, fields_of, in_thread
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 13, 12, tzinfo=UTC)


def of(row: Track | Lesson) -> str:
    """The page of its publication."""
    return f"/admin/courses/{type(row).__name__.lower()}/{row.pk}/publication/"


def form_of(row: Track | Lesson) -> str:
    return f"/admin/courses/{type(row).__name__.lower()}/{row.pk}/change/"


def page_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    page: str = response.content.decode()
    return " ".join(page.split())


@pytest.fixture
def draft(soil) -> Lesson:
    """A sound draft of the published track."""
    lesson = make_lesson(soil, "draft", published=False)
    make_question(lesson, right=("Yes",))
    return lesson


@pytest.fixture
def faulty(soil) -> Lesson:
    lesson = make_lesson(soil, "faulty", published=False)
    make_question(lesson).choices.update(is_right=False)
    return lesson


@pytest.fixture
def client(iris) -> Client:
    return admin_client(iris)


# A lesson


def test_a_lesson_is_published_and_made_a_draft_again(client, draft):
    page = page_of(client.get(of(draft)))
    assert "A draft: learners do not see it." in page
    assert "Nothing in it needs mending." in page
    assert "the lesson is open to all whom its track is for" in page

    said = page_of(client.post(of(draft), {"action": "now"}, follow=True))
    assert "The lesson is published." in said
    assert Client().get(draft.get_absolute_url()).status_code == 200

    assert "Their marks and answers stay" in page_of(client.get(of(draft)))
    client.post(of(draft), {"action": "draft"})
    assert Client().get(draft.get_absolute_url()).status_code == 404


def test_a_lesson_with_a_time_opens_by_itself(iris, draft, settings):
    with time_machine.travel(NOON, tick=False) as clock:
        client = admin_client(iris)
        client.post(of(draft), {"action": "at", "at": "2027-03-14T09:00"})
        page = page_of(client.get(form_of(draft)))
        assert "Published from 14 March 2027, 09:00 UTC. Until then" in page
        assert "in UTC" in page_of(client.get(of(draft)))

        clock.move_to(datetime(2027, 3, 14, 8, 59, 59, tzinfo=UTC))
        assert Client().get(draft.get_absolute_url()).status_code == 404
        clock.move_to(datetime(2027, 3, 14, 9, tzinfo=UTC))
        assert Client().get(draft.get_absolute_url()).status_code == 200
        assert "Published from 14 March 2027" in page_of(client.get(form_of(draft)))


def test_a_time_is_read_and_shown_in_the_time_zone_of_the_site(iris, draft, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(NOON, tick=False):
        client = admin_client(iris)
        assert "in CET" in page_of(client.get(of(draft)))
        client.post(of(draft), {"action": "at", "at": "2027-07-01T09:00"})

        draft.refresh_from_db()
        assert draft.published_at == datetime(2027, 7, 1, 7, tzinfo=UTC)
        assert "1 July 2027, 09:00 CEST" in page_of(client.get(form_of(draft)))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"action": "at"}, "Choose a day and a time."),
        ({"action": "at", "at": "tomorrow"}, "Write a day and a time."),
        ({"action": "at", "at": "2027-03-13T12:00"}, "This time is past."),
        (
            {"action": "at", "at": "2099-01-01T00:00"},
            "Choose a time within five years.",
        ),
        ({"action": "at", "at": "0001-01-01T00:00+14:00"}, "This time is past."),
        ({"action": "at", "at": "9999-12-31T23:59-14:00"}, "within five years."),
        ({"action": "now", "lessons": ["9" * 30]}, "cannot be published now."),
        ({"action": "at", "at": "\x00"}, "Write a day and a time."),
        ({"action": "now", "at": "2027-03-15T12:00"}, "You chose a time."),
        ({}, "Choose one of the buttons."),
        ({"action": "burn"}, "This cannot be done now."),
        ({"action": "archive"}, "This cannot be done now."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(iris, draft, sent, message):
    with time_machine.travel(NOON, tick=False):
        page = page_of(admin_client(iris).post(of(draft), sent), 422)

    assert message in page
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_bad_time_comes_back_as_it_was_typed(client, draft):
    sent = {"action": "at", "at": "2020-03-13T12:00"}

    assert 'value="2020-03-13T12:00"' in page_of(client.post(of(draft), sent), 422)


def test_a_fault_blocks_and_is_shown_with_its_place(client, faulty):
    page = page_of(client.get(of(faulty)))
    assert "Question 1: Mark one choice as right." in page
    assert f'href="{form_of(faulty)}#id_questions-0-prompt"' in page
    assert "Publish now" not in page

    for sent in {"action": "now"}, {"action": "at", "at": "2099-01-01T00:00"}:
        assert "This cannot be done now." in page_of(client.post(of(faulty), sent), 422)
    faulty.refresh_from_db()
    assert faulty.published_at is None


def test_a_warning_is_shown_and_does_not_block(client, draft):
    draft.questions.update(explanation="")

    page = page_of(client.get(of(draft)))
    assert "Question 1: It has no explanation." in page
    assert "Publish all the same" in page
    client.post(of(draft), {"action": "now"})

    draft.refresh_from_db()
    assert draft.is_published


def test_the_lessons_own_page_says_what_to_look_at(client, draft, faulty):
    assert "Nothing in it needs mending." in page_of(client.get(form_of(draft)))
    page = page_of(client.get(form_of(faulty)))

    assert "Before you publish" in page
    assert "Question 1: Mark one choice as right." in page


def test_the_anchors_are_there(client, draft):
    page = page_of(client.get(form_of(draft)))

    assert 'id="id_markdown"' in page
    for field in "prompt", "explanation":
        assert f'id="id_questions-0-{field}"' in page


# Beside Save


def press(client: Client, row: Track | Lesson, button: str, **fields: str) -> Any:
    sent = fields_of(client, form_of(row)) | {button: ""} | fields
    return client.post(form_of(row), sent, follow=True)


def test_save_and_publish_publishes_what_is_sound(client, draft):
    said = page_of(press(client, draft, "courses_lesson_publish_now", title="Done"))

    assert "The lesson is published." in said
    draft.refresh_from_db()
    assert (draft.title, draft.is_published) == ("Done", True)


def test_a_lesson_published_in_a_draft_track_leads_on_to_the_track(client, moss):
    lesson = moss.lessons.get(slug="look")

    response = press(client, lesson, "courses_lesson_publish_now", title="Look here")

    assert response.redirect_chain[-1][0] == f"{of(moss)}#saved"
    said = page_of(response)
    assert "It is saved. Its track is a draft, too: publish both here." in said
    assert f'name="lessons" value="{lesson.pk}" checked' in said
    lesson.refresh_from_db()
    assert (lesson.title, lesson.published_at) == ("Look here", None)


def test_one_published_in_a_track_that_opens_later_says_so(client, moss):
    Track.objects.filter(pk=moss.pk).update(
        published_at=timezone.now() + timedelta(days=1)
    )
    lesson = moss.lessons.get(slug="look")

    said = page_of(press(client, lesson, "courses_lesson_publish_now"))

    assert "Its track is not published, so learners do not see it yet." in said
    assert f'<a class="to" href="{of(moss)}">Publish it</a>' in said


ADD = "/admin/courses/lesson/add/"


def add(client: Client, track: Track, **fields: str) -> Any:
    """A new lesson with one question, sent with "Save and publish"."""
    asks = {
        "questions-TOTAL_FORMS": "1",
        "questions-0-kind": "single",
        "questions-0-prompt": "Which?",
        "questions-0-explanation": "So.",
        "questions-0-choices-TOTAL_FORMS": "2",
        "questions-0-choices-INITIAL_FORMS": "0",
        "questions-0-choices-0-text": "Yes",
        "questions-0-choices-0-is_right": "on",
        "questions-0-choices-1-text": "No",
    }
    lesson = {"title": "New", "slug": "new", "summary": "It is new.", "markdown": "A."}
    sent = fields_of(client, ADD) | asks | lesson | {"track": str(track.pk)}
    button = {"courses_lesson_publish_now": ""}
    return client.post(ADD, sent | button | fields, follow=True)


def test_a_new_lesson_is_published_at_once_where_it_is_sound(client, soil):
    assert "Save and publish" in page_of(client.get(ADD))
    said = page_of(add(client, soil))

    assert "The lesson is published." in said
    assert "Publish it</a>" not in said
    new = Lesson.objects.select_related("track").get(slug="new")
    assert new.is_published
    assert new.question_count == 1


def test_a_new_lesson_with_a_finding_is_saved_and_shown_with_it(client, soil):
    said = page_of(add(client, soil, **{"questions-0-choices-1-text": "None of these"}))

    assert "It is saved, and not published yet." in said
    assert "“None of these” says nothing of its own." in said
    assert Lesson.objects.get(slug="new").published_at is None


def test_a_new_lesson_of_a_draft_track_is_published_with_it(client, moss):
    response = add(client, moss)

    assert response.redirect_chain[-1][0] == f"{of(moss)}#saved"
    new = Lesson.objects.get(slug="new")
    assert f'name="lessons" value="{new.pk}" checked' in page_of(response)


def test_a_new_lesson_that_is_saved_alone_leads_on_to_its_publication(client, soil):
    fields = fields_of(client, ADD) | {"track": str(soil.pk), "summary": "Later."}
    later = {"slug": "later", "title": "Later", "markdown": "A."}
    said = page_of(client.post(ADD, fields | later, follow=True))
    new = Lesson.objects.get(slug="later")
    assert new.published_at is None
    assert f'<a class="to" href="{of(new)}">Publish it</a>' in said


def test_save_and_publish_saves_and_shows_what_was_found(client, draft):
    text = {"markdown": "[here](#nowhere)"}
    said = page_of(press(client, draft, "courses_lesson_publish_now", **text))

    assert "It is saved, and not published yet." in said
    assert "Line 1: the link to #nowhere leads nowhere" in said
    assert "Publish all the same" in said
    draft.refresh_from_db()
    assert (draft.markdown, draft.published_at) == ("[here](#nowhere)", None)


def test_a_question_that_is_added_with_the_button_is_checked_too(client, soil):
    lesson = make_lesson(soil, "asks", published=False)
    question = {
        "questions-TOTAL_FORMS": "1",
        "questions-0-kind": "single",
        "questions-0-prompt": "Which?",
        "questions-0-choices-TOTAL_FORMS": "2",
        "questions-0-choices-INITIAL_FORMS": "0",
        "questions-0-choices-0-text": "Yes",
        "questions-0-choices-0-is_right": "on",
        "questions-0-choices-1-text": "None of the above",
    }
    said = page_of(press(client, lesson, "courses_lesson_publish_now", **question))

    assert "“None of the above” says nothing of its own." in said
    lesson.refresh_from_db()
    assert lesson.published_at is None


def test_an_open_lesson_has_no_such_button(client, lesson, soil):
    assert "courses_lesson_publish_now" not in page_of(client.get(form_of(lesson)))
    assert "courses_track_publish" not in page_of(client.get(form_of(soil)))


# The list


LIST = "/admin/courses/lesson/"


def choose(client: Client, *lessons: Lesson, **more: str) -> Any:
    sent = {"action": "publish", "_selected_action": [row.pk for row in lessons]}
    return client.post(LIST, sent | more, follow=True)


def test_sound_lessons_are_published_from_the_list_at_once(client, draft):
    assert "1 lesson is published." in page_of(choose(client, draft))


def test_what_was_found_is_shown_first_and_only_the_sound_are_published(
    client, soil, draft, faulty
):
    draft.questions.update(explanation="")
    asked = page_of(choose(client, draft, faulty))
    assert "Question 1: It has no explanation." in asked
    assert "Faulty: stays a draft until its fault is mended." in asked
    assert not Lesson.objects.get(pk=draft.pk).is_published

    said = page_of(choose(client, draft, faulty, seen="1"))
    assert "1 lesson is published." in said
    assert "1 lesson has a fault and is not published." in said
    published = soil.lessons.filter(published_at__isnull=False)
    assert {row.slug for row in published} == {"probe-the-soil", "water-it", "draft"}


def test_faulty_ones_alone_offer_no_button(client, faulty):
    assert "Publish all the same" not in page_of(choose(client, faulty))


# A track


@pytest.fixture
def moss(iris) -> Track:
    """A draft track of Iris with two sound drafts."""
    track = make_track("moss", published=False)
    for slug in "look", "grow":
        make_lesson(track, slug, published=False)
    TrackInstructor.objects.create(track=track, user=iris)
    return track


def test_a_track_is_published_with_the_lessons_that_are_ticked(client, moss):
    page = page_of(client.get(of(moss)))
    look, grow = moss.lessons.all()
    for lesson in look, grow:
        assert f'name="lessons" value="{lesson.pk}" checked' in page

    sent = {"action": "now", "lessons": [look.pk]}
    said = page_of(client.post(of(moss), sent, follow=True))

    assert "Published: the track, with 1 lesson." in said
    assert "1 of its lessons is a draft." in said
    assert Client().get(look.get_absolute_url()).status_code == 200
    assert Client().get(grow.get_absolute_url()).status_code == 404


def test_a_track_and_its_lessons_open_at_one_time(iris, moss):
    with time_machine.travel(NOON, tick=False) as clock:
        sent = {
            "action": "at",
            "at": "2027-03-14T09:00",
            "lessons": [row.pk for row in moss.lessons.all()],
        }
        said = page_of(admin_client(iris).post(of(moss), sent, follow=True))
        assert "Published: the track, with 2 lessons. This holds from 14 March" in said
        assert Client().get("/tracks/moss/").status_code == 404
        clock.move_to(datetime(2027, 3, 14, 9, tzinfo=UTC))
        page = page_of(Client().get("/tracks/moss/"))

    assert "Look" in page
    assert "Grow" in page


@pytest.mark.parametrize("again", ["now", "at"])
def test_what_was_to_open_with_a_track_opens_with_it_at_another_time(iris, moss, again):
    look, grow = moss.lessons.all()
    sent = {"action": "at", "at": "2027-03-14T09:00", "lessons": [look.pk]}
    with time_machine.travel(NOON, tick=False) as clock:
        client = admin_client(iris)
        client.post(of(moss), sent)
        client.post(of(grow), {"action": "at", "at": "2027-04-01T09:00"})
        time = {"at": "2027-03-13T18:00"} if again == "at" else {}
        client.post(of(moss), {"action": again} | time)
        clock.move_to(datetime(2027, 3, 13, 18, tzinfo=UTC))

        assert Client().get("/tracks/moss/").status_code == 200
        assert Client().get(look.get_absolute_url()).status_code == 200
        assert Client().get(grow.get_absolute_url()).status_code == 404


def test_the_description_of_a_track_is_looked_over_too(client, moss):
    moss.description = "[a](/tracks/moss/look/) [b](/tracks/none/) ![](moss.png)"
    moss.save()

    page = page_of(client.get(of(moss)))

    address = f'href="{form_of(moss)}#id_description"'
    assert f"{address}>the link to /tracks/none/ leads nowhere." in page
    assert f"{address}>the track has no picture moss.png" in page
    assert page.count(address) == 2
    assert "Publish all the same" in page


def test_a_faulty_lesson_stays_a_draft_and_the_others_go_on(client, moss):
    make_question(moss.lessons.get(slug="grow")).choices.update(is_right=False)
    look, grow = moss.lessons.all()

    assert f'value="{grow.pk}"' not in page_of(client.get(of(moss)))
    sent: dict[str, Any] = {"action": "now", "lessons": [look.pk, grow.pk]}
    refused = page_of(client.post(of(moss), sent), 422)
    assert "One of these lessons cannot be published now." in refused
    client.post(of(moss), sent | {"lessons": [look.pk]})

    assert [row.is_published for row in moss.lessons.select_related("track")] == [
        True,
        False,
    ]


def test_a_lesson_of_another_track_is_not_published_along(client, moss, draft):
    sent = {"action": "now", "lessons": [draft.pk]}

    assert client.post(of(moss), sent).status_code == 422
    moss.refresh_from_db()
    assert moss.published_at is None


def test_a_published_track_publishes_its_drafts_and_keeps_its_time(client, soil, draft):
    before = soil.published_at

    sent = {"action": "now", "lessons": [draft.pk]}
    said = page_of(client.post(of(soil), sent, follow=True))

    assert "Published: 1 lesson." in said
    soil.refresh_from_db()
    assert soil.published_at == before


def test_a_track_is_made_a_draft_archived_and_taken_back(client, soil):
    for action, said, status in (
        ("draft", "The track is a draft again.", 404),
        ("now", "Published: the track.", 200),
        ("archive", "The track is archived.", 200),
        ("take_back", "The track is taken from the archive.", 200),
    ):
        page = page_of(client.post(of(soil), {"action": action}, follow=True))
        assert said in page
        assert Client().get("/tracks/soil/").status_code == status


def test_an_archived_track_can_only_be_taken_back(client, soil):
    client.post(of(soil), {"action": "archive"})

    page = page_of(client.get(of(soil)))
    assert "Take it from the archive" in page
    for gone in "Publish now", "Make it a draft", "Archive it":
        assert gone not in page
    assert client.post(of(soil), {"action": "draft"}).status_code == 422


def test_each_button_of_a_track_says_what_it_means_for_learners(client, soil, draft):
    page = page_of(client.get(of(soil)))

    assert "hidden from learners. Their marks, answers and certificates stay" in page
    assert "leaves the catalogue and the search" in page


def test_save_and_publish_of_a_track_leads_to_its_lessons(client, moss):
    page = page_of(press(client, moss, "courses_track_publish", title="Moss and fern"))

    assert "Lessons that are drafts" in page
    moss.refresh_from_db()
    assert (moss.title, moss.published_at) == ("Moss and fern", None)


def test_the_pages_cost_as_many_statements_with_many_rows(client, soil):
    counts: dict[str, list[int]] = {}
    lesson = make_lesson(soil, "many", published=False)
    for more in 2, 20:
        for _ in range(more):
            make_question(lesson)
            make_question(make_lesson(soil, published=False))
        for address in of(soil), of(lesson), form_of(soil):
            with CaptureQueriesContext(connection) as statements:
                assert client.get(address).status_code == 200
            counts.setdefault(address, []).append(len(statements))

    assert all(few == many for few, many in counts.values()), counts


# What survives


@pytest.fixture
def learned(ada, soil, probe, signed_in) -> Callable[[], list[Any]]:
    """Ada answered and finished, and holds a certificate; returns all that she has."""
    picked = probe.choices.get(text="Right").pk
    signed_in(ada).post(probe.answer_url, {"submission": uuid4(), "choice": picked})
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    certificate = claim_certificate(ada, soil, "Ada")

    def all_of_it() -> list[Any]:
        page = Client().get(certificate.get_absolute_url())
        assert "Valid" in page.content.decode()
        return [
            list(Enrollment.objects.order_by("pk").values()),
            list(LessonCompletion.objects.order_by("pk").values()),
            list(Answer.objects.order_by("pk").values()),
            certificate.events.count(),
        ]

    return all_of_it


def knowledge(ada, soil) -> Any:
    track = Track.objects.with_enrollment(ada).get(pk=soil.pk)
    outline = outline_of(track, ada)
    learning = learning_in(Person(learner_id=ada.pk), {soil.pk: outline})
    return learning[soil.pk].knowledge, outline.done


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ({"action": "draft"}, {"action": "now"}),
        ({"action": "archive"}, {"action": "take_back"}),
        ({"action": "draft"}, {"action": "at", "at": "in an hour"}),
    ],
    ids=["draft", "archived", "later"],
)
def test_what_a_learner_has_survives_what_happens_to_the_track(
    client, ada, soil, learned, away, back
):
    before, known = learned(), knowledge(ada, soil)
    assert known[0].percent == 100

    client.post(of(soil), away)
    assert learned() == before
    with time_machine.travel(timezone.now(), tick=False) as clock:
        if "at" in back:
            later = timezone.now() + timedelta(hours=1)
            back = back | {"at": later.strftime("%Y-%m-%dT%H:%M")}
        assert client.post(of(soil), back).status_code == 302
        assert learned() == before
        clock.shift(timedelta(hours=2))
        assert knowledge(ada, soil) == known
        assert learned() == before


def test_what_a_learner_has_survives_what_happens_to_a_lesson(
    client, ada, soil, lesson, learned
):
    before, known = learned(), knowledge(ada, soil)

    client.post(of(lesson), {"action": "draft"})
    assert learned() == before
    assert knowledge(ada, soil)[0].percent is None
    client.post(of(lesson), {"action": "now"})

    assert learned() == before
    assert knowledge(ada, soil) == known


# Two people at once


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_is_being_saved_is_waited_for(iris, draft):
    client = admin_client(iris)
    pages: list[Any] = []
    with transaction.atomic():
        question = lock_questions(draft)[0]
        question.choices.update(is_right=False)
        sending = in_thread(
            lambda: pages.append(client.post(of(draft), {"action": "now"}))
        )
        sending.join(timeout=0.5)
        assert sending.is_alive()
    sending.join()

    assert "This cannot be done now." in page_of(pages[0], 422)
    draft.refresh_from_db()
    assert draft.published_at is None


# The verbs


def test_publishing_again_keeps_the_first_time(soil):
    before = soil.published_at
    publishing.publish_track(soil)

    assert Track.objects.get().published_at == before


@pytest.mark.parametrize("who", ["omar", "ada"])
def test_nobody_else_opens_or_closes_it(who, soil, draft, request):
    stranger = admin_client(request.getfixturevalue(who))

    for row in soil, draft:
        for response in (
            stranger.get(of(row)),
            stranger.post(of(row), {"action": "now"}),
        ):
            assert response.status_code == (404 if who == "omar" else 302)
    draft.refresh_from_db()
    assert draft.published_at is None
