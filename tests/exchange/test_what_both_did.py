"""Two people in one lesson or track: whatever both did, the second save loses neither."""

import re

import pytest
from django.urls import reverse

from courses.models import Lesson, TrackInstructor
from courses.publishing import publish_lessons
from tests.admin_forms import added_row, admin_client, fields_in, fields_of
from tests.exchange.test_two_saves import page_of, words
from tests.factories import make_question, make_track
from tests.quizzes.mending import answer, own, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(iris, ruth, lesson, probe):
    """Iris and Ruth have opened the same lesson: their clients and fields."""
    clients = admin_client(iris), admin_client(ruth)
    return [(client, fields_of(client, page_of(lesson))) for client in clients]


def kept_of(page) -> dict[str, str]:
    """What the page of both versions sends on with "Keep mine"."""
    return {n: v for n, v in fields_in(page).items() if "__prefix__" not in n}


# What both did to questions


def added(client, lesson, prompt: str, number: int) -> dict[str, str]:
    """The fields of one more question with two choices, as row of this number."""
    row = f"questions-{number}-"
    return added_row(client, page_of(lesson), "questions", number) | {
        "questions-TOTAL_FORMS": str(number + 1),
        f"{row}prompt": prompt,
        f"{row}choices-0-text": "Yes",
        f"{row}choices-0-is_right": "on",
        f"{row}choices-1-text": "No",
    }


def asked_in(lesson) -> list[str]:
    asked = lesson.questions.filter(position__isnull=False).order_by("position")
    return list(asked.values_list("prompt", flat=True))


def test_both_added_a_question_and_both_stay(two, lesson, probe):
    (iris, mine), (ruth, theirs) = two
    theirs |= added(ruth, lesson, "Ruth's question?", 1)
    assert ruth.post(page_of(lesson), theirs).status_code == 302
    mine |= added(iris, lesson, "Iris' question?", 1)

    page = iris.post(page_of(lesson), mine)

    assert page.status_code == 409
    assert "Ruth's question?" in words(page)
    assert iris.post(page_of(lesson), kept_of(page)).status_code == 302
    assert asked_in(lesson) == [probe.prompt, "Iris' question?", "Ruth's question?"]


def test_both_took_the_same_question_away(two, lesson, probe):
    make_question(lesson, "The second?")
    (iris, _old), (ruth, _older) = two
    mine, theirs = (fields_of(each, page_of(lesson)) for each, _fields in two)
    gone = {"questions-0-DELETE": "on"}
    assert ruth.post(page_of(lesson), theirs | gone).status_code == 302

    page = iris.post(page_of(lesson), mine | gone | {"title": "Mine"})
    assert page.status_code == 409
    assert iris.post(page_of(lesson), kept_of(page)).status_code == 302

    assert asked_in(lesson) == ["The second?"]


def test_both_put_questions_in_another_order(two, lesson, probe):
    for prompt in "The second?", "The third?":
        make_question(lesson, prompt)
    (iris, _old), (ruth, _older) = two
    mine, theirs = (fields_of(each, page_of(lesson)) for each, _fields in two)
    theirs |= {f"questions-{n}-position": str(p) for n, p in enumerate([3, 1, 2])}
    assert ruth.post(page_of(lesson), theirs).status_code == 302
    assert asked_in(lesson) == ["The second?", "The third?", probe.prompt]
    mine |= {f"questions-{n}-position": str(p) for n, p in enumerate([2, 1, 3])}

    page = iris.post(page_of(lesson), mine | {"questions-2-prompt": "My third?"})
    assert page.status_code == 409
    assert iris.post(page_of(lesson), kept_of(page)).status_code == 302

    assert asked_in(lesson) == ["The second?", probe.prompt, "My third?"]


def test_mine_of_a_question_that_the_other_took_away_is_not_lost(two, lesson, probe):
    make_question(lesson, "The second?")
    (iris, _old), (ruth, _older) = two
    mine, theirs = (fields_of(each, page_of(lesson)) for each, _fields in two)
    gone = {"questions-1-DELETE": "on"}
    assert ruth.post(page_of(lesson), theirs | gone).status_code == 302

    page = iris.post(page_of(lesson), mine | {"questions-1-prompt": "My second?"})
    assert page.status_code == 409
    again = iris.post(page_of(lesson), kept_of(page))

    assert again.status_code == 200
    assert "A row is gone since this page was loaded" in words(again)
    assert fields_in(again)["questions-1-prompt"] == "My second?"


