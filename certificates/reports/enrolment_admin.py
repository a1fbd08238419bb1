"""Enrolments in the admin: a report to be read and exported, for nobody to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.admin import ForAdminsToRead
from accounts.models import User
from certificates.reports.access import reader_in
from certificates.reports.enrolment_report import ENROLMENTS
from certificates.reports.page import ShowsReport
from courses.models import Enrollment
from courses.templatetags.look import moment_utc

_ = gettext_lazy


class EnrolmentAdmin(ShowsReport, ForAdminsToRead):
    report = ENROLMENTS
    rows_template = "admin/certificates/enrolment_rows.html"
    fields = ["learner", "track", "started", "completed", "active"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that the reader may see; of nobody else there is any."""
        reader = reader_in(request) or User()
        return ENROLMENTS.rows(reader).select_related("learner", "track")

    @admin.display(description=_("started"))
    def started(self, enrollment: Enrollment) -> str:
        return moment_utc(enrollment.started_at)

    @admin.display(description=_("completed"), empty_value="–")
    def completed(self, enrollment: Enrollment) -> str | None:
        at = enrollment.completed_at
        return moment_utc(at) if at else None

    @admin.display(description=_("last active"))
    def active(self, enrollment: Enrollment) -> str:
        return moment_utc(enrollment.active_at)
