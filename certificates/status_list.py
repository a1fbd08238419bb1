"""The signed list of which certificates hold no more, and the document of the keys.

Sources: https://www.w3.org/TR/vc-bitstring-status-list/ and
https://w3c-ccg.github.io/did-method-web/. Both are made from the tables whenever they
are asked for, and every process makes the same bytes.
"""

import base64
import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from certificates.credential import CONTEXTS, Json, did_of, instant, list_address
from certificates.keys import signing_key
from certificates.models import (
    LIST_LENGTH,
    CertificateEvent,
    IssuerKey,
    StatusEntry,
)
from certificates.signing import sign
from certificates.status import State

VALID_FOR = timedelta(days=7)
MULTIKEY_CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
]


def status_list(number: int, now: datetime) -> str | None:
    """The signed list of this number, as of now; None if no list has it.

    Raises:
        SigningKeyError, SigningError
    """
    entries = StatusEntry.objects.filter(list_number=number)
    ended = CertificateEvent.objects.filter(
        certificate=OuterRef("certificate"),
        kind__in=[State.REVOKED, State.SUPERSEDED, State.WITHDRAWN],
    )
    places = list(entries.filter(Exists(ended)).values_list("list_index", flat=True))
    if number != 1 and not places and not entries.exists():
        return None
    day = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    address = list_address(settings.SITE_ORIGIN, number)
    document: dict[str, Json] = {
        "@context": [CONTEXTS[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(settings.SITE_ORIGIN),
        "validFrom": instant(day),
        "validUntil": instant(day + VALID_FOR),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(places),
        },
    }
    return sign(document, signing_key(), settings.SITE_ORIGIN, day)


def encode(places: Iterable[int]) -> str:
    """The list with these bits set, the first bit leftmost, zipped, base64url."""
    bits = bytearray(LIST_LENGTH // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def did_document() -> dict[str, Json] | None:
    """Every key that ever signed, so that old certificates verify; None without one.

    A retired key goes on vouching; a revoked one does not.
    """
    keys = list(IssuerKey.objects.order_by("pk"))
    if not keys:
        return None
    did = did_of(settings.SITE_ORIGIN)
    return {
        "@context": [*MULTIKEY_CONTEXTS],
        "id": did,
        "verificationMethod": [_method(did, key) for key in keys],
        "assertionMethod": [
            f"{did}#{key.name}" for key in keys if key.revoked_at is None
        ],
    }


def _method(did: str, key: IssuerKey) -> Json:
    method: dict[str, Json] = {
        "id": f"{did}#{key.name}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.multibase,
    }
    if key.revoked_at is not None:
        method["revoked"] = instant(key.revoked_at)
    return method
