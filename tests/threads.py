"""Races: the same thing from many threads at one moment, each with its connection."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection


def at_once(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all tasks at the same moment; their results in order, or the exception."""
    barrier = Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=45)
            results[place] = tasks[place]()
        except Exception as error:  # the test looks at what came of each
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def wait_until_somebody_waits() -> None:
    """Until a transaction of this database waits for a lock of another."""
    until = monotonic() + 60
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            sleep(0.01)
    pytest.fail("nobody waited")
