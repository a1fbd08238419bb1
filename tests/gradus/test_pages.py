"""The theme, the two pages about the site, and what crawlers are told."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.factories import make_lesson, make_track

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "http://testserver@evil.example/",
    "/" + "a" * 9000,
    "",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_kept_for_a_year_and_shown(client, db, theme):
    response = client.get("/theme/", {"theme": theme, "next": "/privacy/"})
    cookie = response.cookies["theme"]

    assert (response.status_code, response.headers["Location"]) == (302, "/privacy/")
    assert cookie.value == theme
    assert cookie["max-age"] == 365 * 24 * 3600
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert not cookie["httponly"]
    assert not cookie["secure"]
    assert f'class="theme-{theme}"' in client.get("/privacy/").content.decode()


def test_the_cookie_is_for_https_alone_where_the_site_is(client, settings):
    settings.SITE_ORIGIN = "https://learn.example.org"
    assert client.get("/theme/", {"theme": "dark"}).cookies["theme"]["secure"]


def test_system_forgets_the_theme(client, db):
    client.get("/theme/", {"theme": "dark"})
    cookie = client.get("/theme/", {"theme": "system"}).cookies["theme"]

    assert (cookie.value, cookie["max-age"]) == ("", 0)
    assert 'class="theme-' not in client.get("/privacy/").content.decode()


@pytest.mark.parametrize(
    "query", ["", "theme=", "theme=pink", "theme=LIGHT", "theme=%00"]
)
def test_an_unknown_theme_is_refused(client, db, query):
    response = client.get(f"/theme/?{query}&next=/privacy/")

    assert response.status_code == 400
    assert "theme" not in response.cookies


@pytest.mark.parametrize("address", ELSEWHERE)
def test_the_way_back_stays_on_the_site(client, address):
    response = client.get("/theme/", {"theme": "dark", "next": address})
    assert response.headers["Location"] == "/"


def test_a_way_back_with_a_query_is_kept(client):
    back = "/search/?q=a+b&page=2"
    response = client.get("/theme/", {"theme": "dark", "next": back})
    assert response.headers["Location"] == back


def test_a_way_back_cannot_write_headers(client, db):
    response = client.get("/theme/?theme=dark&next=/a%0d%0aSet-Cookie:%20x=y")
    assert "x" not in response.cookies
    assert "\n" not in response.headers["Location"]


def test_the_theme_is_not_posted(client, db):
    assert client.post("/theme/", {"theme": "dark"}).status_code == 405


@pytest.mark.parametrize("address", ["/privacy/", "/accessibility/"])
def test_pages_about_the_site_name_it_and_say_whom_to_write_to(
    client, db, settings, address
):
    settings.SITE_NAME = "Soil & School"
    settings.SITE_CONTACT = "help@example.org"
    response = client.get(address)
    page = response.content.decode()

    assert 'href="mailto:help@example.org"' in page
    assert "Soil &amp; School should" in page or "What Soil &amp; School keeps" in page
    assert "{{" not in page
    assert page.count("<h1>") == 1
    assert not response.cookies
    assert not Session.objects.exists()
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_without_a_contact_the_page_still_reads(client, db):
    page = client.get("/privacy/").content.decode()
    assert "Questions go to the people who run this site." in page


def test_every_link_of_the_pages_about_the_site_leads_somewhere(client, ada, signed_in):
    for address in ["/me/", "/me/export/", "/me/delete/"]:
        assert f'href="{address}"' in client.get("/privacy/").content.decode()
        assert signed_in(ada).get(address).status_code == 200


def test_an_operator_replaces_a_page_and_a_changed_file_is_read_again(
    client, db, settings, tmp_path
):
    settings.PRIVACY_PAGE = tmp_path / "ours.md"
    Path(settings.PRIVACY_PAGE).write_text("# Our *way*\n\nWe keep <script>nothing.")
    first = client.get("/privacy/").content.decode()
    Path(settings.PRIVACY_PAGE).write_text("# Ours\n\nWe keep little.")

    assert "<h1>Our *way*</h1>" in first
    assert "We keep &lt;script&gt;nothing." in first
    assert "We keep little." in client.get("/privacy/").content.decode()


def test_crawlers_are_told_what_to_leave_out_and_where_the_sitemap_is(client, settings):
    settings.SITE_ORIGIN = "https://learn.example.org"
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert "Sitemap: https://learn.example.org/sitemap.xml" in lines
    for private in ["/accounts/", "/admin/", "/me/", "/search/", "/theme/"]:
        assert f"Disallow: {private}" in lines
    assert not any(line.startswith("Disallow: /tracks") for line in lines)


def locations(client):
    response = client.get("/sitemap.xml")
    assert response.headers["Content-Type"] == "application/xml"
    assert "Cookie" not in response.headers.get("Vary", "")
    root = ET.fromstring(response.content)
    return [place.text for place in root.findall(".//{*}loc")]


def test_the_sitemap_lists_what_everybody_may_read(client, signed_in, soil, ruth):
    later = timezone.now() + timedelta(days=1)
    make_lesson(soil, "draft", published=False)
    make_lesson(soil, "later", published_at=later)
    make_track("hidden", published=False, lessons=1)
    make_track("gone", archived_at=timezone.now(), lessons=1)
    origin = "http://testserver"
    public = [
        f"{origin}/",
        f"{origin}/tracks/soil/",
        f"{origin}/tracks/soil/probe-the-soil/",
        f"{origin}/tracks/soil/water-it/",
    ]

    assert locations(client) == public
    assert locations(signed_in(ruth)) == public


def test_the_sitemap_takes_two_statements(client, django_assert_num_queries, db):
    for slug in ["one", "two", "three"]:
        make_track(slug, lessons=5)
    with django_assert_num_queries(2):
        assert len(locations(client)) == 19


@pytest.mark.parametrize("address", ["/robots.txt", "/sitemap.xml", "/privacy/"])
def test_pages_of_the_site_are_only_read(client, db, address):
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
