"""The way through the account pages, as a browser goes it."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

CODE = re.compile(r"^[A-Z]{6}$", re.MULTILINE)


@pytest.fixture
def sign_up(db) -> Callable[..., object]:
    """Posts the sign-up form; what is not said is valid."""

    def post(client: Client, **fields: str):
        form = {"name": "Ada New", "email": "new@example.org", "password1": PASSWORD}
        return client.post(reverse("account_signup"), form | fields)

    return post


@pytest.fixture
def confirm() -> Callable[..., object]:
    """Posts this code, or the one in the latest mail."""

    def post(client: Client, code: str | None = None):
        typed = code or latest_code()
        return client.post(reverse("account_email_verification_sent"), {"code": typed})

    return post


@pytest.fixture
def sign_in() -> Callable[..., object]:
    def post(client: Client, email: str, password: str = PASSWORD, **headers: str):
        form = {"login": email, "password": password}
        return client.post(reverse("account_login"), form, headers=headers)

    return post


def latest_code() -> str:
    found = CODE.search(mail.outbox[-1].body)
    assert found
    return found[0]


def title_of(page) -> str:
    found = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    assert found
    return " ".join(found[1].split())
