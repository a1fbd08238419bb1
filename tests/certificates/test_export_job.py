"""Exports in the background: one worker writes, whatever happens to it."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.audit import Deed
from accounts.models import REPORT_READER, AuditEvent, User
from certificates.reports import export_job
from certificates.reports.export_job import EndedError, Heart, take, work_on
from certificates.reports.export_model import (
    KEPT_FOR,
    STALE_AFTER,
    ExportFault,
    ExportState,
    ReportExport,
)
from certificates.reports.export_services import (
    cancel,
    delete_export,
    requeue_exports,
    start_again,
)
from certificates.reports.export_store import prune_exports, store_file
from certificates.reports.export_tasks import mail_export, write_export
from certificates.services import claim_certificate, supersede
from courses.models import Enrollment, TrackInstructor
from courses.services import mark_done
from gradus.background import requeue_stale
from gradus.me import erase_account
from tests.certificates.exporting import (
    IN_THE_DATABASE,
    PATIENCE,
    ask,
    fall_silent,
    files_in,
    lock_lessons,
    names_in,
    taken,
    wait_until,
)
from tests.courses.test_picture_storage import (
    OUT_OF_REACH,
    break_folder,
    make_old,
    mend_folder,
)
from tests.factories import make_track, make_user
from tests.gradus import test_worker_imports
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def waiting(ada, ruth, settings) -> ReportExport:
    """Ruth's export of all enrolments, which no worker has begun."""
    settings.TASKS = IN_THE_DATABASE
    return ask(ruth)


def again(export: ReportExport) -> ReportExport:
    export.refresh_from_db()
    return export


def content_of(export: ReportExport, media: Path) -> bytes:
    return (media / "exports" / again(export).file).read_bytes()


# What comes of it


def test_the_file_holds_the_rows_that_were_asked_for(ada, ben, ruth, soil, media):
    Enrollment.objects.create(learner=ben, track=make_track("stars"))

    everything, soils = ask(ruth), ask(ruth, track=str(soil.pk))

    assert names_in(content_of(everything, media)) == ["Ben", "Ada"]
    assert names_in(content_of(soils, media)) == ["Ada"]
    assert (soils.state, soils.rows_done, soils.percent) == (ExportState.DONE, 1, 100)


def test_certificates_are_exported_alike(held, ruth, media):
    assert names_in(content_of(ask(ruth, "certificates"), media)) == ["Ada Sample"]


def test_the_mail_leads_to_the_file_for_a_week(ada, ruth):
    with time_machine.travel(datetime(2026, 3, 14, 12, tzinfo=UTC), tick=False):
        export = ask(ruth)

    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert sent.subject == "Your export is ready: Enrolments"
    assert sent.to == ["ruth@example.org"]
    address = f"http://testserver/admin/certificates/reportexport/file/{export.token}/"
    assert address in sent.body
    assert "It has 1 row." in sent.body
    assert "until 21 March 2026, 12:00 UTC" in sent.body
    assert export.token not in str(sent.extra_headers)
    ((content, mimetype),) = sent.alternatives
    assert mimetype == "text/html"
    assert address in str(content)


def test_nothing_is_mailed_about_what_is_gone(ada, ruth):
    export = ask(ruth)
    mail.outbox.clear()
    delete_export(export)

    mail_export.enqueue(export.pk)

    assert mail.outbox == []


def test_the_audit_log_says_who_took_what_and_not_whom_they_searched(ada, ruth, soil):
    ask(ruth, track=str(soil.pk), q="ada@example.org")

    (event,) = AuditEvent.objects.filter(what=Deed.EXPORTED)
    assert event.actor_id == ruth.pk
    assert event.details == {
        "report": "enrolments",
        "format": "xlsx",
        "rows": 1,
        "filters": {"track": "Soil"},
        "searched": True,
    }


def test_what_was_searched_for_is_forgotten_once_the_file_is_there(ada, ruth, soil):
    export = ask(ruth, track=str(soil.pk), q="ada")

    assert export.query == {"track": str(soil.pk)}
    assert export.is_searched


