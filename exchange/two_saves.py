"""Two people in one lesson, or in one track: the second save is stopped, and loses nothing.

The form carries what it was loaded from, as a digest. Where something else is stored at
the save, under the lock, a page shows both versions side by side and asks.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from courses.models import Lesson, Track
from courses.taught_admin import TaughtAdmin
from courses.typed_text import is_key
from exchange.history import deletion_of, event_of, light, versions_of
from exchange.keeping import digest
from exchange.models import Version
from exchange.text_diff import compare
from exchange.typed_sources import own_text, stored_text, typed_text

OF_THE_PAGE = {"csrfmiddlewaretoken", "as_loaded", "edit"}  # never sent on as typed


class Loaded(forms.Form):
    """What comes with the form, beside what is typed."""

    as_loaded = forms.CharField(required=False, max_length=20_000)
    edit = forms.BooleanField(required=False)  # show the form again, and save nothing


def state_now(row: Track | Lesson) -> str:
    """A digest of all that the row's form can change; of a track, then its lessons' keys."""
    if isinstance(row, Lesson):
        return digest(stored_text(row))
    lessons = row.lessons.order_by("position").values_list("pk", flat=True)
    text = digest(own_text(row))
    return " ".join([text, *map(str, lessons)])


def is_same(loaded: str, now: str) -> bool:
    """Whether one may be saved over the other: lessons that came or went do not matter."""
    text, *before = loaded.split(" ")
    text_now, *after = now.split(" ")
    both = set(before) & set(after)
    order = [key for key in before if key in both]
    return text == text_now and order == [key for key in after if key in both]


class StopsSecondSave(TaughtAdmin):
    """For tracks and lessons."""

    def lock(self, request: HttpRequest, object_id: str | None) -> None:
        """After what hangs on it, the row itself: also one that has no questions yet."""
        super().lock(request, object_id)
        if object_id is not None:
            row = self.find(request, unquote(object_id))
            if row is not None:
                rows = type(row)._default_manager.select_for_update(no_key=True)
                # in no order: that of lessons would lock their track as well
                list(rows.filter(pk=row.pk).order_by().values_list("pk"))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The state is read before the form: what comes between makes a save stop."""
        context = {"as_loaded": self._loaded(request, object_id)}
        page: HttpResponse = super().changeform_view(
            request, object_id, form_url, (extra_context or {}) | context
        )
        return page

    def _loaded(self, request: HttpRequest, object_id: str | None) -> str:
        if request.method == "POST":
            return str(sent_with(request)["as_loaded"])
        row = self.find(request, unquote(object_id)) if object_id else None
        return "" if row is None else state_now(row)

    def stop(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        sent = sent_with(request)
        if sent["edit"]:
            request.refusal = _(  # type: ignore[attr-defined]
                "This is what you typed. Nothing of it is saved yet."
            )
        row = self.find(request, unquote(object_id)) if object_id else None
        if row is None and object_id and sent["as_loaded"]:
            return self._gone(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return super().stop(request, object_id)
        now = state_now(row)
        if sent["as_loaded"] and not is_same(sent["as_loaded"], now):
            return self._both(request, row, now)
        return super().stop(request, object_id)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Who goes on editing has no error to correct."""
        page = super().render_change_form(request, context, *args, **kwargs)
        if request.method == "POST" and sent_with(request)["edit"]:
            page.context_data["errors"] = []
        return page

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        page: HttpResponse = super().response_add(request, obj, post_url_continue)
        return saved(page)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if request.POST.get("slug", obj.slug) != obj.slug:
            said = _("The address stays “%(slug)s”: it was published in the meantime.")
            messages.warning(request, said % {"slug": obj.slug})
        page: HttpResponse = super().response_change(request, obj)
        return saved(page)

    def _gone(self, request: HttpRequest, key: str) -> HttpResponse:
        """What was typed into a row that is deleted, or not this person's any more."""
        form = self.get_form(request, None, change=False)(request.POST)
        formsets, _inlines = self._create_formsets(request, form.instance, False)
        version = self._last_of_deleted(request, key)
        context = {
            **self.admin_site.each_context(request),
            "title": _("This is gone"),
            "opts": self.opts,
            "text": typed_text(form, formsets),
            "version": version,
            "event": deletion_of(version) if version else None,
        }
        return TemplateResponse(
            request, "admin/exchange/gone.html", context, status=404
        )

    def _last_of_deleted(self, request: HttpRequest, key: str) -> Version | None:
        """Of a lesson whose track this person teaches."""
        if self.model is not Lesson or not is_key(key):
            return None
        tracks = Track.objects.taught_by(request.user)
        versions = light(Version.objects.filter(lesson=int(key), track__in=tracks))
        return versions.order_by("-pk").first()

    def _both(
        self, request: HttpRequest, row: Track | Lesson, now: str
    ) -> HttpResponse | None:
        """Both versions side by side; None where they say the same after all."""
        theirs = stored_text(row)
        form = self.get_form(request, row, change=True)(request.POST, instance=row)
        formsets, _inlines = self._create_formsets(request, row, True)
        blocks = compare(theirs, typed_text(form, formsets))
        if not blocks:
            return None
        last = light(versions_of(row)).order_by("-pk").first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Somebody saved this before you"),
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "event": event_of(last) if last else None,
            "blocks": blocks,
            "as_loaded": now,
            "typed": [pair for pair in _pairs(request) if pair[0] not in OF_THE_PAGE],
            "row": row,
        }
        return TemplateResponse(
            request, "admin/exchange/two_saves.html", context, status=409
        )


def saved(page: HttpResponse) -> HttpResponse:
    """Where it leads says so to the browser, which then forgets the text it kept."""
    if "#" not in page.headers.get("Location", "#"):
        page.headers["Location"] += "#saved"
    return page


def sent_with(request: HttpRequest) -> dict[str, Any]:
    form = Loaded(request.POST)
    return {"as_loaded": "", "edit": False} | (
        form.cleaned_data if form.is_valid() else {}
    )


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """All that was sent, to be sent once more."""
    return [(k, str(v)) for k, values in request.POST.lists() for v in values]
