"""The demo: one command from an empty folder to a site that people can sign in to."""

import os
import re
import signal
import socket
import stat
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from gradus.postgres import join, leave
from tests.gradus.demos import (
    PATIENCE,
    ROOT,
    Running,
    ask,
    copy_of,
    demo,
    environment,
    free_port,
    logins_in,
    manage,
    processes_of,
    start,
    wait_until,
)

AS_ROOT = os.geteuid() == 0
NOBODY = 65534

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that the demo has set up, and what it said; not to be changed."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    done = demo(folder, "--no-serve")
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture
def folder(first_run: tuple[Path, str], tmp_path: Path) -> Iterator[Path]:
    """A copy of it for one test."""
    yield copy_of(first_run[0], tmp_path / "demo")
    for pid in processes_of(tmp_path / "demo"):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def site(first_run, tmp_path_factory) -> Iterator[Running]:
    """One that serves, for the tests that only look."""
    folder = copy_of(first_run[0], tmp_path_factory.mktemp("site") / "demo")
    running = Running(folder)
    yield running
    running.stop()


def refused(folder: Path, *arguments: str, **options) -> str:
    """The one sentence a demo ends with."""
    done = demo(folder, *arguments, **options)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    return sentence


class Browser:
    """Cookies, forms with their token, and redirects."""

    def __init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, url: str) -> str:
        with self.opener.open(url, timeout=PATIENCE) as response:
            return str(response.read().decode())

    def opens(self, url: str) -> bool:
        """Whether this very page is shown, not a refusal or a way to sign in."""
        try:
            with self.opener.open(url, timeout=PATIENCE) as response:
                return bool(response.geturl() == url)
        except urllib.error.HTTPError:
            return False

    def post(self, url: str, **fields: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(url))
        assert found
        fields["csrfmiddlewaretoken"] = found[1]
        form = urllib.parse.urlencode(fields).encode()
        with self.opener.open(url, form, timeout=PATIENCE) as response:
            return str(response.read().decode())


# The first run


def test_it_says_each_step_and_then_how_to_get_in(first_run):
    folder, said = first_run

    steps = [line for line in said.splitlines() if line.endswith("…")]
    assert steps[:4] == [
        "Starting PostgreSQL…",
        "Bringing the tables up to date…",
        "Making the key that signs certificates…",
        "Making three accounts…",
    ]
    assert "Importing AI Fundamentals: 9 lessons, 27 questions…" in steps
    assert "Gradus is at http://localhost:8000" in said
    assert f"Mails land in {folder / 'mails'}" in said
    assert (folder / "mails").is_dir()
    assert [login[:2] for login in logins_in(said)] == [
        (role, f"{role}@example.org") for role in ("learner", "instructor", "admin")
    ]


def test_the_signing_key_is_made_once_and_its_owner_s_alone(first_run, folder):
    made = (first_run[0] / "issuer_key.pem").read_bytes()
    assert stat.S_IMODE((folder / "issuer_key.pem").stat().st_mode) == 0o600

    again = demo(folder, "--no-serve")

    assert "Making the key" not in again.stdout
    assert (folder / "issuer_key.pem").read_bytes() == made
    assert ask(folder, "SELECT count(*) FROM certificates_issuerkey") == 1
    assert "BEGIN" not in again.stdout + again.stderr


def test_a_signing_key_that_others_may_read_is_said_plainly(folder):
    (folder / "issuer_key.pem").chmod(0o644)

    assert "chmod 600" in refused(folder, "--no-serve")


def test_the_logins_are_kept_where_only_their_owner_reads_them(first_run):
    folder, said = first_run

    path = folder / "accounts.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert logins_in(path.read_text()) == logins_in(said)


