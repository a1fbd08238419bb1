import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.reading import title_of
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"
REFUSED = "The e-mail address or the password is not right"
THROTTLED = {"login_failed": "10/m/ip,5/300s/key", "login": "30/m/ip"}
OFF_SITE = [
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "https://evil.example/",
    "http://testserver@evil.example/",
    "http://localhost/",  # allowed as a host, and not this site
    "javascript:alert(1)",
    "data:text/html,x",
    "\x01//evil.example",
    " //evil.example",
]


def test_the_password_signs_in_and_leads_to_my_learning(client, ada, sign_in):
    assert sign_in(client, ada.email).url == reverse("me")


def test_capitals_in_the_address_do_not_matter(client, ada, sign_in):
    assert sign_in(client, "ADA@Example.ORG").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "not-the-password"),
        ("nobody@example.org", PASSWORD),
        ("ada@example.org", "p" * 50_000),
    ],
)
def test_a_refusal_does_not_tell_which_was_wrong(client, ada, sign_in, email, password):
    page = sign_in(client, email, password)

    text = page.content.decode()
    assert page.status_code == 422
    assert title_of(page) == "Error: Sign in · Gradus"
    assert text.count(REFUSED) == 2
    assert f'value="{email}"' in text
    assert password not in text


def test_who_has_not_confirmed_the_address_gets_a_code(client, ada, sign_in, confirm):
    EmailAddress.objects.filter(user=ada).update(verified=False)

    assert sign_in(client, ada.email).url == "/accounts/confirm-email/"
    assert confirm(client).url == reverse("me")


def test_a_closed_account_says_so_to_its_password_alone(client, ada, sign_in):
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert REFUSED in sign_in(client, ada.email, "not-the-password").content.decode()
    closed = sign_in(client, ada.email)
    assert "This account is closed" in client.get(closed.url).content.decode()


def test_twenty_wrong_passwords_are_stopped(client, ada, sign_in, settings):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    for _ in range(20):
        sign_in(client, ada.email, "not-the-password")

    assert "Too many attempts" in sign_in(client, ada.email).content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        lambda n: {"x-forwarded-for": f"203.0.113.{n}"},
        lambda n: {"host": f"testserver:{8000 + n}"},
        lambda n: {"forwarded": f"for=203.0.113.{n}", "x-real-ip": f"203.0.113.{n}"},
    ],
)
def test_no_header_gives_more_attempts(ada, sign_in, settings, headers):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    for n in range(20):
        sign_in(Client(), ada.email, "not-the-password", **headers(n))

    page = sign_in(Client(), ada.email, **headers(21)).content.decode()
    assert "Too many attempts" in page


def test_one_account_is_guarded_against_many_addresses_and_hosts(
    ada, sign_in, settings
):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    for n in range(20):
        one_of_many = Client(REMOTE_ADDR=f"203.0.113.{n}")
        host = f"testserver:{8000 + n}"
        sign_in(one_of_many, ada.email, "not-the-password", host=host)

    page = sign_in(Client(), ada.email, host="testserver:9000").content.decode()
    assert "Too many attempts" in page


def test_attempts_over_many_accounts_are_stopped_by_their_address(
    client, ada, sign_in, settings
):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    for n in range(20):
        sign_in(client, f"person-{n}@example.org", "not-the-password")

    assert "Too many attempts" in sign_in(client, ada.email).content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    assert sign_in(elsewhere, ada.email).status_code == 302


def test_the_attempts_are_counted_in_the_database_without_addresses(
    client, ada, sign_in, settings
):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    sign_in(client, ada.email, "not-the-password")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM gradus_cache")
        keys = " ".join(key for (key,) in cursor.fetchall())
    assert "login_failed" in keys
    assert "127.0.0.1" not in keys
    assert ada.email not in keys


