"""Many at once: real threads with their own connections, started by a barrier."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.award import read_award
from certificates.models import Certificate, CertificateDocument
from certificates.services import (
    CertificateError,
    NotFinishedError,
    SupersededError,
    WithdrawnError,
    claim_certificate,
    revoke,
    supersede,
    withdraw,
)
from courses.models import Enrollment
from courses.services import lock_enrollment, undo_done
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 50


def test_fifty_claims_at_once_give_one_certificate_that_all_get(ada, finished):
    claims = [partial(claim_certificate, ada, finished, "Ada")] * CLAIMS

    got = at_once(claims)

    issued = Certificate.objects.get()
    assert got == [issued] * CLAIMS
    assert CertificateDocument.objects.count() == 1
    assert len(mail.outbox) == 1


def test_twenty_clicks_at_once_all_lead_to_the_same_page(ada, finished):
    def click() -> str:
        client = Client()
        client.force_login(ada)
        response = client.post(reverse("claim", args=["soil"]), {"name": "Ada"})
        return response["Location"]

    got = at_once([click] * 20)

    assert got == [Certificate.objects.get().get_absolute_url()] * 20


def test_without_the_lock_all_but_one_claim_would_fail(ada, finished):
    """The control: each checks before any of them writes."""
    checked = Barrier(8)
    place = Enrollment.objects.get(learner=ada)
    now = timezone.now()

    def naive_claim(code: str) -> Certificate:
        with transaction.atomic():
            assert not Certificate.objects.filter(enrollment=place).exists()
            award = read_award(ada, finished, now, now)
            checked.wait(30)
            return Certificate.objects.create(
                code=code,
                enrollment=place,
                track_title=finished.title,
                lesson_count=2,
                score=award.knowledge.percent,
                answered=award.knowledge.answered,
                questions=award.knowledge.questions,
                finished_at=now,
                awarded_at=now,
                facts={},
            )

    codes = [f"0000-0000-0000-000{number}" for number in range(8)]
    got = at_once([partial(naive_claim, code) for code in codes])

    kinds = Counter(type(result) for result in got)
    assert kinds == {Certificate: 1, IntegrityError: 7}


def test_of_two_names_the_first_is_printed_and_both_see_it(ada, finished):
    names = ["Ada First", "Ada Second"]

    got = at_once([partial(claim_certificate, ada, finished, name) for name in names])

    printed = CertificateDocument.objects.get().name
    assert got == [Certificate.objects.get()] * 2
    assert printed in names
    assert User.objects.get(pk=ada.pk).name == printed


@pytest.mark.parametrize("_round", range(10))
def test_undo_and_claim_stand_in_line(ada, finished, lesson, _round):
    undone, claimed = at_once(
        [
            partial(undo_done, ada, lesson),
            partial(claim_certificate, ada, finished, "A"),
        ]
    )

    assert undone is None
    place = Enrollment.objects.get(learner=ada)
    if isinstance(claimed, NotFinishedError):  # the undo came first
        assert not Certificate.objects.exists()
        assert place.completed_at is None
        assert place.certified_at is None
    else:
        assert claimed == Certificate.objects.get()
        assert claimed.lesson_count == 2
        assert place.completed_at == claimed.finished_at


def behind(task: Callable[[], Any]) -> tuple[Thread, list[Any]]:
    """Run the task in a thread that has to wait for a lock this test holds."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(task())
        except CertificateError as error:
            results.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=1)
    assert thread.is_alive(), "it did not wait"
    return thread, results


def test_an_undo_that_waited_for_a_claim_leaves_the_finish(ada, finished, lesson):
    with transaction.atomic():
        place = lock_enrollment(ada, finished.pk)
        assert place
        undo, _results = behind(partial(undo_done, ada, lesson))
        place.certified_at = timezone.now()
        place.save(update_fields=["certified_at"])
    undo.join(timeout=45)

    assert Enrollment.objects.get(learner=ada).completed_at is not None


def test_a_claim_that_waited_for_an_undo_is_refused(ada, finished, lesson):
    with transaction.atomic():
        lock_enrollment(ada, finished.pk)
        claim, results = behind(partial(claim_certificate, ada, finished, "Ada"))
        undo_done(ada, lesson)
    claim.join(timeout=45)

    assert isinstance(results[0], NotFinishedError)
    assert not Certificate.objects.exists()


def test_a_claim_that_looks_before_it_has_the_lock_certifies_what_was_undone(
    ada, finished, lesson
):
    """The control: the check is made, then the undo, then the naive write."""
    looked, undone = Barrier(2), Barrier(2)
    now = timezone.now()

    def naive_claim() -> bool:
        place = Enrollment.objects.get(learner=ada)
        award = read_award(ada, finished, place.completed_at, now)
        looked.wait(timeout=45)
        undone.wait(timeout=45)
        if award.finished_at is not None:
            Enrollment.objects.filter(pk=place.pk).update(certified_at=now)
        return award.finished_at is not None

    def undo() -> None:
        looked.wait(timeout=45)
        undo_done(ada, lesson)
        undone.wait(timeout=45)

    certified, _undone = at_once([naive_claim, undo])

    place = Enrollment.objects.get(learner=ada)
    assert certified
    assert (place.certified_at, place.completed_at) == (now, None)


def test_twenty_corrections_at_once_give_one_successor(ada, held):
    corrections = [
        partial(supersede, held, f"Ada {number}", "the name was corrected")
        for number in range(20)
    ]

    got = at_once(corrections)

    assert Certificate.objects.count() == 2
    assert got == [Certificate.objects.current().get()] * 20
    assert held.events.count() == 1


def test_revoking_and_correcting_stand_in_line(ada, ruth, held):
    at_once(
        [
            partial(revoke, held, ruth, "it was a mistake"),
            partial(supersede, held, "Ada Other", "the name was corrected"),
        ]
    )

    assert held.events.count() == 1


def test_revoking_and_withdrawing_leave_no_document(ada, ruth, held):
    got = at_once(
        [partial(revoke, held, ruth, "it was a mistake"), partial(withdraw, held)]
    )

    assert all(
        r is None or isinstance(r, (WithdrawnError, SupersededError)) for r in got
    )
    assert not CertificateDocument.objects.exists()
    assert held.events.latest("pk").kind == "withdrawn"


def test_twenty_withdrawals_at_once_are_one(held):
    assert at_once([partial(withdraw, held)] * 20) == [None] * 20
    assert held.events.count() == 1
