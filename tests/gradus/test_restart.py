"""PostgreSQL restarts under load: errors end by themselves, and the site stays up."""

import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gradus.postgres import join, leave
from tests.gradus.demos import Running, processes_of

LESSON = "/tracks/ai-fundamentals/how-models-are-trained/"
READERS = 4
HEALED_WITHIN = 5  # seconds after the restart: SAFETY's rule, not a measure of speed
WATCHED = 8  # seconds

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "demo")
    yield running
    if running.process.poll() is None:
        running.stop()
    for pid in processes_of(tmp_path / "demo"):
        os.kill(pid, signal.SIGKILL)


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            response.read()
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def web_processes(folder: Path) -> set[int]:
    """The demo's own: server, its workers, task worker; not Postgres."""
    return {
        pid
        for pid in processes_of(folder)
        if b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def restart(url: str) -> set[int]:
    """Kill one backend: PostgreSQL then ends all others and starts anew. Whom it ended."""
    with psycopg.connect(url, autocommit=True) as connection:
        pids = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        )
        ended = {pid for (pid,) in pids}
        os.kill(connection.info.backend_pid, signal.SIGKILL)
    return ended


def wait_for(url: str) -> None:
    """Until PostgreSQL has started anew."""
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return


def test_errors_end_by_themselves_when_postgresql_restarts_under_load(running):
    address = running.origin + LESSON
    assert status_of(address) == 200
    server = join(running.folder / "postgres")
    seen: list[tuple[float, int]] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            status = status_of(address)
            seen.append((time.monotonic(), status))

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    try:
        for reader in readers:
            reader.start()
        time.sleep(1)
        web = web_processes(running.folder)
        ended = restart(server.url("gradus"))
        wait_for(server.url("gradus"))
        restarted_at = time.monotonic()
        time.sleep(WATCHED)
    finally:
        over.set()
        for reader in readers:
            reader.join()
        leave(server)

    after = [(at - restarted_at, status) for at, status in seen if at > restarted_at]
    assert len(ended) > 1, "the site held connections"
    assert {status for _at, status in seen} <= {200, 503}
    assert [at for at, status in after if status == 503 and at > HEALED_WITHIN] == []
    assert [at for at, status in after if status == 200 and at > HEALED_WITHIN]
    assert running.process.poll() is None
    assert web_processes(running.folder) == web
