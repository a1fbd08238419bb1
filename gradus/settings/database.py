"""One way to make DATABASES from a URL, for every settings module."""

from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

PREPARED_AFTER = 5  # executions of a statement, from which on PostgreSQL keeps its plan


def database(url: str, *, pool: bool = True, pgbouncer: bool = False) -> dict[str, Any]:
    """Django's settings of the database that DATABASE_URL names.

    A pool of at most 10 connections a process waits 2 s for a free one, and each is
    checked before it is handed out, so that a restarted Postgres heals by itself.
    Plans are kept for each connection (docs/decisions/0010-speed.md); behind PgBouncer,
    where a connection changes hands, neither plans nor cursors are.

    Raises:
        ImproperlyConfigured: the URL is malformed; it is not repeated, for its password.
    """
    try:
        config: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=0, conn_health_checks=True)
        )
    except ValueError:
        config = {}
    if not config.get("NAME") or "postgresql" not in config.get("ENGINE", ""):
        raise ImproperlyConfigured(
            "DATABASE_URL is malformed: write postgresql://user:password@host/name."
        )
    options = dict(config.get("OPTIONS", {}))
    options.setdefault("connect_timeout", 2)
    if pgbouncer:
        config["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        options.setdefault("server_side_binding", True)
        options.setdefault("prepare_threshold", PREPARED_AFTER)
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 10, "timeout": 2}
    config["OPTIONS"] = options
    return config
