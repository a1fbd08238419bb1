"""What is done to certificates, in the audit log: in the verb's own transaction."""

import pytest
from django.db import transaction

from accounts.audit import Deed, record
from accounts.models import AuditEvent
from certificates.person import erase_person
from certificates.services import (
    SupersededError,
    claim_certificate,
    hide,
    issue_anew,
    revoke,
    show,
    supersede,
    withdraw,
)
from tests.logged import logged

pytestmark = pytest.mark.django_db


def target(certificate) -> str:
    return f"certificate:{certificate.code}"


def test_a_claim_is_the_learners_deed_and_once(ada, finished):
    claim_certificate(ada, finished, "Ada Sample")
    held = claim_certificate(ada, finished, "Ada Sample")

    assert logged() == [("issued", ada.pk, ada.pk, target(held), None)]
    assert AuditEvent.objects.get().details == {"track": "Soil"}


def test_a_correction_names_both_codes_and_no_name(ada, held):
    new = supersede(held, "Ada Byron", "the name was corrected")
    supersede(held, "Ada Lovelace", "the name was corrected")  # not the current one

    assert logged(Deed.CORRECTED) == [
        ("corrected name", ada.pk, ada.pk, target(held), None)
    ]
    details = AuditEvent.objects.get(what=Deed.CORRECTED).details
    assert details == {"track": "Soil", "successor": new.code}


def test_revoking_and_issuing_anew_are_the_admins_with_their_reasons(ada, ruth, held):
    revoke(held, ruth, "the account was not theirs")
    revoke(held, ruth, "again")
    new = issue_anew(held, ruth, "the account was theirs")

    assert logged(Deed.REVOKED, Deed.ISSUED_ANEW) == [
        ("revoked", ruth.pk, ada.pk, target(held), "the account was not theirs"),
        ("issued anew", ruth.pk, ada.pk, target(held), "the account was theirs"),
    ]
    assert AuditEvent.objects.latest("pk").details["successor"] == new.code


def test_hiding_showing_and_withdrawing_are_the_holders(ada, held):
    for verb in hide, hide, show, show, withdraw, withdraw:
        verb(held)

    assert logged(Deed.HID, Deed.SHOWED, Deed.WITHDREW) == [
        (deed, ada.pk, ada.pk, target(held), None)
        for deed in ["hid", "showed", "withdrew"]
    ]


def test_each_certificate_that_a_withdrawal_takes_has_its_entry(ada, held):
    new = supersede(held, "Ada Byron", "the name was corrected")

    withdraw(new)

    withdrawn = [of for _deed, _by, _about, of, _why in logged(Deed.WITHDREW)]
    assert withdrawn == [target(held), target(new)]


def test_who_erases_their_account_withdrew_by_their_own_hand(ada, held):
    erase_person(ada, withdraw=True)

    assert logged(Deed.WITHDREW) == [("withdrew", ada.pk, ada.pk, target(held), None)]


@pytest.mark.parametrize("withdraw_all", [True, False])
def test_who_erases_takes_names_out_of_reasons_as_they_were_printed(
    ada, ruth, ben, held, withdraw_all
):
    supersede(held, "Ada Byron", "the name was corrected")
    record(Deed.ACTIVATED, actor=ruth, about=ben, reason="it was ADA SAMPLE's brother")
    record(Deed.ACTIVATED, actor=ruth, about=ben, reason="it was asked for")

    erase_person(ada, withdraw=withdraw_all)

    assert [why for *_rest, why in logged(Deed.ACTIVATED)] == ["", "it was asked for"]


def test_a_refused_verb_leaves_no_entry(ruth, held):
    supersede(held, "Ada Byron", "the name was corrected")

    with pytest.raises(SupersededError):
        revoke(held, ruth, "too late")

    assert logged(Deed.REVOKED) == []


def test_a_verb_that_is_rolled_back_leaves_neither_event_nor_entry(ruth, held):
    with transaction.atomic():
        revoke(held, ruth, "a mistake")
        transaction.set_rollback(True)

    assert not held.events.exists()
    assert logged(Deed.REVOKED) == []
