"""Keys that end, and signatures made, while others claim and withdraw."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from certificates.credential import did_of
from certificates.documents import unsigned
from certificates.key_services import rotate_key
from certificates.models import (
    Certificate,
    CertificateDocument,
    IssuerKey,
    StatusEntry,
)
from certificates.private_key import SigningKeyError
from certificates.services import claim_certificate, withdraw
from certificates.signing import check_proof
from courses.services import mark_done
from tests.factories import make_track, make_user
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def published() -> dict[str, str]:
    return {
        f"{did_of('http://testserver')}#{key.name}": key.multibase
        for key in IssuerKey.objects.all()
    }


def behind(task: Callable[[], Any]) -> tuple[Thread, list[Any]]:
    """Run the task in a thread that comes to wait for what this one holds."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(task())
        except Exception as error:  # the test looks at it
            results.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    wait_until_somebody_waits()
    return thread, results


def end_key() -> int:
    return IssuerKey.objects.update(revoked_at=timezone.now())


def test_a_key_revoked_after_a_claim_read_it_signs_nothing(ada, finished):
    with transaction.atomic(), connection.cursor() as cursor:
        # the claim has read its key when it comes to its place in the list
        cursor.execute("LOCK TABLE certificates_statusentry IN SHARE MODE")
        claim, results = behind(partial(claim_certificate, ada, finished, "Ada"))
        end_key()
    claim.join(timeout=45)

    assert isinstance(results[0], SigningKeyError)
    assert not Certificate.objects.exists()


def test_a_revocation_waits_for_what_is_being_signed(ada, finished):
    with transaction.atomic():
        issued = claim_certificate(ada, finished, "Ada")
        revocation, _results = behind(end_key)
    revocation.join(timeout=45)

    # so whoever signs again what the key signed misses none
    assert list(unsigned()) == [issued]


def test_many_claims_while_a_list_fills_up_have_a_bit_each(soil, monkeypatch):
    monkeypatch.setattr("certificates.documents.FULL", 10)
    learners = [make_user(f"Learner{number}") for number in range(50)]
    for learner in learners:
        for lesson in soil.lessons.all():
            mark_done(learner, lesson)

    got = at_once([partial(claim_certificate, who, soil, "Ada") for who in learners])

    assert Counter(map(type, got)) == {Certificate: 50}
    places = Counter(StatusEntry.objects.values_list("list_number", flat=True))
    assert sum(places.values()) == 50
    assert sorted(places) == list(range(1, len(places) + 1))
    for document in CertificateDocument.objects.select_related("certificate"):
        check_proof(document.credential, published())
        entry = document.certificate.status_entry
        status = json.loads(document.credential)["credentialStatus"]
        assert status["id"].endswith(f"/{entry.list_number}#{entry.list_index}")


def test_two_keys_made_at_once_have_a_name_each(db, tmp_path):
    rotations = [
        partial(rotate_key, tmp_path / f"{number}.pem", timezone.now())
        for number in range(8)
    ]

    got = at_once(rotations)

    assert Counter(map(type, got)) == {IssuerKey: 8}
    assert len({key.name for key in got}) == 8


def test_one_learners_claims_of_many_tracks_stand_in_line(ada):
    tracks = [make_track(f"track-{number}", lessons=1) for number in range(20)]
    for track in tracks:
        mark_done(ada, track.lessons.get())

    got = at_once([partial(claim_certificate, ada, track, "Ada") for track in tracks])

    assert Counter(map(type, got)) == {Certificate: 20}


@pytest.fixture
def unsigned_ones(soil) -> list[Certificate]:
    """Certificates of before there were signatures, of five learners."""
    for number in range(5):
        learner = make_user(f"Learner{number}")
        for lesson in soil.lessons.all():
            mark_done(learner, lesson)
        claim_certificate(learner, soil, f"Learner {number}")
    mail.outbox.clear()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_statusentry")
        cursor.execute(
            "UPDATE certificates_certificatedocument SET key_id = NULL, credential = "
            "(credential::jsonb - 'proof' - 'credentialStatus')::text"
        )
    return list(Certificate.objects.order_by("pk"))


def test_signing_twice_at_once_beside_withdrawals_signs_each_once(unsigned_ones):
    def sign_all() -> None:
        call_command("sign_certificates", stdout=StringIO(), stderr=StringIO())

    *kept, first, second = unsigned_ones

    got = at_once([sign_all, sign_all, partial(withdraw, first), sign_all])
    withdraw(second)

    assert got == [None] * 4
    signed = CertificateDocument.objects.filter(key__isnull=False)
    assert sorted(signed.values_list("certificate", flat=True)) == [
        certificate.pk for certificate in kept
    ]
    assert not CertificateDocument.objects.filter(certificate__in=[first, second])
    assert not mail.outbox
