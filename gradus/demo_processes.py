"""The processes of the running demo: the web server and the task worker."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gradus.demo_folder import (
    BASE_DIR,
    DEMO_DIR,
    HOST,
    DemoError,
    heed_interrupt,
    hold_children_lock,
    shown,
)

START_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.2

type Process = subprocess.Popen[bytes]


@contextlib.contextmanager
def running(port: int) -> Iterator[list[Process]]:
    """Start worker and server; at the end stop the server first, then the worker.

    The server answers when the block begins.

    Raises:
        DemoError: the server ends or does not answer.
    """
    lock = hold_children_lock()
    lifeline, ours = os.pipe()
    processes: list[Process] = []
    try:
        for arguments in (["worker"], ["server", str(port)]):
            processes.append(_start(arguments, lifeline, lock))  # noqa: PERF401
        os.close(lifeline)
        _wait_until_it_answers(processes, port)
        yield processes
    finally:
        for process in reversed(processes):
            _stop(process)
        os.close(ours)
        os.close(lock)


def wait(processes: list[Process]) -> None:
    """Return when `uv run`, if that started us, is gone; Ctrl-C raises KeyboardInterrupt.

    Raises:
        DemoError: one of the processes has ended.
    """
    parent = os.getppid()
    watched = _is_uv(parent)  # killed, it cannot pass a signal on
    while not watched or os.getppid() == parent:
        _check(processes)
        time.sleep(POLL_SECONDS)


def _start(arguments: list[str], lifeline: int, lock: int) -> Process:
    """In a process group of its own, so that the terminal's Ctrl-C reaches us alone."""
    with (DEMO_DIR / f"{arguments[0]}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gradus.demo_child", str(lifeline), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=BASE_DIR,
            pass_fds=(lifeline, lock),
            process_group=0,
        )


def _wait_until_it_answers(processes: list[Process], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        _check(processes)
        if time.monotonic() > deadline:
            log = shown(DEMO_DIR / "server.log")
            raise DemoError(
                f"The server doesn't answer: read {log}, mend that and run this again."
            )
        time.sleep(POLL_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check(processes: list[Process]) -> None:
    heed_interrupt()
    for process, name in zip(processes, ("worker", "server"), strict=True):
        if process.poll() is not None:
            log = shown(DEMO_DIR / f"{name}.log")
            raise DemoError(
                f"The {name} ended by itself: read {log}, mend that and run this again."
            )


def _stop(process: Process) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what it may have left
    process.wait()


def _is_uv(pid: int) -> bool:
    """Linux alone says so cheaply; elsewhere whoever kills uv kills the demo as well."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip() == "uv"
    return False
