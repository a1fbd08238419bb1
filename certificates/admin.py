"""Certificates for admins: to be found, read and exported, and never changed."""

from collections.abc import Iterator
from datetime import UTC, date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.admin import ForAdminsToRead
from accounts.people import admin_in
from certificates.models import Certificate
from certificates.report import issued_between
from certificates.reports.certificate_report import CERTIFICATES
from certificates.reports.csv_file import stream_csv
from certificates.status import State
from certificates.status_admin import StatusPages
from certificates.templatetags.certificates import state_word
from courses.models import Track
from courses.typed_text import is_key

_ = gettext_lazy
FROM_TO = ["issued_from", "issued_to"]


class ChosenFilter(admin.SimpleListFilter):
    """A filter drawn as a list to choose from; all are applied with one button."""

    template = "admin/certificates/choose.html"


class TrackFilter(ChosenFilter):
    title = _("track")
    parameter_name = "track"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        certified = Track.objects.filter(enrollments__certified_at__isnull=False)
        return certified.distinct().order_by("title").values_list("pk", "title")

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if not chosen:
            return queryset
        if not is_key(chosen):
            raise IncorrectLookupParameters
        return queryset.filter(enrollment__track=chosen)


class StatusFilter(ChosenFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(state.value, state_word(state)) for state in State]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        return queryset.filter(status=chosen) if chosen else queryset


class IssuedFilter(admin.ListFilter):
    """Issued between two days in UTC, both included; either may be left out."""

    title = _("day of issue, in UTC")
    parameter_name = "issued"
    template = "admin/certificates/between.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.days = {name: params.pop(name, [""])[-1] for name in FROM_TO}
        self.used_parameters = {name: day for name, day in self.days.items() if day}

    def expected_parameters(self) -> list[str | None]:
        return [*FROM_TO]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield self.used_parameters

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Raises IncorrectLookupParameters where a day is none."""
        days = self.days.values()
        try:
            first, last = (date.fromisoformat(day) if day else None for day in days)
            return issued_between(queryset, first, last)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error


@admin.register(Certificate)
class CertificateAdmin(StatusPages, ForAdminsToRead):
    list_display = [
        "code",
        "name",
        "email",
        "track_title",
        "issued",
        "result",
        "status",
    ]
    list_filter = [TrackFilter, IssuedFilter, StatusFilter]
    list_filter_submit = True
    list_before_template = "admin/certificates/export.html"
    search_fields = [
        "documents__name",
        "enrollment__learner__name",
        "enrollment__learner__email",
        "code",
    ]
    search_help_text = _("Name, e-mail address or code")
    ordering = ["-issued_at", "-pk"]
    show_full_result_count = False
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
        user: Any = request.user
        return CERTIFICATES.rows(user).defer("facts")

    @admin.display(description=_("name"), empty_value="–")
    def name(self, certificate: Certificate) -> str | None:
        return certificate.printed_name or None

    @admin.display(description=_("e-mail address"), empty_value="–")
    def email(self, certificate: Any) -> str | None:
        address: str | None = certificate.email
        return address

    @admin.display(description=_("issued"), ordering="issued_at")
    def issued(self, certificate: Certificate) -> str:
        return date_format(certificate.issued_at.astimezone(UTC).date())

    @admin.display(description=_("knowledge score"), ordering="score")
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

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        name = "certificates_certificate_export"
        urls: list[Any] = super().get_urls()
        return [path("export/", view, name=name), *urls]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Just what the list shows under the same filters, all pages of it."""
        if admin_in(request) is None:
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:certificates_certificate_changelist")
        day = timezone.now().astimezone(UTC).date()
        return StreamingHttpResponse(
            stream_csv(CERTIFICATES, found),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="certificates-{day}.csv"'
            },
        )