def test_behind_a_proxy_the_address_is_the_one_it_saw(ada, sign_in, settings):
    settings.ACCOUNT_RATE_LIMITS = THROTTLED
    settings.TRUSTED_PROXIES = 1
    for n in range(20):
        forged = {"x-forwarded-for": f"198.51.100.{n}, 203.0.113.7"}
        sign_in(Client(), f"person-{n}@example.org", "not-the-password", **forged)

    same = {"x-forwarded-for": "203.0.113.7"}
    other = {"x-forwarded-for": "203.0.113.8"}
    assert "Too many" in sign_in(Client(), ada.email, **same).content.decode()
    assert sign_in(Client(), ada.email, **other).status_code == 302


def test_too_many_requests_get_a_page_that_says_wait(client, db, sign_in, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(client, "nobody@example.org")
    page = sign_in(client, "nobody@example.org")

    assert page.status_code == 429
    assert "A little slower, please" in page.content.decode()


@pytest.mark.parametrize("target", OFF_SITE)
@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_logout"])
def test_next_never_leaves_the_site(client, ada, sign_up, confirm, name, target):
    address = reverse(name)
    if name == "account_login":
        form = {"login": ada.email, "password": PASSWORD, "next": target}
        went = client.post(address, form)
    elif name == "account_signup":
        sign_up(client, next=target)
        went = confirm(client)
    else:
        client.force_login(ada)
        went = client.post(address, {"next": target})

    assert went.status_code == 302
    assert went.headers["Location"] in {reverse("me"), reverse("catalogue")}


def test_next_on_this_site_is_kept_through_a_refusal(client, ada, sign_in):
    page = client.get(f"{LOGIN}?next=/verify/%3Fa%3D1").content.decode()
    assert 'name="next" value="/verify/?a=1"' in page

    form = {"login": ada.email, "password": PASSWORD, "next": "/verify/?a=1"}
    refused = client.post(LOGIN, form | {"password": "not-the-password"})
    assert 'name="next" value="/verify/?a=1"' in refused.content.decode()
    assert client.post(LOGIN, form).url == "/verify/?a=1"


def test_the_session_changes_its_id_at_sign_in(client, ada, sign_in):
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    sign_in(client, ada.email)

    assert client.session["kept"] == 1
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_session_dies_on_the_server_at_sign_out(client, ada, sign_in):
    sign_in(client, ada.email)
    key = client.session.session_key

    client.post(reverse("account_logout"))

    thief = Client()
    thief.cookies["sessionid"] = key
    assert "login" in thief.get(reverse("account")).headers["Location"]
    assert not Session.objects.filter(pk=key).exists()


def test_the_session_cookie_is_for_the_server_alone(client, ada, sign_in):
    cookie = sign_in(client, ada.email).cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_reading_the_sign_in_page_sets_no_session(client, db):
    assert "sessionid" not in client.get(LOGIN).cookies


def test_getting_the_sign_out_page_only_asks(client, ada):
    client.force_login(ada)
    page = client.get(reverse("account_logout"))

    assert 'method="post"' in page.content.decode()
    assert client.get(reverse("account")).status_code == 200


@pytest.mark.parametrize("name", ["account_login", "account_logout", "account_signup"])
def test_a_post_without_the_forms_token_does_nothing(ada, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert client.post(reverse(name), {"login": ada.email}).status_code == 403
    assert client.get(reverse("account")).status_code == 200


def test_the_admin_has_no_login_of_its_own(client, db):
    assert client.get("/admin/login/").url.startswith(LOGIN)
    assert client.post("/admin/login/", {"username": "x"}).url.startswith(LOGIN)
    came_back = client.get("/admin/", follow=True).redirect_chain[-1][0]
    assert came_back == f"{LOGIN}?next=%2Fadmin%2F"


def test_the_admin_has_no_password_form_of_its_own(client, ruth):
    client.force_login(ruth)

    changed = client.get("/admin/password_change/")
    assert changed.url == reverse("account_change_password")


def test_a_learner_is_refused_at_the_admins_door(client, ada):
    client.force_login(ada)

    assert client.get("/admin/login/").status_code == 403


def test_a_sign_in_sends_no_mail(client, ada, sign_in):
    sign_in(client, ada.email)

    assert not mail.outbox
