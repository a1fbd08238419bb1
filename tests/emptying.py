"""How the tables are emptied after a test that commits.

TRUNCATE makes new files for each table and index, 0.1 s of processor time and more of
waiting, where most tests leave a dozen rows.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection

MOST_BYTES = 4_000_000  # of all tables; DELETE leaves the room of its rows taken


def empty_by_delete() -> None:
    """From now on the flush of this thread's connection deletes rows where they are few.

    Row triggers and foreign keys are off meanwhile, as they are to TRUNCATE. Who may not
    switch them off goes on with TRUNCATE.
    """
    if _answer("SELECT has_parameter_privilege('session_replication_role', 'SET')"):
        truncate = connection.ops.sql_flush
        connection.ops.sql_flush = partial(_sql_flush, truncate)  # type: ignore[method-assign]


def _sql_flush(
    truncate: Callable[..., list[str]],
    style: Any,
    tables: Sequence[str],
    **options: bool,
) -> list[str]:
    names = [connection.ops.quote_name(table) for table in tables]
    size = (
        "SELECT sum(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
    )
    if _answer(size, names) > MOST_BYTES:
        return truncate(style, tables, **options)
    return [
        # whoever still writes and would wait for each other with this gives way
        "SET LOCAL deadlock_timeout = '1min'",
        f"LOCK TABLE {', '.join(names)}",  # as TRUNCATE does, for who still writes
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in names),
    ]


def _answer(question: str, *params: list[str]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question, params)
        (answer,) = cursor.fetchone()
    return answer
