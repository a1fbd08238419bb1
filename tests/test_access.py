"""Who may do what: every address × every one of the cast, against one table.

Letters: v visitor, a Ada (a learner on the track), b Ben (another learner), i Iris
(teaches the track), o Omar (teaches another), r Ruth (an admin).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.utils import timezone

from accounts.models import User
from certificates.services import claim_certificate
from courses.admin import TrackAdmin
from courses.models import Enrollment, Track
from courses.picture_services import add_picture
from courses.publishing import make_preview_link, render_lesson
from courses.services import mark_done
from quizzes.models import Question
from tests.admin_table import ADMIN_TABLE, keys_of_rows
from tests.drawings import png
from tests.factories import (
    make_admin,
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)

pytestmark = pytest.mark.django_db

EVERYBODY = dict.fromkeys("vabior", 200)
SIGNED_IN = dict.fromkeys("abior", 200) | {"v": 302}
NOBODY = dict.fromkeys("vabior", 405)
TO_THE_PAGE = dict.fromkeys("vabior", 302)
OF_A_DRAFT = {"v": 404, "a": 404, "b": 404, "i": 200, "o": 404, "r": 200}
ONLY_ADA = {"a": 302} | dict.fromkeys("bior", 404) | {"v": 302}
OPEN_PAGE = {"GET": EVERYBODY, "POST": NOBODY}

# name: (address, {method: {who: status}})
TABLE = {
    "catalogue": ("/", OPEN_PAGE),
    "track": ("/tracks/soil/", OPEN_PAGE),
    "lesson": ("/tracks/soil/probe-the-soil/", OPEN_PAGE),
    "draft": ("/tracks/soil/draft/", {"GET": OF_A_DRAFT}),
    "preview": ("{preview}", OPEN_PAGE),
    "preview_lesson": ("{preview}draft/", OPEN_PAGE),
    "picture": ("{picture}", OPEN_PAGE),
    "picture of a draft": ("{draft_picture}", {"GET": OF_A_DRAFT}),
    "preview_picture": ("{preview}{previewed}", OPEN_PAGE),
    "done": (
        "/tracks/soil/water-it/done/",
        {"GET": TO_THE_PAGE, "POST": dict.fromkeys("vabior", 400)},
    ),
    "answer": (
        "{answer}",
        {"GET": EVERYBODY, "POST": dict.fromkeys("vabior", 422)},
    ),
    "answer in a draft": ("{draft_answer}", {"GET": OF_A_DRAFT}),
    "objection": (
        "{objection}",
        {
            "GET": dict.fromkeys("vabior", 302),  # only who has answered sees the form
            "POST": dict.fromkeys("vabior", 302),
        },
    ),
    "score": ("/tracks/soil/score/", OPEN_PAGE),
    "claim": (
        "/tracks/soil/certificate/",
        {"GET": EVERYBODY | {"a": 302}, "POST": {"v": 200, "b": 409}},
    ),
    "certificate": ("/certificates/{code}/", OPEN_PAGE),
    "holder": (
        "/certificates/{code}/holder/",
        {"POST": {"v": 302} | dict.fromkeys("bior", 404)},
    ),
    "credential": ("/certificates/{code}.json", OPEN_PAGE),
    "certificate_pdf": ("/certificates/{code}.pdf", OPEN_PAGE),
    "badge": ("/certificates/{code}.png", OPEN_PAGE),
    "certificate_picture": ("/certificates/{code}/picture.png", OPEN_PAGE),
    "emblem": ("/credentials/emblem/{edition}.png", OPEN_PAGE),
    "status_list": ("/credentials/status/1", OPEN_PAGE),
    "did": ("/.well-known/did.json", OPEN_PAGE),
    "correct": (
        "/certificates/{code}/name/",
        {"GET": ONLY_ADA | {"a": 200}, "POST": ONLY_ADA | {"a": 422}},
    ),
    "update_certificate": (
        "/certificates/{code}/update/",
        {"GET": ONLY_ADA | {"a": 200}, "POST": ONLY_ADA | {"a": 409}},
    ),
    "verify": (
        "/verify/",
        {"GET": EVERYBODY, "POST": dict.fromkeys("vabior", 422)},
    ),
    "search": ("/search/", OPEN_PAGE),
    "me": ("/me/", {"GET": SIGNED_IN, "POST": NOBODY | {"v": 302}}),
    "me_export": ("/me/export/", {"GET": SIGNED_IN, "POST": NOBODY | {"v": 302}}),
    "me_delete": (
        "/me/delete/",
        {"GET": SIGNED_IN, "POST": dict.fromkeys("abior", 422) | {"v": 302}},
    ),
    "me_track": (
        "/me/tracks/soil/",
        {
            "GET": dict.fromkeys("abior", 405) | {"v": 302},
            "POST": dict.fromkeys("abior", 400) | {"v": 302},
        },
    ),
    "theme": ("/theme/?theme=dark", {"GET": TO_THE_PAGE, "POST": NOBODY}),
    "checking": ("/verify/how/", OPEN_PAGE),
    "privacy": ("/privacy/", OPEN_PAGE),
    "accessibility": ("/accessibility/", OPEN_PAGE),
    "robots": ("/robots.txt", OPEN_PAGE),
    "sitemap": ("/sitemap.xml", OPEN_PAGE),
    "healthz": ("/healthz", {"GET": EVERYBODY}),
    "readyz": ("/readyz", {"GET": EVERYBODY}),
    "account": ("/accounts/", {"GET": SIGNED_IN}),
    "account_name": ("/accounts/name/", {"GET": SIGNED_IN}),
    "account_email": ("/accounts/email/", {"GET": SIGNED_IN}),
    "account_change_password": ("/accounts/password/change/", {"GET": SIGNED_IN}),
    "account_login": (
        "/accounts/login/",
        {"GET": {"v": 200} | dict.fromkeys("abior", 302)},
    ),
    "account_signup": (
        "/accounts/signup/",
        {"GET": {"v": 200} | dict.fromkeys("abior", 302)},
    ),
    "account_logout": ("/accounts/logout/", {"GET": {"v": 302, "a": 200}}),
    "account_reset_password": ("/accounts/password/reset/", {"GET": {"v": 200}}),
    **ADMIN_TABLE,
}

# Steps of a flow that allauth guards itself; tests/accounts walks through them.
STEPS_OF_A_FLOW = {
    "account_inactive",
    "account_email_verification_sent",
    "account_reauthenticate",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
}


def routes(resolver: URLResolver, start: str = "") -> Iterator[tuple[str, str]]:
    """The name of each address, "admin:…" for the admin's, and the way there."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            way = "" if space else start + str(pattern.pattern)
            for name, route in routes(pattern, way):
                yield name and space + name, space + route
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", start + str(pattern.pattern)


