"""Preview links: a draft shown to colleagues, without a role, a session or a trace."""

import re
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from courses.models import Enrollment, Lesson, PreviewLink, new_token
from courses.person import erase_person, export_person
from courses.picture_services import add_picture
from courses.publishing import archive_track, make_preview_link
from quizzes.models import Answer, Choice, Question
from tests.admin_forms import admin_client
from tests.crowd import fill, make_crowd
from tests.drawings import png
from tests.factories import make_lesson, make_question, make_track

KINDS = ["single", "multiple", "text", "number"]


@pytest.fixture
def moss(db):
    """A draft track of two draft lessons; the first links to the second and asks."""
    track = make_track("moss", published=False, description="Damp.", license="CC0")
    body = "## First\n\n[On](/tracks/moss/grow/) and [out](https://example.org/)."
    first = make_lesson(track, "look", published=False, body=body)
    make_lesson(track, "grow", published=False)
    for kind in KINDS:
        right = ("4321",) if kind == "number" else ("Right",)
        make_question(first, f"A {kind} one?", kind=kind, right=right)
    return track


@pytest.fixture
def link(moss, iris) -> PreviewLink:
    return make_preview_link(moss, iris, "the geologists")


def page_of(response) -> str:
    assert response.status_code == 200, response.status_code
    page: str = response.content.decode()
    return page


# What it shows


def test_a_visitor_reads_a_draft_track_and_its_lessons(link, client):
    track = page_of(client.get(link.get_absolute_url()))
    lesson = page_of(client.get(f"{link.get_absolute_url()}look/"))

    assert "Look" in track
    assert "Grow" in track
    assert "Damp." in track
    assert "A single one?" in lesson
    for page in track, lesson:
        assert (
            "This is a preview. It is not published, and nothing here is kept." in page
        )
    assert client.get("/tracks/moss/").status_code == 404


def test_all_links_of_the_track_stay_in_the_preview(link, client):
    for place in "", "look/", "grow/":
        page = page_of(client.get(link.get_absolute_url() + place))
        assert "/tracks/moss/" not in page
        assert link.get_absolute_url() in page
    assert f'href="{link.get_absolute_url()}grow/"' in page_of(
        client.get(f"{link.get_absolute_url()}look/")
    )


def test_description_and_questions_show_pictures_and_lead_on_in_the_preview(
    link, client
):
    """Those of a draft are at no other address for who has the link alone."""
    track = link.track
    add_picture(track, "moss.png", png(seed=1))
    track.description = (
        "![Moss](moss.png) and [on](/tracks/moss/grow/) in [it](/tracks/moss/)"
    )
    track.save()
    make_question(
        track.lessons.get(slug="look"),
        "Is this [grown](/tracks/moss/grow/)?\n\n![Moss](moss.png)",
        right=("![Like this](moss.png)",),
    )
    pages = [
        page_of(client.get(link.get_absolute_url() + place)) for place in ("", "look/")
    ]

    shown = [re.findall(r'<img src="([^"]*)"', page) for page in pages]
    assert [len(addresses) for addresses in shown] == [1, 2]
    for address in [*shown[0], *shown[1]]:
        assert client.get(address).status_code == 200, address
    for page in pages:
        assert "/tracks/moss/" not in page
        assert f'href="{link.get_absolute_url()}grow/"' in page


def test_a_published_lesson_is_not_called_unpublished(link, client):
    Lesson.objects.update(published_at=timezone.now())
    link.track.published_at = timezone.now()
    link.track.save()

    page = page_of(client.get(f"{link.get_absolute_url()}look/"))

    assert "This is a preview. Nothing here is kept." in page
    assert "feed your knowledge score" in page


def test_nothing_can_be_sent(link, client):
    page = page_of(client.get(f"{link.get_absolute_url()}look/"))

    assert re.search(r"<fieldset disabled>", page)
    assert "hx-post" not in page
    assert 'method="post"' not in page
    assert "csrfmiddlewaretoken" not in page
    for place in "", "look/":
        sent = client.post(link.get_absolute_url() + place, {"done": "1"})
        assert sent.status_code == 405
    assert not Answer.objects.exists()


def test_it_reads_and_makes_no_session_and_no_enrolment(link, ada, signed_in, client):
    known = signed_in(ada)
    for place in "", "look/":
        address = link.get_absolute_url() + place
        assert not client.get(address).cookies
        with CaptureQueriesContext(connection) as captured:
            as_learner = known.get(address)
        told = " ".join(query["sql"] for query in captured.captured_queries)
        assert "django_session" not in told
        assert not as_learner.cookies
        assert as_learner.content == client.get(address).content
    assert not Enrollment.objects.filter(track=link.track).exists()


def test_the_address_is_kept_by_nobody_on_the_way(link, client):
    for place in "", "look/":
        response = client.get(link.get_absolute_url() + place)
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex' in response.content.decode()


# What it does not show


@pytest.mark.parametrize("place", ["", "look/"])
def test_revoked_unknown_and_archived_are_the_same_page(link, client, place):
    wanted = link.get_absolute_url() + place
    unknown = client.get(f"/preview/{new_token()}/{place}")
    link.revoked_at = timezone.now()
    link.save()
    revoked = client.get(wanted)
    link.revoked_at = None
    link.save()
    archive_track(link.track)
    archived = client.get(wanted)

    assert [r.status_code for r in (unknown, revoked, archived)] == [404] * 3
    pages = {neutral(r) for r in (unknown, revoked, archived)}
    assert len(pages) == 1