def test_the_same_asked_for_twice_is_one_export(waiting, ruth):
    assert ask(ruth) == waiting
    assert ask(ruth, finished="no") != waiting
    assert DBTaskResult.objects.count() == 2


def test_two_clicks_at_once_are_one_export(ada, ruth, settings):
    settings.TASKS = IN_THE_DATABASE

    found = at_once([partial(ask, ruth)] * 5)

    assert {export.pk for export in found} == {ReportExport.objects.get().pk}


# Two workers


def test_a_task_that_runs_twice_writes_once(waiting, media):
    assert work_on(waiting.pk)
    assert not work_on(waiting.pk)

    assert len(files_in(media)) == 1


def test_of_two_workers_that_take_it_at_once_one_gets_it(waiting):
    for _round in range(5):
        found = at_once([partial(take, waiting.pk)] * 4)
        assert [worker for worker in found if worker is not None] != []
        assert sum(worker is not None for worker in found) == 1
        fall_silent(waiting)


def test_control_who_looks_first_and_takes_then_takes_it_twice(waiting):
    both_looked = Barrier(2)

    def take_naively() -> bool:
        found = ReportExport.objects.to_take().filter(pk=waiting.pk).first()
        both_looked.wait(20)
        if found is None:
            return False
        found.state, found.heartbeat = ExportState.RUNNING, timezone.now()
        found.worker = found.worker or "00000000-0000-4000-8000-000000000000"
        found.save()
        return True

    assert at_once([take_naively] * 2) == [True, True]


def test_two_workers_at_once_leave_one_file_and_send_one_mail(waiting, media, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}
    }

    at_once([partial(write_export.call, waiting.pk)] * 4)

    assert again(waiting).state == ExportState.DONE
    assert files_in(media) == [waiting.file]
    assert len(mail.outbox) == 1


def test_a_worker_that_was_thought_dead_hands_nothing_over(waiting, media):
    slow = taken(waiting)
    fall_silent(waiting)
    assert work_on(waiting.pk)

    with pytest.raises(EndedError):
        export_job._write(slow)

    assert files_in(media) == [again(waiting).file]
    assert waiting.state == ExportState.DONE
    assert AuditEvent.objects.filter(what=Deed.EXPORTED).count() == 1


def test_a_worker_that_was_thought_dead_does_not_end_what_another_writes(
    waiting, media
):
    slow = taken(waiting)
    fall_silent(waiting)
    quick = taken(waiting)

    with pytest.raises(EndedError):
        export_job._write(slow)
    export_job._fail(slow, ExportFault.OTHER)

    assert again(waiting).state == ExportState.RUNNING
    assert files_in(media) == []
    export_job._write(quick)
    assert again(waiting).state == ExportState.DONE


# Its heart


def in_a_thread_that_waits(export: ReportExport, then: Callable[[], Any]) -> Any:
    """The work begins and waits for lessons; meanwhile this happens. What came of each."""
    is_locked, is_seen = Event(), Event()

    def lock() -> None:
        with transaction.atomic():
            lock_lessons()
            is_locked.set()
            is_seen.wait(PATIENCE)

    def work() -> bool:
        is_locked.wait(PATIENCE)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")  # it ends by itself, or never
        return work_on(export.pk)

    def other() -> Any:
        try:
            wait_until(lambda: again(export).state == ExportState.RUNNING)
            return then()
        finally:
            is_seen.set()

    worked, seen, _locked = at_once([work, other, lock])
    return worked, seen


def test_the_heart_beats_while_the_database_is_long_about_it(waiting, monkeypatch):
    monkeypatch.setattr(export_job, "BEAT", 0.05)

    def watch() -> bool:
        first = again(waiting).heartbeat
        wait_until(lambda: again(waiting).heartbeat != first)
        return True

    assert in_a_thread_that_waits(waiting, watch) == (True, True)


