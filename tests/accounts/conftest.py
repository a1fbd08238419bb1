"""The way through the account pages, as a browser goes it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.reading import latest_code
from tests.factories import PASSWORD


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