@pytest.mark.parametrize("damaged", ["", "learner only\n", "a b c\nd e f\ng h i\n"])
def test_a_damaged_file_of_logins_is_named_in_one_sentence(folder, damaged):
    (folder / "accounts.txt").write_text(damaged)

    said = demo(folder, "--no-serve")

    assert said.returncode == 1
    assert "accounts.txt is damaged: remove it, and new passwords" in said.stderr
    assert "Traceback" not in said.stderr


def test_nothing_runs_after_no_serve(first_run):
    assert processes_of(first_run[0]) == set()


def test_every_track_is_published_and_taught_by_the_demo_s_instructor(folder):
    taught = """
        SELECT count(*) FROM courses_track t
        JOIN courses_trackinstructor i ON i.track_id = t.id
        JOIN accounts_user u ON u.id = i.user_id
        WHERE u.email = 'instructor@example.org' AND t.published_at <= now()
    """

    assert ask(folder, taught) == len(list((ROOT / "content").glob("*/track.md")))
    drafts = "SELECT count(*) FROM courses_lesson WHERE published_at IS NULL"
    assert ask(folder, drafts) == 0


# A demo that serves


def test_the_catalogue_is_there(site):
    assert "AI Fundamentals" in Browser().get(site.origin + "/")


@pytest.mark.parametrize("role", ["learner", "instructor", "admin"])
def test_each_login_works(site, role):
    page = signed_in(site, role).get(f"{site.origin}/accounts/")

    assert f"Demo {role.capitalize()}" in page


@pytest.mark.parametrize(
    ("role", "enters"), [("learner", False), ("instructor", True), ("admin", True)]
)
def test_staff_alone_enters_the_admin(site, role, enters):
    assert signed_in(site, role).opens(f"{site.origin}/admin/") == enters


def signed_in(site: Running, role: str) -> "Browser":
    browser = Browser()
    for name, email, password in logins_in(site.said):
        if name == role:
            form = {"login": email, "password": password}
            browser.post(f"{site.origin}/accounts/login/", **form)
    return browser


def test_the_number_of_the_host_leads_to_its_name(site):
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/verify/?x=1") as page:
        assert page.geturl() == f"{site.origin}/verify/?x=1"


def test_a_missing_page_is_the_real_one_not_django_s(site):
    with pytest.raises(urllib.error.HTTPError) as missing:
        Browser().get(f"{site.origin}/tracks/nothing/")

    assert missing.value.code == 404
    assert "DEBUG" not in missing.value.read().decode()


def test_the_stylesheet_is_served(site):
    page = Browser().get(site.origin + "/")
    (path,) = re.findall(r'href="(/static/css/[^"]+)"', page)

    assert "{" in Browser().get(site.origin + path)


def test_it_listens_on_this_machine_alone(site):
    wanted = f":{site.port:04X}"
    rows = [
        row.split()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
        if table.exists()
        for row in table.read_text().splitlines()
    ]

    listening = {row[1] for row in rows if row[1].endswith(wanted) and row[3] == "0A"}
    assert listening == {f"0100007F{wanted}"}


def test_a_second_demo_in_the_same_folder_is_refused(site):
    for arguments in ([], ["--fresh"], ["--no-serve"]):
        said = refused(site.folder, "--port", str(free_port()), *arguments)
        assert said.startswith(f"A demo runs in {site.folder} already: stop it")


# Stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_all_it_started(folder, number):
    running = Running(folder)

    assert running.stop(number) == 0
    assert running.said.endswith("Stopped.\n")
    assert processes_of(folder) == set()


def test_two_ctrl_c_stop_it_as_well(folder):
    running = Running(folder)

    running.process.send_signal(signal.SIGINT)
    assert running.stop() == 0
    assert processes_of(folder) == set()


def test_ctrl_c_while_it_starts_stops_it_too(folder, first_run):
    process = start(folder, "--no-serve")
    assert process.stdout
    assert process.stdout.readline() == "Starting PostgreSQL…\n"

    process.send_signal(signal.SIGINT)
    said, _none = process.communicate(timeout=PATIENCE)

    assert process.returncode in {0, 130}
    assert "Traceback" not in said
    wait_until(lambda: processes_of(folder) == set())
    assert logins_in(demo(folder, "--no-serve").stdout) == logins_in(first_run[1])


