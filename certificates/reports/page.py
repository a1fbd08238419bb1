"""A report in the admin: its filters, its totals, its list, and the list as a file."""

import re
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, cast

from django.db.models import Max, QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe
from unfold.admin import ModelAdmin

from accounts.audit import record_export
from accounts.models import User
from certificates.reports.access import get_reader, reader_in
from certificates.reports.columns import Report
from certificates.reports.csv_file import stream_csv
from certificates.reports.export_services import ask_for
from certificates.reports.export_words import page_url
from certificates.reports.forms import ReportForm
from certificates.reports.xlsx_file import write_xlsx

PAGE = 50  # rows
AT_ONCE = 20_000  # rows; a larger spreadsheet is made in the background
# While a table costs no more than so many rows of certificates, its totals are summed up
# with each page; else the page asks for them once it is there.
FEW = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")  # of a page


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    number: int  # from 1
    has_next: bool


class ShowsReport(ModelAdmin):  # type: ignore[misc]
    """The list of this model is a report, for those who may read it."""

    report: Report
    rows_template: str

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reader_in(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return reader_in(request) is not None

    def get_urls(self) -> list[Any]:
        views = {
            "export": ("export/", self.csv_view),
            "xlsx": ("export/xlsx/", self.xlsx_view),
            "totals": ("totals/", self.totals_view),
        }
        own = [
            path(
                route,
                self.admin_site.admin_view(require_safe(view)),
                name=self._name(page),
            )
            for page, (route, view) in views.items()
        ]
        background = path(
            "export/background/",
            self.admin_site.admin_view(self.background_view),
            name=self._name("background"),
        )
        return [*own, background, *super().get_urls()]

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _address(self, page: str, query: QueryDict, **changed: object) -> str:
        """Of a page of this report under the same filters."""
        query = query.copy()
        query.pop("p", None)
        for name, value in changed.items():
            query[name] = str(value)
        address = reverse(f"admin:{self._name(page)}")
        return f"{address}?{query.urlencode()}" if query else address

    # The list

    @method_decorator(require_safe)
    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """A page of the rows that the fields above it leave, or what is wrong in them."""
        reader = get_reader(request)
        form = self.report.form(reader, request.GET)
        context = self._context(request, form) | (extra_context or {})
        if not form.is_valid():
            return TemplateResponse(
                request, "admin/certificates/report.html", context, status=422
            )
        rows = form.narrow(self.report.rows(reader))
        page = self._page(rows, request.GET.get("p", ""))
        context |= {
            "page": page,
            "before_url": self._address("changelist", request.GET, p=page.number - 1),
            "after_url": self._address("changelist", request.GET, p=page.number + 1),
            "figures": self.report.figures(rows)
            if page.rows and self._has_few()
            else None,
            "teaches_nothing": not form.tracks.exists(),
        }
        return TemplateResponse(request, "admin/certificates/report.html", context)

    def _context(self, request: HttpRequest, form: ReportForm) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": self.report.title,
            "opts": self.opts,
            "report": self.report,
            "form": form,
            "rows_template": self.rows_template,
            "list_url": self._address("changelist", QueryDict()),
            "totals_url": self._address("totals", request.GET),
            "csv_url": self._address("export", request.GET),
            "xlsx_url": self._address("xlsx", request.GET),
        }

    def _page(self, rows: QuerySet[Any], asked: str) -> Page:
        """One row more than is shown tells whether there is another page: to count them

        all would be to read them all.
        """
        number = int(asked) if _NUMBER.fullmatch(asked) else 1
        found = self.report.page(rows, (number - 1) * PAGE, PAGE + 1)
        return Page(found[:PAGE], number, len(found) > PAGE)

    def _has_few(self) -> bool:
        """By the last key: looked up, not counted."""
        last = self.model._default_manager.aggregate(last=Max("pk"))["last"]
        return (last or 0) * self.report.figures_cost <= FEW

    # What it adds up to

    def totals_view(self, request: HttpRequest) -> HttpResponse:
        """For the list, which puts it in its place; or a page of its own."""
        reader = get_reader(request)
        form = self.report.form(reader, request.GET)
        if not form.is_valid():
            return redirect(self._address("changelist", request.GET))
        rows = form.narrow(self.report.rows(reader))
        context = self._context(request, form) | {
            "figures": self.report.figures(rows),
            "back_url": self._address("changelist", request.GET),
        }
        is_part = getattr(request, "htmx", False)
        template = "_totals.html" if is_part else "totals.html"
        return TemplateResponse(request, f"admin/certificates/{template}", context)

    # The files

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """Just what the list shows under the same filters, all pages of it."""
        reader = get_reader(request)
        form = self.report.form(reader, request.GET)
        if not form.is_valid():
            return redirect(self._address("changelist", request.GET))
        rows = form.narrow(self.report.rows(reader))
        if request.method == "GET":  # HEAD takes no row away
            self._record(reader, form, "csv", rows.count())
        return StreamingHttpResponse(
            stream_csv(self.report, rows),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{self._file("csv")}"'
            },
        )

    def xlsx_view(self, request: HttpRequest) -> HttpResponseBase:
        """The same as a spreadsheet."""
        reader = get_reader(request)
        form = self.report.form(reader, request.GET)
        if not form.is_valid():
            return redirect(self._address("changelist", request.GET))
        rows = form.narrow(self.report.rows(reader))
        count = rows.order_by()[: AT_ONCE + 1].count()
        if count > AT_ONCE:
            return redirect(self._address("background", request.GET))
        if request.method == "GET":
            self._record(reader, form, "xlsx", count)
        file = TemporaryFile()  # noqa: SIM115 (the response closes it)
        write_xlsx(self.report, rows, cast("Any", file))
        file.seek(0)
        return FileResponse(
            file, as_attachment=True, filename=self._file("xlsx"), content_type=XLSX
        )

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def background_view(self, request: HttpRequest) -> HttpResponse:
        """A spreadsheet that is long: says what will happen; a POST has it begin."""
        reader = get_reader(request)
        form = self.report.form(reader, request.GET)
        if not form.is_valid():
            return redirect(self._address("changelist", request.GET))
        count = form.narrow(self.report.rows(reader)).count()
        if request.method == "POST":
            return redirect(page_url(ask_for(reader, self.report, form, count)))
        context = self._context(request, form) | {
            "count": count,
            "back_url": self._address("changelist", request.GET),
        }
        return TemplateResponse(request, "admin/certificates/export_ask.html", context)

    def _record(self, reader: User, form: ReportForm, kind: str, rows: int) -> None:
        record_export(
            reader,
            self.report.key,
            kind,
            rows=rows,
            filters=form.filters,
            is_searched=form.is_searched,
        )

    def _file(self, ending: str) -> str:
        day = timezone.now().date()  # the clock is in UTC
        return f"{self.report.key}-{day}.{ending}"
