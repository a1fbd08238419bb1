"""The site's private key, and the public ones that did.json shows.

The private key comes from ISSUER_KEY, its PEM, or from ISSUER_KEY_FILE, which only its
owner may read. It stays inside a SigningKey: no text of it is kept, shown or logged.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from certificates.models import IssuerKey


class SigningKeyError(Exception):
    """There is no key to sign with; str() is one sentence that says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A private key with the row of its public half."""

    row: IssuerKey
    private: Ed25519PrivateKey = field(repr=False)


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


def private_key() -> Ed25519PrivateKey:
    """The configured private key; the database is not asked.

    Raises:
        SigningKeyError: there is none, others may read it, or it is no Ed25519 key.
    """
    try:
        # in one expression: no variable of a traceback may hold the text
        key = load_pem_private_key(_pem(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyError(
            f"{_source()} holds no private key in PEM without a passphrase."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{_source()} holds a key that is not Ed25519.")
    return key


def make_private_key(path: Path) -> Ed25519PrivateKey:
    """A new private key, in a file that only its owner reads.

    Raises:
        SigningKeyError: there is a file already, or it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SigningKeyError(
            f"{path} is there already: a key is never written over."
        ) from None
    except OSError as error:
        raise SigningKeyError(
            f"{path} cannot be written ({error.strerror})."
        ) from error
    return key


def multibase_of(key: Ed25519PrivateKey) -> str:
    """The public half as a Multikey, "z6Mk…"."""
    from openbadgeslib.ob3.did import multikey_from_pem  # 40 ms, for who signs alone

    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return str(multikey_from_pem(pem))


def publish(key: Ed25519PrivateKey, now: datetime) -> IssuerKey:
    """Show the public half in did.json under a name of this month; once a key."""
    multibase = multibase_of(key)
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


def _source() -> str:
    return "ISSUER_KEY" if settings.ISSUER_KEY else f"{settings.ISSUER_KEY_FILE}"


def _pem() -> bytes:
    if settings.ISSUER_KEY:
        # many environments hold one line only
        return str(settings.ISSUER_KEY).replace("\\n", "\n").encode()
    path = settings.ISSUER_KEY_FILE
    if not path:
        raise SigningKeyError("Neither ISSUER_KEY nor ISSUER_KEY_FILE is set.")
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise SigningKeyError(
                    f"Others may read {path}: give it to its owner alone (chmod 600)."
                )
            return file.read()
    except FileNotFoundError:
        raise SigningKeyError(
            f"There is no signing key in {path}: run manage.py issuer_keys make, or put "
            "back the one that was there."
        ) from None
    except OSError as error:
        raise SigningKeyError(f"{path} cannot be read ({error.strerror}).") from error
