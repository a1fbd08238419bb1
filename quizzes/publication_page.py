"""The page on which a track or a lesson is opened and closed, with what was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from courses.constraints import REFUSED
from courses.models import Lesson, Track
from courses.publication_words import moment_of
from courses.taught_admin import TaughtAdmin
from quizzes.publication import findings_in
from quizzes.publication_forms import PublicationForm
from quizzes.publishing_checks import Finding

ACTIONS = ["now", "at", "draft", "archive", "take_back"]


@dataclass(frozen=True)
class Checked:
    """A lesson and what was found in it."""

    lesson: Lesson
    findings: Sequence[Finding]

    @property
    def has_faults(self) -> bool:
        return any(finding.is_fault for finding in self.findings)

    @property
    def url(self) -> str:
        return reverse("admin:courses_lesson_change", args=[self.lesson.pk])


def check(lessons: Sequence[Lesson]) -> list[Checked]:
    """All of them as if they were about to be published together."""
    found = findings_in(lessons)
    return [Checked(lesson, found[lesson.pk]) for lesson in lessons]


class OpensAndCloses(TaughtAdmin):
    """A page beside the form on which a row is published, scheduled and taken back.

    standing: the sentence that says where a row stands.
    checked: the lessons that the page speaks of.
    actions_for: what the page offers: now, at, draft, archive, take_back.
    do: does what the form says, and returns the sentence that says so.
    done_before: of an action, perhaps one that is not offered now, with its lessons: the
        sentence that says that this is so already; "" where it is not.
    """

    standing: Any
    checked: Callable[[Any], list[Checked]]
    actions_for: Callable[[Any, Sequence[Checked]], list[str]]
    do: Callable[[Any, PublicationForm], str]
    done_before: Callable[[Any, Mapping[str, Any]], str]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.publication_view)
        name = f"courses_{self.opts.model_name}_publication"
        urls: list[Any] = super().get_urls()
        return [path("<int:object_id>/publication/", view, name=name), *urls]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where it stands comes after its texts; a new row stands nowhere yet."""
        first, *rest = super().get_fieldsets(request, obj)
        shown = (gettext("Publication"), {"fields": ["publication"]})
        return [first, *([shown] if obj is not None else []), *rest]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "publication"]

    def _publication(self, obj: Any, **context: Any) -> str:
        context |= {
            "row": obj,
            "standing": self.standing(obj),
            "publication_url": self._address("publication", obj),
        }
        return render_to_string("admin/courses/publication_field.html", context)

    # The page

    def own_findings(self, obj: Any) -> Sequence[Finding]:
        """What was found in its own text, where that is no lesson."""
        return []

    def opened_along(
        self, checked: Sequence[Checked], form: PublicationForm
    ) -> list[Lesson]:
        """The lessons whose history it stands in, too."""
        return []

    def publication_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Shows what stands in the way, and with a POST opens or closes it.

        What somebody is saving at that moment is waited for, and looked at.
        """
        refusal = ""
        if request.method == "POST":
            try:
                with transaction.atomic():
                    self.lock(request, str(object_id))
                    return self._publish(request, object_id)
            except REFUSED as error:
                refusal = str(self._refusal(error))
        return self._publish(request, object_id, refusal)

    def _publish(
        self, request: HttpRequest, object_id: int, refusal: str = ""
    ) -> HttpResponse:
        """refusal: why what was sent could not be done; it is shown again, as it was."""
        obj = self.find(request, object_id)
        if obj is None or not self.has_change_permission(request, obj):
            raise Http404
        if request.method == "POST" and not refusal and self._says_done(request, obj):
            return redirect(self._address("change", obj))
        checked = self.checked(obj)
        actions = self.actions_for(obj, checked)
        sound = [each.lesson.pk for each in checked if not each.has_faults]
        sent = [request.POST] if request.method == "POST" else []
        form = PublicationForm(actions, sound, *sent)
        if form.is_valid() and not refusal:
            said = self.do(obj, form)
            self.log_change(request, obj, said)
            self.log_many(request, self.opened_along(checked, form), said)
            messages.success(request, said)
            return redirect(self._address("change", obj))
        if refusal:
            form.add_error(None, refusal)
        page = self._publication_page(request, obj, checked, actions, form)
        page.status_code = 409 if refusal else page.status_code
        return page

    def _says_done(self, request: HttpRequest, obj: Any) -> bool:
        """A second press of the same button does nothing, and is told so."""
        lessons = obj.lessons.all() if isinstance(obj, Track) else Lesson.objects.none()
        ids = list(lessons.values_list("pk", flat=True))
        sent = PublicationForm(ACTIONS, ids, request.POST)
        before = sent.is_valid() and self.done_before(obj, sent.cleaned_data)
        if before:
            messages.info(request, before)
        return bool(before)

    def _publication_page(
        self,
        request: HttpRequest,
        obj: Any,
        checked: Sequence[Checked],
        actions: Sequence[str],
        form: PublicationForm,
    ) -> HttpResponse:
        own = self.own_findings(obj)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Publication"),
            "subtitle": str(obj),
            "opts": self.opts,
            "original": obj,
            "is_track": isinstance(obj, Track),
            "standing": self.standing(obj),
            "checked": checked,
            "offered": actions,
            "form": form,
            "zone": timezone.localtime().tzname(),
            "has_warnings": bool(own) or any(each.findings for each in checked),
            "change_url": self._address("change", obj),
            "own": {"findings": own, "url": self._address("change", obj)},
        }
        return TemplateResponse(
            request,
            "admin/courses/publication.html",
            context,
            status=422 if form.is_bound else 200,
        )


def is_open(row: Track | Lesson) -> bool:
    """By its own time alone."""
    return row.published_at is not None and row.published_at <= timezone.now()


def opens_then(at: datetime) -> str:
    said = gettext("It is published from %(when)s already.")
    return said % {"when": moment_of(at)}
