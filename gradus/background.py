"""Tasks that a killed worker left behind."""

from datetime import timedelta

from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

STALE_AFTER = timedelta(minutes=10)  # no task of ours takes 5


def requeue_stale(older_than: timedelta = STALE_AFTER) -> int:
    """Have the tasks run again that began longer ago and never ended; returns how many.

    Zero takes every running task: right only while no worker runs. Each task of ours is
    safe to run twice.
    """
    begun_before = timezone.now() - older_than
    stale = DBTaskResult.objects.running().filter(started_at__lte=begun_before)
    return stale.update(status=TaskResultStatus.READY, started_at=None)
