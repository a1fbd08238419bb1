"""What the pages of tracks and of lessons in the admin have in common."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from accounts.people import admin_in
from courses.constraints import REFUSED
from courses.evidence import evidence_on
from courses.kind_saves import SavesKindly
from courses.models import TrackInstructor
from courses.typed_text import is_key


def may_edit(request: HttpRequest, track_id: int | None) -> bool:
    """Admins all tracks, instructors those they teach; read once a request."""
    if admin_in(request):
        return True
    taught = getattr(request, "taught", None)
    if taught is None:
        of_user = TrackInstructor.objects.filter(user=request.user.pk)
        taught = set(of_user.values_list("track_id", flat=True))
        request.taught = taught  # type: ignore[attr-defined]
    return track_id in taught


class TaughtAdmin(SavesKindly):
    """Rows of one's own tracks alone; what evidence hangs on is not deleted."""

    class Media:
        js = ["js/rows.js"]

    change_form_outer_before_template = "admin/desk_post.html"
    change_form_before_template = "admin/desk.html"
    track_field = "track_id"
    close_label: Any = ""  # the button that is offered instead of deleting

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).taught_by(request.user)

    def find(self, request: HttpRequest, object_id: Any) -> Any:
        """The row of this key, if it is one and one's own; else None."""
        if not is_key(object_id):
            return None
        return self.get_queryset(request).filter(pk=object_id).first()

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """As Django's, without a copy of all that was sent: a lesson's page has a formset

        for each question, and a save of 200 questions would copy each field 200 times.
        """
        given = {
            "instance": obj,
            "prefix": prefix,
            "queryset": inline.get_queryset(request),
        }
        if request.method == "POST":
            given |= {"data": request.POST, "files": request.FILES}
        return given

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        """One that is being added is: its form offers tracks of one's own alone."""
        if obj is None or obj._state.adding:
            return True
        return may_edit(request, getattr(obj, self.track_field))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and self._is_own(request, obj)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return None if obj is None else obj.get_absolute_url()

    def get_actions(
        self,
        request: HttpRequest,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        """Without deleting many at a time: each is asked what hangs on it."""
        actions: dict[str, Any] = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def press(self, request: HttpRequest, obj: Any) -> None:
        """Do what the buttons beside Save say, as unfold does after it has saved."""
        for action in self.get_actions_submit_line(request, obj.pk):
            if action.action_name in request.POST:
                action.method(request, obj)

    def log_many(self, request: HttpRequest, rows: Iterable[Any], said: str) -> None:
        """The same sentence in the history of each; nothing of their texts changed."""
        who: Any = request.user
        LogEntry.objects.log_actions(
            user_id=who.pk,
            queryset=rows,
            action_flag=CHANGE,
            change_message=said,
        )

    # Deleting, or closing instead

    # archives or unpublishes it, and returns the sentence that says so
    close: Callable[[Any], str]
    # the sentence that says that this was done before; "" where it was not
    closed_before: Callable[[Any], str]

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_close"
        view = self.admin_site.admin_view(self.close_view)
        urls: list[Any] = super().get_urls()
        return [path("<path:object_id>/close/", view, name=name), *urls]

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if request.method != "POST" or not self.has_change_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        try:
            with transaction.atomic():
                self.lock(request, object_id)
                self._close(request, self.find(request, obj.pk))
        except REFUSED as error:
            messages.error(request, self._refusal(error))
        return redirect(self._address("change", obj))

    def _close(self, request: HttpRequest, obj: Any) -> None:
        """Of a row that was read under the lock."""
        if before := self.closed_before(obj):
            messages.info(request, before)
            return
        said = self.close(obj)
        self.log_change(request, obj, said)
        messages.success(request, said)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_delete_permission(request, obj):
            refused: HttpResponse = super().delete_view(
                request, object_id, extra_context
            )
            return refused
        if evidence_on(obj):
            return self._refuse_deletion(request, obj)
        try:
            with transaction.atomic():
                page: HttpResponse = super().delete_view(
                    request, object_id, extra_context
                )
                return page
        except (ProtectedError, IntegrityError):  # it has just been answered or marked
            return self._refuse_deletion(request, obj)

    def _refuse_deletion(self, request: HttpRequest, obj: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("This cannot be deleted"),
            "subtitle": str(obj),
            "opts": self.opts,
            "object": obj,
            "evidence": evidence_on(obj),
            "close_url": self._address("close", obj),
            "close_label": self.close_label,
            "change_url": self._address("change", obj),
        }
        status = 409 if request.method == "POST" else 200
        return TemplateResponse(
            request, "admin/courses/kept.html", context, status=status
        )

    def _address(self, page: str, obj: Any) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[obj.pk]
        )
