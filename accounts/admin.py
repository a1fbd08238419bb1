"""People; for admins alone."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin  # registers Group, once
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.db.models.functions import Greatest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy
from unfold.admin import ModelAdmin

from accounts.audit import Deed
from accounts.models import ADMIN, INSTRUCTOR, REPORT_READER, User
from accounts.people import (
    PersonRefusedError,
    admin_in,
    change_person,
    changes_for,
)
from accounts.why_form import WhyForm

_ = gettext_lazy
BUTTONS = {
    Deed.MADE_INSTRUCTOR: _("Make instructor"),
    Deed.ENDED_INSTRUCTOR: _("No longer instructor"),
    Deed.MADE_READER: _("Let read reports of their tracks"),
    Deed.ENDED_READER: _("No longer reads reports"),
    Deed.MADE_ADMIN: _("Make admin"),
    Deed.ENDED_ADMIN: _("No longer admin"),
    Deed.DEACTIVATED: _("Deactivate"),
    Deed.ACTIVATED: _("Activate"),
    Deed.SENT_RESET: _("Send a password reset"),
}

if admin.site.is_registered(Group) and issubclass(GroupAdmin, admin.ModelAdmin):
    admin.site.unregister(
        Group
    )  # a role is given on a person's page, where it is logged


class ForAdminsToRead(ModelAdmin):  # type: ignore[misc]
    """Admins see the rows; nobody adds, changes or deletes one here."""

    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin_in(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return admin_in(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(INSTRUCTOR, _("Instructors")), (ADMIN, _("Admins"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {INSTRUCTOR, ADMIN}:
            return queryset.filter(groups__name=self.value())
        return queryset


@admin.register(User)
class PersonAdmin(ForAdminsToRead):
    """A person's page shows facts, and buttons: each change is a verb, and logged."""

    list_display = [
        "name",
        "email",
        "roles",
        "created_at",
        "last_activity",
        "is_active",
    ]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["name", "email"]
    ordering = ["name", "pk"]
    show_full_result_count = False
    fields = ["name", "email", "roles", "is_active", "created_at", "last_activity"]
    readonly_fields = fields
    change_form_template = "admin/accounts/person.html"

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        """Read with the list's groups, so that a page of people is two statements."""
        names = {group.name for group in person.groups.all()}
        words = {
            ADMIN: gettext("admin"),
            INSTRUCTOR: gettext("instructor"),
            REPORT_READER: gettext("reads reports"),
        }
        held = [word for name, word in words.items() if name in names]
        return ", ".join(held) or gettext("learner")

    @admin.display(description=_("last activity"), empty_value="–")
    def last_activity(self, person: Any) -> str | None:
        if person.active_at is None:
            return None
        return date_format(localtime(person.active_at), "DATETIME_FORMAT")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Activity is the last answer, mark or sign-in; enrolments know the first two."""
        people = super().get_queryset(request).prefetch_related("groups")
        return people.annotate(
            active_at=Greatest("last_login", Max("enrollments__active_at"))
        )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.change_view_of_person)
        urls: list[Any] = super().get_urls()
        name = "accounts_user_do"
        return [path("<int:pk>/do/", view, name=name), *urls]

    def change_view_of_person(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: one change, named by the button that was pressed, and why."""
        actor = admin_in(request)
        if actor is None or request.method != "POST":
            raise PermissionDenied
        person = User.objects.filter(pk=pk).first()
        if person is None or request.POST.get("change") not in BUTTONS:
            raise Http404
        change = Deed(request.POST["change"])
        why = WhyForm(request.POST, person=person)
        try:
            reason = why.checked()
            change_person(actor, person, change, request, reason)
        except PersonRefusedError as refusal:
            messages.error(request, str(refusal))
        else:
            said = gettext("%(person)s: %(change)s.")
            messages.success(request, said % {"person": person, "change": change.label})
        return redirect(reverse("admin:accounts_user_change", args=[pk]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        actor = admin_in(request)
        person = self.get_object(request, unquote(object_id))
        context: dict[str, Any] = dict(extra_context or {})
        if actor and person:
            offered = changes_for(actor, person)
            context |= {
                "person": person,
                "why": WhyForm(None, person=person),
                "buttons": [(change.value, BUTTONS[change]) for change in offered],
                "show_history": False,
            }
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page
