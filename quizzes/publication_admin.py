"""Opening and closing tracks and lessons in the admin, and what is said before that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext

from courses import publishing
from courses.models import Lesson, Track
from courses.publication_words import (
    moment_of,
    standing_of_lesson,
    standing_of_track,
)
from courses.taught_admin import TaughtAdmin
from quizzes.publication import drafts_of, findings_in, findings_in_description
from quizzes.publication_forms import PublicationForm
from quizzes.publishing_checks import Finding

_ = gettext_lazy


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
    """

    standing: Any
    checked: Callable[[Any], list[Checked]]
    actions_for: Callable[[Any, Sequence[Checked]], list[str]]
    do: Callable[[Any, PublicationForm], str]

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
        with transaction.atomic():
            if request.method == "POST":
                self.lock(request, str(object_id))
            obj = self.find(request, object_id)
            if obj is None or not self.has_change_permission(request, obj):
                raise Http404
            checked = self.checked(obj)
            actions = self.actions_for(obj, checked)
            sound = [each.lesson.pk for each in checked if not each.has_faults]
            sent = [request.POST] if request.method == "POST" else []
            form = PublicationForm(actions, sound, *sent)
            if form.is_valid():
                said = self.do(obj, form)
                self.log_change(request, obj, said)
                self.log_many(request, self.opened_along(checked, form), said)
                messages.success(request, said)
                return redirect(self._address("change", obj))
        return self._publication_page(request, obj, checked, actions, form)

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


class PublishesLesson(OpensAndCloses):
    actions = ["publish", "unpublish"]
    actions_submit_line = ["publish_now"]
    standing = staticmethod(standing_of_lesson)

    @admin.display(description=_("state"))
    def publication(self, lesson: Lesson) -> str:
        return self._publication(lesson, checked=check([lesson]))

    def checked(self, obj: Lesson) -> list[Checked]:
        return check([obj])

    def actions_for(self, obj: Lesson, checked: Sequence[Checked]) -> list[str]:
        is_open = obj.published_at is not None and obj.published_at <= timezone.now()
        opens = [] if is_open or checked[0].has_faults else ["now", "at"]
        return [*opens, *(["draft"] if obj.published_at is not None else [])]

    def do(self, obj: Lesson, form: PublicationForm) -> str:
        if form.cleaned_data["action"] == "draft":
            return self.close(obj)
        at = form.cleaned_data["at"] if form.cleaned_data["action"] == "at" else None
        publishing.publish_lessons([obj.pk], at)
        if at is not None:
            said = gettext("The lesson is published from %(when)s.")
            return said % {"when": moment_of(at)}
        return gettext("The lesson is published.")

    def _tell_of_track(self, request: HttpRequest, lesson: Lesson) -> None:
        """A lesson alone opens nothing while its track is a draft."""
        track = lesson.track
        if track.is_published or track.archived_at is not None:
            return
        said = gettext("Its track is not published, so learners do not see it yet.")
        url = reverse("admin:courses_track_publication", args=[track.pk])
        link = format_html(
            '{} <a class="to" href="{}">{}</a>', said, url, gettext("Publish it")
        )
        messages.warning(request, link)

    # Beside Save

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        lesson = self.find(request, object_id)
        now = timezone.now()
        if lesson is None or (lesson.published_at and lesson.published_at <= now):
            return []
        return super().get_actions_submit_line(request, object_id)

    @admin.action(description=_("Save and publish"))
    def publish_now(self, request: HttpRequest, lesson: Lesson) -> None:
        """Once the questions are saved too: see response_change."""
        request.publish = True  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Lesson, post_url_continue: Any = None
    ) -> HttpResponse:
        """Leads on to the page that publishes it, with its track where that is a draft."""
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        url, said = self._address("publication", obj), gettext("Publish it")
        if obj.track.published_at is None:
            url = reverse("admin:courses_track_publication", args=[obj.track_id])
            said = gettext("Publish it with its track")
        messages.info(request, format_html('<a class="to" href="{}">{}</a>', url, said))
        return response

    def response_change(self, request: HttpRequest, obj: Lesson) -> HttpResponse:
        response: HttpResponse = super().response_change(request, obj)
        if not getattr(request, "publish", False):
            return response
        (checked,) = check([obj])
        if checked.findings:
            said = gettext("It is saved, and not published yet. Look at this first.")
            messages.warning(request, said)
            return redirect(self._address("publication", obj))
        publishing.publish_lessons([obj.pk])
        said = gettext("The lesson is published.")
        self.log_many(request, [obj], said)
        messages.success(request, said)
        self._tell_of_track(request, obj)
        return response

    # In the list

    @admin.action(description=_("Publish now"), permissions=["change"])
    def publish(
        self, request: HttpRequest, lessons: QuerySet[Lesson]
    ) -> HttpResponse | None:
        """Those without a fault; what was found is shown first."""
        checked = check(list(lessons))
        sound = [each.lesson.pk for each in checked if not each.has_faults]
        seen = "seen" in request.POST
        if not seen and any(each.findings for each in checked):
            return self._ask(request, checked)
        now = timezone.now()
        opened = [
            each.lesson
            for each in checked
            if not each.has_faults
            and (each.lesson.published_at is None or each.lesson.published_at > now)
        ]
        count = publishing.publish_lessons(sound)
        self.log_many(request, opened, gettext("The lesson is published."))
        said = ngettext(
            "%(count)s lesson is published.", "%(count)s lessons are published.", count
        )
        messages.success(request, said % {"count": count})
        self._tell_faults(request, len(checked) - len(sound))
        return None

    def _tell_faults(self, request: HttpRequest, count: int) -> None:
        if count:
            said = ngettext(
                "%(count)s lesson has a fault and is not published.",
                "%(count)s lessons have faults and are not published.",
                count,
            )
            messages.error(request, said % {"count": count})

    def _ask(self, request: HttpRequest, checked: Sequence[Checked]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Publish these lessons?"),
            "opts": self.opts,
            "checked": checked,
            "sound": sum(not each.has_faults for each in checked),
            "change_url": reverse("admin:courses_lesson_changelist"),
        }
        template = "admin/courses/publish_lessons.html"
        return TemplateResponse(request, template, context)


