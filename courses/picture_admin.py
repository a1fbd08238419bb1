"""The pictures of one's own tracks in the admin: uploaded, looked at, deleted if unused."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy

from courses.models import Lesson, Picture, Track
from courses.picture_forms import PictureForm, picture_line
from courses.picture_store import PictureStorageError
from courses.picture_uses import shows
from courses.pictures import MAX_BYTES, PictureError
from courses.taught_admin import TaughtAdmin

_ = gettext_lazy
THUMBNAIL = 96  # px, the longer side
NOT_STORED = _(
    "The picture is not stored, as the site cannot reach the place of its pictures. Try "
    "again in some minutes; tell an admin if it stays so."
)


def with_uses(pictures: Any) -> Any:
    """Where each is shown: `lessons`, their ids and titles, and `described`."""
    showing = shows(OuterRef("digest"), OuterRef(OuterRef("digest")))
    lessons = Lesson.objects.filter(showing, track=OuterRef("track_id"))
    titles = lessons.order_by("position").values(use=JSONObject(id="pk", title="title"))
    described = Track.objects.filter(
        pk=OuterRef("track_id"), description_html__contains=OuterRef("digest")
    )
    return pictures.annotate(lessons=ArraySubquery(titles), described=Exists(described))


class PictureAdmin(TaughtAdmin):
    """A picture does not change: another comes beside it, and the text names that."""

    list_display = ["thumbnail", "name", "track", "measures", "shown_in", "made_at"]
    list_display_links = ["name"]
    list_filter = [("track", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["track"]
    list_per_page = 50
    search_fields = ["name", "track__title"]
    ordering = ["track__title", "track", "name"]
    fields = ["large", "line", "track", "measures", "weight", "shown_in", "made_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_uses(super().get_queryset(request).select_related("track"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_view_on_site_url(self, obj: Any = None) -> None:
        return None

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> str:
        scale = THUMBNAIL / max(picture.width, picture.height, THUMBNAIL)
        return format_html(
            '<img class="thumbnail" src="{}" width="{}" height="{}" loading="lazy" alt="">',
            picture.shown.address(picture.widths[0]),
            max(1, round(picture.width * scale)),
            max(1, round(picture.height * scale)),
        )

    @admin.display(description=_("picture"))
    def large(self, picture: Picture) -> str:
        return format_html(
            '<img class="picture" src="{}" width="{}" height="{}" alt="{}">',
            picture.shown.address(picture.widths[-1]),
            picture.width,
            picture.height,
            picture.name,
        )

    @admin.display(description=_("in a text"))
    def line(self, picture: Picture) -> str:
        words = gettext("What the picture shows")
        return format_html("<code>{}</code>", picture_line(picture.name, words))

    @admin.display(description=_("size"))
    def measures(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("file"))
    def weight(self, picture: Picture) -> str:
        return filesizeformat(picture.size)

    @admin.display(description=_("shown in"))
    def shown_in(self, picture: Any) -> str:
        uses = self.uses_of(picture)
        link = '<a class="to" href="{}">{}</a>'
        return format_html_join(", ", link, uses) if uses else gettext("Nowhere yet")

    def uses_of(self, picture: Any) -> list[tuple[str, str]]:
        """Address and title of each page of the admin whose text shows it."""
        uses = []
        if picture.described:
            track = reverse("admin:courses_track_change", args=[picture.track_id])
            uses.append((track, gettext("The track's description")))
        for lesson in picture.lessons:
            address = reverse("admin:courses_lesson_change", args=[lesson["id"]])
            uses.append((address, lesson["title"]))
        return uses

    # Adding

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page with the form; for the script of the lesson's page its answer is JSON."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        tracks = Track.objects.taught_by(request.user).order_by("title")
        if request.method == "POST":
            form = PictureForm(tracks, request.POST, request.FILES)
            return self._add(request, form)
        if "dialog" in request.GET:
            return self._dialog(request, PictureForm(tracks, auto_id=False))
        form = PictureForm(tracks, initial={"track": request.GET.get("track")})
        return self._page(request, form)

    def _add(self, request: HttpRequest, form: PictureForm) -> HttpResponse:
        wanted = request.get_preferred_type(["text/html", "application/json"])
        is_script = wanted == "application/json"
        picture, status = None, 422
        if form.is_valid():
            picture, status = self._saved(request, form)
        if picture is None:
            if is_script:
                faults = [str(text) for texts in form.errors.values() for text in texts]
                return JsonResponse({"error": " ".join(faults)}, status=status)
            return self._page(request, form, status)
        line = picture_line(picture.name, form.cleaned_data["description"])
        if is_script:
            return JsonResponse({"line": line})
        said = gettext("The picture is uploaded. Paste this into the text: %(line)s")
        messages.success(request, said % {"line": line})
        return redirect(self._address("change", picture))

    def _saved(
        self, request: HttpRequest, form: PictureForm
    ) -> tuple[Picture | None, int]:
        """The picture; where there is none, the form says why, and the status too."""
        try:
            with transaction.atomic():
                picture = form.save()
                self.log_addition(request, picture, gettext("Uploaded."))
        except PictureError as error:
            form.add_error("file", str(error))
            return None, 422
        except PictureStorageError:
            form.add_error("file", str(NOT_STORED))
            return None, 503
        return picture, 200

    def _page(
        self, request: HttpRequest, form: PictureForm, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Add a picture"),
            "opts": self.opts,
            "form": form,
            "errors": form.errors,
        }
        template = "admin/courses/add_picture.html"
        return TemplateResponse(request, template, context, status=status)

    def _dialog(self, request: HttpRequest, form: PictureForm) -> HttpResponse:
        form.fields["track"].widget = forms.HiddenInput()
        return render(
            request,
            "admin/courses/picture_dialog.html",
            {"form": form, "most": MAX_BYTES},
        )

    # Deleting

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Only what no text shows; the track is locked, as uploads and imports lock it."""
        with transaction.atomic():
            picture = self.find(request, object_id)
            if picture is not None and request.method == "POST":
                Track.objects.select_for_update(no_key=True).get(pk=picture.track_id)
                picture = self.find(request, object_id)
            if picture is None or not self.uses_of(picture):
                page: HttpResponse = super().delete_view(
                    request, object_id, extra_context
                )
                return page
            if not self.has_delete_permission(request, picture):
                raise PermissionDenied
            return self._keep(request, picture)

    def _keep(self, request: HttpRequest, picture: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("This cannot be deleted"),
            "subtitle": str(picture),
            "opts": self.opts,
            "object": picture,
            "uses": self.uses_of(picture),
            "change_url": self._address("change", picture),
        }
        status = 409 if request.method == "POST" else 200
        template = "admin/courses/shown_picture.html"
        return TemplateResponse(request, template, context, status=status)
