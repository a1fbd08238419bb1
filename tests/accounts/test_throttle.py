from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.throttle import TooOftenError, address_of, client_of, count_one


def request_from(address: str, forwarded: str = ""):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", True),  # one household
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("", "unix:", False),
    ],
)
def test_a_client_is_its_network(one, other, same):
    assert (address_of(request_from(one)) == address_of(request_from(other))) is same


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),  # it did not come through both
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    found = address_of(request_from("127.0.0.1", forwarded))

    settings.TRUSTED_PROXIES = 0
    assert found == address_of(request_from(address))


def test_the_address_is_not_kept():
    assert len(address_of(request_from("203.0.113.7"))) == 32


def test_who_is_signed_in_is_known_by_the_account(ada):
    request = request_from("203.0.113.7")
    request.user = ada

    assert client_of(request) == f"u{ada.pk}"


@pytest.mark.django_db
def test_the_limit_holds_in_its_window_and_for_its_key_alone():
    with time_machine.travel(datetime(2027, 3, 14, 12, 0, 10, tzinfo=UTC)) as clock:
        for _ in range(3):
            count_one("search", "ada", limit=3, seconds=60)
        with pytest.raises(TooOftenError) as refusal:
            count_one("search", "ada", limit=3, seconds=60)
        assert 49 <= refusal.value.retry_after <= 50

        count_one("search", "ben", limit=3, seconds=60)
        count_one("answer", "ada", limit=3, seconds=60)
        clock.shift(50)
        count_one("search", "ada", limit=3, seconds=60)
