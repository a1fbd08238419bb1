"""A database that does not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, connections


@pytest.fixture
def dead_database(tmp_path: Path, django_db_blocker) -> Iterator[None]:
    """Every connection of this test is refused: no server listens at its socket."""
    alive = connections[DEFAULT_DB_ALIAS]
    dead = alive.copy()
    dead.settings_dict = alive.settings_dict | {"HOST": str(tmp_path)}
    connections[DEFAULT_DB_ALIAS] = dead
    try:
        with django_db_blocker.unblock():
            yield
    finally:
        connections[DEFAULT_DB_ALIAS] = alive
