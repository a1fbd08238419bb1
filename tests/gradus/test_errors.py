"""Error pages: no traceback, what happened, and a way home; also without a database."""

import re

import psycopg
import pytest
from django.conf import settings as conf
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path

from gradus import errors
from gradus.urls import *  # noqa: F403
from gradus.urls import urlpatterns as ours

SESSION = "0123456789abcdef0123456789abcdef"  # a visitor who was here before


def break_down(request):
    raise ZeroDivisionError("the secret of the machine")


def close(request):
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


def ask(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM courses_track")
    return errors.not_found(request, Exception())


urlpatterns = [
    *ours,
    path("break-down/", break_down),
    path("closed/", close),
    path("ask/", ask),
]

PAGES = [
    (404, "/nowhere/", "This step is missing"),
    (400, "/theme/?theme=pink", "This cannot be read"),
    (403, "/closed/", "This step is closed"),
    (403, "POST /accounts/login/", "This form is no longer valid"),
]


@pytest.fixture(autouse=True)
def extra_addresses(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def visitor():
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["sessionid"] = SESSION
    return client


def ask_for(client, address):
    if address.startswith("POST "):
        return client.post(address.removeprefix("POST "))
    return client.get(address)


def check_page(response, status, heading):
    """The page of this error: a name, one heading, the number, and no traceback."""
    page = response.content.decode()
    title = re.findall(r"(?s)<title>(.*?)</title>", page)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Content-Security-Policy" in response.headers
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [heading]
    assert [" ".join(text.split()) for text in title] == [f"{heading} · Gradus"]
    assert f"Error {status}" in page
    assert 'href="/"' in page
    assert 'href="/static/css/gradus.css"' in page
    assert "Traceback" not in page
    assert "secret" not in page
    return page


@pytest.mark.parametrize(("status", "address", "heading"), PAGES)
def test_an_error_shows_the_ordinary_header(visitor, db, status, address, heading):
    page = check_page(ask_for(visitor, address), status, heading)

    assert "Sign in" in page
    assert "My learning" in page


@pytest.mark.parametrize(("status", "address", "heading"), PAGES)
def test_an_error_without_a_database_shows_the_plain_header(
    visitor, dead_database, status, address, heading
):
    page = check_page(ask_for(visitor, address), status, heading)

    assert "Sign in" not in page


def test_a_learner_stays_signed_in_on_an_error_page(signed_in, ada):
    page = signed_in(ada).get("/nowhere/").content.decode()

    assert "Sign out" in page


def test_a_missing_page_offers_the_search(visitor, db):
    page = visitor.get("/nowhere/").content.decode()

    assert 'action="/search/"' in page
    assert 'id="q"' in page


def test_a_fault_of_ours_says_that_answers_are_safe_and_asks_no_database(
    visitor, db, django_assert_num_queries
):
    visitor.cookies["theme"] = "dark"
    with django_assert_num_queries(0):
        page = check_page(visitor.get("/break-down/"), 500, "This step broke")

    assert "An answer that you sent already is safe" in page
    assert 'class="theme-dark"' in page
    assert "Sign in" not in page


def test_a_fault_without_a_database_has_the_same_page(visitor, db, dead_database):
    check_page(visitor.get("/break-down/"), 500, "This step broke")


@pytest.mark.parametrize(
    "address", ["/", "/tracks/soil/", "/search/?q=soil", "/sitemap.xml", "/me/"]
)
def test_a_page_without_its_database_is_unavailable(visitor, dead_database, address):
    response = visitor.get(address)
    page = check_page(response, 503, "This step is being mended")

    assert response.headers["Retry-After"] == "10"
    assert "An answer that you sent already is safe" in page


def test_a_pool_that_gets_no_connection_is_unavailable(visitor, dead_database):
    dead = connections[DEFAULT_DB_ALIAS]
    pool = {"min_size": 1, "max_size": 1, "timeout": 0.2}
    dead.settings_dict["OPTIONS"] = dead.settings_dict["OPTIONS"] | {"pool": pool}
    try:
        response = visitor.get("/")
    finally:
        dead.close_pool()  # type: ignore[attr-defined]

    check_page(response, 503, "This step is being mended")


def test_a_page_that_needs_no_database_works_without_one(dead_database):
    visitor = Client(raise_request_exception=False)
    for address in ["/privacy/", "/accessibility/", "/robots.txt", "/healthz"]:
        assert visitor.get(address).status_code == 200


def test_a_lock_that_is_held_too_long_is_unavailable(transactional_db, visitor):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("LOCK TABLE courses_track IN ACCESS EXCLUSIVE MODE")
            response = visitor.get("/ask/")
    finally:
        connection.close()

    check_page(response, 503, "This step is being mended")


def test_a_statement_that_takes_too_long_is_unavailable(transactional_db, visitor):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
    try:
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("LOCK TABLE courses_track IN ACCESS EXCLUSIVE MODE")
            response = visitor.get("/ask/")
    finally:
        connection.close()

    check_page(response, 503, "This step is being mended")


@pytest.mark.parametrize("address", ["/", "/me/", "/tracks/soil/"])
def test_a_cookie_that_cannot_be_text_is_refused(visitor, db, address):
    response = visitor.get(address, headers={"Cookie": 'sessionid="12345678\\000"'})

    check_page(response, 400, "This cannot be read")


def test_a_page_that_cannot_be_rendered_still_says_something(settings):
    settings.TEMPLATES = [conf.TEMPLATES[0] | {"DIRS": [], "APP_DIRS": False}]
    with pytest.raises(TemplateDoesNotExist):
        render_to_string("500.html")
    response = errors.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert b"An answer that you sent already is safe." in response.content
    assert b'<a href="/">Go to Gradus</a>' in response.content
