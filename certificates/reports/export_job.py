"""The work on one export: rows into a file, the file into the storage.

It may take minutes, so its row has a heartbeat, which a thread beside the work writes:
where it stops, the worker was killed, and another takes the row. What ends the work is
looked for after each block of rows.
"""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from xlsxwriter.exceptions import FileCreateError

from accounts.audit import record_export
from certificates.reports.export_mail import mail_export
from certificates.reports.export_model import (
    KEPT_FOR,
    ExportFault,
    ExportQuerySet,
    ExportState,
    ReportExport,
)
from certificates.reports.export_rights import RightLostError, narrowed, tracks_in
from certificates.reports.export_store import (
    ExportStorageError,
    drop_file,
    prune_exports,
    store_file,
)
from certificates.reports.xlsx_file import write_xlsx

BEAT = 2  # seconds
_log = logging.getLogger(__name__)


class EndedError(Exception):
    """Who asked wants no more of it, or another worker took the row."""


def take(export_id: int) -> ReportExport | None:
    """The row, to be worked on by the caller alone; None: it is not to be worked on."""
    worker, now = uuid4(), timezone.now()
    free = _still_wanted(ReportExport.objects.to_take().filter(pk=export_id))
    is_taken = free.update(
        state=ExportState.RUNNING, worker=worker, heartbeat=now, rows_done=0
    )
    if not is_taken:
        return None
    held = ReportExport.objects.select_related("asked_by")
    return held.filter(worker=worker).first()


def _still_wanted(free: ExportQuerySet) -> ExportQuerySet:
    """Without those that were cancelled and whose worker was killed before it noticed."""
    cancelled = free.filter(is_cancel_wanted=True)
    cancelled.update(state=ExportState.CANCELLED, ended_at=timezone.now())
    return free


def work_on(export_id: int) -> bool:
    """Write the file, if nobody else does; safe to be called twice.

    Returns whether the file is there now, and by this call. However it ends, the row
    says so, and a mail, unless it was cancelled; but for a database that is gone, which
    raises.
    """
    export = take(export_id)
    if export is None:
        return False
    try:
        _write(export)
    except EndedError:
        _end(export, ExportState.CANCELLED, is_cancel_wanted=True)
    except RightLostError:
        _fail(export, ExportFault.RIGHT)
    except (ExportStorageError, FileCreateError, OSError):
        _log.exception("An export could not be stored")
        _fail(export, ExportFault.STORAGE)
    except Exception:
        _log.exception("An export could not be written")
        _fail(export, ExportFault.OTHER)
    else:
        return True
    return False


def _write(export: ReportExport) -> None:
    """Raises what work_on tells apart."""
    with TemporaryDirectory(prefix="gradus-export-") as folder, Heart(export) as heart:
        report, form, rows = narrowed(export)
        # fixed before the first row is read: the file holds no other, whatever changes
        tracks = tracks_in(export, form)
        if tracks is not None:
            rows = rows.filter(track__in=tracks)
        file = Path(folder) / "report.xlsx"
        written = write_xlsx(report, rows, file, heart.watch)
        heart.watch(written)
        name = f"{export.token}-{uuid4().hex[:8]}.xlsx"
        store_file(name, file)
    if not _finish(export, form, tracks, name, written):
        drop_file(name)
        raise EndedError


@transaction.atomic
def _finish(
    export: ReportExport, form: Any, tracks: list[int] | None, name: str, written: int
) -> bool:
    """Hand the file over, if it is wanted still."""
    now = timezone.now()
    is_done = _held(export).update(
        state=ExportState.DONE,
        file=name,
        rows_done=written,
        rows_total=written,
        query={key: said for key, said in export.query.items() if key != "q"},
        tracks=tracks,
        ended_at=now,
        expires_at=now + KEPT_FOR,
    )
    if is_done:
        record_export(
            export.asked_by,
            export.report,
            "xlsx",
            rows=written,
            filters=form.filters,
            is_searched=form.is_searched,
        )
        # a task is a row: it is there once the end is, whoever is killed in between
        mail_export.enqueue(export.pk)
    return bool(is_done)


def _held(export: ReportExport, *, is_cancel_wanted: bool = False) -> ExportQuerySet:
    """The row, as long as it is this worker's."""
    return ReportExport.objects.filter(
        pk=export.pk,
        worker=export.worker,
        state=ExportState.RUNNING,
        is_cancel_wanted=is_cancel_wanted,
    )


def _end(export: ReportExport, state: ExportState, *, is_cancel_wanted: bool) -> None:
    held = _held(export, is_cancel_wanted=is_cancel_wanted)
    held.update(state=state, ended_at=timezone.now())


def _fail(export: ReportExport, fault: ExportFault) -> None:
    """Where it was cancelled meanwhile, it is cancelled."""
    if not _end_in_fault(_held(export), export, fault):
        _end(export, ExportState.CANCELLED, is_cancel_wanted=True)


@transaction.atomic
def _end_in_fault(
    held: ExportQuerySet, export: ReportExport, fault: ExportFault
) -> bool:
    """Whether it still was one of these; then a mail tells who asked."""
    failed = {"state": ExportState.FAILED, "fault": fault, "ended_at": timezone.now()}
    has_failed = held.update(**failed)
    if has_failed:
        mail_export.enqueue(export.pk)
    return bool(has_failed)


class Heart:
    """Beats while the work within goes on, and ends it when it is wanted no more.

    It has a connection of its own: the work's is in the middle of one long transaction.
    """

    def __init__(self, export: ReportExport) -> None:
        self._held = _held(export)
        self._rows_done = 0
        self._is_over = Event()
        self._is_stopped = False
        self._thread = Thread(target=self._beat_on, daemon=True)

    def __enter__(self) -> Self:
        connection.ensure_connection()
        self._works_with: Any = connection.connection
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()
        if self._is_stopped:
            connection.close()  # whatever still is to interrupt it, interrupts nothing
            if isinstance(error, OperationalError):
                raise EndedError from error

    def watch(self, rows_done: int) -> None:
        """
        Raises:
            EndedError: the work is to stop.
        """
        self._rows_done = rows_done
        if not self._held.exists():
            raise EndedError

    def _beat_on(self) -> None:
        try:
            while not self._is_over.wait(BEAT):
                if not self._beat():
                    self._is_stopped = True
                    self._works_with.cancel_safe()  # a statement may take long
                    return
        finally:
            connection.close()

    def _beat(self) -> bool:
        """Whether the work is wanted still, as far as can be told."""
        now = timezone.now()
        try:
            return bool(self._held.update(heartbeat=now, rows_done=self._rows_done))
        except DatabaseError:  # the next beat tries again, with another connection
            connection.close()
            return True


def prune() -> int:
    """Give up what no worker finished in time; delete what is outlived, and return how
    many files.

    Raises:
        ExportStorageError: as of prune_exports.
    """
    for export in ReportExport.objects.to_give_up():
        left = ReportExport.objects.to_give_up().filter(pk=export.pk)
        _end_in_fault(_still_wanted(left), export, ExportFault.GIVEN_UP)
    return prune_exports()


def prune_quietly() -> None:
    """Where the storage fails, the next export tries again."""
    try:
        prune()
    except ExportStorageError:
        return  # it is in the log
