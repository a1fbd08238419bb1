"""Bad input is answered with 4xx, never with 5xx: every address, every way to be wrong."""

import re
from itertools import product
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courses.models import PreviewLink
from quizzes.models import Question

VALUES = {  # a value that leads somewhere, for each part of an address
    "row": "9/1",
    "track_slug": "soil",
    "lesson_slug": "probe-the-soil",
    "code": "7K4M-9QXT-2HWD-5VPN",
    "uidb36": "1",
    "key": "set-password",
    "token": "0" * 32,
    "track_id": "1",
    "digest": "0" * 64,
    "width": "640",
    "number": "1",
    "edition": "0" * 12,
}
METHODS = ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get"]
BROKEN = {
    "NUL": "a\0b",
    "odd characters": "\ufffe\u202e\u200b²",
    "10,000 characters": "x" * 10_000,
    "quotes": "'\"%\\",
    "a negative number": "-1",
    "a huge number": "9" * 5000,
}
FIELDS = [
    "q",
    "page",
    "theme",
    "next",
    "answer",
    "submission",
    "done",
    "learning",
    "code",
    "name",
    "email",
    "login",
    "password",
    "password1",
    "remember",
    "action",
]
URLENCODED = "application/x-www-form-urlencoded"
BODIES = {  # content type and body, none of which is a form
    "20,000 fields": (URLENCODED, "&".join(f"f{n}=1" for n in range(20_000))),
    "6 MB": (URLENCODED, "answer=" + "x" * 6_000_000),
    "no boundary": ("multipart/form-data", "answer=1"),
    "an empty boundary": ("multipart/form-data; boundary=", "answer=1"),
    "an odd boundary": ("multipart/form-data; boundary=\u00fc", "answer=1"),
    "20,000 parts": (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 20_000
        + "--b--",
    ),
    "parts in parts": (
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" * 500,
    ),
    "a part of bad base64": (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="a"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
    ),
    "another charset": (f"{URLENCODED}; charset=utf-16", "answer=1"),
    "a charset that is none": (f"{URLENCODED}; charset=klingon", "answer=1"),
    "JSON": ("application/json", '{"answer": ["' + "[" * 10_000),
    "no content type": ("", "\x00\x01\x02"),
}
HEADERS = {
    "a session of NUL": {"Cookie": 'sessionid="12345678\\000"'},
    "a long session": {"Cookie": "sessionid=" + "x" * 5000},
    "broken cookies": {
        "Cookie": 'theme="\\000"; csrftoken="\\377"; messages="\\000"; ;;=;='
    },
    "broken htmx": {
        "HX-Request": "true",
        "HX-Current-URL": "http://[",
        "HX-Target": "ÿ",
    },
    "broken conditions": {
        "If-None-Match": "x",
        "If-Modified-Since": "no",
        "Range": "a=-",
    },
    "broken wishes": {"Accept": "ÿ;;q=x", "Accept-Language": "x" * 5000},
    "a length that is none": {"Content-Length": "many"},
    "another host": {"Host": "evil.example"},
    "a host that is none": {"Host": "[::"},
    "broken proxies": {"X-Forwarded-For": "ÿ, , x", "X-Forwarded-Host": "evil.example"},
    "a broken origin": {"Referer": "http://[", "Origin": "http://["},
}


