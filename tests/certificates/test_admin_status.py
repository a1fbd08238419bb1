"""Revoking a certificate and issuing it anew, in the admin."""

import html
import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate
from certificates.services import issue_anew, revoke, supersede, withdraw
from tests.admin_forms import admin_client
from tests.certificates.stage import status_in, text_of

REASON = "it was issued to the wrong account"
PAGES = ["revoke", "reissue"]


def url(certificate: Certificate, page: str = "change") -> str:
    return reverse(f"admin:certificates_certificate_{page}", args=[certificate.pk])


def words_of(response: Any) -> str:
    """The whole page without its tags, spaces collapsed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def send(client, certificate: Certificate, page: str = "revoke", **fields: str):
    data = {"reason": REASON, "is_sure": "on"} | fields
    return client.post(url(certificate, page), data, follow=True)


def test_an_admin_revokes_with_a_reason_that_all_can_read(client, ruth, held):
    admin = admin_client(ruth)

    assert url(held, "revoke") in admin.get(url(held)).text
    asked = admin.get(url(held, "revoke"))
    assert "Revoking is final." in words_of(asked)
    assert "Ada Sample" in words_of(asked)
    response = send(admin, held)

    assert response.redirect_chain == [(url(held), 302)]
    assert "The certificate is revoked, for good." in response.text
    event = held.events.get()
    assert (event.kind, event.actor, event.reason) == ("revoked", ruth, REASON)
    page = client.get(held.get_absolute_url())
    assert status_in(page) == "revoked"
    assert "for good on" in text_of(page)
    assert f": {REASON}." in text_of(page)


def test_looking_at_the_page_revokes_nothing(ruth, held):
    admin_client(ruth).get(url(held, "revoke"))

    assert not held.events.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "   "}, "Say why, in a few words"),
        ({"reason": "…"}, "Say why, in a few words"),
        ({"is_sure": ""}, "Tick this: it cannot be undone"),
        ({"reason": "it was ada  SAMPLE"}, "“Ada Sample” names a person"),
        ({"reason": "Ada asked for it"}, "“Ada” names a person"),
        ({"reason": "it went to Lovelace"}, "“Lovelace” names a person"),
        ({"reason": "it went to ADA@EXAMPLE.ORG"}, "“ada@example.org” names a person"),
        ({"reason": "it went to somebody@example.com"}, "“somebody@example.com” names"),
        ({"reason": "x" * 501}, "at most 500 characters"),
        ({"reason": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_a_reason_that_will_not_do_is_refused_and_kept(ruth, ada, held, fields, said):
    User.objects.filter(pk=ada.pk).update(name="Augusta Lovelace")

    response = send(admin_client(ruth), held, **fields)

    assert response.status_code == 422
    assert said in words_of(response)
    assert not held.events.exists()
    if fields.get("reason", "").strip():
        assert "Ada" not in fields["reason"] or fields["reason"] in response.text


def test_an_earlier_name_of_the_line_is_refused_too(ruth, held):
    new = supersede(held, "Augusta Byron", "the name was corrected")

    response = send(admin_client(ruth), new, reason="it was Sample's")

    assert response.status_code == 422
    assert "“Sample” names a person" in words_of(response)


def test_what_cannot_be_seen_is_taken_out_of_a_reason(ruth, held):
    send(admin_client(ruth), held, reason="  it was\u202e a\u200b test.  ")

    assert held.events.get().reason == "it was a test"


def test_a_revoked_one_is_issued_anew_and_both_pages_say_so(client, ruth, held):
    admin = admin_client(ruth)
    send(admin, held)

    assert url(held, "reissue") in admin.get(url(held)).text
    assert url(held, "revoke") not in admin.get(url(held)).text
    response = send(admin, held, "reissue", reason="revoking it was a mistake")

    new = Certificate.objects.current().get()
    assert response.redirect_chain == [(url(new), 302)]
    assert (new.supersedes, new.cause, new.facts) == (held, "reissued", held.facts)
    old_page = client.get(held.get_absolute_url())
    assert status_in(old_page) == "revoked"
    assert f"Issued anew as {new.code}" in text_of(old_page)
    new_page = client.get(new.get_absolute_url())
    assert status_in(new_page) == "valid"
    assert f"issued anew in the place of {held.code}" in text_of(new_page)
    assert held.get_absolute_url() in new_page.text
    line = words_of(admin.get(url(new)))
    assert f"{held.code}" in line
    assert "issued anew after it was revoked" in line


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_so_is_said_and_changes_nothing(ruth, held, page):
    """A valid one is not issued anew, nor what was superseded or withdrawn touched."""
    admin = admin_client(ruth)
    if page == "revoke":
        revoke(held, ruth, REASON)
        issue_anew(held, ruth, "revoking it was a mistake")
    events = held.events.count()

    response = send(admin, held, page)
    assert response.redirect_chain == [(url(held), 302)]
    withdraw(held)
    assert send(admin, held, page).redirect_chain == [(url(held), 302)]

    assert held.events.count() == events + 1
    for offered in PAGES:
        assert url(held, offered) not in admin.get(url(held)).text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["ada", "iris"])
def test_nobody_but_admins_can(who, page, request, held):
    client = admin_client(request.getfixturevalue(who))

    assert client.get(url(held, page)).status_code in {302, 403}
    assert client.post(url(held, page), {"reason": REASON}).status_code in {302, 403}
    assert not held.events.exists()


@pytest.mark.parametrize("page", PAGES)
def test_one_that_is_not_there_is_missing(ruth, db, page):
    for key in (1, 10**17):
        address = f"/admin/certificates/certificate/{key}/{page}/"
        assert admin_client(ruth).get(address).status_code == 404


def test_without_a_key_to_sign_nothing_is_issued_anew(ruth, held, settings):
    revoke(held, ruth, REASON)
    settings.ISSUER_KEY = settings.ISSUER_KEY_FILE = ""

    response = send(admin_client(ruth), held, "reissue")

    assert response.status_code == 422
    assert "cannot sign certificates at the moment" in words_of(response)
    assert REASON in response.text
    assert Certificate.objects.get() == held


def test_the_learner_is_told_of_both(ruth, held, django_capture_on_commit_callbacks):
    admin = admin_client(ruth)
    with django_capture_on_commit_callbacks(execute=True):
        send(admin, held)
        send(admin, held, "reissue", reason="revoking it was a mistake")

    assert [sent.subject for sent in mail.outbox] == [
        "Your certificate for Soil was revoked",
        "Your certificate for Soil was issued anew",
    ]
