"""What an operator does with the site's keys; each leaves a line in the audit log."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.audit import Deed, record
from certificates.keys import multibase_of, publish
from certificates.models import IssuerKey
from certificates.private_key import SigningKeyError, make_private_key, private_key


def make_first_key(now: datetime) -> IssuerKey:
    """A new private key in ISSUER_KEY_FILE, and its public half published.

    Raises:
        SigningKeyError: the site has a key already, or there is no place for one.
    """
    if IssuerKey.objects.filter(retired_at=None, revoked_at=None).exists():
        raise SigningKeyError(
            "There is a key that signs: put its private half back, or, if that is "
            "lost, run manage.py issuer_keys rotate."
        )
    if settings.ISSUER_KEY or not settings.ISSUER_KEY_FILE:
        raise SigningKeyError(
            "A key is made in ISSUER_KEY_FILE, which is not set. What ISSUER_KEY holds "
            "is published by manage.py issuer_keys publish."
        )
    make_private_key(Path(settings.ISSUER_KEY_FILE))
    return publish_configured_key(now)


@transaction.atomic
def publish_configured_key(now: datetime) -> IssuerKey:
    """Show the public half of the configured key; again it changes nothing.

    Raises:
        SigningKeyError: there is none.
    """
    key = private_key()
    is_new = not IssuerKey.objects.filter(multibase=multibase_of(key)).exists()
    row = publish(key, now)
    if is_new:
        _note(Deed.MADE_KEY, row, "publish")
    return row


@transaction.atomic
def rotate_key(path: Path, now: datetime) -> IssuerKey:
    """A new private key in a file of its own, its public half published beside the old.

    The old one signs until the site is given the new one.

    Raises:
        SigningKeyError: the file is there already, or cannot be written.
    """
    row = publish(make_private_key(path), now)
    _note(Deed.ROTATED_KEY, row, "rotate")
    return row


@transaction.atomic
def retire_key(name: str, now: datetime) -> IssuerKey:
    """It signs no more; what it signed stays verifiable.

    Raises:
        SigningKeyError: there is no such key, or the site signs with it.
    """
    row = _unused_key(name)
    if row.retired_at is None:
        row.retired_at = now
        row.save(update_fields=["retired_at"])
        _note(Deed.RETIRED_KEY, row, "retire")
    return row


@transaction.atomic
def revoke_key(name: str, now: datetime, reason: str) -> IssuerKey:
    """Others may have it: whatever it signed verifies no more, until signed again.

    Raises:
        SigningKeyError: there is no such key, or the site signs with it.
    """
    row = _unused_key(name)
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _note(Deed.REVOKED_KEY, row, "revoke", reason)
    return row


def _unused_key(name: str) -> IssuerKey:
    """Lock the key of this name, if it is not the one that the site signs with."""
    row = IssuerKey.objects.select_for_update().filter(name=name).first()
    if row is None:
        raise SigningKeyError(
            f"There is no key {name}: manage.py issuer_keys lists them."
        )
    try:
        is_used = multibase_of(private_key()) == row.multibase
    except SigningKeyError:  # none is configured, so this one is not
        is_used = False
    if is_used:
        raise SigningKeyError(
            f"The site signs with {name}: run manage.py issuer_keys rotate, and give "
            "the site the new key first."
        )
    return row


def _note(deed: Deed, key: IssuerKey, verb: str, reason: str = "") -> None:
    record(
        deed,
        actor=None,
        target=f"key:{key.name}",
        reason=reason,
        details={"command": f"issuer_keys {verb}"},
    )
