"""Fifty people press at the same moment: the line, its events and the log agree.

Through the pages, each in a thread with its own connection: a learner in many windows
claims, corrects and updates, two admins revoke and issue anew.
"""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.audit import Deed
from accounts.models import AuditEvent, User
from certificates.audit import record_deed
from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.services import revoke
from certificates.status import State
from quizzes.models import Question
from tests.certificates.stage import answer
from tests.factories import make_admin, make_question
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 4  # seconds to wait for a state
Cause = Certificate.Cause
DEEDS = {
    Cause.CORRECTED: Deed.CORRECTED,
    Cause.UPDATED: Deed.UPDATED,
    Cause.REISSUED: Deed.ISSUED_ANEW,
}
OURS = [Deed.ISSUED, Deed.REVOKED, *DEEDS.values()]


def window(user: User) -> Client:
    """A window of a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def current(state: str = "") -> Certificate:
    """The current one, once it is there; and in this state, if it soon is."""
    start = monotonic()
    while monotonic() < start + 60:
        found = Certificate.objects.current().with_kinds().first()
        waited = monotonic() - start
        if found and (not state or found.state == state or waited > PATIENCE):
            return found
        sleep(0.01)
    pytest.fail("no certificate came to be")


def claim(client: Client, _number: int) -> Any:
    return client.post(reverse("claim", args=["soil"]), {"name": "Ada Sample"})


def correct(client: Client, number: int) -> Any:
    """Six presses, each on the page of the certificate that is the current one."""
    for attempt in "ABCDEF":
        url = reverse("correct", args=[current().code])
        said = client.post(url, {"name": f"Ada {attempt}{chr(ord('a') + number)}"})
    return said


def update(client: Client, number: int) -> Any:
    """Something more is learned; then yes is said to what is shown, until all is in it."""
    current()
    question = Question.objects.filter(lesson__track__slug="soil")[number]
    answer(User.objects.get(name__startswith="Ada"), question, credit=Decimal(1))
    for _attempt in range(10):
        url = reverse("update_certificate", args=[current().code])
        said = client.get(url)
        seen = re.findall(r'name="seen" value="(\w+)"', said.text)
        if seen:
            said = client.post(url, {"seen": seen[0]})
        elif said.status_code == 200:
            break
    return said


def revoke_it(client: Client, number: int) -> Any:
    """Once its holder has both corrected and updated it: until it is seen to be revoked."""
    start = monotonic()
    while not _causes() >= {Cause.CORRECTED, Cause.UPDATED}:
        assert monotonic() < start + 60, "no correction or no update came to be"
        sleep(0.01)
    sent = {"reason": f"it was a mistake, note {number}", "is_sure": "on"}
    seen = current(State.VALID)
    while True:
        said = client.post(_page("revoke", seen), sent)
        seen = current()
        if seen.state != State.VALID or said.status_code >= 500:
            return said


def reissue(client: Client, number: int) -> Any:
    sent = {"reason": f"it was none, note {number}"}
    return client.post(_page("reissue", current(State.REVOKED)), sent)


def _causes() -> set[str]:
    return set(Certificate.objects.values_list("cause", flat=True))


def _page(name: str, certificate: Certificate) -> str:
    return reverse(f"admin:certificates_certificate_{name}", args=[certificate.pk])


PRESSED: dict[Callable[[Client, int], Any], int] = {
    claim: 13,
    correct: 13,
    update: 8,
    revoke_it: 10,
    reissue: 6,
}


def all_at_once(ada: User, admins: list[User]) -> list[Any]:
    """Every window is open before the first button is pressed."""
    tasks: list[Callable[[], Any]] = []
    for button, times in PRESSED.items():
        people = admins if button in {revoke_it, reissue} else [ada]
        windows = [window(people[n % len(people)]) for n in range(times)]
        tasks += [partial(button, client, n) for n, client in enumerate(windows)]
    return at_once(tasks)


def disagreements(learner: User) -> list[str]:
    """What does not agree among certificates, events, documents, names and log."""
    line = list(Certificate.objects.held_by(learner).order_by("pk"))
    events = list(CertificateEvent.objects.filter(certificate__in=line).order_by("pk"))
    found = []
    if [c.supersedes_id for c in line] != [None, *(c.pk for c in line[:-1])]:
        found.append("the certificates are no line with one current at its end")
    for place, certificate in enumerate(line):
        after = line[place + 1] if place + 1 < len(line) else None
        kinds = [e.kind for e in events if e.certificate_id == certificate.pk]
        if kinds not in _kinds_before(after):
            found.append(f"{certificate}: {kinds} before {after}")
        if certificate.answered != len(certificate.facts["counted"]):
            found.append(f"{certificate}: it counts other answers than it says")
    printed = CertificateDocument.objects.filter(certificate__in=line)
    if sorted(printed.values_list("certificate_id", flat=True)) != [c.pk for c in line]:
        found.append("not each has one document")
    if printed.latest("certificate_id").name != User.objects.get(pk=learner.pk).name:
        found.append("the current one prints another name than the account's")
    if _logged(learner) != (expected := _expected(line, events, learner)):
        found.append(f"the log is {_logged(learner)}, and not {expected}")
    return found


def _kinds_before(after: Certificate | None) -> list[list[str]]:
    """The events that a certificate can have, by what took its place."""
    if after is None:
        return [[], ["revoked"]]
    if after.cause == Cause.REISSUED:
        return [["revoked", "superseded"]]
    return [["superseded"]]


def _expected(
    line: list[Certificate], events: list[CertificateEvent], learner: User
) -> list[tuple[Any, ...]]:
    """What the log must say: an entry for the claim, and one for each event, in order."""
    after = {c.supersedes_id: c for c in line}
    rows: list[tuple[Any, ...]] = [
        (Deed.ISSUED, learner.pk, f"certificate:{line[0].code}", None, None)
    ]
    codes = {c.pk: c.code for c in line}
    for event in events:
        new = after.get(event.certificate_id) if event.kind == "superseded" else None
        rows.append(
            (
                DEEDS[Cause(new.cause)] if new else Deed.REVOKED,
                event.actor_id or learner.pk,
                f"certificate:{codes[event.certificate_id]}",
                event.reason if event.actor_id else None,
                new.code if new else None,
            )
        )
    return rows


def _logged(learner: User) -> list[tuple[Any, ...]]:
    entries = AuditEvent.objects.filter(person=learner, what__in=OURS).order_by("pk")
    return list(
        entries.values_list(
            "what",
            "actor",
            "target",
            "given_reason__text",
            "details__successor",
        )
    )


@pytest.mark.parametrize("_round", range(2))
def test_fifty_claims_corrections_updates_and_revocations_leave_all_in_agreement(
    ada, ruth, finished, lesson, _round
):
    for _number in range(PRESSED[update]):
        make_question(lesson)

    answers = all_at_once(ada, [ruth, make_admin("Rosa")])

    failed = [a for a in answers if getattr(a, "status_code", 500) >= 500]
    assert failed == []
    assert len(answers) == 50
    assert Certificate.objects.current().count() == 1
    assert disagreements(ada) == []
    kinds = Counter(CertificateEvent.objects.values_list("kind", flat=True))
    assert kinds["revoked"] >= 1
    assert _causes() >= {Cause.CORRECTED, Cause.UPDATED}
    assert Certificate.objects.filter(cause=Cause.CORRECTED).count() <= 3
    assert len(mail.outbox) == Certificate.objects.count() + kinds["revoked"]


def test_who_looks_without_the_lock_and_logs_by_the_way_leaves_disagreement(
    ada, ruth, held
):
    """The control: each sees a valid certificate before any of them revokes it."""
    looked = Barrier(8)

    def naive_revoke() -> None:
        assert not held.events.exists()
        looked.wait(timeout=45)
        record_deed(Deed.REVOKED, held, ruth, reason="it was a mistake")
        CertificateEvent.objects.create(
            certificate=held, kind="revoked", reason="it was a mistake", actor=ruth
        )

    got = at_once([naive_revoke] * 8)

    assert Counter(map(type, got)) == {type(None): 1, IntegrityError: 7}
    (found,) = disagreements(ada)
    assert found.startswith("the log is")


def test_what_disagrees_is_seen(ada, ruth, held):
    assert disagreements(ada) == []
    revoke(held, ruth, "it was a mistake")
    assert disagreements(ada) == []

    record_deed(Deed.CORRECTED, held)

    assert len(disagreements(ada)) == 1
