"""The signed document of a certificate: made at issue, or later by sign_certificates."""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from certificates.credential import (
    Json,
    build_credential,
    with_status,
)
from certificates.keys import SigningKey
from certificates.models import (
    LIST_LENGTH,
    Certificate,
    CertificateDocument,
    StatusEntry,
)
from certificates.private_key import SigningKeyError
from certificates.signing import sign
from courses.constraints import broken_constraint
from courses.models import Enrollment

SALT_BYTES = 16
FULL = LIST_LENGTH // 2  # entries, from which on the next list is begun
BLOCK = 200  # certificates read at a time
INDEX_TRIES = 40  # each finds a free bit with a chance of one half at least


def issue_document(
    certificate: Certificate, name: str, email: str | None, key: SigningKey
) -> CertificateDocument:
    """Sign and store what a new certificate states.

    Raises:
        SigningKeyError: the key ended since it was read.
        SigningError, CredentialError
    """
    salt = secrets.token_hex(SALT_BYTES)
    credential = build_credential(certificate, name, email, salt)
    return _store(certificate, name, credential, key, certificate.issued_at)


def unsigned() -> Iterator[Certificate]:
    """Whose newest document bears no proof, or that of a revoked key; oldest first.

    In blocks by primary key, so that it may be gone on with while documents are added.
    """
    newest = CertificateDocument.objects.filter(certificate=OuterRef("pk"))
    newest = newest.order_by("-pk")[:1]
    rows = Certificate.objects.annotate(
        document=Subquery(newest.values("pk")),
        signed_by=Subquery(newest.values("key")),
        key_revoked_at=Subquery(newest.values("key__revoked_at")),
    ).filter(Q(signed_by=None) | ~Q(key_revoked_at=None), ~Q(document=None))
    last = 0
    while block := list(rows.filter(pk__gt=last).order_by("pk")[:BLOCK]):
        yield from block
        last = block[-1].pk


@transaction.atomic
def sign_again(certificate: Certificate, key: SigningKey) -> bool:
    """A new document with the same facts and this key's proof; False if there is one.

    No event, no mail. One that was withdrawn meanwhile has no document and is left.

    Raises:
        SigningKeyError: the key ended since it was read.
        SigningError, CredentialError
    """
    Enrollment.objects.select_for_update(no_key=True).get(pk=certificate.enrollment_id)
    document = (
        CertificateDocument.objects.select_related("key")
        .filter(certificate=certificate)
        .order_by("-pk")
        .first()
    )
    if document is None or (document.key and not document.key.revoked_at):
        return False
    credential = json.loads(document.credential)
    credential.pop("proof", None)
    credential.pop("credentialStatus", None)
    _store(certificate, document.name, credential, key, timezone.now())
    return True


def _store(
    certificate: Certificate,
    name: str,
    credential: dict[str, Json],
    key: SigningKey,
    at: datetime,
) -> CertificateDocument:
    entry = _status_entry(certificate)
    placed = with_status(credential, entry.list_number, entry.list_index)
    text = sign(placed, key, certificate.facts["origin"], at)
    try:
        return CertificateDocument.objects.create(
            certificate=certificate,
            name=name,
            credential=text,
            key=key.row,
            created_at=timezone.now(),
        )
    except IntegrityError as error:
        if broken_constraint(error) == "active_keys_sign":
            raise SigningKeyError(
                f"The signing key {key.row.name} ended in the meantime."
            ) from error
        raise


def _status_entry(certificate: Certificate) -> StatusEntry:
    """Its bit, at a random place that is free, in the newest list."""
    known = StatusEntry.objects.filter(certificate=certificate).first()
    if known is not None:
        return known
    newest = StatusEntry.objects.aggregate(number=Max("list_number"))["number"] or 1
    if StatusEntry.objects.filter(list_number=newest).count() >= FULL:
        newest += 1
    for tries_left in reversed(range(INDEX_TRIES)):
        try:
            with transaction.atomic():
                return StatusEntry.objects.create(
                    certificate=certificate,
                    list_number=newest,
                    list_index=secrets.randbelow(LIST_LENGTH),
                )
        except IntegrityError as error:
            taken = broken_constraint(error) == "status_bit_is_used_once"
            if not (taken and tries_left):
                raise
    raise AssertionError("the last try returns or raises")