def leaves(resolver=None):
    """Every address but those of the admin."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif isinstance(entry, URLResolver) and entry.namespace != "admin":
            yield from leaves(entry)


@pytest.fixture
def addresses(probe: Question, iris) -> list[str]:
    """One that leads somewhere for each view; a new kind of part needs a value above."""
    values = VALUES | {"question_id": probe.uuid}
    track = probe.lesson.track
    PreviewLink.objects.create(track=track, made_by=iris, token=VALUES["token"])
    found = ["/favicon.ico", "/admin/", "/admin/login/", "/nowhere/"]
    for leaf in leaves():
        parts = leaf.pattern.regex.groupindex
        if leaf.name:
            found.append(
                reverse(leaf.name, kwargs={part: values[part] for part in parts})
            )
    return found


class Prober:
    """Sends requests, leaves no trace of them, and keeps those answered with 5xx."""

    def __init__(self, **sessions: str) -> None:
        self.cookies = {who: f"sessionid={key}" for who, key in sessions.items()}
        self.failed: list[str] = []

    def send(
        self, method: str, address: str, *, csrf: bool = False, **extra
    ) -> list[int]:
        """The status that each of us gets."""
        return [
            self._send_as(who, method, address, csrf=csrf, **extra)
            for who in self.cookies
        ]

    def _send_as(self, who, method, address, *, csrf, headers=None, **extra) -> int:
        client = Client(raise_request_exception=False, enforce_csrf_checks=csrf)
        headers = {"Cookie": self.cookies[who]} | (headers or {})
        with transaction.atomic():
            response = client.generic(method, address, headers=headers, **extra)
            transaction.set_rollback(True)
        if response.status_code >= 500:
            self.failed.append(
                f"{who} {method} {address[:100]}: {response.status_code}"
            )
        return response.status_code


@pytest.fixture
def prober(ada, signed_in) -> Prober:
    return Prober(visitor="", learner=signed_in(ada).session.session_key)


@pytest.fixture
def admin_prober(ruth, signed_in) -> Prober:
    return Prober(admin=signed_in(ruth).session.session_key)


def test_every_address_answers_what_is_right(prober, addresses):
    for address in addresses:
        prober.send("GET", address)
        prober.send("HEAD", address)
        prober.send("POST", address)

    assert prober.failed == []
    assert len(addresses) > 25


@pytest.mark.parametrize("method", METHODS)
def test_odd_methods(prober, addresses, method):
    for address in addresses:
        prober.send(method, address)

    assert prober.failed == []


@pytest.mark.parametrize("what", BROKEN)
def test_broken_values_in_every_field_of_a_query_and_a_form(prober, addresses, what):
    form = urlencode(dict.fromkeys(FIELDS, BROKEN[what]))
    for address in addresses:
        prober.send("GET", f"{address}?{form}")
        prober.send("POST", address, data=form, content_type=URLENCODED)

    assert prober.failed == []


@pytest.mark.parametrize("raw", ["%ff%fe", "%ed%a0%80", "%"])
def test_bytes_that_are_no_text(prober, addresses, raw):
    form = "&".join(f"{field}={raw}" for field in FIELDS)
    for address in addresses:
        prober.send("GET", f"{address}?{form}")
        prober.send("GET", f"{address}{raw}/")
        prober.send("POST", address, data=form, content_type=URLENCODED)

    assert prober.failed == []


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_form(prober, addresses, name):
    content_type, body = BODIES[name]
    for address in addresses:
        prober.send("POST", address, data=body, content_type=content_type)
        refused = prober.send(
            "POST", address, data=body, content_type=content_type, csrf=True
        )
        assert all(400 <= status < 500 for status in refused), (address, refused)

    assert prober.failed == []


@pytest.mark.parametrize("what", HEADERS)
def test_odd_headers(prober, addresses, what):
    for address in addresses:
        prober.send("GET", address, headers=HEADERS[what])
        prober.send("POST", address, headers=HEADERS[what])

    assert prober.failed == []


@pytest.mark.parametrize(
    "part",
    [
        "%00",
        "%ff",
        "x" * 5000,
        "..",
        "%2e%2e%2f",
        "-1",
        "%25s",
        "7k4m9qxt2hwd5vpn",
        "7K4M-9QXT-2HWD-5VPN.pdf",
        "7K4M-9QXT-2HWD-5VPN.json",
        "7K4M-9QXT-2HWD-5VPN.png",
        str(UUID(int=0)),
        "00000000-0000-0000-0000-00000000000g",
    ],
)
def test_wrong_parts_of_an_address(prober, addresses, part):
    wrong = {
        re.sub(
            rf"(?<=/)(?:{'|'.join(map(re.escape, known))})(?=/)", part, address, count=1
        )
        for address, known in product(addresses, [[value] for value in VALUES.values()])
    }
    uuids = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
    wrong |= {uuids.sub(part, address) for address in addresses}
    for address in wrong - set(addresses):
        assert not any(200 <= status < 300 for status in prober.send("GET", address))
        prober.send("POST", address)

    assert prober.failed == []


def test_odd_pages_and_filters_of_the_admin(admin_prober):
    from django.contrib import admin

    queries = [
        "p=x",
        "p=-1",
        "p=99999999999999999999",
        "q=%00",
        "o=x.y",
        "o=9" * 9,
        "e=1",
    ]
    queries += ["all=%ff", "id__exact=x", "track__title__regex=(", "_popup=%00"]
    for model, query in product(admin.site._registry, queries):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        admin_prober.send("GET", f"{reverse(name)}?{query}")

    assert admin_prober.failed == []


@pytest.mark.parametrize("key", ["9" * 19, "9" * 5000])
def test_a_key_that_no_row_can_have_is_no_error(admin_prober, key):
    for model in "track", "lesson":
        for page in "change", "history", "delete":
            admin_prober.send("GET", f"/admin/courses/{model}/{key}/{page}/")
        admin_prober.send("POST", f"/admin/courses/{model}/{key}/change/")
    listed = reverse("admin:certificates_certificate_changelist")
    admin_prober.send("GET", f"{listed}?track={key}")

    assert admin_prober.failed == []


def test_a_form_in_another_charset_is_refused(client, probe):
    response = client.post(
        probe.answer_url,
        b"choice=%ED%A0%80",
        content_type="application/x-www-form-urlencoded; charset=raw_unicode_escape",
    )

    assert response.status_code == 400
