"""Pictures in a lesson's page, and who is sent their files."""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Lesson, Picture, Track
from courses.picture_services import (
    MAX_PICTURES,
    add_picture,
    copy_pictures,
)
from courses.picture_store import store_files
from courses.pictures import PictureError, take_picture
from courses.publishing import make_preview_link, render_lesson
from tests.drawings import jpeg, png
from tests.factories import make_lesson, make_pictures, make_track
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def write(lesson: Lesson, markdown: str) -> list[str]:
    """Save the lesson with this text; what its author is told."""
    lesson.markdown = markdown
    remarks = render_lesson(lesson)
    lesson.save()
    return [remark.message for remark in remarks]


def addresses(html: str) -> list[str]:
    return re.findall(r"/media/[^ \"]+", html)


@pytest.fixture
def probe_png(lesson: Lesson) -> Picture:
    """A picture that the lesson shows."""
    picture = add_picture(lesson.track, "probe.png", png(1000, 500))
    write(lesson, "![The probe, ten centimetres deep](probe.png)\n")
    return picture


def address(picture: Picture, width: int = 480) -> str:
    return picture.shown.address(width)


# --- in the page ---


def test_a_lesson_shows_its_picture_with_size_widths_and_description(
    probe_png, lesson, client
):
    page = client.get(lesson.get_absolute_url()).content.decode()

    (tag,) = re.findall(r"<img [^>]*>", page)
    assert 'alt="The probe, ten centimetres deep"' in tag
    assert 'width="1000" height="500"' in tag
    assert 'loading="lazy"' in tag
    assert 'decoding="async"' in tag
    assert f"{address(probe_png, 480)} 480w, {address(probe_png, 960)} 960w" in tag
    for each in set(addresses(tag)):
        assert client.get(each).status_code == 200


def test_a_picture_costs_the_page_no_statement(lesson, client):
    write(lesson, "Nothing to see.\n")
    client.get(lesson.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as without:
        client.get(lesson.get_absolute_url())
    add_picture(lesson.track, "probe.png", png())
    write(lesson, "![The probe](probe.png)\n")
    with CaptureQueriesContext(connection) as with_one:
        client.get(lesson.get_absolute_url())

    assert len(with_one) == len(without)


def test_a_name_without_a_picture_is_a_remark_until_it_is_uploaded(lesson):
    said = write(lesson, "One\n\n![The probe](probe.png)\n")
    assert said == ["the track has no picture probe.png: its description stands in"]
    assert "<img" not in lesson.body_html

    add_picture(lesson.track, "probe.png", png())

    lesson.refresh_from_db()
    assert 'alt="The probe"' in lesson.body_html
    assert lesson.revised_at < timezone.now() - timedelta(hours=1)


@pytest.mark.parametrize("words", ["", " ", "\u200b", "&shy;"])
def test_a_picture_without_a_description_is_a_remark(probe_png, lesson, words):
    assert write(lesson, f"![{words}](probe.png)\n") == [
        "the picture probe.png has no description: write one in the brackets"
    ]


def test_the_description_is_found_by_the_search(probe_png, lesson):
    assert "ten centimetres deep" in lesson.body_text


# --- uploading ---


def test_the_same_picture_twice_is_one(soil):
    first = add_picture(soil, "probe.png", png())
    again = add_picture(soil, "other-name.png", png())

    assert again == first
    assert Picture.objects.count() == 1


def test_another_picture_of_the_same_name_gets_a_number(soil):
    names = [add_picture(soil, "Probe.png", png(seed=seed)).name for seed in (1, 2, 3)]

    assert names == ["probe.png", "probe-2.png", "probe-3.png"]


def test_a_refused_picture_leaves_nothing(soil):
    with pytest.raises(PictureError):
        add_picture(soil, "probe.png", jpeg())

    assert not Picture.objects.exists()


def test_a_track_holds_so_many_pictures(soil):
    one = add_picture(soil, "probe.png", png())
    make_pictures(soil, MAX_PICTURES - 1)

    with pytest.raises(PictureError, match="500 pictures"):
        add_picture(soil, "more.png", png(seed=7))

    assert add_picture(soil, "again.png", png()) == one


@pytest.mark.django_db(transaction=True)
def test_pictures_pasted_at_once_each_get_a_name(soil):
    pictures = at_once(
        [partial(add_picture, soil, "image.png", png(seed=seed)) for seed in range(6)]
    )

    assert len({picture.name for picture in pictures}) == 6


@pytest.mark.django_db(transaction=True)
def test_one_picture_uploaded_at_once_is_one_row(soil):
    pictures = at_once(
        [lambda: add_picture(soil, "image.png", png(seed=91)) for _ in range(6)]
    )

    assert len({picture.pk for picture in pictures}) == 1


def test_a_copied_track_has_the_pictures(probe_png, soil):
    other = make_track("moss")

    copy_pictures(soil, other)
    copy_pictures(soil, other)

    lesson = make_lesson(other)
    assert write(lesson, "![The probe](probe.png)\n") == []
    assert Client().get(addresses(lesson.body_html)[0]).status_code == 200


# --- who is sent the file ---


@pytest.fixture
def clients(ada, ben, iris, omar, ruth, signed_in):
    people = {"ada": ada, "ben": ben, "iris": iris, "omar": omar, "ruth": ruth}
    return {name: signed_in(user) for name, user in people.items()} | {
        "visitor": Client()
    }


def who_sees(clients: dict[str, Client], picture: Picture) -> set[str]:
    found = {
        name
        for name, client in clients.items()
        if client.get(address(picture)).status_code == 200
    }
    rest = {
        name: clients[name].get(address(picture)).status_code
        for name in clients.keys() - found
    }
    assert set(rest.values()) <= {404}
    return found


EVERYBODY = {"visitor", "ada", "ben", "iris", "omar", "ruth"}
TEACHERS = {"iris", "ruth"}


def test_a_published_picture_is_everybody_s(probe_png, clients):
    assert who_sees(clients, probe_png) == EVERYBODY


def test_a_picture_of_a_draft_is_for_those_who_teach_it(probe_png, lesson, clients):
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    assert who_sees(clients, probe_png) == TEACHERS

    Lesson.objects.filter(pk=lesson.pk).update(
        published_at=timezone.now() + timedelta(days=1)
    )
    assert who_sees(clients, probe_png) == TEACHERS


def test_a_picture_of_a_draft_track_is_for_those_who_teach_it(probe_png, soil, clients):
    Track.objects.filter(pk=soil.pk).update(published_at=None)

    assert who_sees(clients, probe_png) == TEACHERS


def test_a_picture_that_a_draft_and_a_lesson_show_is_everybody_s(
    probe_png, lesson, soil, clients
):
    write(soil.lessons.get(slug="water-it"), "![The probe](probe.png)\n")
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)

    assert who_sees(clients, probe_png) == EVERYBODY


