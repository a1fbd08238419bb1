"""Certificates for admins: to be found, read and exported, and never changed."""

from datetime import UTC
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.admin import ForAdminsToRead
from accounts.models import User
from certificates.models import Certificate, ReportExport
from certificates.reports.access import reader_in
from certificates.reports.certificate_report import CERTIFICATES
from certificates.reports.enrolment_admin import EnrolmentAdmin
from certificates.reports.export_admin import ReportExportAdmin
from certificates.reports.page import ShowsReport
from certificates.status import State
from certificates.status_admin import StatusPages
from certificates.templatetags.certificates import state_word
from courses.models import Enrollment

_ = gettext_lazy
admin.site.register(Enrollment, EnrolmentAdmin)
admin.site.register(ReportExport, ReportExportAdmin)


@admin.register(Certificate)
class CertificateAdmin(StatusPages, ShowsReport, ForAdminsToRead):
    report = CERTIFICATES
    rows_template = "admin/certificates/certificate_rows.html"
    fields = [
        "code",
        "name",
        "email",
        "track_title",
        "issued",
        "result",
        "lesson_count",
        "status",
        "history",
    ]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that the reader may see; of nobody else there is any."""
        reader = reader_in(request) or User()
        return CERTIFICATES.described(CERTIFICATES.rows(reader)).defer("facts")

    @admin.display(description=_("name"), empty_value="–")
    def name(self, certificate: Certificate) -> str | None:
        return certificate.printed_name or None

    @admin.display(description=_("e-mail address"), empty_value="–")
    def email(self, certificate: Any) -> str | None:
        address: str | None = certificate.email
        return address

    @admin.display(description=_("issued"))
    def issued(self, certificate: Certificate) -> str:
        return date_format(certificate.issued_at.astimezone(UTC).date())

    @admin.display(description=_("knowledge score"))
    def result(self, certificate: Certificate) -> str:
        """Never without its coverage: "92 % · 11 of 12 questions answered"."""
        if certificate.score is None:
            return gettext("No score yet")
        said = ngettext(
            "%(score)s\N{NO-BREAK SPACE}%% · %(answered)s of %(count)s question answered",
            "%(score)s\N{NO-BREAK SPACE}%% · %(answered)s of %(count)s questions answered",
            certificate.questions,
        )
        return said % {
            "score": certificate.score,
            "answered": certificate.answered,
            "count": certificate.questions,
        }

    @admin.display(description=_("status"))
    def status(self, certificate: Any) -> str:
        return state_word(State(certificate.status))

    @admin.display(description=_("what happened to it"), empty_value="–")
    def history(self, certificate: Certificate) -> str:
        events = certificate.events.select_related("actor")
        return format_html_join(
            "",
            "{} · {} · {} {}<br>",
            (
                (
                    f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
                    event.get_kind_display(),
                    event.actor or gettext("its holder"),
                    event.reason,
                )
                for event in events
            ),
        )

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return None if obj is None else obj.get_absolute_url()
