"""A backup as an operator makes it, of the test's own database, and put back."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from gradus.postgres_server import programs


def database_url(name: str = "") -> str:
    """Of the test's own database, or of another one beside it."""
    at = connection.settings_dict
    host = quote(at["HOST"], safe="")
    who = f"{at['USER']}:{quote(at['PASSWORD'], safe='')}"
    return f"postgresql://{who}@{host}:{at['PORT']}/{name or at['NAME']}"


def dump(*options: str) -> bytes:
    """What pg_dump writes: SQL, unless the options say otherwise."""
    return _run("pg_dump", *options, database_url())


@contextmanager
def restored(backup: Path) -> Iterator[str]:
    """The address of a database that was just made from this backup."""
    name = f"{connection.settings_dict['NAME']}_restored"
    server = database_url("postgres")
    _sql(server, f'DROP DATABASE IF EXISTS "{name}"')
    _sql(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        url = database_url(name)
        _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", backup)
        yield url
    finally:
        _sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def rows(url: str, statement: str) -> list[str]:
    """What a statement finds in the database there, a line a row."""
    found = _run(
        "psql",
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        f"--command={statement}",
        url,
    )
    return found.decode().splitlines()


def _sql(url: str, statement: str) -> None:
    _run("psql", "--no-psqlrc", "--quiet", f"--command={statement}", url)


def _run(program: str, *arguments: str | Path) -> bytes:
    done = subprocess.run(
        [programs() / program, *arguments],
        capture_output=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
