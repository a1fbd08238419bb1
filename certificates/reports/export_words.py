"""What is said of an export, and where it is."""

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from certificates.reports.export_model import ExportState, ReportExport
from certificates.reports.registry import REPORTS


def title_of(export: ReportExport) -> str:
    report = REPORTS.get(export.report)
    return str(report.title) if report else export.report


def filters_of(export: ReportExport) -> str:
    """ "Soil · 2026-03-01 · a search", "" for all rows."""
    said = [str(value) for value in export.filters.values()]
    return " · ".join([*said, gettext("a search")] if export.is_searched else said)


def standing_of(export: ReportExport) -> str:
    """Where it stands, in words, with its rows."""
    if export.is_stalled:
        return gettext("Interrupted: whatever was writing it stopped")
    if export.state == ExportState.RUNNING:
        return _at_work(export)
    if export.state == ExportState.DONE and not export.is_ready:
        return gettext("Expired")
    if export.state == ExportState.DONE:
        said = ngettext("Ready: %(rows)s row", "Ready: %(rows)s rows", export.rows_done)
        return said % {"rows": f"{export.rows_done:,}"}
    return {
        ExportState.QUEUED: gettext("Waiting for its turn"),
        ExportState.CANCELLED: gettext("Cancelled"),
        ExportState.FAILED: gettext("Failed"),
    }[ExportState(export.state)]


def _at_work(export: ReportExport) -> str:
    if export.is_cancel_wanted:
        return gettext("Being cancelled")
    if export.rows_done == 0:
        return gettext("Reading the rows")
    if export.rows_done >= export.rows_total:
        return gettext("All rows are written; the file is being stored")
    said = ngettext(
        "%(done)s of %(total)s row written, %(percent)s\N{NO-BREAK SPACE}%%",
        "%(done)s of %(total)s rows written, %(percent)s\N{NO-BREAK SPACE}%%",
        export.rows_total,
    )
    return said % {
        "done": f"{export.rows_done:,}",
        "total": f"{export.rows_total:,}",
        "percent": export.percent,
    }


def page_url(export: ReportExport) -> str:
    return reverse("admin:certificates_reportexport_change", args=[export.pk])


def file_url(export: ReportExport) -> str:
    return reverse("admin:certificates_reportexport_file", args=[export.token])
