import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from tests.accounts.reading import (
    html_of,
    link_in_mail,
    text_of,
    without_tokens,
)
from tests.factories import PASSWORD

RESET = "/accounts/password/reset/"
CHANGE = "/accounts/password/change/"
NEW = "quite-another-phrase"


def ask(client, email, **headers):
    return client.post(RESET, {"email": email}, headers=headers)


def open_form(client) -> str:
    """Follows the link; the page that asks has an address without the key."""
    return str(client.get(link_in_mail()).headers["Location"])


def test_the_link_sets_a_new_password_and_signs_in(client, ada, sign_in):
    ask(client, ada.email)
    done = client.post(open_form(client), {"password1": NEW})

    assert done.url == reverse("me")
    assert client.get(reverse("account")).status_code == 200
    assert sign_in(Client(), ada.email, NEW).status_code == 302
    assert sign_in(Client(), ada.email, PASSWORD).status_code == 422


def test_the_link_works_once(client, ada):
    ask(client, ada.email)
    link = link_in_mail()
    client.post(open_form(client), {"password1": NEW})

    page = Client().get(link)
    assert "This link no longer works" in page.content.decode()


def test_a_form_that_is_still_open_is_dead_after_the_reset(client, ada):
    ask(client, ada.email)
    other = Client()
    late = open_form(other)
    client.post(open_form(client), {"password1": NEW})

    page = other.post(late, {"password1": "a-third-long-phrase"})
    assert page.status_code == 422
    assert "This link no longer works" in page.content.decode()
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_the_link_is_dead_after_the_password_changed(client, ada):
    ask(Client(), ada.email)
    ada.set_password(NEW)
    ada.save()

    assert "This link no longer works" in client.get(link_in_mail()).content.decode()


def test_the_link_is_dead_after_an_hour(client, ada):
    ask(client, ada.email)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        page = client.get(link_in_mail())

    assert "This link no longer works" in page.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost"},
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-proto": "ftp"},
        {"origin": "https://evil.example"},
    ],
)
def test_links_carry_the_sites_origin_whatever_the_request_says(
    client, ada, headers, settings
):
    settings.SITE_ORIGIN = "https://learn.example.org"
    ask(client, ada.email, **headers)
    ask(client, "nobody@example.org", **headers)

    for sent in mail.outbox:
        assert isinstance(sent, EmailMultiAlternatives)
        for body in (text_of(sent), html_of(sent)):
            origins = set(re.findall(r"https?://[^/\s\"]+", body))
            assert origins == {"https://learn.example.org"}


def test_asking_does_not_tell_who_has_an_account(ada):
    answers = []
    for address in (ada.email, "nobody@example.org"):
        client = Client()
        answer = ask(client, address)
        page = client.get(answer.headers["Location"]).content.decode()
        answers.append(
            (answer.status_code, answer.headers["Location"], without_tokens(page))
        )

    assert answers[0] == answers[1]
    assert mail.outbox[-1].subject == "No account on Gradus has this address"


def test_a_reset_ends_all_other_sessions(client, ada):
    elsewhere = Client()
    elsewhere.force_login(ada)
    ask(client, ada.email)
    client.post(open_form(client), {"password1": NEW})

    assert "login" in elsewhere.get(reverse("account")).headers["Location"]


def test_a_new_password_is_held_to_the_same_rules(client, ada):
    ask(client, ada.email)
    page = client.post(open_form(client), {"password1": "short"})

    assert page.status_code == 422
    assert page.content.decode().count("Use at least 10 characters") == 2


@pytest.mark.django_db(transaction=True)
def test_changing_the_password_keeps_this_session_and_ends_others(client, ada):
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(ada)

    done = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW})

    page = client.get(done.headers["Location"]).content.decode()
    assert "Your new password is set." in page
    assert "login" in elsewhere.get(reverse("account")).headers["Location"]
    assert mail.outbox[-1].subject == "Your password for Gradus was changed"


def test_changing_the_password_needs_the_old_one(client, ada):
    client.force_login(ada)
    page = client.post(CHANGE, {"oldpassword": "guess", "password1": NEW})

    assert page.status_code == 422
    assert page.content.decode().count("This is not your password") == 2
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_asking_once_more_for_the_password(client, ada):
    client.force_login(ada)
    address = f"{reverse('account_reauthenticate')}?next=/verify/"

    assert client.post(address, {"password": "guess"}).status_code == 422
    assert client.post(address, {"password": PASSWORD}).url == "/verify/"
