import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

PAGES = [
    "account",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
    "account_name",
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
]
FIELDS = [
    "login",
    "password",
    "email",
    "name",
    "password1",
    "oldpassword",
    "code",
    "next",
    "action",
    "action_add",
]
VALUES = {
    "NUL": "a\x00b",
    "newline": "ada@example.org\nBcc: x@example.org",
    "overlong": "x" * 50_000,
    "an overlong address": "x" * 50_000 + "@example.org",
    "a right-to-left override": "\u202eada@example.org",
    "markup": "<script>alert(1)</script>",
    "SQL": "' OR 1=1; SELECT pg_sleep(9) --",
    "nothing": "",
}


@pytest.fixture(params=["visitor", "learner", "code pending"])
def somebody(request, ada, sign_up) -> Client:
    client = Client(raise_request_exception=False)
    if request.param == "learner":
        client.force_login(ada)
    if request.param == "code pending":
        sign_up(client)
    return client


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_odd_text_is_refused_and_never_an_error(somebody, value):
    for name in PAGES:
        for sent in (
            somebody.post(reverse(name), dict.fromkeys(FIELDS, value)),
            somebody.get(reverse(name), dict.fromkeys(FIELDS, value)),
        ):
            assert sent.status_code < 500, name


def test_the_form_itself_may_be_odd(somebody):
    bodies = [
        ("application/x-www-form-urlencoded", b"login=%ff%fe&password=%00"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"login=+AGE-"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b""),
        ("application/json", b'{"login": ["x"]}'),
        (
            "application/x-www-form-urlencoded",
            b"&".join(b"f%d=1" % n for n in range(20_000)),
        ),
        ("application/x-www-form-urlencoded", b"login=" + b"x" * 6_000_000),
    ]
    for name in PAGES:
        for kind, body in bodies:
            sent = somebody.post(reverse(name), body, content_type=kind)
            assert sent.status_code < 500, (name, kind)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FROB"])
def test_other_methods_are_refused(somebody, method):
    for name in PAGES:
        if name in {"account", "account_name"}:
            continue  # who is not signed in is led there first
        assert somebody.generic(method, reverse(name)).status_code in {302, 405}, name


@pytest.mark.parametrize(
    "key",
    ["x", "0-0", "zzzzzzzzzzzzz-zzz", "1-set-password", "1-%00", "1-" + "a" * 500],
)
def test_a_link_that_was_never_sent_opens_nothing(ada, key):
    answer = Client().get(f"/accounts/password/reset/key/{key}/")

    assert answer.status_code in {200, 404}
    if answer.status_code == 200:
        assert "This link no longer works" in answer.content.decode()


def test_asking_for_json_gets_the_page(client, db):
    answer = client.get(
        reverse("account_login"), headers={"accept": "application/json"}
    )

    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_account_pages_are_never_kept_by_a_cache(client, ada):
    client.force_login(ada)

    for name in ("account", "account_name", "account_email", "account_login"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"]


def test_no_log_line_holds_a_password_or_breaks(client, ada, sign_in, caplog):
    sign_in(client, "ada@example.org\nINJECTED line", "marker-pass-word")
    sign_in(client, ada.email, "marker-pass-word")
    client.post(
        reverse("account_login"), {"login": "\n\nINJECTED", "password": PASSWORD}
    )

    assert "marker-pass-word" not in caplog.text
    assert "\nINJECTED" not in caplog.text
