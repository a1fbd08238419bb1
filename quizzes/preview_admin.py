"""The live preview beside the text of a track or lesson, and the help on what can be typed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from courses.admin import LessonAdmin, TrackAdmin
from courses.models import Track
from courses.syntax import examples
from courses.taught_admin import TaughtAdmin
from courses.typed_text import is_key
from gradus.http import framed
from quizzes import track_preview
from quizzes.models import Question
from quizzes.preview import preview_field, preview_of_stored, preview_of_typed


class Previews(TaughtAdmin):
    """Shows the author what learners would see; it stores nothing."""

    previewed = ""  # the field that the preview stands beside

    class Media:
        js = ["js/preview.js"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The preview stands beside the text."""
        beside = {self.previewed: (self.previewed, "preview")}
        return [
            (name, options | {"fields": [beside.get(f, f) for f in options["fields"]]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "preview"]

    @admin.display(description=_("what learners see"))
    def preview(self, row: Any) -> str:
        key = [] if row.pk is None else [row.pk]
        return preview_field(reverse(f"admin:{self._preview_name}", args=key))

    @property
    def _preview_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_preview"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        return [
            path("preview/", view, name=self._preview_name),
            path("<int:pk>/preview/", view, name=self._preview_name),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """GET: as it is stored. POST: as it is typed; the form may be half filled in."""
        row = None
        if pk is not None:
            row = self.find(request, pk)
            if row is None:
                raise Http404
        may = self.has_change_permission if row else self.has_add_permission
        if not may(request, *([row] if row else [])):
            raise PermissionDenied
        if request.method != "POST":
            return self.of_stored(request, row)
        form = self.get_form(request, row, change=row is not None)
        return self.of_typed(request, form(request.POST, instance=row))

    of_stored: Callable[[HttpRequest, Any], HttpResponse]  # None: a new row
    of_typed: Callable[[HttpRequest, Any], HttpResponse]  # a form, bound, valid or not


class PreviewsTrack(Previews, TrackAdmin):
    previewed = "description"
    of_stored = staticmethod(track_preview.of_stored)
    of_typed = staticmethod(track_preview.of_typed)


class PreviewsLesson(Previews, LessonAdmin):
    previewed = "markdown"
    of_stored = staticmethod(preview_of_stored)

    def get_urls(self) -> list[Any]:
        syntax = self.admin_site.admin_view(self.syntax_view)
        return [
            path("syntax/", syntax, name="courses_lesson_syntax"),
            *super().get_urls(),
        ]

    def of_typed(self, request: HttpRequest, form: Any) -> HttpResponse:
        lesson, change = form.instance, form.instance.pk is not None
        formsets, _inlines = self._create_formsets(request, lesson, change)
        questions = next(each for each in formsets if each.model is Question)
        track = lesson.track if change else self._chosen_track(request, form)
        return preview_of_typed(request, form, questions, track)

    def _chosen_track(self, request: HttpRequest, form: Any) -> Track | None:
        """One of those the form offers, which are those that the author teaches."""
        value = str(form["track"].value() or "")
        if not is_key(value):
            return None
        found: Track | None = form.fields["track"].queryset.filter(pk=value).first()
        return found

    def syntax_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"examples": examples()}
        return framed(render(request, "admin/courses/syntax.html", context))