def neutral(response) -> str:
    """The page and its headers, without the address that the theme's form returns to."""
    headers = sorted((k, v) for k, v in response.headers.items() if k != "Date")
    page = re.sub(r"/preview/[^\"]*", "", response.content.decode())
    return f"{headers}\n{page}"


def test_a_link_opens_no_other_track(link, lesson, client):
    assert client.get(f"{link.get_absolute_url()}{lesson.slug}/").status_code == 404


def test_pages_with_different_keys_are_equal_byte_for_byte(link, client):
    address = f"{link.get_absolute_url()}look/"
    with CaptureQueriesContext(connection) as captured:
        before = client.get(address).content
    told = " ".join(query["sql"] for query in captured.captured_queries)
    for question in Question.objects.all():
        turn_the_key(question)

    assert client.get(address).content == before
    assert "quizzes_choice" in told
    for secret in "is_right", "feedback", "explanation":
        assert secret not in told
    said = re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}|/preview/[^/]*", b"", before)
    for hidden in b"4321", b"Because it is so.", b"About Right.":  # no random key is it
        assert hidden not in said


def turn_the_key(question: Question) -> None:
    if not question.has_choices:
        Choice.objects.filter(question=question).update(text="90210")
        return
    choices = list(question.choices.order_by("position"))
    right = [choice.is_right for choice in choices]
    for choice, is_right in zip(choices, right[1:] + right[:1], strict=True):
        Choice.objects.filter(pk=choice.pk).update(is_right=is_right)
    Question.objects.filter(pk=question.pk).update(explanation_html="Else.")


def test_guessing_is_slowed_down_and_reading_is_not(link, client):
    with time_machine.travel("2026-03-14T12:00:00Z", tick=False):
        for _ in range(30):
            assert client.get(f"/preview/{new_token()}/").status_code == 404
        assert client.get(f"/preview/{new_token()}/").status_code == 429
        assert client.get(link.get_absolute_url()).status_code == 200


# How the database keeps it


def test_a_token_has_192_random_bits_and_no_two_are_alike(moss, iris):
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert len({token[:4] for token in tokens}) > 990
    with pytest.raises(IntegrityError, match="preview_token_is_unguessable"):
        PreviewLink.objects.create(track=moss, made_by=iris, token="short")


@pytest.mark.parametrize(("place", "budget"), [("", 2), ("first/", 4)])
def test_it_costs_as_many_statements_with_many_lessons(client, iris, place, budget):
    track = make_crowd("full")
    address = make_preview_link(track, iris, "").get_absolute_url() + place
    counts = []
    for size in 11, 1000:
        fill(track, size)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address).status_code == 200
        counts.append(len(statements))

    assert counts == [budget, budget]


# The track's page in the admin


def at(track) -> str:
    return f"/admin/courses/track/{track.pk}/"


def test_an_instructor_makes_a_link_gives_it_away_and_revokes_it(iris, soil):
    client = admin_client(iris)

    client.post(f"{at(soil)}preview-links/", {"note": "Omar, to read"})
    link = soil.preview_links.get()
    page = page_of(client.get(f"{at(soil)}change/"))
    assert f"http://testserver/preview/{link.token}/" in page
    assert "Omar, to read" in page
    assert "by Iris" in page
    assert Client().get(link.get_absolute_url()).status_code == 200

    client.post(f"{at(soil)}preview-links/{link.pk}/revoke/")
    assert link.token not in page_of(client.get(f"{at(soil)}change/"))
    assert Client().get(link.get_absolute_url()).status_code == 404
    first = PreviewLink.objects.get().revoked_at
    client.post(f"{at(soil)}preview-links/{link.pk}/revoke/")
    assert PreviewLink.objects.get().revoked_at == first


@pytest.mark.parametrize(
    ("note", "said"),
    [("x" * 101, "at most 100 characters"), ("a\x00b", "Null characters")],
)
def test_a_note_that_cannot_be_makes_no_link_and_says_so(iris, soil, note, said):
    client = admin_client(iris)

    sent = client.post(f"{at(soil)}preview-links/", {"note": note}, follow=True)

    assert "No link was made. Whom it is for: " in page_of(sent)
    assert said in sent.content.decode()
    assert not PreviewLink.objects.exists()


def test_a_track_has_a_bounded_number_of_open_links(iris, soil):
    client = admin_client(iris)
    for _ in range(20):
        make_preview_link(soil, iris, "")

    sent = client.post(f"{at(soil)}preview-links/", {"note": ""}, follow=True)

    assert "This track has 20 preview links." in page_of(sent)
    assert PreviewLink.objects.count() == 20


def test_a_link_is_not_revoked_through_another_track(iris, omar, soil, link):
    mine = make_preview_link(soil, iris, "")
    stars = omar.taught.get().track

    for track, person in (stars, omar), (soil, omar):
        address = f"{at(track)}preview-links/{mine.pk}/revoke/"
        assert admin_client(person).post(address).status_code == 404
    mine.refresh_from_db()
    assert mine.revoked_at is None


def test_the_log_of_the_admin_holds_no_token(iris, soil):
    client = admin_client(iris)
    client.post(f"{at(soil)}preview-links/", {"note": ""})

    page = page_of(client.get(f"{at(soil)}history/"))

    assert "The preview link is made." in page
    assert soil.preview_links.get().token not in page
    assert not AuditEvent.objects.exists()


# Persons


def test_who_made_links_takes_the_list_along_and_leaves_none_open(link):
    iris = link.made_by

    links: Any = export_person(iris)["preview_links"]
    (told,) = links
    assert (told["slug"], told["note"]) == ("moss", "the geologists")
    assert link.token not in str(told)
    erase_person(iris)

    link.refresh_from_db()
    assert link.note == ""
    assert link.revoked_at is not None
