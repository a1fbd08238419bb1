"""In the admin: a track out of a zip, looked at first, and a track as a zip."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import action

from accounts.models import User
from courses.models import Track
from courses.taught_admin import TaughtAdmin
from exchange.models import TrackUpload
from exchange.report import ImportReport
from exchange.saving import TrackChangedError
from exchange.stored import export_track_zip
from exchange.track_source import TrackFolderError
from exchange.upload_forms import AgreedForm, ZipForm
from exchange.upload_page import changes_by_file, first_problems
from exchange.uploads import (
    UploadGoneError,
    apply_upload,
    cancel_upload,
    find_upload,
    keep_upload,
    look_at,
    open_upload,
)
from exchange.zip_files import MAX_ARCHIVE_BYTES

_ = gettext_lazy


class ImportsTracks(TaughtAdmin):
    """The list of tracks with the way in, and a track's page with the way out."""

    actions_list = ["import_zip"]
    actions_detail = ["download_zip"]

    def get_urls(self) -> list[Any]:
        look = self.admin_site.admin_view(self.upload_view)
        cancel = self.admin_site.admin_view(require_POST(self.cancel_view))
        start = "import/<uuid:key>/"
        return [
            path(start, look, name="exchange_trackupload_look"),
            path(f"{start}cancel/", cancel, name="exchange_trackupload_cancel"),
            *super().get_urls(),
        ]

    @action(  # type: ignore[untyped-decorator]
        description=_("Import a track folder (zip)"),
        url_path="import",
        icon="upload_file",
    )
    def import_zip(self, request: HttpRequest) -> HttpResponse:
        """Takes the file; what is wrong with it comes back all at once."""
        by = self._importer(request)
        if request.method != "POST":
            return self._ask(request, ZipForm())
        form = ZipForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(request, form, status=422)
        file = form.cleaned_data["folder"]
        try:
            upload = keep_upload(by, file.name, file.read())
        except TrackFolderError as error:
            return self._ask(request, form, error, status=422)
        address = _address_of(upload)
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return JsonResponse({"next": address})
        return redirect(address)

    def upload_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """What the upload would change; with a POST, it does."""
        by = self._importer(request)
        if request.method == "POST":
            return self._apply(request, by, key)
        try:
            upload = find_upload(by, key)
            try:
                report = look_at(upload, by)
            except TrackFolderError as error:
                return self._refused(request, upload, error)
        except UploadGoneError:
            raise Http404 from None
        return self._show(request, upload, report)

    def cancel_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if cancel_upload(self._importer(request), key):
            messages.success(request, gettext("Nothing was imported."))
        return redirect("admin:courses_track_changelist")

    @action(description=_("Download as zip"), url_path="zip", icon="download")  # type: ignore[untyped-decorator]
    def download_zip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        track = self.find(request, object_id)
        if track is None:
            raise Http404
        try:
            archive = export_track_zip(track)
        except TrackFolderError as error:
            context = {
                "title": gettext("This track cannot be a folder yet"),
                "problems": first_problems(str(error).splitlines()),
                "back": reverse("admin:courses_track_change", args=[track.pk]),
            }
            return self._upload_page(request, "not_written", context, status=409)
        response = HttpResponse(archive, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{track.slug}.zip"'
        return response

    def _importer(self, request: HttpRequest) -> User:
        """Who may add a track may import one."""
        by = request.user
        if not isinstance(by, User) or not self.has_add_permission(request):
            raise PermissionDenied
        return by

    def _apply(self, request: HttpRequest, by: User, key: UUID) -> HttpResponse:
        form = AgreedForm(request.POST)
        agreed = form.cleaned_data.get("agreed", "") if form.is_valid() else ""
        ticked = form.cleaned_data.get("retire", [])
        try:
            try:
                source = open_upload(by, key)
                with transaction.atomic():
                    report = apply_upload(by, key, source, agreed, ticked)
                    track = Track.objects.get(slug=report.slug)
                    self.log_change(request, track, str(report))
            except TrackChangedError as error:
                upload = find_upload(by, key)
                return self._show(request, upload, error.report, ticked, status=409)
            except TrackFolderError as error:
                return self._refused(request, find_upload(by, key), error)
        except UploadGoneError:
            said = gettext("This upload is gone: it was applied, cancelled or too old.")
            messages.warning(request, said)
            return redirect("admin:courses_track_changelist")
        messages.success(request, str(report))
        return redirect("admin:courses_track_change", track.pk)

    def _ask(
        self,
        request: HttpRequest,
        form: ZipForm,
        error: TrackFolderError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "title": gettext("Import a track folder"),
            "form": form,
            "most": MAX_ARCHIVE_BYTES,
            "count": len(error.problems) if error else 0,
            "problems": first_problems(str(error).splitlines()) if error else [],
        }
        return self._upload_page(request, "import", context, status)

    def _show(
        self,
        request: HttpRequest,
        upload: TrackUpload,
        report: ImportReport,
        ticked: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "title": gettext("What this import would change"),
            "subtitle": upload.name,
            "upload": upload,
            "report": report,
            "warnings": first_problems([str(each) for each in report.warnings]),
            "files": changes_by_file(report),
            "ticked": ticked or [],
            "is_anew": status == 409,
        }
        return self._upload_page(request, "import_changes", context, status)

    def _refused(
        self, request: HttpRequest, upload: TrackUpload, error: TrackFolderError
    ) -> HttpResponse:
        context = {
            "title": gettext("This cannot be imported"),
            "subtitle": upload.name,
            "upload": upload,
            "problems": first_problems(str(error).splitlines()),
        }
        return self._upload_page(request, "import_refused", context, status=409)

    def _upload_page(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        template = f"admin/exchange/{name}.html"
        return TemplateResponse(request, template, context, status=status)


def _address_of(upload: TrackUpload) -> str:
    return reverse("admin:exchange_trackupload_look", args=[upload.pk])
