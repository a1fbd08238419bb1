"""One's own exports in the admin: how far each is, its file, and the end of it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.admin import ModelAdmin

from accounts.models import User
from certificates.reports.access import get_reader, reader_in
from certificates.reports.export_model import ExportState, ReportExport
from certificates.reports.export_rights import may_download
from certificates.reports.export_services import cancel, delete_export, start_again
from certificates.reports.export_store import ExportStorageError, open_file
from certificates.reports.export_words import (
    file_url,
    filters_of,
    page_url,
    standing_of,
    title_of,
)
from certificates.reports.page import XLSX
from courses.templatetags.look import moment_utc
from courses.typed_text import is_key

_ = gettext_lazy
NOT_REACHED = _(
    "The file is out of reach just now. Try again in some minutes; tell whoever runs "
    "this site if it stays so."
)


class ReportExportAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody sees the own rows alone; hidden and missing are the same 404."""

    list_display = ["what", "narrowed_to", "asked", "standing", "result"]
    list_per_page = 50
    ordering = ["-asked_at", "-pk"]
    show_full_result_count = False
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reader_in(request) is not None and self._is_own(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return reader_in(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or obj.asked_by_id == request.user.pk

    def get_queryset(self, request: HttpRequest) -> Any:
        user: Any = request.user
        return ReportExport.objects.asked_by(user)

    def get_urls(self) -> list[Any]:
        views = {
            "cancel": ("<int:pk>/cancel/", require_POST(self.cancel_view)),
            "again": ("<int:pk>/again/", require_POST(self.again_view)),
            "file": ("file/<str:token>/", require_safe(self.file_view)),
        }
        own = [
            path(
                route,
                self.admin_site.admin_view(view),
                name=f"certificates_reportexport_{name}",
            )
            for name, (route, view) in views.items()
        ]
        return [*own, *super().get_urls()]

    # The list

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        context = {"title": gettext("My exports"), **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    @admin.display(description=_("report"))
    def what(self, export: ReportExport) -> str:
        return title_of(export)

    @admin.display(description=_("narrowed to"), empty_value="–")
    def narrowed_to(self, export: ReportExport) -> str | None:
        return filters_of(export) or None

    @admin.display(description=_("asked for"))
    def asked(self, export: ReportExport) -> str:
        return moment_utc(export.asked_at)

    @admin.display(description=_("state"))
    def standing(self, export: ReportExport) -> str:
        return standing_of(export)

    @admin.display(description=_("file"), empty_value="–")
    def result(self, export: ReportExport) -> str | None:
        if not export.is_ready:
            return None
        return format_html(
            '<a class="to" href="{}">{}</a>', file_url(export), gettext("Download")
        )

    # One of them

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """How far it is; the part of it that is asked for every two seconds, too."""
        reader = get_reader(request)
        export = self._own(reader, unquote(object_id))
        context = {
            "export": export,
            "standing": standing_of(export),
            "page_url": page_url(export),
        }
        if getattr(request, "htmx", False):
            return self._progress(request, export, context)
        context |= {
            **self.admin_site.each_context(request),
            "title": title_of(export),
            "subtitle": gettext("My exports"),
            "opts": self.opts,
            "filters": filters_of(export),
            "file_url": file_url(export),
        }
        return TemplateResponse(request, "admin/certificates/export_page.html", context)

    def _progress(
        self, request: HttpRequest, export: ReportExport, context: dict[str, Any]
    ) -> HttpResponse:
        """Once there is something else to do than to wait, the page is read anew."""
        if request.GET.get("seen") != export.phase:
            return HttpResponse(headers={"HX-Refresh": "true"})
        template = "admin/certificates/_export_progress.html"
        return TemplateResponse(request, template, context)

    def _own(self, reader: User, key: str) -> ReportExport:
        mine = ReportExport.objects.asked_by(reader)
        export = mine.filter(pk=key).first() if is_key(key) else None
        if export is None:
            raise Http404
        return export

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        export = self._own(get_reader(request), str(pk))
        cancel(export)
        return redirect(page_url(export))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        export = self._own(get_reader(request), str(pk))
        if not start_again(export):
            messages.info(request, gettext("There is nothing to start again."))
        return redirect(page_url(export))

    def file_view(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """For who asked alone, in time, and with the right to all that it holds."""
        user: Any = request.user
        found = ReportExport.objects.asked_by(user).filter(token=token)
        export = found.filter(state=ExportState.DONE).first()
        if export is None or not export.is_ready or not may_download(user, export):
            raise Http404
        try:
            content = open_file(export.file)
        except FileNotFoundError as error:
            raise Http404 from error
        except ExportStorageError:
            messages.error(request, str(NOT_REACHED))
            return redirect(page_url(export))
        name = f"{export.report}-{export.ended_at:%Y-%m-%d}.xlsx"
        return FileResponse(
            content, as_attachment=True, filename=name, content_type=XLSX
        )

    # The end of one

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        self._own(get_reader(request), unquote(object_id))
        try:
            page: HttpResponse = super().delete_view(request, object_id, extra_context)
        except ExportStorageError:
            messages.error(request, str(NOT_REACHED))
            return redirect("admin:certificates_reportexport_changelist")
        return page

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_export(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing hangs on it; the one question is whether it is one's own."""
        return [str(self.what(export)) for export in objs], {}, set(), []

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """There is none: the audit log has what left the site."""
        raise Http404
