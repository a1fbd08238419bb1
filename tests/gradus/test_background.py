"""Tasks that a killed worker left running."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

STARTED = {  # minutes ago
    TaskResultStatus.RUNNING: [1, 9, 11, 600],
    TaskResultStatus.SUCCESSFUL: [600],
    TaskResultStatus.FAILED: [600],
}


@pytest.fixture
def tasks(db) -> None:
    now = timezone.now()
    for status, ages in STARTED.items():
        for minutes in ages:
            DBTaskResult.objects.create(
                status=status,
                started_at=now - timedelta(minutes=minutes),
                run_after=now - timedelta(minutes=minutes),
                args_kwargs={"args": [minutes], "kwargs": {}},
                task_path="certificates.tasks.mail_certificate",
                backend_name="default",
            )


def requeue(*arguments: str) -> str:
    out = StringIO()
    call_command("requeue_stale", *arguments, stdout=out)
    return out.getvalue()


def ready_ages() -> set[int]:
    return {task.args_kwargs["args"][0] for task in DBTaskResult.objects.ready()}


def test_a_task_that_runs_for_over_ten_minutes_runs_again(tasks):
    assert requeue() == "Tasks to run again: 2\n"

    assert ready_ages() == {11, 600}
    assert DBTaskResult.objects.running().count() == 2


def test_without_a_worker_every_running_task_runs_again(tasks):
    assert requeue("--all") == "Tasks to run again: 4\n"

    assert DBTaskResult.objects.running().count() == 0
    assert DBTaskResult.objects.finished().count() == 2