def test_cancelled_it_ends_even_before_the_first_row(waiting, media, monkeypatch):
    monkeypatch.setattr(export_job, "BEAT", 0.05)

    def stop() -> str:
        cancel(waiting)
        wait_until(lambda: again(waiting).state != ExportState.RUNNING)
        return str(waiting.state)  # while lessons are still locked

    assert in_a_thread_that_waits(waiting, stop) == (False, "cancelled")
    assert files_in(media) == []


def test_cancelled_it_ends_after_the_block_that_is_written(waiting):
    heart = Heart(taken(waiting))
    heart.watch(2000)

    cancel(waiting)

    with pytest.raises(EndedError):
        heart.watch(4000)


def test_cancelled_at_the_last_moment_it_leaves_no_file(waiting, media):
    held = taken(waiting)
    cancel(waiting)

    with pytest.raises(EndedError):
        export_job._write(held)

    assert files_in(media) == []
    assert not AuditEvent.objects.filter(what=Deed.EXPORTED).exists()


def test_cancelled_before_it_began_it_never_begins(waiting, media):
    cancel(waiting)

    assert not work_on(waiting.pk)
    assert again(waiting).state == ExportState.CANCELLED


def test_cancelled_and_killed_it_is_not_taken_up_again(waiting):
    taken(waiting)
    cancel(waiting)
    fall_silent(waiting)

    assert not work_on(waiting.pk)
    assert again(waiting).state == ExportState.CANCELLED


def test_deleted_while_it_is_written_it_leaves_nothing(waiting, media, monkeypatch):
    monkeypatch.setattr(export_job, "BEAT", 0.05)

    worked, _none = in_a_thread_that_waits(waiting, partial(delete_export, waiting))

    assert not worked
    assert files_in(media) == []
    assert not ReportExport.objects.exists()


# A worker that is killed


class Worker:
    """A real one, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        kept = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SITE_ORIGIN", "DEBUG"}
        environment = {k: v for k, v in os.environ.items() if k not in kept}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "manage.py",
                "db_worker",
                "--interval=0.1",
                "--no-startup-delay",
            ],
            cwd=ROOT,
            env=environment
            | {
                "DJANGO_SETTINGS_MODULE": "gradus.settings.local",
                "DATABASE_URL": test_worker_imports._url(),
                "DEMO_DIR": str(folder),
                "DEBUG": "0",
            },
            stderr=subprocess.PIPE,
        )

    def end(self, number: int) -> None:
        os.kill(self.process.pid, number)
        self.process.communicate(timeout=60)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(tmp_path))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def test_an_export_survives_the_worker_that_is_killed(waiting, worker, media):
    """Killed in the middle, it is found by its heartbeat; another writes the file."""
    first = worker()
    with transaction.atomic():
        lock_lessons()
        wait_until(lambda: again(waiting).state == ExportState.RUNNING)
        first.end(signal.SIGKILL)
    call_command("requeue_stale")
    assert DBTaskResult.objects.ready().count() == 0  # it may still be alive
    fall_silent(waiting)
    assert again(waiting).is_stalled

    call_command("requeue_stale")
    second = worker()
    wait_until(lambda: again(waiting).state == ExportState.DONE)
    wait_until(lambda: not DBTaskResult.objects.ready().exists())

    assert names_in(content_of(waiting, media)) == ["Ada"]
    assert [name for name in files_in(media) if name.endswith(".xlsx")] == [
        waiting.file
    ]
    second.end(signal.SIGTERM)


def test_its_page_starts_again_what_a_killed_worker_left(waiting, settings):
    taken(waiting)
    assert not start_again(waiting)  # while it lives
    fall_silent(waiting)

    assert start_again(waiting)

    assert again(waiting).state == ExportState.QUEUED
    assert work_on(waiting.pk)


class TestRequeueing:
    def claim(self, export: ReportExport) -> ReportExport:
        """As a worker does it: the task runs, and the row is taken."""
        task = DBTaskResult.objects.get()
        task.claim("first")
        return taken(export)

    def test_leaves_alone_what_a_worker_is_at(self, waiting):
        self.claim(waiting)
        long_ago = timezone.now() - timedelta(hours=1)
        DBTaskResult.objects.update(started_at=long_ago)

        requeue_stale()

        assert not DBTaskResult.objects.ready().exists()
        assert DBTaskResult.objects.running().count() == 1

    def test_looks_again_later_at_one_whose_worker_died_just_now(self, waiting):
        self.claim(waiting)
        requeue_stale()

        with time_machine.travel(timezone.now() + STALE_AFTER + timedelta(seconds=1)):
            (task,) = DBTaskResult.objects.ready()
            write_export.call(*task.task_result.args)

        assert again(waiting).state == ExportState.DONE

    def test_takes_at_once_what_is_silent(self, waiting):
        self.claim(waiting)
        fall_silent(waiting)

        assert requeue_stale() == 1
        assert DBTaskResult.objects.ready().count() == 1

    def test_takes_all_where_no_worker_runs(self, waiting):
        self.claim(waiting)

        assert requeue_stale(timedelta(0)) == 1

        assert DBTaskResult.objects.ready().count() == 1
        assert work_on(waiting.pk)

    def test_makes_a_task_for_one_that_has_none(self, waiting):
        DBTaskResult.objects.all().delete()

        requeue_exports(alone=False)
        requeue_exports(alone=False)

        assert DBTaskResult.objects.ready().count() == 1


# A storage that fails


@contextmanager
def little_room() -> Iterator[None]:
    """No file of this process can grow beyond 2 KB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", ["folder", "bucket", "disk"])
