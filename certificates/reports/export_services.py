"""What a person does with their exports: ask for one, cancel, start again, delete."""

from functools import partial
from typing import Any

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from certificates.reports.columns import Report
from certificates.reports.export_model import (
    STALE_AFTER,
    ExportQuerySet,
    ExportState,
    ReportExport,
)
from certificates.reports.export_store import drop_file
from certificates.reports.export_tasks import write_export


@transaction.atomic
def ask_for(user: User, report: Report, form: Any, rows: int) -> ReportExport:
    """Have the rows that the form leaves written in the background.

    form: the report's, valid. The same asked for again while it is not there yet, as by
    a double click, is the same export.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    query = {name: form.data[name] for name in form.fields if form.data.get(name)}
    pending = ReportExport.objects.asked_by(user).pending()
    same = pending.filter(report=report.key, query=query, is_cancel_wanted=False)
    if found := same.first():
        return found
    export = ReportExport.objects.create(
        report=report.key,
        query=query,
        filters=form.filters,
        is_searched=form.is_searched,
        asked_by=user,
        rows_total=rows,
    )
    transaction.on_commit(partial(write_export.enqueue, export.pk))
    return export


def cancel(export: ReportExport) -> None:
    """Nothing comes of it; a worker that is at it notices after the block it writes."""
    mine = ReportExport.objects.filter(pk=export.pk)
    ended = {"state": ExportState.CANCELLED, "ended_at": timezone.now()}
    if not mine.to_take().update(**ended):
        mine.filter(state=ExportState.RUNNING).update(is_cancel_wanted=True)


@transaction.atomic
def start_again(export: ReportExport) -> bool:
    """From the beginning; False: it is ready, or a worker is at it."""
    mine = ReportExport.objects.filter(pk=export.pk)
    ended = mine.filter(state__in=[ExportState.CANCELLED, ExportState.FAILED])
    if not _queue(ended) and not _queue(mine.to_take()):
        return False
    transaction.on_commit(partial(write_export.enqueue, export.pk))
    return True


def _queue(exports: ExportQuerySet) -> int:
    return exports.update(
        state=ExportState.QUEUED,
        fault="",
        worker=None,
        heartbeat=None,
        is_cancel_wanted=False,
        rows_done=0,
        ended_at=None,
        asked_at=timezone.now(),
    )


@transaction.atomic
def delete_export(export: ReportExport) -> None:
    """Row and file; a worker that is at it finds no row, and stops.

    Raises:
        ExportStorageError: the file cannot be deleted just now, and both stay.
    """
    locked = ReportExport.objects.select_for_update().filter(pk=export.pk).first()
    if locked is not None:
        locked.delete()
        drop_file(locked.file)


def requeue_exports(*, alone: bool) -> int:
    """Have exports worked on again that a killed worker left; returns how many.

    One whose worker died only just now looks as if it were worked on: a task looks at
    it again when that can be told, and does nothing where a worker is at it indeed.

    alone: no worker runs, so none is worked on.
    """
    now = timezone.now()
    if alone:
        running = ReportExport.objects.filter(state=ExportState.RUNNING)
        running.update(heartbeat=now - STALE_AFTER)
    beating = list(ReportExport.objects.beating().values_list("pk", flat=True))
    for pk in beating:
        write_export.using(run_after=now + STALE_AFTER).enqueue(pk)
    tasks = DBTaskResult.objects.filter(task_path=write_export.module_path)
    left = tasks.running().exclude(args_kwargs__args__0__in=beating)
    left.update(status=TaskResultStatus.READY, started_at=None)
    queued = set(tasks.ready().values_list("args_kwargs__args__0", flat=True))
    to_take = set(ReportExport.objects.to_take().values_list("pk", flat=True))
    for pk in to_take - queued:
        write_export.enqueue(pk)
    return len(to_take) + len(beating)
