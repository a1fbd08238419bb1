"""The mail that says what came of an export: its file, or why there is none."""

from django.tasks import task

from accounts.mails import make_mail
from certificates.reports.export_model import (
    KEPT_FOR,
    ExportFault,
    ExportState,
    ReportExport,
)
from certificates.reports.export_words import page_url, title_of
from certificates.tasks import message_id


@task
def mail_export(export_id: int) -> None:
    """Tell who asked how it ended; nothing is said of one that was cancelled, started
    again or deleted meanwhile.

    Run twice it sends the same message with the same id, which mail programs show once.
    """
    found = ReportExport.objects.select_related("asked_by").filter(pk=export_id)
    export = found.first()
    if export is None:
        return
    if export.is_ready:
        _send(export, "export", export.token, {})
    elif export.state == ExportState.FAILED and export.ended_at:
        facts = {
            "page": page_url(export),
            "kept_until": export.ended_at + KEPT_FOR,
            "is_refused": export.fault == ExportFault.RIGHT,
        }
        about = f"{export.token} failed {export.ended_at.isoformat()}"
        _send(export, "export_failed", about, facts)


def _send(
    export: ReportExport, mail_name: str, about: str, facts: dict[str, object]
) -> None:
    """about: the same for the same message, whose id is made of it."""
    address = export.asked_by.email
    if not address:
        return
    facts = {"export": export, "title": title_of(export), **facts}
    mail = make_mail(f"certificates/mail/{mail_name}", address, facts)
    mail.extra_headers["Message-ID"] = message_id(about)
    mail.send()
