"""Who reads reports: admins all of it, an instructor whom an admin lets the own tracks."""

import pytest
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate
from courses.models import Track
from tests.admin_forms import admin_client
from tests.certificates.issuing import issue
from tests.certificates.report_files import (
    EXPORT,
    LIST,
    TOTALS,
    XLSX,
    codes_of_csv,
    codes_of_list,
    codes_of_xlsx,
    sums_of,
)


def press(actor: User, person: User, change: str) -> None:
    url = reverse("admin:accounts_user_do", args=[person.pk])
    admin_client(actor).post(url, {"change": change})


@pytest.fixture
def reader(ruth: User, omar: User) -> User:
    """Omar, who teaches stars and was let read reports."""
    press(ruth, omar, "made report reader")
    return omar


@pytest.fixture
def stars(reader) -> Track:
    return Track.objects.get(slug="stars")


@pytest.fixture
def own(ada, stars) -> Certificate:
    return issue(ada, stars, score=70)


@pytest.fixture
def other(ada, soil) -> Certificate:
    return issue(ada, soil, score=10)


@pytest.mark.parametrize("way", [codes_of_list, codes_of_csv, codes_of_xlsx])
@pytest.mark.parametrize(
    "query", [{}, {"q": "ada"}, {"status": "valid"}, {"score_from": "0"}]
)
def test_a_reader_sees_the_tracks_they_teach_alone(reader, own, other, way, query):
    assert way(admin_client(reader), **query) == [own.code]


def test_the_choices_the_totals_and_the_search_are_of_the_own_tracks(
    reader, soil, own, other
):
    client = admin_client(reader)

    page = client.get(LIST)
    assert sums_of(page.context["figures"])["Certificates"] == "1"
    assert sums_of(page.context["figures"])["Mean score"].startswith("70")
    assert "Soil" not in page.content.decode()
    assert client.get(LIST, {"track": soil.pk}).status_code == 422
    assert codes_of_list(client, q=other.code) == []
    for url in EXPORT, XLSX, TOTALS:
        assert client.get(url, {"track": soil.pk}).status_code == 302
    assert sums_of(client.get(TOTALS).context["figures"])["Certificates"] == "1"


def test_the_page_of_one_is_there_for_the_own_tracks_and_missing_for_others(
    reader, own, other
):
    client = admin_client(reader)

    def page_of(certificate: Certificate, page: str = "change"):
        name = f"admin:certificates_certificate_{page}"
        return client.get(reverse(name, args=[certificate.pk]))

    assert own.code in page_of(own).content.decode()
    for page in "change", "history":
        hidden, missing = page_of(other, page), page_of(Certificate(pk=10**9), page)
        assert hidden.status_code == missing.status_code == 302
        assert hidden.url == missing.url


def test_who_teaches_nothing_is_told_so(ruth, iris, other, soil):
    press(ruth, iris, "made report reader")
    soil.instructors.all().delete()

    page = admin_client(iris).get(LIST).content.decode()

    assert "You teach no track yet" in page
    assert other.code not in page


def test_a_track_that_one_teaches_no_more_is_gone_from_the_report(reader, stars, own):
    stars.instructors.all().delete()

    assert codes_of_csv(admin_client(reader)) == []


# How one becomes a reader


def test_an_admin_lets_an_instructor_read_and_takes_it_back(ruth, iris, other):
    client = admin_client(iris)
    assert client.get(LIST).status_code == 403

    press(ruth, iris, "made report reader")
    assert codes_of_list(client) == [other.code]
    assert f'href="{LIST}"' in client.get("/admin/").content.decode()

    press(ruth, iris, "ended report reader")
    assert client.get(LIST).status_code == 403
    assert f'href="{LIST}"' not in client.get("/admin/").content.decode()


def test_the_button_is_there_for_instructors_alone_and_each_press_is_logged(
    ruth, iris, ada
):
    client = admin_client(ruth)

    def page_of(person: User) -> str:
        url = reverse("admin:accounts_user_change", args=[person.pk])
        return client.get(url).content.decode()

    assert "Let read reports" in page_of(iris)
    assert "Let read reports" not in page_of(ada)
    assert "Let read reports" not in page_of(ruth)

    press(ruth, iris, "made report reader")
    press(ruth, ada, "made report reader")

    page = page_of(iris)
    assert "instructor, reads reports" in page
    assert "No longer reads reports" in page
    assert "let read reports" in page
    assert not User.objects.get(pk=ada.pk).is_staff


def test_who_is_made_an_instructor_again_does_not_read_again(ruth, iris, other):
    for change in "made report reader", "ended instructor", "made instructor":
        press(ruth, iris, change)

    assert admin_client(iris).get(LIST).status_code == 403


def test_a_reader_cannot_change_what_is_read(reader, own):
    client = admin_client(reader)

    for action in "change", "delete":
        url = reverse(f"admin:certificates_certificate_{action}", args=[own.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