def test_it_says_that_the_file_could_not_be_stored(waiting, media, settings, kind):
    storages = settings.STORAGES
    if kind == "disk":
        with little_room():
            assert not work_on(waiting.pk)
    elif kind == "folder":
        break_folder(media)
        assert not work_on(waiting.pk)
        mend_folder(media)
    else:
        settings.STORAGES = storages | {"default": OUT_OF_REACH}
        assert not work_on(waiting.pk)
        settings.STORAGES = storages

    assert again(waiting).state == ExportState.FAILED
    assert "could not be stored" in str(waiting.get_fault_display())
    assert files_in(media) == []
    assert start_again(waiting)
    assert work_on(waiting.pk)


def test_what_goes_wrong_otherwise_is_said_too(waiting):
    ReportExport.objects.update(query={"track": "nonsense"})

    assert not work_on(waiting.pk)

    assert again(waiting).fault == ExportFault.RIGHT


# Who may no longer


def test_who_lost_the_right_meanwhile_gets_no_file(waiting, ruth, media):
    ruth.groups.clear()

    assert not work_on(waiting.pk)

    assert again(waiting).fault == ExportFault.RIGHT
    assert files_in(media) == []


def test_an_instructor_gets_the_tracks_that_are_taught_when_it_is_written(
    ada, ben, iris, soil, settings, media
):

    iris.groups.add(Group.objects.get(name=REPORT_READER))
    stars = make_track("stars")
    TrackInstructor.objects.create(track=stars, user=iris)
    Enrollment.objects.create(learner=ben, track=stars)
    settings.TASKS = IN_THE_DATABASE
    export = ask(User.objects.get(pk=iris.pk))
    iris.taught.filter(track=stars).delete()

    work_on(export.pk)

    assert names_in(content_of(export, media)) == ["Ada"]
    assert again(export).tracks == [soil.pk]


@pytest.mark.parametrize("is_taken_away", [True, False])
def test_the_file_holds_the_tracks_that_its_row_names_whatever_changes_meanwhile(
    ada, ben, iris, soil, settings, media, monkeypatch, is_taken_away
):
    """Its link is for who teaches them all: one more in the file would be let slip."""
    iris.groups.add(Group.objects.get(name=REPORT_READER))
    stars = make_track("stars")
    role = TrackInstructor(track=stars, user=iris)
    Enrollment.objects.create(learner=ben, track=stars)
    if is_taken_away:
        role.save()
    settings.TASKS = IN_THE_DATABASE
    export = ask(User.objects.get(pk=iris.pk))

    def change_and_store(name: str, file: Path) -> None:
        role.delete() if is_taken_away else role.save()
        store_file(name, file)

    monkeypatch.setattr(export_job, "store_file", change_and_store)

    assert work_on(export.pk)

    title = {soil.pk: "Ada", stars.pk: "Ben"}
    held = sorted(names_in(content_of(export, media)))
    named = again(export).tracks
    assert named is not None
    assert held == sorted(title[track] for track in named)


