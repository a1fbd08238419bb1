"""Copies of tracks, lessons and questions, by a button of their pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from courses.models import Track
from courses.publishing import TrackFullError
from courses.taught_admin import TaughtAdmin
from quizzes.duplicating import (
    LessonFullError,
    duplicate_lesson,
    duplicate_question,
    duplicate_track,
)
from quizzes.models import Question
from quizzes.revising import QuestionReplacedError

_ADDED: list[dict[str, Any]] = [{"added": {}}]


def duplicate_button(question: Question) -> str:
    """Sends a form of its own that stands outside the lesson's (templates/admin/desk_post)."""
    return format_html(
        '<button class="to" form="desk-post" formaction="{}">{}</button>',
        reverse("admin:quizzes_question_duplicate", args=[question.pk]),
        _("Duplicate"),
    )


class Duplicates(TaughtAdmin):
    """A row and all below it is copied; the message leads to the copy."""

    copy: Callable[[HttpRequest, Any], Any]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.duplicate_view))
        name = f"courses_{self.opts.model_name}_duplicate"
        return [
            path("<int:object_id>/duplicate/", view, name=name),
            *super().get_urls(),
        ]

    def duplicate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self.find(request, object_id)
        if row is None or not self.has_add_permission(request):
            raise Http404
        try:
            with transaction.atomic():
                copy = self.copy(request, row)
                self.log_addition(request, copy, _ADDED)
        except IntegrityError:
            said = _("Somebody took the address of the copy just now. Press once more.")
            messages.error(request, said)
        except TrackFullError as full:
            messages.error(request, str(full))
        else:
            link = format_html(
                '<a class="to" href="{}">{}</a>', self._address("change", copy), copy
            )
            messages.success(request, format_html(_("The copy is a draft: {}"), link))
        return redirect(self._address("change", row))


class DuplicatesTrack(Duplicates):
    def copy(self, request: HttpRequest, row: Track) -> Track:
        """Who makes the copy teaches it."""
        if not isinstance(request.user, User):
            raise Http404
        copy = duplicate_track(row, request.user)
        request.taught = None  # type: ignore[attr-defined]
        return copy


class DuplicatesLesson(Duplicates):
    """Its questions can be copied one by one, too."""

    def copy(self, request: HttpRequest, row: Any) -> Any:
        return duplicate_lesson(row)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.duplicate_question_view))
        address = "questions/<int:pk>/duplicate/"
        return [
            path(address, view, name="quizzes_question_duplicate"),
            *super().get_urls(),
        ]

    def duplicate_question_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        current = Question.objects.current().select_related("lesson__track")
        question = current.filter(lesson__in=self.get_queryset(request), pk=pk).first()
        if question is None:
            raise Http404
        try:
            with transaction.atomic():
                copy = duplicate_question(question)
                said = _("The question “%(question)s” was copied.")
                said %= {"question": question}
                self.log_change(request, copy.lesson, said)
        except QuestionReplacedError:
            messages.error(request, _("The lesson no longer asks this question."))
        except LessonFullError as full:
            messages.error(request, str(full))
        else:
            messages.success(request, said + " " + _("The copy stands below it."))
        return redirect(
            reverse("admin:courses_lesson_change", args=[question.lesson_id])
        )
