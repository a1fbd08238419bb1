import html
import re
import smtplib
from collections.abc import Callable

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from tests.accounts.reading import (
    found,
    html_of,
    latest_code,
    latest_mail,
    link_in_mail,
    text_of,
)
from tests.accounts.test_passwords import NEW, open_form
from tests.factories import PASSWORD

BROKEN = "tests.accounts.test_mails.BrokenServer"


class BrokenServer(EmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"full")})


def signing_up(client, ada):
    form = {"name": "Eve", "email": "new@example.org", "password1": PASSWORD}
    return client.post(reverse("account_signup"), form)


def signing_up_again(client, ada):
    form = {"name": "Eve", "email": ada.email, "password1": PASSWORD}
    return client.post(reverse("account_signup"), form)


def changing_the_address(client, ada):
    client.force_login(ada)
    form = {"action_add": "1", "email": "other@example.org", "password": PASSWORD}
    return client.post(reverse("account_email"), form)


def address_changed(client, ada):
    changing_the_address(client, ada)
    form = {"code": latest_code()}
    return client.post(reverse("account_email_verification_sent"), form)


def asking_for_a_password(client, ada):
    return client.post(reverse("account_reset_password"), {"email": ada.email})


def asking_as_a_stranger(client, ada):
    form = {"email": "nobody@example.org"}
    return client.post(reverse("account_reset_password"), form)


def password_reset(client, ada):
    asking_for_a_password(client, ada)
    return client.post(open_form(client), {"password1": NEW})


def password_changed(client, ada):
    client.force_login(ada)
    form = {"oldpassword": PASSWORD, "password1": NEW}
    return client.post(reverse("account_change_password"), form)


EVERY_MAIL: list[Callable[..., object]] = [
    signing_up,
    signing_up_again,
    changing_the_address,
    address_changed,
    asking_for_a_password,
    asking_as_a_stranger,
    password_reset,
    password_changed,
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cause", EVERY_MAIL)
def test_both_parts_of_a_mail_say_the_same(client, ada, cause):
    cause(client, ada)

    sent = latest_mail()
    part = html_of(sent)
    heading = found(r"<h1[^>]*>(.*?)</h1>", part)[1]
    assert html.unescape(heading) == sent.subject
    main = found(r"(?s)</h1>(.*)</main>", part)[1]
    main = re.sub(r'<a class="b".*?</a>|Or open', "", main, flags=re.DOTALL)
    assert words(main) == [word for word in words(text_of(sent)) if word != "--"]


def words(text: str) -> list[str]:
    return html.unescape(re.sub(r"<[^>]*>", " ", text)).split()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cause", EVERY_MAIL)
def test_a_mail_says_why_it_came_and_carries_nothing_foreign(client, ada, cause):
    cause(client, ada)

    sent = latest_mail()
    assert "You get this mail" in text_of(sent).split("\n--\n")[1]
    assert len(sent.subject) < 78
    part = html_of(sent)
    assert not re.search(r"<img|<script|<link|src=|url\(", part)
    assert set(re.findall(r"https?://[^/\"<\s]+", part)) <= {"http://testserver"}


def test_a_mail_needs_no_escapes_in_its_text(client, ada, settings):
    settings.SITE_NAME = "Tom & Ada's"
    asking_for_a_password(client, ada)

    assert latest_mail().subject == "Choose a new password for Tom & Ada's"
    assert "Tom &amp; Ada&#x27;s" in html_of(latest_mail())


@pytest.fixture
def broken(settings):
    settings.MAILERS = {"default": {"BACKEND": BROKEN}}


@pytest.mark.parametrize(
    "cause",
    [signing_up, signing_up_again, asking_for_a_password, asking_as_a_stranger],
)
def test_a_failing_mail_server_is_said_plainly(broken, client, ada, cause, caplog):
    page = cause(client, ada)

    assert page.status_code == 503
    assert "We could not send the e-mail" in page.content.decode()
    assert "was not sent: SMTPRecipientsRefused" in caplog.text
    assert "example.org" not in caplog.text


def test_after_a_failed_sign_up_signing_in_sends_the_code(
    client, db, settings, sign_in, confirm
):
    regular = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": BROKEN}}
    signing_up(client, None)
    settings.MAILERS = regular

    later = Client()
    sign_in(later, "new@example.org")
    assert confirm(later).url == reverse("me")


@pytest.mark.django_db(transaction=True)
def test_a_notice_that_cannot_be_sent_undoes_nothing(broken, client, ada):
    done = password_changed(client, ada)

    assert done.url == reverse("account")
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_the_links_in_a_mail_lead_somewhere(client, ada):
    asking_for_a_password(client, ada)

    assert client.get(link_in_mail()).status_code == 302
