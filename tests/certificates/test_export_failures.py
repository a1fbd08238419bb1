"""An export that fails says why, on its page and by mail."""

import html
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates.reports import export_job
from certificates.reports.export_job import work_on
from certificates.reports.export_model import (
    KEPT_FOR,
    ExportFault,
    ExportState,
    ReportExport,
)
from certificates.reports.export_services import cancel, start_again
from certificates.reports.export_tasks import write_export
from certificates.reports.export_words import page_url
from tests.certificates.exporting import again, files_in, taken
from tests.courses.test_picture_storage import (
    OUT_OF_REACH,
    break_folder,
    mend_folder,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


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


# The mail


def run_tasks() -> None:
    """All that a worker would do now."""
    while (task := DBTaskResult.objects.ready().first()) is not None:
        task.claim("worker")
        task.task.call(*task.task_result.args)
        task.set_successful(None)


def fail(export: ReportExport, media: Path) -> None:
    """As on a disk that cannot be written, which can be written again afterwards."""
    break_folder(media)
    run_tasks()
    mend_folder(media)


def subjects() -> list[str]:
    return [str(sent.subject) for sent in mail.outbox]


def test_the_mail_says_that_it_failed_and_why_and_leads_to_another_try(waiting, media):
    with time_machine.travel(datetime(2026, 3, 14, 12, tzinfo=UTC), tick=False):
        fail(waiting, media)

    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert sent.subject == "Your export failed: Enrolments"
    assert sent.to == ["ruth@example.org"]
    ((content, _mimetype),) = sent.alternatives
    for said in sent.body, html.unescape(str(content)):
        assert "The file could not be stored: the disk may be full" in said
        assert "choose “Start again”" in said
        assert "until 21 March 2026, 12:00 UTC" in said
        assert f"http://testserver{page_url(waiting)}" in said
    assert waiting.token not in str(sent.extra_headers)


def test_a_failure_is_told_once_whatever_runs_twice(waiting, media):
    fail(waiting, media)
    write_export.enqueue(waiting.pk)
    run_tasks()

    assert subjects() == ["Your export failed: Enrolments"]


def test_a_second_failure_is_told_by_a_mail_of_its_own(waiting, media):
    fail(waiting, media)
    start_again(waiting)
    fail(waiting, media)

    first, second = (dict(sent.extra_headers)["Message-ID"] for sent in mail.outbox)
    assert first != second


def test_nothing_is_said_of_a_failure_once_it_was_started_again(waiting, media):
    break_folder(media)
    assert not work_on(waiting.pk)
    mend_folder(media)
    start_again(waiting)
    run_tasks()

    assert set(subjects()) == {"Your export is ready: Enrolments"}


def test_nothing_is_mailed_about_what_was_cancelled(waiting):
    slow = taken(waiting)
    cancel(waiting)
    export_job._fail(slow, ExportFault.OTHER)
    run_tasks()

    assert again(waiting).state == ExportState.CANCELLED
    assert subjects() == []


def test_who_lost_the_right_is_told_whom_to_ask(waiting, ruth):
    ruth.groups.clear()
    run_tasks()

    (sent,) = mail.outbox
    assert "You may no longer export this report." in sent.body
    assert "Ask an admin" in sent.body


# Given up


def a_week_later() -> time_machine.travel:
    return time_machine.travel(timezone.now() + KEPT_FOR + timedelta(seconds=1))


@pytest.mark.parametrize("was_begun", [True, False])
def test_what_no_worker_finished_in_a_week_fails_and_is_told_once(waiting, was_begun):
    """As where the worker was killed and none was started after it."""
    if was_begun:
        taken(waiting)
    DBTaskResult.objects.all().delete()

    with a_week_later():
        call_command("prune_exports")
        call_command("prune_exports")
        run_tasks()

    assert again(waiting).fault == ExportFault.GIVEN_UP
    (sent,) = mail.outbox
    assert sent.subject == "Your export failed: Enrolments"
    assert "Nobody wrote the file within 7 days" in sent.body


def test_what_was_given_up_can_be_started_again_for_a_week(waiting):
    with a_week_later():
        call_command("prune_exports")
        assert start_again(waiting)
        run_tasks()
        assert again(waiting).state == ExportState.DONE

        with a_week_later():
            call_command("prune_exports")

    assert not ReportExport.objects.exists()


def test_what_a_worker_is_at_is_not_given_up(waiting):
    with a_week_later():
        taken(waiting)
        call_command("prune_exports")

        assert again(waiting).state == ExportState.RUNNING


def test_a_worker_that_was_away_for_a_week_gives_up_what_waits_for_it(waiting):
    with a_week_later():
        run_tasks()

    assert again(waiting).state == ExportState.FAILED
    assert subjects() == ["Your export failed: Enrolments"]


def test_what_was_cancelled_and_then_left_is_not_told_of(waiting):
    taken(waiting)
    cancel(waiting)

    with a_week_later():
        call_command("prune_exports")
        run_tasks()

    assert again(waiting).state == ExportState.CANCELLED
    assert subjects() == []