def test_a_picture_of_an_archived_track_is_for_those_who_learned_it(
    probe_png, soil, clients
):
    Track.objects.filter(pk=soil.pk).update(archived_at=timezone.now())

    assert who_sees(clients, probe_png) == {"ada"} | TEACHERS


def test_a_picture_that_no_text_shows_is_for_those_who_teach_it(soil, clients):
    """It may be meant for a draft, and a cache would keep it for a year."""
    picture = add_picture(soil, "probe.png", png(600, 50))

    assert who_sees(clients, picture) == TEACHERS


def test_a_picture_that_the_description_shows_is_seen_with_its_track(soil, clients):
    picture = add_picture(soil, "probe.png", png(600, 50))
    soil.description = "![The probe](probe.png)"
    soil.save()
    assert who_sees(clients, picture) == EVERYBODY

    Track.objects.filter(pk=soil.pk).update(archived_at=timezone.now())
    assert who_sees(clients, picture) == TEACHERS


def test_a_picture_is_not_found_under_another_track_or_width(probe_png, client):
    other = make_track("moss")
    for each in (
        address(probe_png).replace(f"/{probe_png.track_id}/", f"/{other.pk}/"),
        address(probe_png, 1440),
        address(probe_png, 481),
        address(probe_png).replace(probe_png.digest, "0" * 64),
        address(probe_png).replace(".webp", ".png"),
        f"/media/{10**18}/{probe_png.digest}-480.webp",
    ):
        assert client.get(each).status_code == 404, each


def test_a_deleted_picture_is_not_found(probe_png, client):
    probe_png.delete()

    assert client.get(address(probe_png)).status_code == 404


def test_who_has_a_preview_link_sees_the_pictures_of_drafts(
    probe_png, lesson, soil, iris, client
):
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    link = make_preview_link(soil, iris, "")
    page = client.get(f"{link.get_absolute_url()}{lesson.slug}/").content.decode()

    (tag,) = re.findall(r"<img [^>]*>", page)
    shown = re.findall(r"/[^ \"]+\.webp", tag)
    assert len(shown) == 4
    for each in shown:
        response = client.get(each)
        assert response.status_code == 200, each
        assert "private" in response["Cache-Control"]

    link.revoked_at = timezone.now()
    link.save()
    assert client.get(shown[0]).status_code == 404
    assert who_sees({"visitor": client}, probe_png) == set()


def test_a_preview_link_opens_no_picture_of_another_track(soil, iris, client):
    picture = add_picture(make_track("moss"), "probe.png", png())
    link = make_preview_link(soil, iris, "")
    address = f"{link.get_absolute_url()}media/{picture.digest}-60.webp"

    assert client.get(address).status_code == 404


