"""What tests of exports share: something to export, and its file read back."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from certificates.reports.export_job import take
from certificates.reports.export_model import STALE_AFTER, ReportExport
from certificates.reports.export_services import ask_for
from certificates.reports.registry import REPORTS

IN_THE_DATABASE = {  # tasks wait for a worker, as in production
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}
}
PATIENCE = 45  # seconds, fewer than a transaction may be idle


def ask(user: User, report: str = "enrolments", **said: str) -> ReportExport:
    """What this person's browser would ask for."""
    query = QueryDict(mutable=True)
    query.update(said)
    chosen = REPORTS[report]
    form = chosen.form(user, query)
    assert form.is_valid(), form.errors
    rows = form.narrow(chosen.rows(user)).count()
    export = ask_for(user, chosen, form, rows)
    export.refresh_from_db()
    return export


def taken(export: ReportExport) -> ReportExport:
    """By a worker that lives."""
    held = take(export.pk)
    assert held is not None
    return held


def fall_silent(export: ReportExport) -> None:
    """As if its worker had been dead for a minute."""
    long_ago = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    ReportExport.objects.filter(pk=export.pk).update(heartbeat=long_ago)


def files_in(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def names_in(content: bytes) -> list[Any]:
    """The first column of the spreadsheet, without its heading."""
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]


def wait_until(is_so: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not is_so():
        if monotonic() > until:
            pytest.fail("it never came")
        sleep(0.05)


def lock_lessons() -> None:
    """Until the end of the transaction: whoever reads lessons waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE courses_lesson IN ACCESS EXCLUSIVE MODE")


def again(export: ReportExport) -> ReportExport:
    export.refresh_from_db()
    return export


def content_of(export: ReportExport, media: Path) -> bytes:
    return (media / "exports" / again(export).file).read_bytes()
