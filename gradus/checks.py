"""What `check --database default` says about the database role."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

TIMEOUTS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]


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