def test_a_question_that_was_revised_meanwhile_keeps_its_new_version(
    two, lesson, probe, ada
):
    (iris, mine), _ruth = two
    answer(own(ada), probe, "Right")
    new = revise(probe)

    page = iris.post(page_of(lesson), mine | {"markdown": "Mine."})
    assert page.status_code == 409
    assert new.prompt in words(page)
    again = iris.post(page_of(lesson), kept_of(page))
    assert "A row is gone since this page was loaded" in words(again)
    sent = kept_of(again) | {"questions-0-DELETE": "on"}
    assert iris.post(page_of(lesson), sent).status_code == 302

    assert asked_in(lesson) == [new.prompt]
    lesson.refresh_from_db()
    assert lesson.markdown == "Mine."


# What both did to the lesson itself


@pytest.mark.parametrize("model", ["lesson", "track"])
def test_another_address_is_shown_and_not_set_back_unseen(
    iris, ruth, soil, lesson, model
):
    row = {"lesson": lesson, "track": soil}[model]
    type(row).objects.filter(pk=row.pk).update(published_at=None)
    clients = admin_client(iris), admin_client(ruth)
    mine, theirs = [fields_of(client, page_of(row)) for client in clients]
    assert clients[1].post(page_of(row), theirs | {"slug": "dig"}).status_code == 302

    page = clients[0].post(page_of(row), mine)

    assert page.status_code == 409
    assert re.search("Address: .*dig", words(page))
    row.refresh_from_db()
    assert row.slug == "dig"


def test_a_lesson_published_meanwhile_keeps_its_address_and_says_so(two, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    (iris, _old), _ruth = two
    mine = fields_of(iris, page_of(lesson)) | {"slug": "dig", "markdown": "Mine."}
    publish_lessons([lesson.pk])

    page = iris.post(page_of(lesson), mine, follow=True)

    assert "The address stays “probe-the-soil”" in words(page)
    lesson.refresh_from_db()
    assert (lesson.slug, lesson.markdown) == ("probe-the-soil", "Mine.")


@pytest.mark.parametrize("model", ["lesson", "track"])
def test_what_was_made_a_draft_meanwhile_keeps_the_address_it_had(
    iris, soil, lesson, model
):
    row = {"lesson": lesson, "track": soil}[model]
    client = admin_client(iris)
    mine = fields_of(client, page_of(row)) | {"title": "Mine"}
    assert "slug" not in mine  # it was open, so its address could not be changed
    type(row).objects.filter(pk=row.pk).update(published_at=None)

    assert client.post(page_of(row), mine).status_code == 302

    slug = row.slug
    row.refresh_from_db()
    assert (row.slug, row.title) == (slug, "Mine")


class TestGone:
    """The other deleted it, or took the track away: what was typed comes back."""

    def test_a_deleted_lesson_gives_back_what_was_typed_and_leads_to_its_restore(
        self, two, lesson, probe
    ):
        (iris, mine), (ruth, _theirs) = two
        url = page_of(lesson)
        delete = reverse("admin:courses_lesson_delete", args=[lesson.pk])
        assert ruth.post(delete, {"post": "yes"}).status_code == 302

        page = iris.post(url, mine | {"markdown": "Mine.", "questions-0-prompt": "I?"})

        assert page.status_code == 404
        assert "Mine." in words(page)
        assert "### I?" in words(page)
        assert "Ruth" in words(page)
        (restore,) = re.findall(r'href="([^"]*/restore/)"', page.content.decode())
        agreed = fields_in(iris.get(restore))
        assert iris.post(restore, agreed).status_code == 302
        assert iris.post(url, mine | {"edit": "on"}).status_code in {200, 409}

    def test_who_teaches_it_no_more_gets_the_own_text_and_nothing_else(
        self, two, soil, lesson
    ):
        (iris, mine), (ruth, theirs) = two
        ruth.post(page_of(lesson), theirs | {"markdown": "Ruth's words."})
        TrackInstructor.objects.filter(track=soil).delete()

        page = iris.post(page_of(lesson), mine | {"markdown": "Mine."})

        assert page.status_code == 404
        assert "Mine." in words(page)
        assert "Ruth" not in words(page)
        assert "/restore/" not in page.content.decode()

    def test_a_deleted_track_gives_back_what_was_typed(self, iris, ruth):
        track = make_track("moss", lessons=0)
        TrackInstructor.objects.create(track=track, user=iris)
        client = admin_client(iris)
        fields = fields_of(client, page_of(track)) | {"description": "Mine."}
        track.delete()

        page = client.post(page_of(track), fields)

        assert page.status_code == 404
        assert "Mine." in words(page)

    def test_both_delete_it(self, two, lesson):
        url = reverse("admin:courses_lesson_delete", args=[lesson.pk])
        for client, _fields in two:
            assert client.post(url, {"post": "yes"}).status_code == 302

        assert lesson.versions.count() == 1
