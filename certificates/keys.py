"""The site's key with its public half, which did.json shows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from certificates.models import IssuerKey
from certificates.private_key import SigningKeyError, private_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class SigningKey:
    """A private key with the row of its public half."""

    row: IssuerKey
    private: "Ed25519PrivateKey" = field(repr=False)


def signing_key() -> SigningKey:
    """The key that certificates are signed with now. One statement.

    Raises:
        SigningKeyError: it is missing, or its public half is not published or retired.
    """
    private = private_key()
    row = IssuerKey.objects.filter(multibase=multibase_of(private)).first()
    if row is None:
        raise SigningKeyError(
            "The signing key is not published: run manage.py issuer_keys publish."
        )
    if not row.is_active:
        raise SigningKeyError(
            f"The signing key {row.name} does not sign any more: use the newest one "
            "that manage.py issuer_keys lists."
        )
    return SigningKey(row, private)


def multibase_of(key: "Ed25519PrivateKey") -> str:
    """The public half as a Multikey, "z6Mk…"."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from openbadgeslib.ob3.did import multikey_from_pem

    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return str(multikey_from_pem(pem))


@transaction.atomic
def publish(key: "Ed25519PrivateKey", now: datetime) -> IssuerKey:
    """Show the public half in did.json under a name of this month; once a key."""
    multibase = multibase_of(key)
    list(IssuerKey.objects.select_for_update().order_by("pk"))  # one after the other
    known = IssuerKey.objects.filter(multibase=multibase).first()
    if known is not None:
        return known
    base = f"key-{now:%Y-%m}"
    taken = set(
        IssuerKey.objects.filter(name__startswith=base).values_list("name", flat=True)
    )
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 2)))
    name = next(name for name in names if name not in taken)
    return IssuerKey.objects.create(name=name, multibase=multibase, created_at=now)
