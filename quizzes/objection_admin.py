"""Reported questions in the admin: what learners say is wrong, and the reply to them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from courses.publication_words import moment_of
from quizzes.models import Objection
from quizzes.objections import reply_to

_ = gettext_lazy


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("open", _("Without a reply")), ("replied", _("Replied"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Objection]
    ) -> QuerySet[Objection]:
        match self.value():
            case "open":
                return queryset.filter(replied_at=None)
            case "replied":
                return queryset.filter(replied_at__isnull=False)
        return queryset


class ReplyForm(forms.ModelForm[Objection]):
    reply = forms.CharField(
        label=_("Your reply"),
        help_text=_("The learner reads it under “My learning”."),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget,
    )

    class Meta:
        model = Objection
        fields = ["reply"]


@admin.register(Objection)
class ObjectionAdmin(ModelAdmin):  # type: ignore[misc]
    """Of one's own tracks; what learners said is read, and only the reply is written."""

    form = ReplyForm
    list_display = ["text", "asked", "track", "said_by", "made_at", "replied_at"]
    list_filter = [OpenFilter]
    search_fields = ["text", "question__prompt"]
    ordering = ["-pk"]
    actions = None
    fields = [
        "asked",
        "text",
        "said_by",
        "made_at",
        "reply",
        "answered",
    ]
    readonly_fields = ["asked", "text", "said_by", "made_at", "answered"]

    @admin.display(description=_("question"))
    def asked(self, objection: Objection) -> str:
        question = objection.question
        url = reverse("admin:courses_lesson_change", args=[question.lesson_id])
        return format_html('<a class="to" href="{}">{}</a>', url, question)

    @admin.display(description=_("track"))
    def track(self, objection: Objection) -> str:
        return str(objection.question.lesson.track)

    @admin.display(description=_("learner"), ordering="learner")
    def said_by(self, objection: Objection) -> str:
        """A name, as instructors cannot open the page of a person."""
        return str(objection.learner)

    @admin.display(description=_("replied"))
    def answered(self, objection: Objection) -> str:
        if objection.replied_at is None:
            return gettext("Not yet")
        by, at = objection.replied_by, moment_of(objection.replied_at)
        return f"{at}, {by}" if by else at

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .taught_by(request.user)
            .select_related("question__lesson__track", "learner", "replied_by")
        )

    def _may(self, request: HttpRequest, objection: Objection | None) -> bool:
        if objection is None:
            return True
        return Objection.objects.taught_by(request.user).contains(objection)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """A lesson's page links to the reports of one question, in all its versions."""
        return lookup == "question__lineage" or super().lookup_allowed(
            lookup, value, request
        )

    def save_model(
        self, request: HttpRequest, obj: Objection, form: Any, change: bool
    ) -> None:
        """An untouched reply keeps its day."""
        if "reply" in form.changed_data and isinstance(request.user, User):
            try:
                reply_to(obj, obj.reply, request.user)
            except Objection.DoesNotExist:
                raise Http404 from None  # and so no log keeps what the learner said
