"""What the admin's pages of tracks and of lessons do for their history."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from courses.constraints import REFUSED
from courses.models import Lesson, Track
from courses.taught_admin import TaughtAdmin
from exchange.history_pages import (
    change_url,
    find_version,
    find_version_with,
    history_context,
    question_context,
    restore_context,
    version_context,
)
from exchange.keeping import (
    Occasion,
    keep_found,
    keep_found_lessons,
    keep_lessons,
    keep_track,
)
from exchange.models import Version, What
from exchange.restoring import NotRestoredError, restore
from exchange.track_source import TrackFolderError
from quizzes.models import Question


class RestoreForm(forms.Form):
    """Which text was there when the person saw what would be restored."""

    agreed = forms.CharField(max_length=64, widget=forms.HiddenInput)


class KeepsVersions(TaughtAdmin):
    """Each change that the admin notes down leaves a version, if a text is another now.

    Django, unfold and every page of ours that changes a row end in log_change.
    """

    def lock(self, request: HttpRequest, object_id: str | None) -> None:
        super().lock(request, object_id)
        if object_id is not None:
            row = self.find(request, unquote(object_id))
            if row is not None:
                _keep_found(row)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry: LogEntry = super().log_addition(request, obj, message)
        _keep(obj, _occasion(request, entry))
        return entry

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry: LogEntry = super().log_change(request, obj, message)
        _keep(obj, _occasion(request, entry))
        return entry

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> Any:
        """What is deleted leaves its last version."""
        for row in queryset:
            _keep_found(row)
        return super().log_deletions(request, queryset)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        version = self.admin_site.admin_view(self.version_view)
        restore = self.admin_site.admin_view(self.restore_view)
        address = "<int:pk>/history/<int:version_id>/"
        return [
            path(address, version, name=f"{name}_version"),
            path(f"{address}restore/", restore, name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.find(request, unquote(object_id))
        if row is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        return self._page(request, "history", history_context(row, request))

    def version_view(
        self, request: HttpRequest, pk: int, version_id: int
    ) -> HttpResponse:
        row = self._row(request, pk)
        version = find_version(row, version_id)
        context = version_context(row, version, request)
        return self._page(request, "version", context)

    def restore_view(
        self, request: HttpRequest, pk: int, version_id: int
    ) -> HttpResponse:
        """Shows what would be restored, and with a POST restores it."""
        row = self._row(request, pk)
        return self._restoring(request, row, find_version(row, version_id))

    def _restoring(
        self,
        request: HttpRequest,
        row: Any,
        version: Version,
        question: Question | None = None,
    ) -> HttpResponse:
        """question: the one that is restored alone."""
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        form = RestoreForm(request.POST or None)
        refusal: Exception | None = None
        if form.is_valid() and request.user.is_authenticated:
            agreed = form.cleaned_data["agreed"]
            handle = question.handle if question else None
            try:
                restored = restore(version, request.user, agreed, handle)
            except (TrackFolderError, NotRestoredError) as error:
                refusal = error
            except REFUSED as error:
                messages.error(request, self._refusal(error))
                return redirect(request.path)
            else:
                messages.success(request, _("The version is restored."))
                return redirect(change_url(restored.row))
        context = restore_context(row, version, refusal, question)
        status = 409 if request.method == "POST" else 200
        return self._page(request, "restore", context, status)

    def _row(self, request: HttpRequest, pk: int) -> Any:
        """Raises Http404 where it is missing or somebody else's."""
        row = self.find(request, pk)
        if row is None:
            raise Http404
        return row

    def _page(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        template = f"admin/exchange/{name}.html"
        return TemplateResponse(request, template, context, status=status)


class KeepsQuestionsVersions(KeepsVersions):
    """A lesson's, whose questions each have a history of their own."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.question_history_view)
        restore = self.admin_site.admin_view(self.question_restore_view)
        address = "questions/<int:pk>/history/"
        return [
            path(address, view, name="quizzes_question_history"),
            path(
                f"{address}<int:version_id>/restore/",
                restore,
                name="quizzes_question_restore",
            ),
            *super().get_urls(),
        ]

    def question_history_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Of a retired or replaced one, too."""
        context = question_context(self._question(request, pk), request)
        return self._page(request, "question_history", context)

    def question_restore_view(
        self, request: HttpRequest, pk: int, version_id: int
    ) -> HttpResponse:
        question = self._question(request, pk)
        version = find_version_with(question, version_id)
        return self._restoring(request, question.lesson, version, question)

    def _question(self, request: HttpRequest, pk: int) -> Question:
        asked = Question.objects.select_related("lesson__track")
        question = asked.filter(lesson__in=self.get_queryset(request), pk=pk).first()
        if question is None:
            raise Http404
        return question


def _occasion(request: HttpRequest, entry: LogEntry) -> Occasion:
    by = request.user if request.user.is_authenticated else None
    return Occasion(What.SAVED, by, entry)


def _keep(row: Track | Lesson, occasion: Occasion) -> None:
    if isinstance(row, Track):
        keep_track(row.pk, occasion)
        # a duplicate comes with its lessons
        along = replace(occasion, entry=None)
        keep_found_lessons(Lesson.objects.filter(track=row.pk), along)
    elif isinstance(row, Lesson):
        keep_lessons([row.pk], occasion)


def _keep_found(row: Track | Lesson) -> None:
    if isinstance(row, Track):
        keep_found(row.pk)
    else:
        keep_found_lessons(Lesson.objects.filter(pk=row.pk))