def names(resolver: URLResolver) -> set[str]:
    """What the table calls each: by its name, or by its route where that is not its own."""
    found = list(routes(resolver))
    used = Counter(name for name, _route in found)
    return {name if used[name] == 1 and name else route for name, route in found}


def without_a_row(resolver: URLResolver) -> set[str]:
    return names(resolver) - set(TABLE) - STEPS_OF_A_FLOW - {"favicon.ico"}


def test_every_address_has_a_row_in_the_table():
    assert without_a_row(get_resolver()) == set()


def test_no_row_is_of_an_address_that_is_gone():
    beside = {
        "draft",
        "picture of a draft",
        "answer in a draft",
    }  # other rows of the same addresses

    assert set(TABLE) - beside - names(get_resolver()) == set()


def test_a_new_address_without_a_row_is_noticed(monkeypatch):
    """Ours or the admin's, named or not, and also two with one name."""

    def shout(request: HttpRequest) -> HttpResponse:
        return HttpResponse("!")

    def get_urls(self):
        return [
            path("shout/", shout, name="courses_track_shout"),
            path("whisper/", shout),
            path("again/", shout, name="courses_track_shout"),
            *admins(self),
        ]

    admins = TrackAdmin.get_urls
    monkeypatch.setattr(TrackAdmin, "get_urls", get_urls)
    urls: list[Any] = [
        path("shout/", shout, name="shout"),
        path("admin/", (admin.site.get_urls(), "admin", "admin")),
    ]
    resolver = URLResolver(get_resolver().pattern, urls)

    assert without_a_row(resolver) == {
        "shout",
        "admin:courses/track/shout/",
        "admin:courses/track/whisper/",
        "admin:courses/track/again/",
    }


@pytest.mark.parametrize("name", ADMIN_TABLE)
def test_a_row_of_the_admin_says_what_each_gets_by_get_and_by_post(name):
    _address, methods = ADMIN_TABLE[name]

    assert set(methods) == {"GET", "POST"}
    assert all(set(allowed) == set("vabior") for allowed in methods.values())


@dataclass(frozen=True)
class Stage:
    """The cast, and one row for each part of an address."""

    cast: dict[str, User]  # by letter; the visitor is nobody
    sessions: dict[str, str]  # of those who are signed in, by letter
    keys: dict[str, object]  # what the table's addresses name


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Made once: a test takes back what it changes, as all that ask the database do."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _set_stage()
        transaction.set_rollback(True)