# --- how it is sent ---


def test_a_public_picture_is_kept_by_every_cache_and_reads_no_session(
    probe_png, ada, signed_in
):
    client = signed_in(ada)
    with CaptureQueriesContext(connection) as statements:
        response = client.get(address(probe_png))

    assert len(statements) == 1
    assert response["Cache-Control"] == "max-age=31536000, immutable, public"
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def make_draft(lesson: Lesson) -> None:
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)


def make_draft_track(lesson: Lesson) -> None:
    Track.objects.filter(pk=lesson.track_id).update(published_at=None)


def set_for_groups(lesson: Lesson) -> None:
    Track.objects.filter(pk=lesson.track_id).update(audience="groups")


def archive(lesson: Lesson) -> None:
    Track.objects.filter(pk=lesson.track_id).update(archived_at=timezone.now())


@pytest.mark.parametrize(
    "close", [make_draft, make_draft_track, set_for_groups, archive]
)
def test_a_picture_that_not_all_may_see_is_kept_by_the_own_browser_alone(
    close, probe_png, lesson, iris, signed_in
):
    close(lesson)
    client = signed_in(iris)

    with CaptureQueriesContext(connection) as statements:
        response = client.get(address(probe_png))
    again = client.get(address(probe_png), headers={"If-None-Match": response["ETag"]})
    refused = Client().get(
        address(probe_png), headers={"If-None-Match": response["ETag"]}
    )

    for each in (response, again):
        assert each["Cache-Control"] == "max-age=31536000, immutable, private"
        assert "Cookie" in each["Vary"]
    assert len(statements) <= 5
    assert again.status_code == 304
    assert refused.status_code == 404
    assert "public" not in refused.get("Cache-Control", "")
    assert "max-age" not in refused.get("Cache-Control", "")


def test_a_picture_of_an_unlisted_track_is_everybody_s_who_has_its_address(
    probe_png, soil, client
):
    """No address of a picture can be guessed, and the page's own is known to more."""
    Track.objects.filter(pk=soil.pk).update(audience="unlisted")

    response = client.get(address(probe_png))

    assert response["Cache-Control"] == "max-age=31536000, immutable, public"


def test_who_has_the_picture_is_told_so(probe_png, client):
    etag = client.get(address(probe_png))["ETag"]

    response = client.get(address(probe_png), headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == etag
    assert "immutable" in response["Cache-Control"]


def test_head_and_post(probe_png, client):
    assert client.head(address(probe_png))["Content-Length"] != "0"
    assert client.post(address(probe_png)).status_code == 405


def test_a_statement_and_no_more_whatever_there_is(soil, lesson, client):
    """Ten pictures and lessons, and many: the same."""
    picture = add_picture(soil, "probe.png", png())
    write(lesson, "![The probe](probe.png)\n")
    counts = []
    for more in (0, 30):
        for _number in range(more):
            make_lesson(soil, body=lesson.markdown)
        with CaptureQueriesContext(connection) as statements:
            client.get(address(picture))
        counts.append(len(statements))

    assert counts == [1, 1]


# --- files ---


def test_a_file_that_was_half_written_is_written_again(
    tmp_path, settings, soil, lesson, client
):
    """As if the process had been killed after the first half."""
    settings.MEDIA_ROOT = tmp_path
    taken = take_picture("probe.png", png(seed=31))

    class Killed(BaseException):
        pass

    def killed():
        yield taken.content[:10]
        raise Killed

    content: Any = ContentFile(taken.content)
    content.chunks = killed
    with pytest.raises(Killed):
        default_storage.save(
            f"pictures/{taken.digest[:2]}/{taken.digest}-60.webp", content
        )
    assert any(path.is_file() for path in Path(tmp_path).rglob("*"))

    picture = add_picture(soil, "probe.png", png(seed=31))
    write(lesson, "![The probe](probe.png)\n")

    response = client.get(picture.shown.address(60))
    assert response.status_code == 200
    assert response.content.startswith(b"RIFF")
    assert len(response.content) == int.from_bytes(response.content[4:8], "little") + 8


def test_files_without_a_row_are_nobody_s(soil, client):
    taken = take_picture("probe.png", png(seed=32))

    store_files(taken)

    assert client.get(f"/media/{soil.pk}/{taken.digest}-60.webp").status_code == 404


def test_a_file_that_the_storage_lost_is_a_404(
    tmp_path, settings, soil, lesson, client
):
    settings.MEDIA_ROOT = tmp_path
    picture = add_picture(soil, "probe.png", png(seed=33))
    write(lesson, "![The probe](probe.png)\n")
    assert client.get(picture.shown.address(60)).status_code == 200
    for path in Path(tmp_path).rglob("*.webp"):
        path.unlink()

    assert client.get(picture.shown.address(60)).status_code == 404
