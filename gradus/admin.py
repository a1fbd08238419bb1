"""The audit log in the admin: read by admins, changed by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import ForAdminsToRead
from accounts.models import AuditEvent
from gradus.audit_entries import audit_entries, found_by
from gradus.audit_filters import ActorFilter, DayFilter, DeedFilter, PersonFilter
from gradus.templatetags import audit_log


@admin.register(AuditEvent)
class AuditEventAdmin(ForAdminsToRead):
    list_display = ["at", "who", "what_was_done", "about_whom", "why"]
    list_filter = [DeedFilter, ActorFilter, DayFilter, PersonFilter]
    list_filter_submit = True
    search_fields = ["actor"]  # so that there is a box; get_search_results reads it
    search_help_text = _("Name or e-mail address of a person, or a certificate's code")
    ordering = ["-pk"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # counts of each deed are of nobody's need
    fields = list_display
    readonly_fields = fields

    @admin.display(description=_("who"), empty_value="–")
    def who(self, entry: AuditEvent) -> str:
        return audit_log.done_by(entry)

    @admin.display(description=_("what"))
    def what_was_done(self, entry: AuditEvent) -> str:
        return audit_log.deed(entry)

    @admin.display(description=_("about whom"), empty_value="–")
    def about_whom(self, entry: AuditEvent) -> str | None:
        return audit_log.done_to(entry) or None

    @admin.display(description=_("why"), empty_value="–")
    def why(self, entry: AuditEvent) -> str | None:
        return audit_log.why(entry) or None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Without a link to its history: it has none."""
        context = {**(extra_context or {}), "show_history": False}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def get_queryset(self, request: HttpRequest) -> Any:
        return audit_entries().order_by("-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip()
        return found_by(queryset, words) if words else queryset, False
