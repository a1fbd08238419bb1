"""Who may learn a track, on its page; groups of learners and who is in them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.people import admin_in
from courses.audience import MEANING, Audience
from courses.groups import GroupMember, LearnerGroup
from courses.kind_saves import SavesKindly
from courses.membership import Known, add_learners, learners_at, set_groups, take_out
from courses.models import Track
from courses.typed_text import is_key

_ = gettext_lazy
ADDRESSES_LENGTH = 100_000  # characters that may be pasted at once
NAMED_AT_MOST = 20  # unknown addresses that an error spells out


class GroupsChooser(AutocompleteSelectMultiple):
    """The chosen groups, and a field that finds more of them by name."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Django looks the sent keys up unchecked; what is none cannot be shown."""
        shown = [key for key in map(str, value) if is_key(key)]
        return super().optgroups(name, shown, attr)


class AudienceForm(forms.ModelForm[Any]):
    """A track with the groups that it is for while its audience is groups."""

    learner_groups = forms.ModelMultipleChoiceField(
        queryset=LearnerGroup.objects.all(),
        required=False,
        label=_("Groups that may learn it"),
        widget=GroupsChooser(Track._meta.get_field("groups"), admin.site),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            groups = self.instance.track_groups.values_list("group", flat=True)
            self.initial["learner_groups"] = list(groups)

    def clean(self) -> Any:
        """A track for groups without one would be open to nobody."""
        cleaned = super().clean()
        chosen = self.cleaned_data
        is_for_groups = chosen.get("audience") == Audience.GROUPS
        if is_for_groups and not chosen.get("learner_groups", True):
            self.add_error(
                "learner_groups", _("Name at least one group that may learn it.")
            )
        return cleaned


class SaysAudience(SavesKindly):
    """A track's page that says who may learn it."""

    radio_fields = {"audience": admin.VERTICAL}

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Each audience with the sentence that says what it means."""
        if db_field.name == "audience":
            kwargs["choices"] = [
                (audience.value, f"{audience.label}. {MEANING[audience]}")
                for audience in Audience
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if "learner_groups" in form.changed_data:
            set_groups(form.instance, form.cleaned_data["learner_groups"])


class GroupForm(forms.ModelForm[LearnerGroup]):
    """A group, and addresses of learners that come into it."""

    addresses = forms.CharField(
        label=_("Add learners"),
        help_text=_(
            "Their e-mail addresses, one a line. Each needs an account already."
        ),
        max_length=ADDRESSES_LENGTH,
        required=False,
        widget=UnfoldAdminTextareaWidget,
    )

    def clean_addresses(self) -> Known:
        """All of them have an account, or nothing is stored and the text stays."""
        known = learners_at(self.cleaned_data["addresses"])
        if known.unknown:
            raise ValidationError(_unknown(known.unknown))
        return known


def _unknown(addresses: list[str] | Any) -> str:
    named = ", ".join(addresses[:NAMED_AT_MOST])
    said = ngettext(
        "%(count)s address belongs to no account, so nobody was added: %(named)s",
        "%(count)s addresses belong to no account, so nobody was added: %(named)s",
        len(addresses),
    )
    more = " …" if len(addresses) > NAMED_AT_MOST else ""
    return said % {"count": len(addresses), "named": named} + more


@admin.register(LearnerGroup)
class LearnerGroupAdmin(SavesKindly):
    """Admins put groups together; instructors see their names and how large they are."""

    form = GroupForm
    list_display = ["name", "learners"]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    warn_unsaved_form = True
    show_full_result_count = False

    @admin.display(description=_("learners"), ordering="size")
    def learners(self, group: Any) -> int:
        size: int = group.size
        return size

    @admin.display(description=_("learners"))
    def who(self, group: Any) -> str:
        """How many, and for an admin the way to them."""
        if group.pk is None:
            return "0"
        return format_html(
            '{} <a class="to" href="{}?group={}">{}</a>',
            group.size,
            reverse("admin:courses_groupmember_changelist"),
            group.pk,
            gettext("See and take out"),
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(size=Count("members"))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """None: "?tracks=1" would tell of anybody's track which groups it is for."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if admin_in(request) is None:
            return ["name", "learners"]
        return ["name", "who", "addresses"] if obj else ["name", "addresses"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["learners", "who"]

    def save_model(
        self, request: HttpRequest, obj: LearnerGroup, form: Any, change: bool
    ) -> None:
        if not change or "name" in form.changed_data:
            super().save_model(request, obj, form, change)
        if learners := form.cleaned_data["addresses"].learners:
            count = add_learners(obj, learners)
            said = ngettext(
                "%(count)s learner was added.", "%(count)s learners were added.", count
            )
            messages.success(request, said % {"count": count})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """How many learners it has, not each of them; and the tracks that keep it."""
        groups = list(objs)
        members = GroupMember.objects.filter(group__in=groups).count()
        counts = {
            LearnerGroup._meta.verbose_name_plural: len(groups),
            GroupMember._meta.verbose_name_plural: members,
        }
        tracks = Track.objects.filter(track_groups__group__in=groups).distinct()
        return [str(group) for group in groups], counts, set(), list(map(str, tracks))


@admin.register(GroupMember)
class GroupMemberAdmin(ModelAdmin):  # type: ignore[misc]
    """Who is in which group, for admins: to be found, and taken out."""

    list_display = ["learner_name", "email", "group", "joined_at"]
    list_select_related = ["learner", "group"]
    search_fields = ["learner__name", "learner__email", "group__name"]
    ordering = ["group__name", "learner__name", "pk"]
    show_full_result_count = False
    fields = ["learner_name", "email", "group", "joined_at"]
    readonly_fields = fields
    actions = ["take_out"]

    @admin.display(description=_("name"), ordering="learner__name")
    def learner_name(self, member: GroupMember) -> str:
        return member.learner.name

    @admin.display(description=_("e-mail address"), ordering="learner__email")
    def email(self, member: GroupMember) -> str | None:
        return member.learner.email

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("learner", "group")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """A group's page links to those who are in it."""
        return lookup == "group" or super().lookup_allowed(lookup, value, request)

    def get_actions(
        self,
        request: HttpRequest,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        actions: dict[str, Any] = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)  # "take out" says what it does
        return actions

    @admin.action(description=_("Take out of the group"), permissions=["delete"])
    def take_out(self, request: HttpRequest, members: QuerySet[GroupMember]) -> None:
        with transaction.atomic():
            lost = take_out(members)
            for group, count in lost.items():
                self.log_change(request, group, _taken(count))
        messages.success(request, _taken(sum(lost.values())))


def _taken(count: int) -> str:
    said = ngettext(
        "%(count)s learner was taken out.", "%(count)s learners were taken out.", count
    )
    return said % {"count": count}
