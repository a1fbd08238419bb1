"""The heart of an export beats while it is written, and stops it when it is cancelled."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.audit import Deed
from accounts.models import AuditEvent
from certificates.reports import export_job
from certificates.reports.export_job import EndedError, Heart, work_on
from certificates.reports.export_model import ExportState, ReportExport
from certificates.reports.export_services import cancel, delete_export
from tests.certificates.exporting import (
    PATIENCE,
    again,
    fall_silent,
    files_in,
    lock_lessons,
    taken,
    wait_until,
)
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


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
