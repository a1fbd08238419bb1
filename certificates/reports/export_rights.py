"""Who may have which rows as a file: asked when the work begins and at each download."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from certificates.reports.access import EXPORTS
from certificates.reports.columns import Report
from certificates.reports.export_model import ReportExport
from certificates.reports.registry import REPORTS
from courses.models import Track


def may_export(user: User) -> bool:
    """Whether this person reads reports at all; see certificates.reports.access."""
    return user.is_active and user.is_staff and user.has_perm(EXPORTS)


class RightLostError(Exception):
    """Who asked may no longer export what was asked for."""


def narrowed(export: ReportExport) -> tuple[Report, Any, QuerySet[Any]]:
    """The report, its form as it was filled in, and the rows that are asked for.

    Raises:
        RightLostError
    """
    user = export.asked_by
    report = REPORTS.get(export.report)
    if report is None or not may_export(user):
        raise RightLostError
    form = report.form(user, as_query(export.query))
    if not form.is_valid():  # a track that is no longer one's own, or gone
        raise RightLostError
    return report, form, form.narrow(report.rows(user))


def as_query(said: dict[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(said)
    return query


def tracks_in(export: ReportExport, form: Any) -> list[int] | None:
    """The tracks whose rows the file may hold; None: those of the whole site."""
    if form.cleaned_data["track"]:
        return [form.cleaned_data["track"].pk]
    if export.asked_by.is_admin:
        return None
    return sorted(taught_by(export.asked_by))


def may_download(user: User, export: ReportExport) -> bool:
    """Who asked, as long as they may export every track that the file holds."""
    if export.asked_by_id != user.pk or not may_export(user):
        return False
    if user.is_admin:
        return True
    return export.tracks is not None and taught_by(user).issuperset(export.tracks)


def taught_by(user: User) -> set[int]:
    return set(Track.objects.taught_by(user).values_list("pk", flat=True))
