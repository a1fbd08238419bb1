"""Opening and closing tracks and lessons in the admin, and what is said before that."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
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
from quizzes.publication import drafts_of, findings_in_description
from quizzes.publication_forms import PublicationForm
from quizzes.publication_page import Checked, OpensAndCloses, check, is_open, opens_then
from quizzes.publishing_checks import Finding

_ = gettext_lazy


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
        opens = [] if is_open(obj) or checked[0].has_faults else ["now", "at"]
        return [*opens, *(["draft"] if obj.published_at is not None else [])]

    def done_before(self, obj: Lesson, sent: Mapping[str, Any]) -> str:
        match sent["action"]:
            case "now" if is_open(obj):
                return gettext("The lesson is published already.")
            case "at" if obj.published_at == sent["at"]:
                return opens_then(sent["at"])
            case "draft":
                return self.closed_before(obj)
        return ""

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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A new lesson has the button, too: unfold shows it on stored ones alone."""
        buttons = self.get_actions_submit_line(request, None)
        context = {} if object_id else {"actions_submit_line": buttons}
        page: HttpResponse = super().changeform_view(
            request, object_id, form_url, (extra_context or {}) | context
        )
        return page

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> Any:
        if object_id is not None:
            lesson = self.find(request, object_id)
            if lesson is None or is_open(lesson):
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
        if getattr(request, "publish", False):
            return self._publish_saved(request, obj) or response
        url, said = self._address("publication", obj), gettext("Publish it")
        if obj.track.published_at is None:
            url = reverse("admin:courses_track_publication", args=[obj.track_id])
            said = gettext("Publish it with its track")
        messages.info(request, format_html('<a class="to" href="{}">{}</a>', url, said))
        return response

    def response_change(self, request: HttpRequest, obj: Lesson) -> HttpResponse:
        response: HttpResponse = super().response_change(request, obj)
        if getattr(request, "publish", False):
            return self._publish_saved(request, obj) or response
        return response

    def _publish_saved(
        self, request: HttpRequest, lesson: Lesson
    ) -> HttpResponse | None:
        """Publishes it where nothing is to be looked at; else the page that does."""
        track = lesson.track
        is_track_draft = track.published_at is None and track.archived_at is None
        if is_track_draft and lesson.published_at is None:
            said = gettext("It is saved. Its track is a draft, too: publish both here.")
            messages.info(request, said)
            return redirect("admin:courses_track_publication", track.pk)
        (checked,) = check([lesson])
        if checked.findings:
            said = gettext("It is saved, and not published yet. Look at this first.")
            messages.warning(request, said)
            return redirect(self._address("publication", lesson))
        publishing.publish_lessons([lesson.pk])
        said = gettext("The lesson is published.")
        self.log_many(request, [lesson], said)
        messages.success(request, said)
        self._tell_of_track(request, lesson)
        return None

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
        if opened:
            self.log_many(request, opened, gettext("The lesson is published."))
            said = ngettext(
                "%(count)s lesson is published.",
                "%(count)s lessons are published.",
                count,
            )
            messages.success(request, said % {"count": count})
        elif sound:
            messages.info(request, gettext("They are published already."))
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

    def done_before(self, obj: Track, sent: Mapping[str, Any]) -> str:
        match sent["action"]:
            case "draft" if obj.published_at is None:
                return gettext("The track is a draft already.")
            case "archive":
                return self.closed_before(obj)
            case "take_back" if obj.archived_at is None:
                return gettext("The track is not in the archive.")
            case "now" | "at" if obj.archived_at is None:
                return self._opened_before(obj, sent)
        return ""

    @staticmethod
    def _opened_before(track: Track, sent: Mapping[str, Any]) -> str:
        rows = [track, *track.lessons.filter(pk__in=sent["lessons"])]
        if sent["action"] == "now":
            are_open = all(is_open(row) for row in rows)
            return gettext("It is published already.") if are_open else ""
        at = sent["at"]
        are_timed = all(row.published_at == at for row in rows[is_open(track) :])
        return opens_then(at) if len(rows) > is_open(track) and are_timed else ""

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
