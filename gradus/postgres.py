"""The embedded PostgreSQL: one server for all the processes that use a data folder.

Beside the data folder X lie X.lock, which every process that joined holds shared: whoever gets it
alone stops the server; X.start.lock, held while joining; and X.log. The server listens on a
Unix socket that only its owner can reach, and never on TCP.
"""

import atexit
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from gradus.postgres_server import (
    PostgresError,
    Server,
    beside,
    find_server,
    refusal,
    start_server,
    stop_server,
)

with contextlib.suppress(ImportError):  # on Windows, where join() says what to do
    import fcntl

__all__ = ["PostgresError", "Server", "discard", "ensure_database", "join", "leave"]

_shares: dict[Path, int] = {}  # the data folders joined, each with our hold on its lock


def join(data_dir: Path, *, fsync: bool = True) -> Server:
    """Start the server of this folder, or join the one that runs, until this process ends.

    The server stops when the last process that joined it has ended, however it ended; a forked
    child counts as joined. fsync=False is for data that may be lost, as in tests; it changes
    nothing for a server that already runs.

    Raises:
        PostgresError: there is no server to join and none can be started.
    """
    if sys.platform == "win32":
        raise PostgresError(
            "On Windows there is no embedded PostgreSQL: set DATABASE_URL."
        )
    try:
        data_dir = data_dir.resolve()
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        with _start_lock(data_dir), _share(data_dir):
            return find_server(data_dir) or start_server(data_dir, fsync=fsync)
    except OSError as error:
        raise refusal(data_dir, f"{error.strerror}: {error.filename}") from error


def leave(server: Server) -> None:
    """Give up this process's part; the last one out stops the server and waits for its end.

    Every process that joined does this by itself when it ends.
    """
    _leave(server.data_dir)


def discard(data_dir: Path) -> None:
    """Remove the folder and the log, for a fresh start; before this process joins.

    Raises:
        PostgresError: a process uses the server.
    """
    data_dir = data_dir.resolve()
    if not data_dir.exists():
        return
    with _start_lock(data_dir):
        lock = _open_lock(beside(data_dir, "lock"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop_server(data_dir)
            shutil.rmtree(data_dir)
            beside(data_dir, "log").unlink(missing_ok=True)
        except BlockingIOError:
            raise PostgresError(
                f"The database in {data_dir} is in use: end the processes that use it, "
                "and run this again."
            ) from None
        finally:
            os.close(lock)


def ensure_database(server: Server, name: str) -> None:
    """Create the database unless it exists; several processes may do so at once.

    Raises:
        PostgresError: the server refuses.
    """
    known = "SELECT 1 FROM pg_database WHERE datname = %s"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            if connection.execute(known, [name]).fetchone() is None:
                connection.execute(create)
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process was quicker
    except psycopg.Error as error:
        raise refusal(server.data_dir, str(error)) from error


def _leave(data_dir: Path) -> None:
    share = _shares.pop(data_dir, None)
    if share is None:
        return
    os.close(share)  # not LOCK_UN, which would let go for our forked children too
    try:
        lock = _open_lock(beside(data_dir, "lock"))
    except (
        OSError
    ):  # the folder was removed; the helper, which has the lock open, stops it
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stop_server(data_dir)
    except (
        BlockingIOError
    ):  # others use it, or the helper is stopping it: then wait for that
        fcntl.flock(lock, fcntl.LOCK_SH)
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _start_lock(data_dir: Path) -> Iterator[None]:
    lock = _open_lock(beside(data_dir, "start.lock"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(
            lock, fcntl.LOCK_UN
        )  # closing is not enough if a thread has just forked
        os.close(lock)


@contextlib.contextmanager
def _share(data_dir: Path) -> Iterator[None]:
    """Hold the lock shared until we leave, or no longer than the block if that fails.

    Waits while the last one out still stops the server.
    """
    if data_dir in _shares:  # joined before, by us or by the process that forked us
        yield
        return
    lock = _open_lock(beside(data_dir, "lock"))
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
    except BaseException:
        os.close(lock)
        raise
    _shares[data_dir] = lock
    atexit.register(_leave, data_dir)
