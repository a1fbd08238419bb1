"""Tasks that a killed worker left behind."""

from datetime import timedelta

from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates.reports.export_services import requeue_exports
from certificates.reports.export_tasks import write_export

STALE_AFTER = timedelta(minutes=10)  # no task of ours takes 5, but for a large export


def requeue_stale(older_than: timedelta = STALE_AFTER) -> int:
    """Have the tasks run again that began longer ago and never ended; returns how many.

    Zero takes every running task: right only while no worker runs. Each task of ours is
    safe to run twice. Exports have a heartbeat that tells whether they are worked on.
    """
    begun_before = timezone.now() - older_than
    running = DBTaskResult.objects.running().exclude(task_path=write_export.module_path)
    stale = running.filter(started_at__lte=begun_before)
    count = stale.update(status=TaskResultStatus.READY, started_at=None)
    return count + requeue_exports(alone=not older_than)
