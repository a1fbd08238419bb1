"""The live preview beside a lesson's text, and the help on what can be typed."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from courses.admin import LessonAdmin
from courses.models import Lesson, Track
from courses.syntax import examples
from gradus.http import framed
from quizzes.models import Question
from quizzes.preview import preview_of_stored, preview_of_typed


class PreviewsLesson(LessonAdmin):
    """Shows the author what learners would see; it stores nothing."""

    class Media:
        js = ["js/preview.js"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The preview stands beside the text."""
        beside = {"markdown": ("markdown", "preview")}
        return [
            (name, options | {"fields": [beside.get(f, f) for f in options["fields"]]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "preview"]

    @admin.display(description=_("what learners see"))
    def preview(self, lesson: Lesson) -> str:
        key = [] if lesson.pk is None else [lesson.pk]
        context = {
            "preview_url": reverse("admin:courses_lesson_preview", args=key),
            "syntax_url": reverse("admin:courses_lesson_syntax"),
        }
        return render_to_string("admin/courses/preview_field.html", context)

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(self.preview_view)
        syntax = self.admin_site.admin_view(self.syntax_view)
        name = "courses_lesson_preview"
        return [
            path("preview/", preview, name=name),
            path("<int:pk>/preview/", preview, name=name),
            path("syntax/", syntax, name="courses_lesson_syntax"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """GET: as it is stored. POST: as it is typed; the form may be half filled in."""
        lesson = None
        if pk is not None:
            lesson = self.find(request, pk)
            if lesson is None:
                raise Http404
        may = self.has_change_permission if lesson else self.has_add_permission
        if not may(request, *([lesson] if lesson else [])):
            raise PermissionDenied
        if request.method == "POST":
            return self._of_typed(request, lesson)
        return preview_of_stored(request, lesson)

    def _of_typed(self, request: HttpRequest, lesson: Lesson | None) -> HttpResponse:
        change = lesson is not None
        form = self.get_form(request, lesson, change=change)(
            request.POST, instance=lesson
        )
        formsets, _inlines = self._create_formsets(request, form.instance, change)
        questions = next(each for each in formsets if each.model is Question)
        track = lesson.track if lesson else self._chosen_track(request, form)
        return preview_of_typed(request, form, questions, track)

    def _chosen_track(self, request: HttpRequest, form: Any) -> Track | None:
        """One of those the form offers, which are those that the author teaches."""
        value = str(form["track"].value() or "")
        if not value.isdecimal() or len(value) > 18:
            return None
        found: Track | None = form.fields["track"].queryset.filter(pk=value).first()
        return found

    def syntax_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"examples": examples()}
        return framed(render(request, "admin/courses/syntax.html", context))
