"""What a certificate's events say about it today. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

HIDDEN, SHOWN = "hidden", "shown"  # events that leave the state as it is


class State(StrEnum):
    """Where a certificate stands; all but the first are for good."""

    VALID = "valid"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Happened(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Status:
    """The state, since when and why; `at` is None and `reason` "" while valid."""

    state: State
    is_hidden: bool
    at: datetime | None = None
    reason: str = ""

    @property
    def is_valid(self) -> bool:
        return self.state == State.VALID

    @property
    def shows_facts(self) -> bool:
        return not self.is_hidden and self.state != State.WITHDRAWN

    @property
    def word(self) -> str:
        """For machines that read the page: "hidden" stands for valid and hidden."""
        return HIDDEN if self.is_valid and self.is_hidden else self.state.value


def state_of(kinds: Iterable[str]) -> tuple[State, bool]:
    """The state that follows from the kinds of the events, in order; and if hidden.

    Of revoked and superseded the first stays: a revoked certificate that was issued
    anew is still revoked. Withdrawn is the last word: nothing is left to show.
    """
    state, is_hidden = State.VALID, False
    for kind in kinds:
        if kind in {HIDDEN, SHOWN}:
            is_hidden = kind == HIDDEN
        elif state == State.VALID or kind == State.WITHDRAWN:
            state = State(kind)
    return state, is_hidden


def status_of(events: Iterable[Happened]) -> Status:
    """The status that follows from the events, which come in their order."""
    happened = list(events)
    state, is_hidden = state_of(event.kind for event in happened)
    for event in happened:
        if event.kind == state:
            return Status(state, is_hidden, event.at, event.reason)
    return Status(state, is_hidden)
