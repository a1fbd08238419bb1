"""Revoke, supersede, issue anew, withdraw, hide and show: what each may follow."""

import json

import pytest

from certificates.models import Certificate, CertificateDocument
from certificates.services import (
    NotRevokedError,
    RevokedError,
    SupersededError,
    WithdrawnError,
    hide,
    issue_anew,
    revoke,
    show,
    supersede,
    withdraw,
)
from certificates.status import State

REASON = "the name was corrected"


def state_of(certificate: Certificate) -> tuple[State, bool]:
    found = Certificate.objects.with_kinds().get(pk=certificate.pk)
    return found.state, found.is_hidden


def test_a_corrected_name_keeps_facts_and_award(ada, held):
    new = supersede(held, "Ada Byron", REASON)

    assert new.supersedes == held
    assert (new.facts, new.awarded_at, new.finished_at, new.score) == (
        held.facts,
        held.awarded_at,
        held.finished_at,
        held.score,
    )
    assert new.issued_at > held.issued_at
    assert new.code != held.code
    assert state_of(held) == (State.SUPERSEDED, False)
    assert state_of(new) == (State.VALID, False)
    ada.refresh_from_db()
    assert ada.name == "Ada Byron"


def test_the_corrected_credential_has_its_own_address_name_and_salt(held):
    new = supersede(held, "Ada Byron", REASON)

    old, corrected = (json.loads(row.documents.get().credential) for row in (held, new))
    assert corrected["id"].endswith(f"/certificates/{new.code}/")
    assert corrected["awardedDate"] == old["awardedDate"]
    old_identity, identity = (
        credential["credentialSubject"]["identifier"] for credential in (old, corrected)
    )
    assert identity[0]["identityHash"] == "Ada Byron"
    assert identity[1]["salt"] != old_identity[1]["salt"]
    achievements = [
        credential["credentialSubject"]["achievement"]
        for credential in (old, corrected)
    ]
    assert achievements[0] == achievements[1]


def test_the_same_name_again_changes_nothing(held):
    assert supersede(held, "Ada Sample", REASON) == held
    new = supersede(held, "Ada Byron", REASON)

    assert supersede(held, "Ada Third", REASON) == new
    assert Certificate.objects.count() == 2


def test_a_revoked_certificate_is_not_corrected_by_its_holder(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    with pytest.raises(RevokedError):
        supersede(held, "Ada Byron", REASON)


def test_revoking_twice_is_revoking_once(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")
    revoke(held, ruth, "another reason")

    event = held.events.get()
    assert (event.actor, event.reason) == (ruth, "it was issued to the wrong account")


def test_only_the_current_certificate_is_revoked(held, ruth):
    supersede(held, "Ada Byron", REASON)

    with pytest.raises(SupersededError):
        revoke(held, ruth, "it was issued to the wrong account")


def test_a_mistaken_revocation_is_issued_anew_under_the_same_name(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    new = issue_anew(held, ruth, "the revocation was a mistake")

    assert issue_anew(held, ruth, "again") == new
    assert new.documents.get().name == "Ada Sample"
    assert state_of(new) == (State.VALID, False)
    assert state_of(held) == (State.REVOKED, False)


def test_only_a_revoked_certificate_is_issued_anew(held, ruth):
    with pytest.raises(NotRevokedError):
        issue_anew(held, ruth, "for no reason")


def test_withdrawing_takes_the_names_of_all_it_superseded(held, ruth):
    new = supersede(held, "Ada Byron", REASON)

    withdraw(new)
    withdraw(held)

    assert not CertificateDocument.objects.exists()
    assert state_of(held) == state_of(new) == (State.WITHDRAWN, False)


def test_a_revoked_certificate_may_be_withdrawn(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")
    withdraw(held)

    assert state_of(held)[0] == State.WITHDRAWN
    assert not CertificateDocument.objects.exists()


def test_nothing_follows_a_withdrawal(held, ruth):
    withdraw(held)

    for refused in (
        lambda: supersede(held, "Ada Byron", REASON),
        lambda: revoke(held, ruth, "too late"),
        lambda: issue_anew(held, ruth, "too late"),
        lambda: hide(held),
        lambda: show(held),
    ):
        with pytest.raises(WithdrawnError):
            refused()
    assert held.events.count() == 1


def test_hiding_and_showing_are_idempotent(held):
    for verb in (show, hide, hide, show, show, hide):
        verb(held)

    assert [event.kind for event in held.events.all()] == ["hidden", "shown", "hidden"]


def test_what_is_hidden_stays_hidden_when_the_name_is_corrected(held):
    hide(held)

    new = supersede(held, "Ada Byron", REASON)

    assert state_of(new) == (State.VALID, True)


def test_an_earlier_name_is_hidden_alone(held):
    new = supersede(held, "Ada Byron", REASON)

    hide(held)

    assert state_of(held) == (State.SUPERSEDED, True)
    assert state_of(new) == (State.VALID, False)


def test_hiding_covers_earlier_names_and_showing_does_not(held):
    new = supersede(held, "Ada Byron", REASON)

    hide(new)
    assert state_of(held)[1]
    show(new)

    assert state_of(new) == (State.VALID, False)
    assert state_of(held) == (State.SUPERSEDED, True)
    show(held)
    assert state_of(held) == (State.SUPERSEDED, False)