class PublishesTrack(OpensAndCloses):
    actions_submit_line = ["publish"]
    standing = staticmethod(standing_of_track)

    @admin.display(description=_("state"))
    def publication(self, track: Track) -> str:
        drafts = track.lessons.filter(published_at=None).count()
        return self._publication(track, drafts=drafts)

    def checked(self, obj: Track) -> list[Checked]:
        """Its drafts, which can be published along."""
        return check(drafts_of(obj.pk))

    def own_findings(self, obj: Track) -> Sequence[Finding]:
        return findings_in_description(obj)

    def actions_for(self, obj: Track, checked: Sequence[Checked]) -> list[str]:
        if obj.archived_at is not None:
            return ["take_back"]
        has_sound = any(not each.has_faults for each in checked)
        opens = ["now", "at"] if has_sound or not obj.is_published else []
        closes = ["draft"] if obj.published_at is not None else []
        return [*opens, *closes, "archive"]

    def opened_along(
        self, checked: Sequence[Checked], form: PublicationForm
    ) -> list[Lesson]:
        if form.cleaned_data["action"] not in {"now", "at"}:
            return []
        chosen = form.cleaned_data["lessons"]
        return [each.lesson for each in checked if each.lesson.pk in chosen]

    def do(self, obj: Track, form: PublicationForm) -> str:
        match form.cleaned_data["action"]:
            case "draft":
                publishing.unpublish_track(obj)
                return gettext("The track is a draft again.")
            case "archive":
                return self.close(obj)
            case "take_back":
                publishing.take_from_archive(obj)
                return gettext("The track is taken from the archive.")
        return self._open(obj, form.cleaned_data)

    @staticmethod
    def _open(track: Track, sent: Mapping[str, Any]) -> str:
        at = sent["at"] if sent["action"] == "at" else None
        was_open = track.is_published
        count = publishing.publish_track(track, sent["lessons"], at)
        lessons = ngettext("%(count)s lesson", "%(count)s lessons", count)
        lessons %= {"count": count}
        if was_open:
            said = gettext("Published: %(lessons)s.")
        elif count:
            said = gettext("Published: the track, with %(lessons)s.")
        else:
            said = gettext("Published: the track.")
        if at is not None:
            from_then = gettext("This holds from %(when)s.")
            said = f"{said} {from_then}"
        return said % {
            "lessons": lessons,
            "when": moment_of(at or timezone.now()),
        }

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        track = self.find(request, object_id)
        if track is None or track.is_published or track.archived_at:
            return []
        return super().get_actions_submit_line(request, object_id)

    @admin.action(description=_("Save and publish…"))
    def publish(self, request: HttpRequest, track: Track) -> None:
        """Leads on to the page that offers its lessons too: see response_change."""
        request.publish = True  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Track) -> HttpResponse:
        response: HttpResponse = super().response_change(request, obj)
        if getattr(request, "publish", False):
            return redirect(self._address("publication", obj))
        return response
