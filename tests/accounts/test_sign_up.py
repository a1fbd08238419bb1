import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gradus.settings import base
from tests.accounts.reading import title_of, without_tokens
from tests.factories import PASSWORD

CONFIRM = "/accounts/confirm-email/"
NO_LONGER = "That code no longer works. Sign in, and we send a new one."


def test_the_code_from_the_mail_confirms_the_address_and_signs_in(
    client, sign_up, confirm
):
    sent = sign_up(client)
    done = confirm(client)

    assert sent.url == CONFIRM
    assert done.url == reverse("me")
    user = User.objects.get(email="new@example.org")
    assert user.name == "Ada New"
    assert EmailAddress.objects.get(user=user).verified
    assert client.get(reverse("account")).status_code == 200


def test_the_code_may_be_typed_in_small_letters_with_spaces(client, sign_up, confirm):
    sign_up(client)
    code = mail.outbox[-1].body.split("\n\n")[1].strip()

    assert confirm(client, f" {code[:3].lower()} {code[3:].lower()}").status_code == 302


def test_nobody_is_signed_in_before_the_address_is_confirmed(client, sign_up):
    sign_up(client)

    assert "login" in client.get(reverse("account")).url


def test_the_address_is_kept_in_small_letters(client, sign_up, confirm):
    sign_up(client, email="NEW@Example.ORG")

    assert User.objects.get().email == "new@example.org"


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_a_known_address_is_answered_like_an_unknown_one(ada, sign_up, email):
    pages = []
    for address in (email, "unknown@example.org"):
        client = Client()
        answer = sign_up(client, email=address)
        page = client.get(CONFIRM).content.decode()
        assert address.lower() in page
        page = page.replace(address.lower(), "ADDRESS")
        pages.append((answer.status_code, answer.url, without_tokens(page)))

    assert pages[0] == pages[1]
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_who_has_an_account_is_told_so_by_mail_alone(client, ada, sign_up):
    sign_up(client, email=ada.email)

    assert [m.subject for m in mail.outbox] == ["You have an account on Gradus"]
    assert "http://testserver/accounts/password/reset/" in mail.outbox[0].body


def test_signing_up_again_before_confirming_sends_a_new_code(client, sign_up, confirm):
    sign_up(client)
    again = Client()
    sign_up(again, name="Ada Newer")

    assert confirm(again).url == reverse("me")
    assert User.objects.get().name == "Ada Newer"


def test_a_double_click_is_within_the_limits_of_production(
    client, sign_up, confirm, settings
):
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    assert [sign_up(Client()).status_code for _ in range(2)] == [302, 302]
    sign_up(client)

    assert confirm(client).url == reverse("me")


def test_nobody_can_have_us_flood_a_mailbox(sign_up, settings):
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    answers = [sign_up(Client()).status_code for _ in range(6)]

    assert answers == [302, 302, 302, 429, 429, 429]
    assert len(mail.outbox) == 3


def test_signing_up_again_with_another_password_opens_nothing(client, sign_up):
    sign_up(client)
    sign_up(Client(), password1="another-long-pass-phrase")

    assert mail.outbox[-1].subject == "You have an account on Gradus"
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_eight_sign_ups_at_once_make_one_account(sign_up):
    barrier = threading.Barrier(8)
    answers = []

    def go():
        client = Client()
        barrier.wait()
        try:
            answers.append(sign_up(client).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 8
    assert User.objects.filter(email="new@example.org").count() == 1


def test_a_wrong_code_is_kept_and_explained(client, sign_up, confirm):
    sign_up(client)
    page = confirm(client, "QQQQQQ")

    text = page.content.decode()
    assert page.status_code == 422
    assert title_of(page) == "Error: Confirm your e-mail address · Gradus"
    assert text.count("This is not the code we sent. Check it, or send a new one") == 2
    assert 'value="QQQQQQ"' in text
    assert confirm(client).status_code == 302


def test_the_third_wrong_code_leads_to_sign_in(client, sign_up, confirm, sign_in):
    sign_up(client)
    confirm(client, "QQQQQQ")
    confirm(client, "QQQQQQ")
    third = confirm(client, "QQQQQQ")

    assert third.url == reverse("account_login")
    assert NO_LONGER in client.get(third.url).content.decode()
    assert confirm(client).url == reverse("account_login")  # nor does the right one
    assert sign_in(client, "new@example.org").url == CONFIRM
    assert confirm(client).url == reverse("me")


def test_a_blank_code_is_no_guess(client, sign_up, confirm):
    sign_up(client)
    for _ in range(4):
        assert confirm(client, " ").status_code == 422

    assert confirm(client).status_code == 302


def test_an_expired_code_leads_to_sign_in(client, sign_up, confirm):
    sign_up(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=5)):
        late = confirm(client)
        assert late.url == reverse("account_login")
        assert NO_LONGER in client.get(late.url).content.decode()


def test_a_new_code_ends_the_old_one_and_lasts_as_long(client, sign_up, confirm):
    sign_up(client)
    old = mail.outbox[-1].body
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=14)) as clock:
        client.post(CONFIRM, {"action": "resend"})
        assert mail.outbox[-1].body != old
        clock.shift(timedelta(minutes=14))
        assert confirm(client, old.split("\n\n")[1]).status_code == 422
        assert confirm(client).status_code == 302


def test_a_mistyped_address_is_corrected_by_signing_up_anew(client, sign_up):
    sign_up(client, email="typo@example.org")

    assert client.get(reverse("account_signup")).status_code == 200


def test_next_is_kept_through_the_code(client, sign_up, confirm):
    sign_up(client, next="/verify/")

    assert confirm(client).url == "/verify/"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Write your name"),
        ({"name": "\u202e\u200b"}, "Write your name"),
        ({"name": "x" * 50_000}, "Shorten your name to 200 characters"),
        ({"name": "123"}, "Write your name with letters"),
        ({"email": ""}, "Write your e-mail address"),
        ({"email": "nobody"}, "Write an e-mail address, for example"),
        ({"email": '";=1+1;"@example.org'}, "Write an e-mail address, for example"),
        ({"email": "a\x00b@example.org"}, "Null characters are not allowed"),
        ({"password1": ""}, "Choose a password"),
        ({"password1": "short"}, "Use at least 10 characters"),
        ({"password1": "1234567890"}, "Choose another password: many people use"),
        ({"password1": "new@example.org"}, "Choose a password that is not like"),
        (
            {"password1": "adalovelace1", "name": "Ada Lovelace"},
            "is not like your name",
        ),
    ],
)
def test_a_sign_up_says_what_to_do_and_stores_nothing(client, sign_up, fields, problem):
    page = sign_up(client, **fields)

    assert page.status_code == 422
    assert page.content.decode().count(problem) == 2  # in the summary and inline
    assert not User.objects.exists()
    assert not mail.outbox


def test_what_cannot_be_seen_is_dropped_from_the_name(client, sign_up):
    sign_up(client, name="A\u202ed\u200ba \x00 New")

    assert User.objects.get().name == "Ada New"