def test_a_server_that_ends_ends_the_demo_with_a_sentence(folder):
    running = Running(folder)
    (server,) = [
        pid
        for pid in processes_of(folder)
        if b"server" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        and parent_of(pid) == running.process.pid
    ]

    os.kill(server, signal.SIGKILL)
    rest, _none = running.process.communicate(timeout=PATIENCE)

    assert running.process.returncode == 1
    assert rest.startswith("The server ended by itself: read ")
    assert processes_of(folder) == set()


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


# Again


def test_again_keeps_the_data_and_the_logins(folder, first_run):
    ask(
        folder, "UPDATE courses_track SET title = 'Mine' WHERE slug = 'ai-fundamentals'"
    )

    done = demo(folder, "--no-serve")

    assert logins_in(done.stdout) == logins_in(first_run[1])
    assert ask(folder, "SELECT count(*) FROM courses_track WHERE title = 'Mine'") == 1
    assert ask(folder, "SELECT count(*) FROM accounts_user") == 3


def test_the_printed_password_works_after_it_was_changed(folder):
    ask(folder, "UPDATE accounts_user SET password = 'changed'")

    demo(folder, "--no-serve")

    changed = "SELECT count(*) FROM accounts_user WHERE password = 'changed'"
    assert ask(folder, changed) == 0


def test_fresh_starts_over(folder, first_run):
    ask(folder, "DELETE FROM courses_trackinstructor")
    (folder / "mails" / "0001-hello.txt").touch()
    (folder / "tests").mkdir()

    done = demo(folder, "--no-serve", "--fresh")

    assert done.returncode == 0
    old, new = (dict.fromkeys(logins_in(said)) for said in (first_run[1], done.stdout))
    assert len(new) == 3
    assert not old.keys() & new.keys()
    assert list((folder / "mails").iterdir()) == []
    assert ask(folder, "SELECT count(*) > 0 FROM courses_trackinstructor") is True
    assert (folder / "tests").is_dir()


def test_a_fresh_start_that_was_cut_short_leaves_no_half_of_it(folder):
    (folder / "removed").mkdir()
    (folder / "postgres").rename(folder / "removed" / "postgres")

    done = demo(folder, "--no-serve")

    assert done.returncode == 0
    assert not (folder / "removed").exists()


def test_fresh_waits_for_no_one_who_uses_the_database(folder, monkeypatch):
    server = join(folder / "postgres")
    try:
        said = refused(folder, "--fresh", "--no-serve")
    finally:
        leave(server)

    assert said.startswith("Another command uses the demo's database: end it")
    assert (folder / "accounts.txt").exists()


def test_help_and_a_wrong_port_remove_nothing(folder):
    assert demo(folder, "--fresh", "--help").returncode == 0
    wrong = demo(folder, "--fresh", "--port", "70000")

    assert wrong.returncode == 2
    assert "write a number from 1 to 65535" in wrong.stderr
    assert (folder / "accounts.txt").exists()


def test_another_port_says_which_address_old_certificates_carry(folder):
    said = demo(folder, "--no-serve", "--port", "8123").stdout

    assert "earlier carry the old address http://localhost:8000 and" in said
    assert "earlier carry" in demo(folder, "--no-serve").stdout


def test_the_same_port_says_nothing_of_addresses(folder):
    assert "earlier carry" not in demo(folder, "--no-serve").stdout


# After kill -9


def test_killed_alone_it_takes_its_processes_along_and_runs_again(folder, first_run):
    running = Running(folder)

    running.process.kill()
    again = Running(folder)

    assert logins_in(again.said) == logins_in(first_run[1])
    assert "AI Fundamentals" in Browser().get(again.origin + "/")
    assert again.stop() == 0
    running.process.communicate()
    assert processes_of(folder) == set()