# The end of a file


def test_after_a_week_file_and_row_go(ada, ruth, media):
    export = ask(ruth)
    assert export.expires_at is not None
    with time_machine.travel(export.expires_at - timedelta(seconds=1), tick=False):
        assert prune_exports() == 0
    assert len(files_in(media)) == 1

    with time_machine.travel(export.expires_at, tick=False):
        call_command("prune_exports")

    assert files_in(media) == []
    assert not ReportExport.objects.exists()


def test_the_next_export_prunes_too(ada, ruth, media):
    export = ask(ruth)
    assert export.expires_at is not None

    with time_machine.travel(export.expires_at, tick=False):
        later = ask(ruth)

    assert files_in(media) == [later.file]


def test_what_a_killed_worker_left_in_the_storage_goes_after_a_day(ada, ruth, media):
    kept = ask(ruth)
    lost = media / "exports" / "lost.xlsx.new-4711"
    lost.write_bytes(b"PK")
    assert prune_exports() == 0

    make_old(media)

    assert prune_exports() == 1
    assert files_in(media) == [kept.file]


def test_what_ended_without_a_file_goes_after_a_week_too(waiting):
    cancel(waiting)

    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(seconds=1)):
        prune_exports()

    assert not ReportExport.objects.exists()


def test_deleting_takes_the_file_along(ada, ruth, media):
    delete_export(ask(ruth))

    assert files_in(media) == []
    assert not ReportExport.objects.exists()


# What the database holds

ENDED = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"token": "guess"}, "export_token_is_unguessable"),
        ({"state": "lost", "ended_at": ENDED}, "export_state_is_known"),
        ({"state": "running"}, "export_runs_with_a_worker"),
        ({"state": "done"}, "export_done_with_a_file_that_expires"),
        ({"file": "a.xlsx"}, "export_done_with_a_file_that_expires"),
        ({"state": "failed", "ended_at": ENDED}, "export_failed_for_a_fault"),
        ({"ended_at": ENDED}, "export_ended_at_a_time"),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(waiting, changed, rule):
    with pytest.raises(IntegrityError, match=rule):
        ReportExport.objects.update(**changed)


def test_tokens_share_nothing(ruth):
    made = [ReportExport(asked_by=ruth).token for _ in range(100)]

    assert len({token[:6] for token in made}) == 100


# Erasing an account


def test_an_erased_account_leaves_no_export(ada, ruth, media):
    ask(ruth)

    erase_account(ruth, withdraw=False)

    assert not ReportExport.objects.exists()
    assert files_in(media) == []


def test_an_erased_learner_is_searched_for_by_nobody(ada, ben, ruth, soil, settings):
    Enrollment.objects.create(learner=ben, track=soil)
    settings.TASKS = IN_THE_DATABASE
    ask(ruth, q="ada example")
    other = ask(ruth, q="Ben")
    make_user("Cleo")

    erase_account(ada, withdraw=False)

    assert list(ReportExport.objects.all()) == [other]


@pytest.mark.parametrize("withdraw", [True, False])
def test_an_earlier_name_on_a_certificate_is_searched_for_by_nobody(
    ada, ruth, soil, settings, withdraw
):
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    held = claim_certificate(ada, soil, "Ada Byron")
    supersede(held, "Ada King", "the name was corrected")
    settings.TASKS = IN_THE_DATABASE
    ask(ruth, q="byron")
    ada.refresh_from_db()

    erase_account(ada, withdraw=withdraw)

    assert not ReportExport.objects.exists()
