"""A run of verify_certificates among people who claim, correct and revoke."""

from dataclasses import replace

import pytest

from certificates import services
from certificates.models import Certificate
from certificates.verification_checks import faults
from certificates.verification_records import Record, records
from tests.certificates.verifying import finish
from tests.factories import make_admin
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW_AND_THEN = 30


def read() -> list[Record]:
    return [record for block in records(50) for record in block]


def look() -> list[str]:
    """All that disagrees, time and again while others work."""
    return [
        f"{record.certificate.code}: {fault}"
        for _time in range(NOW_AND_THEN)
        for record in read()
        for fault in faults(record, with_files=False)
    ]


def live(certificate: Certificate) -> None:
    """Corrected, hidden, revoked, issued anew and withdrawn."""
    ruth = make_admin(f"Ruth{certificate.pk}")
    new = services.supersede(certificate, "Renamed", "the name was corrected")
    services.hide(new)
    services.show(new)
    services.revoke(new, ruth, "it was issued to the wrong account")
    services.withdraw(services.issue_anew(new, ruth, "by mistake"))


def test_what_happens_meanwhile_is_seen_whole_or_not_at_all(finished):
    certificates = [finish(f"Learner{number}", finished) for number in range(6)]

    results = at_once([look, *(lambda c=c: live(c) for c in certificates)])

    assert results == [[]] + [None] * 6
    assert Certificate.objects.count() == 18
    assert look() == []


def test_read_in_two_steps_it_would_accuse_who_was_just_corrected(held):
    """The control: events that are read after the line and the log disagree for certain."""
    [before] = read()
    services.supersede(held, "Renamed", "the name was corrected")
    after, _new = read()

    assert faults(before, with_files=False) == []
    assert faults(after, with_files=False) == []
    mixed = replace(before, events=after.events)
    assert [fault.detail for fault in faults(mixed, with_files=False)] == [
        "superseded by none",
        "superseded, which the audit log does not say",
    ]
