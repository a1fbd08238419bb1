"""The status that follows from the events."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from certificates.models import CertificateEvent
from certificates.status import State, status_of

START = datetime(2026, 3, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    kind: str
    at: datetime
    reason: str


def events(*kinds: str) -> list[Event]:
    return [
        Event(kind, START + timedelta(days=day), f"reason {day}")
        for day, kind in enumerate(kinds)
    ]


def test_without_events_it_is_valid():
    status = status_of([])

    assert (status.state, status.word, status.at) == (State.VALID, "valid", None)
    assert status.shows_facts


def test_date_and_reason_are_those_of_the_event_that_decided():
    status = status_of(events("hidden", "revoked", "superseded", "shown"))

    assert (status.state, status.at, status.reason) == (
        State.REVOKED,
        START + timedelta(days=1),
        "reason 1",
    )


def test_a_superseded_one_that_is_withdrawn_is_withdrawn():
    assert status_of(events("superseded", "withdrawn")).state == State.WITHDRAWN


def test_hidden_stands_for_valid_and_hidden_alone():
    assert status_of(events("hidden")).word == "hidden"
    assert status_of(events("hidden", "revoked")).word == "revoked"
    assert not status_of(events("hidden", "revoked")).shows_facts
    assert status_of(events("hidden", "shown")).word == "valid"


def test_every_kind_of_event_is_understood():
    for kind in CertificateEvent.Kind.values:
        status_of(events(kind))


@given(st.lists(st.sampled_from(CertificateEvent.Kind.values)))
def test_no_further_event_makes_a_certificate_valid_again(kinds):
    valid = [
        status_of(events(*kinds[:length])).is_valid for length in range(len(kinds) + 1)
    ]

    assert valid == sorted(valid, reverse=True)
