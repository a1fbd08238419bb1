"""Starting granian, and what its workers cost, read from /proc (so Linux alone)."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

HOST = "127.0.0.1"
WORKERS = 2
OPTIONS = ["--interface", "wsgi", "--workers", str(WORKERS), "--blocking-threads", "1"]
OPTIONS += ["--no-ws", "--log-level", "warning"]
START_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running granian."""

    port: int
    workers: list[int]  # their process ids

    def cpu_seconds(self) -> float:
        """What both workers have used so far."""
        return sum(cpu_seconds_of(pid) for pid in self.workers)

    def pss_megabytes(self) -> list[float]:
        """Each worker's memory; what is shared is divided among those who share it."""
        return [_pss_kilobytes(pid) / 1024 for pid in self.workers]


@contextmanager
def serving(app: str, settings: str, port: int) -> Iterator[Server]:
    """The app under granian, with these settings and this process's environment."""
    program = [sys.executable, "-m", "granian", app, *OPTIONS]
    process = subprocess.Popen(
        [*program, "--host", HOST, "--port", str(port)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        _wait_for(port)
        yield Server(port, _workers_of(process.pid))
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = HTTPConnection(HOST, port, timeout=START_SECONDS)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _workers_of(parent: int) -> list[int]:
    """Its children, without the tracker that multiprocessing may start."""
    workers = [
        pid for pid in children_of(parent) if b"resource_tracker" not in _command(pid)
    ]
    if len(workers) != WORKERS:
        raise RuntimeError(f"{len(workers)} workers instead of {WORKERS}")
    return workers


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(folder.name))[1]) == parent:
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces: state, parent and so on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_seconds_of(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS  # utime and stime


def _pss_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