def test_killed_alone_it_leaves_nothing_running(folder):
    running = Running(folder)

    running.process.kill()
    running.process.communicate()

    wait_until(lambda: processes_of(folder) == set())


def test_killed_with_all_its_processes_it_runs_again(folder, first_run):
    Running(folder).kill_all()
    assert (folder / "postgres" / "postmaster.pid").exists()

    again = Running(folder)

    assert logins_in(again.said) == logins_in(first_run[1])
    assert again.stop() == 0


def test_tasks_that_a_killed_worker_left_run_again(folder):
    ask(
        folder,
        """
        INSERT INTO django_tasks_database_dbtaskresult
        (id, status, enqueued_at, started_at, args_kwargs, priority, task_path,
         worker_ids, queue_name, backend_name, run_after, exception_class_path, traceback)
        VALUES (gen_random_uuid(), 'RUNNING', now(), now(), '{"args": [], "kwargs": {}}',
         0, 'nowhere.to_be_found', '["killed"]', 'default', 'default', now(), '', '')
        """,
    )

    running = Running(folder)

    assert "Tasks that were cut short and run again: 1\n" in running.said
    status = "SELECT status FROM django_tasks_database_dbtaskresult"
    wait_until(lambda: ask(folder, status) == "FAILED")  # the worker did take it up
    running.stop()


# What stands in the way


def test_a_busy_port_is_said_plainly(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(tmp_path / "demo", "--port", str(port))

    assert said == (
        f"Port {port} is in use by another program: end that, "
        f"or run this again with --port {port + 1}."
    )


def test_a_postgres_that_does_not_start_is_said_plainly(folder):
    with (folder / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("shared_preload_libraries = 'nonsense'\n")

    said = refused(folder, "--no-serve")

    assert 'could not access file "nonsense"' in said
    assert "mend that" in said


def test_a_database_that_does_not_answer_is_said_plainly(tmp_path):
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    env = environment(tmp_path / "demo", DATABASE_URL=url)

    said = refused(tmp_path / "demo", "--no-serve", env=env)

    assert said.startswith("The database doesn't answer (")
    assert said.endswith("start it, or mend DATABASE_URL.")


def test_fresh_leaves_another_database_alone(folder):
    env = environment(folder, DATABASE_URL="postgresql://nobody@localhost/precious")

    assert "empty the one that DATABASE_URL names yourself" in refused(
        folder, "--fresh", "--no-serve", env=env
    )
    assert (folder / "accounts.txt").exists()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can get to, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def ordinary_user() -> dict[str, object]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if AS_ROOT else {}


def test_an_ordinary_user_can_run_it(open_folder):
    folder = open_folder / "demo"
    folder.mkdir()
    if AS_ROOT:
        os.chown(folder, NOBODY, NOBODY)

    done = demo(folder, "--no-serve", **ordinary_user())

    assert (done.returncode, done.stderr) == (0, "")
    assert len(logins_in(done.stdout)) == 3
    assert (folder / "accounts.txt").stat().st_uid == folder.stat().st_uid


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_can_t_be_written_is_said_plainly(open_folder, exists):
    folder = open_folder / "demo"
    if exists:
        folder.mkdir()
        folder.chmod(0o555)
    open_folder.chmod(0o555)

    said = refused(folder, "--no-serve", **ordinary_user())

    assert said == (
        f"The demo can't write to {folder} (Permission denied): make that folder yours, "
        "or set DEMO_DIR to one that is."
    )
    open_folder.chmod(0o755)


def test_every_command_says_so_in_one_sentence(open_folder):
    open_folder.chmod(0o555)

    done = manage(open_folder / "demo", "check", **ordinary_user())

    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "Permission denied" in sentence
    open_folder.chmod(0o755)
