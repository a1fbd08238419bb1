"""What exports hold of a person: who asked for them, and whom they searched for."""

from collections.abc import Collection
from contextlib import suppress
from functools import partial
from unicodedata import normalize

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from certificates.reports.export_mail import mail_export
from certificates.reports.export_model import ReportExport
from certificates.reports.export_store import ExportStorageError, drop_file


def exports_of(user: User) -> list[dict[str, object]]:
    """The exports that this person asked for, as long as they are kept."""
    return [
        {
            "report": export.report,
            "narrowed_to": export.query,
            "asked_at": export.asked_at.isoformat(),
            "state": export.state,
            "rows": export.rows_done,
        }
        for export in ReportExport.objects.asked_by(user).order_by("pk")
    ]


def erase_exports(user: User, names: Collection[str]) -> None:
    """Rows and files of theirs go, and what others' exports searched for if it was them.

    names: as they were printed.
    A file that the storage does not let go of now is pruned later, as it has no row.
    """
    for export in ReportExport.objects.filter(query__has_key="q"):
        if _is_about(export.query["q"], user, names):
            export.delete()
    own = ReportExport.objects.asked_by(user)
    for export in own:
        transaction.on_commit(partial(_drop_quietly, export.file))
    keys = [export.pk for export in own]
    DBTaskResult.objects.filter(
        task_path=mail_export.module_path, args_kwargs__args__0__in=keys
    ).delete()
    own.delete()


def _is_about(searched: str, user: User, names: Collection[str]) -> bool:
    said = f"{user.name} {user.email} {' '.join(names)}".casefold()
    return all(word in said for word in normalize("NFC", searched).casefold().split())


def _drop_quietly(name: str) -> None:
    with suppress(ExportStorageError):
        drop_file(name)