def _set_stage() -> Stage:
    soil = make_track("soil")
    probe = make_question(make_lesson(soil, "probe-the-soil"), "Where does it go?")
    make_lesson(soil, "water-it")
    cast = {
        "a": make_user("Ada"),
        "b": make_user("Ben"),
        "i": make_instructor("Iris", soil),
        "o": make_instructor("Omar", make_track("stars", lessons=1)),
        "r": make_admin("Ruth"),
    }
    Enrollment.objects.create(learner=cast["a"], track=soil)
    keys = _rows(soil, probe, cast)
    sessions = {}
    for letter, person in cast.items():
        client = Client()
        client.force_login(person)
        sessions[letter] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Stage(cast, sessions, keys)


def _rows(soil: Track, probe: Question, cast: dict[str, User]) -> dict[str, object]:
    ada = cast["a"]
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    certificate = claim_certificate(ada, soil, "Ada")
    draft = make_question(make_lesson(soil, "draft", published=False))
    shown = add_picture(soil, "shown.png", png(seed=1))
    soil.description = "![A step](shown.png)"
    soil.save()
    drafted = add_picture(soil, "drafted.png", png(seed=2))
    unused = add_picture(soil, "unused.png", png(seed=3))
    draft.lesson.markdown = "![A draft](drafted.png)"
    render_lesson(draft.lesson)
    draft.lesson.save()
    return {
        "picture": shown.shown.address(60),
        "picture_key": unused.pk,
        "draft_picture": drafted.shown.address(60),
        "previewed": f"media/{drafted.digest}-60.webp",
        "answer": probe.answer_url,
        "objection": probe.objection_url,
        "draft_answer": draft.answer_url,
        "code": certificate.code,
        "edition": certificate.facts["edition"],
        "preview": make_preview_link(soil, cast["i"], "").get_absolute_url(),
        **keys_of_rows(probe, certificate, ada, cast["r"]),
    }


def client_of(stage: Stage, letter: str, **options: Any) -> Client:
    """One in which this person is signed in, and nobody for "v"."""
    client = Client(**options)
    if letter in stage.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = stage.sessions[letter]
    return client


@pytest.mark.parametrize("name", TABLE)
def test_each_may_do_what_the_table_says(name, stage):
    address, methods = TABLE[name]
    address = address.format(**stage.keys)
    for method, allowed in methods.items():
        for letter, status in allowed.items():
            with transaction.atomic():  # each tries it as if the first
                response = client_of(stage, letter).generic(method, address)
                transaction.set_rollback(True)

            said = f"{method} {address} as {letter}"
            assert response.status_code == status, said


@pytest.mark.parametrize("name", [n for n, (_, m) in TABLE.items() if "POST" in m])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"HX-Request": "true"},
    ],
    ids=["no token", "foreign origin", "null origin", "htmx"],
)
def test_no_post_gets_through_without_a_token(name, headers, stage):
    address, methods = TABLE[name]
    client = client_of(stage, "a", enforce_csrf_checks=True)

    response = client.post(address.format(**stage.keys), headers=headers)

    expected = {403} if methods["POST"].get("a") != 405 else {403, 405}
    assert response.status_code in expected


def test_a_personal_page_is_never_stored_by_a_cache(stage):
    client = client_of(stage, "a")
    for address in ["/me/", "/me/export/", "/accounts/", "/tracks/soil/", "/"]:
        assert "private" in client.get(address)["Cache-Control"], address
    for address in ["/me/", "/me/export/", "/accounts/"]:
        assert "no-store" in client.get(address)["Cache-Control"], address


def test_reading_makes_no_session_and_sets_no_cookie(stage, client):
    for address in ["/", "/tracks/soil/", "/search/?q=soil"]:
        assert not client.get(address).cookies, address
    for address in ["/tracks/soil/water-it/", "/verify/"]:
        assert set(client.get(address).cookies) == {"csrftoken"}


def test_public_pages_have_a_strict_policy_and_no_inline_script(stage, client):
    for address in ["/", "/tracks/soil/", "/tracks/soil/water-it/", "/nothing/"]:
        response = client.get(address)
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        page = response.content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page


def test_a_deactivated_learner_is_signed_out(stage):
    client = client_of(stage, "a")
    assert client.get("/me/").status_code == 200
    ada = stage.cast["a"]
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert client.get("/me/").status_code == 302
    assert timezone.is_aware(ada.created_at)
