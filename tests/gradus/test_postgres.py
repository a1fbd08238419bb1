"""The embedded PostgreSQL, on real servers: each test has its own folder and its own processes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest

from gradus.postgres import PostgresError, Server, discard, join, leave

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
NOBODY = 65534

# Says that it is there, joins when told to, says so, and stays until its standard input ends.
JOINER = """
import sys
from pathlib import Path
from gradus.postgres import ensure_database, join
print("ready", flush=True)
sys.stdin.readline()
server = join(Path(sys.argv[1]), fsync=False)
ensure_database(server, "gradus")
print(server.socket_dir, flush=True)
sys.stdin.read()
"""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

Joiner = subprocess.Popen[str]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data as initdb leaves it, made once: the tests copy it."""
    data_dir = tmp_path_factory.mktemp("fresh") / "postgres"
    leave(join(data_dir, fsync=False))
    return data_dir


@pytest.fixture(scope="module")
def running(fresh: Path) -> Iterator[Server]:
    """One server for the tests that only look at it."""
    copy = fresh.with_name("running")
    shutil.copytree(fresh, copy)
    server = join(copy, fsync=False)
    yield server
    leave(server)


@pytest.fixture
def data_dir(fresh: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "demo" / "postgres"
    shutil.copytree(fresh, copy)
    yield copy
    leave(Server(copy, copy))
    wait_until(lambda: not is_running(copy))


@pytest.fixture
def start() -> Iterator[Callable[..., Joiner]]:
    """Start a process that joins once it is told to, by a line."""
    started = []

    def start(data_dir: Path, program: str = JOINER) -> Joiner:
        joiner = subprocess.Popen(
            [sys.executable, "-c", program, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(joiner)
        return joiner

    yield start
    for joiner in started:
        with joiner:
            joiner.kill()


def hear(joiner: Joiner) -> str:
    assert joiner.stdout
    return joiner.stdout.readline()


def tell(joiner: Joiner) -> None:
    assert joiner.stdin
    joiner.stdin.write("\n")
    joiner.stdin.flush()


def joined(joiner: Joiner) -> Joiner:
    tell(joiner)
    assert hear(joiner) == "ready\n"
    assert hear(joiner)
    return joiner


def finish(joiner: Joiner) -> None:
    joiner.communicate()
    assert joiner.returncode == 0


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().split()[0])


def is_running(data_dir: Path) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(postmaster(data_dir), 0)
        return True
    return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has_ended(pid: int) -> bool:
    """Whether it let go of its files, too: a process loses its program before its locks."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state in "ZX"
    return True


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: has_ended(pid))


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def ask(server: Server, query: str) -> object:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def test_a_new_folder_becomes_a_server_that_stops_when_we_leave(tmp_path):
    data_dir = tmp_path / ".demo" / "postgres"

    server = join(data_dir)
    answer = ask(server, "SELECT 41 + 1")
    leave(server)

    assert answer == 42
    assert not is_running(data_dir)
    assert not server.socket_dir.exists()


def test_it_is_set_up_as_the_site_expects(running):
    shown = {
        name: ask(running, f"SHOW {name}")
        for name in [
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "max_connections",
            "server_encoding",
            "timezone",
        ]
    }
    assert list(shown.values()) == ["30s", "5s", "1min", "100", "UTF8", "UTC"]
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'template1'"
    assert ask(running, locale) == "bC.UTF-8"


@pytest.mark.parametrize("fsync", [True, False])
def test_only_data_that_may_be_lost_is_written_without_fsync(data_dir, fsync):
    server = join(data_dir, fsync=fsync)

    for name in ["fsync", "synchronous_commit", "full_page_writes"]:
        assert ask(server, f"SHOW {name}") == ("on" if fsync else "off")


@on_linux
def test_nothing_listens_on_tcp(running):
    assert ask(running, "SHOW listen_addresses") == ""
    fds = Path(f"/proc/{postmaster(running.data_dir)}/fd").iterdir()
    sockets = {str(fd.readlink()) for fd in fds}
    tcp = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [
        row.split()
        for table in tcp
        if table.exists()
        for row in table.read_text().splitlines()
    ]
    assert not sockets & {f"socket:[{row[9]}]" for row in rows}


def test_only_its_owner_reaches_the_socket(running):
    path = running.socket_dir / ".s.PGSQL.5432"
    assert [p.stat().st_mode & 0o777 for p in (running.socket_dir, path)] == [0o700] * 2
    assert path.stat().st_uid == os.geteuid()


def test_a_socket_folder_that_others_may_enter_is_refused(data_dir):
    server = join(data_dir, fsync=False)
    leave(server)
    server.socket_dir.mkdir()
    server.socket_dir.chmod(0o755)

    with pytest.raises(PostgresError, match=r"isn't a private folder .* remove it"):
        join(data_dir, fsync=False)
    server.socket_dir.rmdir()


def test_a_long_temporary_folder_is_left_for_a_short_one(
    data_dir, tmp_path, monkeypatch
):
    long = tmp_path / ("long" * 25)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    assert join(data_dir, fsync=False).socket_dir.parent == Path("/tmp")


def test_the_url_survives_django_s_reading_of_it():
    server = Server(Path("/data"), Path("/var/Folders/gradus-1"))

    read = dj_database_url.parse(server.url("Té st"))

    kept = {key: read.get(key) for key in ["HOST", "PORT", "USER", "NAME", "PASSWORD"]}
    assert kept == {
        "HOST": "/var/Folders/gradus-1",
        "PORT": 5432,
        "USER": "postgres",
        "NAME": "Té st",
        "PASSWORD": "",
    }


def test_the_server_stops_when_the_last_process_that_joined_ends(data_dir, start):
    first, second = joined(start(data_dir)), joined(start(data_dir))

    finish(first)
    assert is_running(data_dir)
    finish(second)
    assert not is_running(data_dir)


def test_eight_processes_that_join_a_new_folder_at_once_share_one_server(
    tmp_path, start
):
    data_dir = tmp_path / "demo" / "postgres"
    joiners = [start(data_dir) for _ in range(8)]
    assert {hear(joiner) for joiner in joiners} == {"ready\n"}
    for joiner in joiners:
        tell(joiner)
    places = {hear(joiner) for joiner in joiners}

    server = Server(data_dir, Path(places.pop().strip()))
    assert not places
    assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'gradus'") == 1
    log = data_dir.with_name("postgres.log").read_text()
    assert log.count("starting PostgreSQL") == 1
    for joiner in joiners:
        finish(joiner)
    assert not is_running(data_dir)


@on_linux
def test_a_process_that_was_killed_lets_go_of_the_server(data_dir, start):
    kill(joined(start(data_dir)).pid)
    wait_until(lambda: not is_running(data_dir))

    assert ask(join(data_dir), "SELECT 1") == 1


def test_a_forked_child_keeps_the_server_when_its_parent_leaves(data_dir, start):
    fork = JOINER.replace("sys.stdin.read()", "import os\nif os.fork(): sys.exit()")
    parent = joined(start(data_dir, fork + "sys.stdin.read()\nos._exit(0)"))

    parent.wait()
    assert is_running(data_dir)
    assert parent.stdin
    parent.stdin.close()
    wait_until(lambda: not is_running(data_dir))


@on_linux
def test_a_server_that_nobody_watches_is_joined_and_stopped(data_dir, start):
    child = joined(start(data_dir))
    left_over = postmaster(data_dir)
    kill(parent_of(left_over))
    kill(child.pid)

    server = join(data_dir)
    assert postmaster(data_dir) == left_over
    leave(server)
    assert not is_running(data_dir)


def test_a_killed_server_is_started_again(data_dir):
    before = join(data_dir, fsync=False)
    killed = postmaster(data_dir)
    os.kill(killed, signal.SIGKILL)

    after = join(data_dir, fsync=False)

    assert ask(after, "SELECT 1") == 1
    assert postmaster(data_dir) != killed
    assert after == before


@pytest.fixture(params=["alive", "zombie"])
def other_program(request: pytest.FixtureRequest) -> Iterator[int]:
    """The process id of a program that isn't PostgreSQL."""
    with subprocess.Popen(["sleep", "300"]) as other:
        if request.param == "zombie":
            other.kill()
            os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        yield other.pid
        other.kill()


def test_a_process_id_that_is_another_program_s_now_is_no_server(
    data_dir, other_program
):
    server = join(data_dir, fsync=False)
    lines = (data_dir / "postmaster.pid").read_text().splitlines()
    leave(server)
    left_over = "\n".join([str(other_program), *lines[1:], ""])
    (data_dir / "postmaster.pid").write_text(left_over)
    server.socket_dir.mkdir(mode=0o700)
    (server.socket_dir / ".s.PGSQL.5432.lock").write_text(left_over)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(server.socket_dir / ".s.PGSQL.5432"))

    assert ask(join(data_dir, fsync=False), "SELECT 1") == 1


@on_linux
def test_a_folder_that_was_removed_under_its_server_starts_anew(data_dir, fresh, start):
    joined(start(data_dir))
    lost = postmaster(data_dir)
    shutil.rmtree(data_dir.parent)
    shutil.copytree(fresh, data_dir)

    assert ask(join(data_dir, fsync=False), "SELECT 1") == 1
    assert postmaster(data_dir) != lost
    assert not Path(f"/proc/{lost}").exists()


@on_linux
def test_the_terminal_s_ctrl_c_does_not_reach_the_server(running):
    server = postmaster(running.data_dir)

    for pid in [server, parent_of(server)]:
        assert os.getsid(pid) != os.getsid(0)


def test_a_folder_that_can_t_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(PostgresError) as refused:
        join(tmp_path / "file" / "postgres")

    assert f"(File exists: {tmp_path / 'file'})" in str(refused.value)
    assert "set DATABASE_URL" in str(refused.value)


def test_data_of_another_version_is_said_plainly(tmp_path):
    data_dir = tmp_path / "postgres"
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("17\n")

    with pytest.raises(PostgresError, match=r"PostgreSQL 17 .* 18: move that folder"):
        join(data_dir)


def test_other_files_are_not_taken_for_a_database(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letter.txt").touch()

    with pytest.raises(PostgresError, match="holds other files"):
        join(tmp_path / "postgres")


def test_a_server_that_does_not_start_says_why_and_starts_once_mended(data_dir):
    settings = data_dir / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "shared_preload_libraries = 'nonsense'\n")
    with pytest.raises(PostgresError, match='could not access file "nonsense"'):
        join(data_dir, fsync=False)
    assert not is_running(data_dir)

    settings.write_text(good)
    leave(join(data_dir, fsync=False))
    assert not is_running(data_dir)


def test_a_fresh_start_removes_the_data_that_nobody_uses(data_dir, start):
    joiner = joined(start(data_dir))
    with pytest.raises(PostgresError, match="is in use"):
        discard(data_dir)
    finish(joiner)

    discard(data_dir)

    assert sorted(path.name for path in data_dir.parent.iterdir()) == [
        "postgres.lock",
        "postgres.start.lock",
    ]


def test_windows_is_sent_to_database_url(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(PostgresError, match="set DATABASE_URL"):
        join(tmp_path / "postgres")


# What needs another user, a namespace or a small disk runs as a program of its own.

ONCE = """
import sys
from pathlib import Path
import psycopg
from gradus.postgres import PostgresError, join, leave
data_dir = Path(sys.argv[1])
try:
    server = join(data_dir, fsync=False)
    with psycopg.connect(server.url("postgres")) as connection:
        print(*connection.execute("SELECT 40 + 2").fetchone(), data_dir.stat().st_uid)
    leave(server)
    print((data_dir / "postmaster.pid").exists())
except PostgresError as error:
    print(error)
"""


def run_once(data_dir: Path, *wrapper: str, **options: Any) -> str:
    command = [*wrapper, sys.executable, "-c", ONCE, str(data_dir)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can get to, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_an_ordinary_user_can_run_it(open_folder):
    user = NOBODY if AS_ROOT else os.geteuid()
    os.chown(open_folder, user, -1)
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if AS_ROOT else {}

    said = run_once(open_folder / "postgres", **options)

    assert said.split() == ["42", str(user), "False"]


def may(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True).returncode == 0


ALL_USERS = ["unshare", "--user", "--map-users=0:0:65536", "--map-groups=0:0:65536"]


@pytest.mark.skipif(
    not AS_ROOT or not may(*ALL_USERS), reason="only root has this problem"
)
def test_root_without_user_namespaces_runs_it_as_nobody(open_folder):
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces; exec "

    said = run_once(
        open_folder / "postgres", *ALL_USERS, "sh", "-c", forbid + '"$0" "$@"'
    )

    assert said.split() == ["42", str(NOBODY), "False"]
    assert ask(join(open_folder / "postgres"), "SELECT 1") == 1  # root's own again
    leave(Server(open_folder / "postgres", open_folder))


SMALL_DISK = ["unshare", "--user", "--map-root-user", "--mount"]


@pytest.mark.skipif(not may(*SMALL_DISK), reason="user namespaces are forbidden here")
def test_a_full_disk_is_said_plainly(open_folder):
    mount = f'mount -t tmpfs -o size=9m small {open_folder}; exec "$0" "$@"'

    said = run_once(open_folder / "postgres", *SMALL_DISK, "sh", "-c", mount)

    assert "is full: make room" in said
