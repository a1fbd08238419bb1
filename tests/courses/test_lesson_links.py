"""A link to another lesson of the track leads there, whichever of the two came first."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import Lesson, Track
from courses.picture_services import add_picture
from courses.publishing import render_lesson
from exchange.keeping import keep_found
from exchange.models import Version
from tests.admin_forms import admin_client, fields_in, fields_of
from tests.drawings import png
from tests.exchange.test_uploads import look, said
from tests.factories import make_lesson, make_track

pytestmark = pytest.mark.django_db

TO_STARS = 'href="/tracks/soil/stars/"'


@pytest.fixture
def desk(iris) -> Client:
    return admin_client(iris)


@pytest.fixture
def early(soil) -> Lesson:
    """A lesson that links to `stars` in the ways that there are; there is none yet."""
    return write(
        soil, "early", "See [a](stars.md), [b](./03-stars.md#x) and [c].\n\n[c]: stars"
    )


def write(track: Track, slug: str, text: str) -> Lesson:
    lesson = make_lesson(track, slug, published=False, body=text)
    render_lesson(lesson)
    lesson.save()
    return lesson


def links_of(lesson: Lesson) -> int:
    return Lesson.objects.get(pk=lesson.pk).body_html.count(TO_STARS[:-1])


def add(desk: Client, track: Track, slug: str) -> Lesson:
    url = "/admin/courses/lesson/add/"
    typed = {"title": slug, "slug": slug, "summary": "One.", "markdown": "Text."}
    sent = fields_of(desk, f"{url}?track={track.pk}") | typed
    assert desk.post(url, sent | {"track": str(track.pk)}).status_code == 302
    return Lesson.objects.get(track=track, slug=slug)


def change(desk: Client, row: Any, **typed: str) -> None:
    url = f"/admin/courses/{row._meta.model_name}/{row.pk}/change/"
    assert desk.post(url, fields_of(desk, url) | typed).status_code == 302


def test_a_lesson_that_is_added_is_linked_to_from_then_on(desk, soil, early):
    assert links_of(early) == 0

    add(desk, soil, "stars")

    assert links_of(early) == 3


def test_a_copy_of_a_lesson_is_linked_to_from_then_on(desk, soil, lesson):
    early = write(soil, "early", f"See [a]({lesson.slug}-copy.md).")

    desk.post(f"/admin/courses/lesson/{lesson.pk}/duplicate/")

    copy = Lesson.objects.latest("pk")
    early.refresh_from_db()
    assert f'href="{copy.get_absolute_url()}"' in early.body_html


def test_a_lesson_at_another_address_is_linked_to_at_that_one(desk, soil, early):
    stars = add(desk, soil, "stars")

    change(desk, stars, slug="moons")
    assert links_of(early) == 0
    change(desk, stars, slug="stars")
    assert links_of(early) == 3


def test_a_deleted_lesson_is_linked_to_no_more_until_it_is_restored(desk, soil, early):
    stars = add(desk, soil, "stars")
    keep_found(soil.pk)
    desk.post(f"/admin/courses/lesson/{stars.pk}/delete/", {"post": "yes"})
    assert links_of(early) == 0

    kept = Version.objects.filter(lesson=stars.pk).latest("pk")
    url = f"/admin/courses/track/{soil.pk}/history/{kept.pk}/restore/"
    assert desk.post(url, fields_in(desk.get(url))).status_code == 302

    assert links_of(early) == 3


def test_a_track_at_another_address_takes_its_links_along(desk, soil, early):
    Track.objects.filter(pk=soil.pk).update(published_at=None)
    add(desk, soil, "stars")

    change(desk, soil, slug="earth")

    page = Lesson.objects.get(pk=early.pk).body_html
    assert page.count('href="/tracks/earth/stars/') == 3
    assert "/tracks/soil/" not in page


def test_a_download_of_a_track_written_in_any_order_uploads_as_no_change(
    desk, soil, early
):
    add(desk, soil, "stars")

    zipped = desk.get(f"/admin/courses/track/{soil.pk}/zip/").content

    assert "nothing changed" in said(look(desk, zipped))


def test_other_lessons_are_not_written(desk, soil, early):
    write(soil, "late", "All stars.md in words, and [one](water-it.md).")
    write(make_track("moss"), "early", "See [a](stars.md).")
    with CaptureQueriesContext(connection) as captured:
        add(desk, soil, "stars")

    written = [
        q["sql"] for q in captured if q["sql"].startswith('UPDATE "courses_lesson"')
    ]
    assert len(written) == 1
    assert f'"id" IN ({early.pk})' in written[0]


def test_lessons_before_a_deleted_one_are_not_written(desk, soil, early):
    stars = add(desk, soil, "stars")
    add(desk, soil, "last")
    with CaptureQueriesContext(connection) as captured:
        desk.post(f"/admin/courses/lesson/{stars.pk}/delete/", {"post": "yes"})

    moved = [
        q["sql"]
        for q in captured
        if 'UPDATE "courses_lesson" SET "position"' in q["sql"]
    ]
    assert len(moved) == 1
    assert moved[0].count("WHEN") == 1


def test_many_are_rendered_in_as_many_statements_as_few(desk, soil):
    counts = []
    add(desk, soil, "first")  # the session has a message from then on
    for number in (2, 30):
        for n in range(number):
            write(
                soil, f"of-{number}-{n}", f"[a](stars-{number}.md) ![b](b-{number}.png)"
            )
        with CaptureQueriesContext(connection) as captured:
            add(desk, soil, f"stars-{number}")
        with CaptureQueriesContext(connection) as shown:
            add_picture(soil, f"b-{number}.png", png(seed=number))
        counts.append((len(captured), len(shown)))

    assert counts[0] == counts[1]
