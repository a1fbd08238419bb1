"""The demo's folder, before Django's settings are read: its lock, its secret, a fresh start.

The settings start the embedded Postgres in this folder, so whatever has to be right before
that is done here, by `prepare`, which manage.py calls. In the folder lie demo.lock, held by
the demo itself, and children.lock, held by the processes it started.
"""

import argparse
import contextlib
import errno
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

with contextlib.suppress(ImportError):  # on Windows, where prepare() says what to do
    import fcntl

BASE_DIR = Path(__file__).resolve().parents[1]
DEMO_DIR = Path(os.environ.get("DEMO_DIR") or BASE_DIR / ".demo").resolve()
HOST = "127.0.0.1"
PORT = 8000
LEAVE_SECONDS = 30  # the processes of a killed run end within this time
POLL_SECONDS = 0.05
REMOVED = DEMO_DIR / "removed"  # on its way out: half a database is never left
KEPT_AT_A_FRESH_START = {
    REMOVED.name,
    "tests",  # the tests' own Postgres may be running
    "demo.lock",
    "children.lock",
    "postgres.lock",
    "postgres.start.lock",
}

_interrupted = False


class DemoError(Exception):
    """One plain sentence that says what happened and what to do."""


def say(line: str) -> None:
    """Print one line now, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def heed_interrupt() -> None:
    """Stop also where a library caught the KeyboardInterrupt and went on."""
    if _interrupted:
        raise KeyboardInterrupt


def step(line: str) -> None:
    """Say what is done next, unless we are to stop."""
    heed_interrupt()
    say(line)


def shown(path: Path) -> str:
    """The path as a person in the project's folder would write it."""
    return str(path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=PORT, help=f"serve there instead of on {PORT}"
    )
    parser.add_argument(
        "--no-serve", action="store_true", help="set everything up and end"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="remove the demo's data first"
    )


def prepare(arguments: list[str]) -> None:
    """Make the folder ours and say where the site will be, so that the settings can load.

    arguments are those after "manage.py demo".

    Raises:
        DemoError: the folder, the port or another demo stands in the way.
    """
    if {"-h", "--help"} & set(arguments):
        return
    parser = argparse.ArgumentParser(prog="manage.py demo", add_help=False)
    add_arguments(parser)
    options = parser.parse_known_args(arguments)[0]
    if sys.platform == "win32":
        raise DemoError("The demo needs Linux or macOS: on Windows run it in WSL.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    os.environ |= {"DEBUG": "0", "SITE_ORIGIN": f"http://localhost:{options.port}"}
    try:
        _take_folder()
        if not options.no_serve:
            _check_port(options.port)
        shutil.rmtree(REMOVED, ignore_errors=True)  # of a run that was cut short
        if options.fresh:
            _start_over()
    except OSError as error:
        raise _not_writable(error) from error
    if os.environ.get("DATABASE_URL"):
        say("Using the PostgreSQL that DATABASE_URL names…")
    else:
        say("Starting PostgreSQL…")


def kept_secret() -> str:
    """The SECRET_KEY of this folder, made once, so that sessions outlive a restart.

    Raises:
        DemoError: the folder cannot be written.
    """
    path = DEMO_DIR / "secret_key"
    try:
        if not path.exists():
            DEMO_DIR.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text()
    except OSError as error:
        raise _not_writable(error) from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, also when killed."""
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def hold_children_lock() -> int:
    """The lock that children inherit, so that a next run can wait for their end.

    Raises:
        DemoError: the processes of a killed run do not end.
    """
    return _hold(
        "children.lock",
        LEAVE_SECONDS,
        "The last run was killed and its processes don't end: "
        "end them, or restart the machine, and run this again.",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("write a number from 1 to 65535")
    return int(text)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl-C or SIGTERM: stop once; further ones do not disturb the stopping."""
    global _interrupted
    if not _interrupted:
        _interrupted = True
        raise KeyboardInterrupt


def _not_writable(error: OSError) -> DemoError:
    if error.errno == errno.ENOSPC:
        return DemoError(
            f"The disk that holds {DEMO_DIR} is full: make room and run this again."
        )
    return DemoError(
        f"The demo can't write to {DEMO_DIR} ({error.strerror}): make that folder yours, "
        "or set DEMO_DIR to one that is."
    )


def _take_folder() -> None:
    """Be the one demo of this folder until this process ends."""
    DEMO_DIR.mkdir(parents=True, exist_ok=True)
    if not os.access(DEMO_DIR, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    _hold(
        "demo.lock",
        0,
        f"A demo runs in {shown(DEMO_DIR)} already: stop it with Ctrl-C in its "
        "terminal, or set DEMO_DIR to another folder.",
    )
    os.close(hold_children_lock())


def _hold(name: str, seconds: float, refusal: str) -> int:
    """Lock the file of this name and return its descriptor, which holds the lock."""
    lock = os.open(DEMO_DIR / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(lock)
                raise DemoError(refusal) from None
            time.sleep(POLL_SECONDS)
        else:
            return lock


def _check_port(port: int) -> None:
    """Nobody else listens there and we may; the server itself would not notice."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise DemoError(
                f"Port {port} is for root alone: run this again with --port {PORT}."
            ) from None
        except OSError:
            other = port + 1 if port < 65535 else PORT
            raise DemoError(
                f"Port {port} is in use by another program: end that, "
                f"or run this again with --port {other}."
            ) from None


def _start_over() -> None:
    """Remove all data; the locks stay, and no process may use the database meanwhile."""
    if os.environ.get("DATABASE_URL"):
        raise DemoError(
            "--fresh removes the embedded database alone: empty the one that "
            "DATABASE_URL names yourself, or unset DATABASE_URL."
        )
    lock = _hold(
        "postgres.lock",
        LEAVE_SECONDS / 3,
        "Another command uses the demo's database: "
        "end it, such as a runserver or a shell, and run this again.",
    )
    say(f"Removing what is in {shown(DEMO_DIR)}…")
    REMOVED.mkdir(exist_ok=True)
    for path in DEMO_DIR.iterdir():
        if path.name not in KEPT_AT_A_FRESH_START:
            path.rename(REMOVED / path.name)
    shutil.rmtree(REMOVED)
    os.close(lock)
