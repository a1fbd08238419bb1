"""Demos for tests: real processes, each with a folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from gradus.postgres import Server, join, leave

ROOT = Path(__file__).parents[2]
LOGIN = re.compile(r"^(learner|instructor|admin) +(\S+@\S+) +(\S+)$", re.MULTILINE)
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SITE_ORIGIN", "DEBUG"}
PATIENCE = 120  # seconds


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | {"DEMO_DIR": str(folder)} | more


def manage(
    folder: Path, *arguments: str, **options
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    options.setdefault("env", environment(folder))
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        **options,
    )


def demo(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return manage(folder, "demo", *arguments, **options)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", *arguments],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


class Running:
    """A demo that serves; `said` is what it printed until it was ready."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.process = start(folder, "--port", str(self.port), *arguments)
        self.said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                break
        assert self.process.poll() is None, self.said

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal to the demo alone; returns its exit code."""
        self.process.send_signal(number)
        rest, _none = self.process.communicate(timeout=PATIENCE)
        self.said += rest
        return self.process.returncode

    def kill_all(self) -> None:
        """kill -9 of everything at once, Postgres too."""
        pids = processes_of(self.folder)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)
        wait_until(lambda: not processes_of(self.folder))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def logins_in(said: str) -> list[tuple[str, str, str]]:
    return LOGIN.findall(said)


def processes_of(folder: Path) -> set[int]:
    """Whoever has this folder in its environment, the embedded Postgres among them."""
    mark = f"DEMO_DIR={folder}".encode()
    found = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
        except OSError:
            continue  # it ended, or is another user's
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def copy_of(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder)
    return folder


def ask(folder: Path, query: str) -> object:
    """The first value that the demo's database answers."""
    server: Server = join(folder / "postgres")
    try:
        with psycopg.connect(server.url("gradus"), autocommit=True) as connection:
            cursor = connection.execute(query)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]
    finally:
        leave(server)
