"""What `check` says of the signing key, and `check --database default` of the role."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from certificates.keys import signing_key
from certificates.private_key import SigningKeyError, private_key

TIMEOUTS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
KEY_HINT = "manage.py issuer_keys; see docs/operating.md."


@register(Tags.database)
def role_has_timeouts(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """One lock or one slow statement must not hold every worker for ever.

    They belong on the role, by ALTER ROLE … SET, because PgBouncer refuses them as
    options of a connection.
    """
    missing: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            for name in TIMEOUTS:
                cursor.execute("SELECT current_setting(%s)", [name])
                if cursor.fetchone() == ("0",):
                    missing.append(
                        checks.Warning(
                            f"The database role has no {name}.",
                            hint=f"ALTER ROLE … SET {name} = '30s'; see docs/operating.md.",
                            id="gradus.W001",
                        )
                    )
    return missing


@register(Tags.security, deploy=True)
def signing_key_is_there(**kwargs: Any) -> list[CheckMessage]:
    """Without it nobody can claim a certificate; it is never made silently."""
    try:
        private_key()
    except SigningKeyError as error:
        return [checks.Warning(str(error), hint=KEY_HINT, id="gradus.W002")]
    return []


@register(Tags.database)
def signing_key_is_published(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What is signed with a key that did.json does not show would verify nowhere."""
    if not databases:
        return []
    try:
        signing_key()
    except SigningKeyError as error:
        return [checks.Warning(str(error), hint=KEY_HINT, id="gradus.W003")]
    return []
