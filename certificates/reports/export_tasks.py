"""What the worker does for exports; each is safe to run twice."""

from django.tasks import task

from accounts.mails import make_mail
from certificates.reports.export_job import prune_quietly, work_on
from certificates.reports.export_model import ReportExport
from certificates.reports.registry import REPORTS
from certificates.tasks import message_id


@task
def write_export(export_id: int) -> None:
    """Write the file, if it is wanted and nobody else writes it."""
    prune_quietly()
    if work_on(export_id):
        mail_export.enqueue(export_id)


@task
def mail_export(export_id: int) -> None:
    """Tell who asked that the file is there; nothing is said of one that is gone."""
    found = ReportExport.objects.select_related("asked_by").filter(pk=export_id)
    export = found.first()
    if export is None or not export.is_ready or not export.asked_by.email:
        return
    context = {"export": export, "report": REPORTS[export.report]}
    mail = make_mail("certificates/mail/export", export.asked_by.email, context)
    mail.extra_headers["Message-ID"] = message_id(export.token)
    mail.send()
