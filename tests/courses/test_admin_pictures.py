"""Pictures in the admin: uploaded, listed with what shows them, deleted when nothing does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.markdown import plain
from courses.models import Lesson, Picture
from courses.picture_forms import picture_line
from courses.picture_services import MAX_PICTURES, add_picture
from courses.publishing import render_lesson
from tests.admin_forms import admin_client, fields_of
from tests.drawings import jpeg, png
from tests.factories import make_pictures, make_track

pytestmark = pytest.mark.django_db

ADD = "/admin/courses/picture/add/"
LIST = "/admin/courses/picture/"
DESCRIPTION = "The probe, ten centimetres deep"


def upload(
    client, track, data=None, name="Probe.png", description=DESCRIPTION, **headers
):
    file = SimpleUploadedFile(name, png() if data is None else data)
    form = {"track": track.pk, "file": file, "description": description}
    return client.post(ADD, form, headers=headers)


def page_of(picture: Picture, page: str = "change") -> str:
    return reverse(f"admin:courses_picture_{page}", args=[picture.pk])


def show(lesson: Lesson, picture: Picture) -> None:
    lesson.markdown = f"![{DESCRIPTION}]({picture.name})"
    render_lesson(lesson)
    lesson.save()


# --- uploading ---


def test_an_upload_ends_on_the_picture_s_page_with_the_line_for_the_text(iris, soil):
    client = admin_client(iris)

    response = upload(client, soil)

    picture = Picture.objects.get()
    assert response.status_code == 302
    assert response.url == page_of(picture)
    assert picture.track == soil
    page = client.get(response.url).content.decode()
    assert f"![{DESCRIPTION}](probe.png)" in page
    assert picture.shown.address(60) in page


def test_a_script_is_given_the_line(iris, soil):
    response = upload(admin_client(iris), soil, accept="application/json")

    assert response.json() == {"line": f"![{DESCRIPTION}](probe.png)"}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": b"<svg><script>1</script></svg>"}, "SVG is not taken"),
        ({"data": jpeg()}, "this is a JPEG picture"),
        ({"data": b""}, "empty"),
        ({"data": png() + bytes(10_000_000)}, "10 MB"),
        ({"description": "  "}, "This field is required."),
        ({"description": "\u200b"}, "This field is required."),
        ({"description": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(iris, soil, accept, change, said):
    response = upload(admin_client(iris), soil, **change, accept=accept)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Picture.objects.exists()
    if accept == "text/html" and "data" in change:
        assert f'value="{DESCRIPTION}"' in response.content.decode()


def test_nothing_chosen_is_a_refusal(iris, soil):
    response = admin_client(iris).post(ADD, {})

    assert response.status_code == 422


def test_nobody_uploads_to_somebody_else_s_track(omar, ada, soil):
    assert upload(admin_client(omar), soil).status_code == 422
    assert upload(admin_client(ada), soil).status_code == 302  # to sign in as another
    assert not Picture.objects.exists()


def test_a_full_track_says_so(iris, soil):
    make_pictures(soil, MAX_PICTURES)

    response = upload(admin_client(iris), soil)

    assert response.status_code == 422
    assert "A track holds 500 pictures" in response.content.decode()


def test_an_upload_shows_up_where_the_text_names_it_already(iris, soil, lesson):
    lesson.markdown = "![The probe](probe.png)"
    lesson.save()

    upload(admin_client(iris), soil)

    lesson.refresh_from_db()
    assert "<img" in lesson.body_html


@pytest.mark.parametrize(
    "words",
    [
        "A [probe] in *wet* soil",
        "It costs $5 \\ and 3 < 4 & `x` ![no](no.png)",
        "__init__ ~~and~~ <b>more</b> &amp;",
        "two\nlines",
    ],
)
def test_a_description_says_what_was_typed(words):
    assert plain(picture_line("a.png", words)) == " ".join(words.split())


def test_the_lesson_s_page_offers_pictures(iris, lesson):
    client = admin_client(iris)
    address = reverse("admin:courses_lesson_change", args=[lesson.pk])

    page = client.get(address).content.decode()
    dialog = client.get(f"{ADD}?dialog=1").content.decode()

    assert f'data-pictures="{ADD}"' in page
    assert f'data-track="{lesson.track_id}"' in page
    assert f'href="{ADD}?track={lesson.track_id}"' in page
    assert "js/pictures.js" in page
    assert "<dialog" in dialog
    assert "csrfmiddlewaretoken" in dialog


def test_a_lesson_with_a_picture_is_saved_through_its_page(iris, lesson):
    add_picture(lesson.track, "probe.png", png())
    client = admin_client(iris)
    address = reverse("admin:courses_lesson_change", args=[lesson.pk])
    sent = fields_of(client, address) | {
        "markdown": "![](probe.png)\n\n![Another](missing.png)"
    }

    response = client.post(address, sent, follow=True)

    page = response.content.decode()
    lesson.refresh_from_db()
    assert "<img" in lesson.body_html
    assert "Line 1: the picture probe.png has no description" in page
    assert "Line 3: the track has no picture missing.png" in page


# --- the list ---


def test_the_list_shows_the_own_pictures_and_where_each_is_shown(iris, soil, lesson):
    shown = add_picture(soil, "shown.png", png(seed=1))
    add_picture(soil, "unused.png", png(seed=2))
    add_picture(make_track("moss"), "foreign.png", png(seed=3))
    show(lesson, shown)

    page = admin_client(iris).get(LIST).content.decode()

    assert shown.shown.address(60) in page
    assert reverse("admin:courses_lesson_change", args=[lesson.pk]) in page
    assert "Nowhere yet" in page
    assert "foreign.png" not in page


def test_the_list_costs_the_same_with_ten_pictures_and_with_more(iris, soil):
    client = admin_client(iris)
    counts = []
    for count in (3, 40):
        Picture.objects.all().delete()
        make_pictures(soil, count)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(LIST).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_a_picture_does_not_change(ruth, soil):
    picture = add_picture(soil, "probe.png", png())

    response = admin_client(ruth).post(page_of(picture), {"name": "other.png"})

    assert response.status_code == 403


# --- deleting ---


def test_an_unused_picture_is_deleted(iris, soil):
    picture = add_picture(soil, "probe.png", png())
    client = admin_client(iris)
    assert "Are you sure" in client.get(page_of(picture, "delete")).content.decode()

    response = client.post(page_of(picture, "delete"), {"post": "yes"})

    assert response.status_code == 302
    assert not Picture.objects.exists()


def test_a_picture_in_a_lesson_stays_and_the_page_leads_to_the_lesson(
    iris, soil, lesson
):
    picture = add_picture(soil, "probe.png", png())
    show(lesson, picture)
    client = admin_client(iris)

    asked = client.get(page_of(picture, "delete"))
    posted = client.post(page_of(picture, "delete"), {"post": "yes"})

    assert asked.status_code == 200
    assert posted.status_code == 409
    for page in (asked, posted):
        address = reverse("admin:courses_lesson_change", args=[lesson.pk])
        assert address in page.content.decode()
    assert Picture.objects.exists()


def test_a_track_is_deleted_with_its_pictures(ruth):
    track = make_track("moss", published=False)
    add_picture(track, "probe.png", png())

    track.delete()

    assert not Picture.objects.exists()


def test_pictures_of_others_do_not_exist(omar, soil):
    picture = add_picture(soil, "probe.png", png())
    client = admin_client(omar)

    for page in ("change", "delete"):
        response = client.get(page_of(picture, page))
        assert response.status_code == 302  # as of one that is missing
        missing = client.get(reverse(f"admin:courses_picture_{page}", args=[10**6]))
        assert missing.status_code == 302
    client.post(page_of(picture, "delete"), {"post": "yes"})
    assert Picture.objects.exists()
