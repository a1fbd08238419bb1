"""An export survives a worker that is killed: another takes it up."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates.reports.export_job import _fail, _finish, work_on
from certificates.reports.export_mail import mail_export
from certificates.reports.export_model import (
    STALE_AFTER,
    ExportFault,
    ExportState,
    ReportExport,
)
from certificates.reports.export_rights import narrowed
from certificates.reports.export_services import requeue_exports, start_again
from certificates.reports.export_tasks import write_export
from gradus.background import requeue_stale
from tests.certificates.exporting import (
    again,
    content_of,
    fall_silent,
    files_in,
    lock_lessons,
    names_in,
    taken,
    wait_until,
)
from tests.gradus import test_worker_imports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

ROOT = Path(__file__).parents[2]


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


def test_its_mail_is_wanted_from_the_moment_on_that_its_end_is_known(waiting):
    """Whoever is killed after that leaves it to be sent."""
    _report, form, _rows = narrowed(taken(waiting))

    with transaction.atomic():
        assert _finish(again(waiting), form, None, "file.xlsx", 1)
        mails = DBTaskResult.objects.filter(task_path=mail_export.module_path)
        assert mails.get().args_kwargs["args"] == [waiting.pk]
        transaction.set_rollback(True)

    with transaction.atomic():
        _fail(again(waiting), ExportFault.OTHER)
        assert mails.count() == 1


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
