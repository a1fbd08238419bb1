"""The preview beside a track's description: the track's page, and nothing is stored."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Track
from courses.picture_services import add_picture
from courses.publishing import make_preview_link
from tests.admin_forms import admin_client, fields_of
from tests.crowd import fill, make_crowd
from tests.drawings import png

ADD = reverse("admin:courses_track_add")
OF_NEW = reverse("admin:courses_track_preview")


def preview_of(track: Track) -> str:
    return reverse("admin:courses_track_preview", args=[track.pk])


def change(track: Track) -> str:
    return reverse("admin:courses_track_change", args=[track.pk])


def main_of(response) -> str:
    assert response.status_code == 200
    page = response.content.decode()
    main = page[page.index('<div class="two place">') : page.index("</main>")]
    return re.sub(r"\s+", " ", main)


@pytest.fixture
def at_soil(iris, soil):
    """Iris' client, and the fields of the track's page."""
    client = admin_client(iris)
    return client, fields_of(client, change(soil))


def test_what_is_stored_is_shown_as_a_preview_link_shows_it(
    at_soil, soil, iris, client
):
    link = make_preview_link(soil, iris, "").get_absolute_url()
    shown = main_of(client.get(link)).replace(link, soil.get_absolute_url())

    assert main_of(at_soil[0].get(preview_of(soil))) == shown


def test_what_is_typed_is_shown_and_nothing_of_it_stored(at_soil, soil):
    client, fields = at_soil
    fields |= {"title": "Moss", "summary": "All of it.", "attribution": "By Iris."}
    fields |= {"description": "## Rain\n\nIt is **wet**, $x^2$.", "license": "CC0"}

    with CaptureQueriesContext(connection) as captured:
        page = main_of(client.post(preview_of(soil), fields))

    for part in "<h1>Moss</h1>", "All of it.", "By Iris.", "CC0", "<math":
        assert part in page
    assert "<strong>wet</strong>" in page
    assert "Probe the soil" in page  # its lessons
    told = [query["sql"] for query in captured.captured_queries]
    assert not [sql for sql in told if re.search(r"\b(INSERT|UPDATE|DELETE)\b", sql)]
    assert Track.objects.get(pk=soil.pk).title == soil.title


def test_a_picture_of_the_track_is_shown(at_soil, soil, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    add_picture(soil, "probe.png", png())
    client, fields = at_soil

    fields |= {"description": "![A probe](probe.png)"}

    assert "<img" in main_of(client.post(preview_of(soil), fields))


def test_a_form_that_could_not_be_saved_is_previewed_all_the_same(at_soil, soil):
    client, fields = at_soil
    faulty = {"title": "", "slug": "no address", "language": "klingon!"}
    faulty |= {"description": "So far. " * 40_000, "learner_groups": "many"}

    assert "Untitled" in main_of(client.post(preview_of(soil), fields | faulty))
    assert client.post(preview_of(soil), {}).status_code == 200


def test_a_track_that_is_not_stored_yet_is_previewed(iris):
    client = admin_client(iris)
    fields = fields_of(client, ADD) | {"title": "Moss", "description": "*Soft*"}

    page = main_of(client.post(OF_NEW, fields))

    assert "<em>Soft</em>" in page
    assert "No lessons have been published yet." in page
    assert "Untitled" in main_of(client.get(OF_NEW))
    assert not Track.objects.filter(title="Moss").exists()


def test_only_who_teaches_a_track_previews_it(soil, omar, ruth, ada):
    for user, status in (omar, 404), (ruth, 200), (ada, 302):
        client = admin_client(user)
        for send in client.get, client.post:
            assert send(preview_of(soil)).status_code == status


def test_it_is_framed_by_this_site_alone_and_holds_nothing_to_send(at_soil, soil):
    client, fields = at_soil
    for response in [
        client.get(preview_of(soil)),
        client.post(preview_of(soil), fields),
    ]:
        policy = response["Content-Security-Policy"]
        assert "sandbox allow-same-origin;" in f"{policy};"
        assert "form-action 'none'" in policy
        assert "no-store" in response["Cache-Control"]
        page = response.content.decode()
        assert not re.search("<(button|input|select|textarea|form|script)", page)


def test_it_takes_as_many_queries_with_many_lessons_and_learners(ruth):
    track = make_crowd("full")
    client = admin_client(ruth)
    fields = fields_of(client, change(track))

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.post(preview_of(track), fields).status_code == 200
        return len(captured)

    few = count()
    fill(track, 1000)
    assert count() == few <= 9
