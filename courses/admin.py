"""Tracks with their lessons, and lessons, for those who teach them and for admins.

The questions of a lesson join its page in quizzes/admin.py.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext
from unfold.admin import TabularInline

from accounts.models import User
from accounts.people import admin_in
from courses import publishing
from courses.audience_admin import AudienceForm, SaysAudience
from courses.models import RESERVED_SLUGS, Lesson, Picture, Track, TrackInstructor
from courses.ordered import OrderedForm, OrderedFormSet
from courses.picture_admin import PictureAdmin
from courses.picture_forms import TakesPictures
from courses.preview_admin import PreviewsTracks
from courses.taught_admin import TaughtAdmin
from courses.teaching import let_teach, record_instructors
from courses.typed_text import MarkdownField

_ = gettext_lazy
SHOWN_REMARKS = 10
LARGE_TEXTS = ["markdown", "body_html", "body_text", "headings", "search"]
SLUG_TAKEN = _("This track has a lesson at this address already. Choose another.")


def state_of(row: Any) -> str:
    """Where a track or a lesson stands, by its own columns."""
    if getattr(row, "archived_at", None) is not None:
        return gettext("Archived")
    if row.published_at is None:
        return gettext("Draft")
    if row.published_at > timezone.now():
        return gettext("Published later")
    return gettext("Published")


def was_published(row: Any) -> bool:
    """Whether it was when the page read it: a form may have changed the row since,

    and one that is refused then has to show the fields that it had.
    """
    if not hasattr(row, "was_published"):
        row.was_published = row.is_published
    known: bool = row.was_published
    return known


def keeps_address(request: HttpRequest, row: Any) -> bool:
    """A published one does; and one that was published when the page was loaded."""
    is_not_sent = request.method == "POST" and "slug" not in request.POST
    return row is not None and (was_published(row) or is_not_sent)


class LessonsInline(TabularInline):  # type: ignore[misc]
    """The lessons in their order; each is written on a page of its own."""

    model = Lesson
    form = OrderedForm
    formset = OrderedFormSet
    template = "admin/courses/lessons.html"
    fields = ["lesson", "state", "minutes", "question_count", "position"]
    readonly_fields = ["lesson", "state", "minutes", "question_count"]
    ordering = ["position"]
    ordering_field = "position"
    hide_ordering_field = True
    show_title = False
    view_on_site = False  # only the title would lead there
    extra = 0

    @admin.display(description=_("lesson"))
    def lesson(self, lesson: Lesson) -> str:
        url = reverse("admin:courses_lesson_change", args=[lesson.pk])
        return format_html('<a class="to" href="{}">{}</a>', url, lesson.title)

    @admin.display(description=_("state"))
    def state(self, lesson: Lesson) -> str:
        return state_of(lesson)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*LARGE_TEXTS)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InstructorForm(forms.ModelForm[Any]):
    """Who teaches now can be chosen still, also without the role or the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user: Any = self.fields["user"]
        if self.instance.user_id is not None:
            user.queryset |= User.objects.filter(pk=self.instance.user_id)


class InstructorsInline(TabularInline):  # type: ignore[misc]
    """Who teaches the track; for admins alone."""

    model = TrackInstructor
    form = InstructorForm
    verbose_name_plural = _("Who teaches it")
    add_text = _("Add an instructor")
    fields = ["user"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Only who may enter the admin can teach."""
        staff = User.objects.filter(is_staff=True, is_active=True)
        kwargs["queryset"] = staff.order_by("name", "pk")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = lambda user: f"{user.name} · {user.email}"
        return field


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            ("published", _("Published")),
            ("draft", _("Draft")),
            ("archived", _("Archived")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "published":
                return queryset.published()
            case "draft":
                return queryset.filter(published_at=None, archived_at=None)
            case "archived":
                return queryset.filter(archived_at__isnull=False)
        return queryset


@admin.register(Track)
class TrackAdmin(PreviewsTracks, SaysAudience, TaughtAdmin):
    form = AudienceForm
    track_field = "pk"
    close_label = _("Archive it instead")
    lessons_inline: type[TabularInline] = LessonsInline
    list_display = ["title", "state", "audience", "lessons", "published_at"]
    search_fields = ["title", "slug"]
    ordering = ["title", "pk"]
    list_filter = [StateFilter, "audience"]
    formfield_overrides = {models.TextField: {"form_class": MarkdownField}}
    warn_unsaved_form = True
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "description"]}),
        (_("Who may learn"), {"fields": ["audience", "learner_groups"]}),
        (
            _("Language and licence"),
            {"fields": ["language", "license", "attribution"]},
        ),
    ]
    refusals = {}

    @admin.display(description=_("state"))
    def state(self, track: Track) -> str:
        return state_of(track)

    @admin.display(description=_("lessons"))
    def lessons(self, track: Any) -> int:
        count: int = track.all_lessons
        return count

    def get_queryset(self, request: HttpRequest) -> Any:
        tracks = super().get_queryset(request)
        return tracks.annotate(all_lessons=Count("lessons", distinct=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A published track keeps its address: certificates and links lead there."""
        return ["slug"] if keeps_address(request, obj) else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else {"slug": ["title"]}

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        inlines = [self.lessons_inline] if obj else []
        return [*inlines, InstructorsInline] if admin_in(request) else inlines

    def save_model(
        self, request: HttpRequest, obj: Track, form: Any, change: bool
    ) -> None:
        """A track that nobody touched is not written; who may learn it is no column."""
        if change and not set(form.changed_data) - {"learner_groups"}:
            self.press(request, obj)
        else:
            super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:  # it stands in its lessons' links
            publishing.render_again(obj, Q(body_html__contains="/tracks/"))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is TrackInstructor and isinstance(request.user, User):
            record_instructors(form.instance, formset, request.user)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Who creates a track teaches it."""
        super().save_related(request, form, formsets, change)
        if not change and isinstance(request.user, User):
            let_teach(form.instance, request.user)
            request.taught = None  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Track, post_url_continue: Any = None
    ) -> HttpResponse:
        """Leads on to the first lesson."""
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        url = f"{reverse('admin:courses_lesson_add')}?track={obj.pk}"
        link = format_html(
            '<a class="to" href="{}">{}</a>', url, gettext("Write its first lesson")
        )
        messages.info(request, link)
        return response

    def closed_before(self, obj: Track) -> str:
        is_closed = obj.archived_at is not None
        return gettext("The track is in the archive already.") if is_closed else ""

    def close(self, obj: Track) -> str:
        publishing.archive_track(obj)
        return gettext("The track is archived.")


class LessonForm(TakesPictures):
    """A lesson; the messages here come before those of the database."""

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise ValidationError(
                _("This is an address of the track itself. Choose another.")
            )
        return slug

    def clean(self) -> Any:
        cleaned = super().clean()
        track = self.cleaned_data.get("track") or self.instance.track_id
        slug = self.cleaned_data.get("slug")
        if self.instance._state.adding and self.cleaned_data.get("track"):
            self._find_place()
        if track and slug:
            others = Lesson.objects.filter(track=track, slug=slug)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("slug", SLUG_TAKEN)
        return cleaned

    def _find_place(self) -> None:
        """A new lesson comes last; the lock that this takes is held until it is saved."""
        self.instance.track = self.cleaned_data["track"]
        try:
            publishing.place_last(self.instance)
        except publishing.TrackFullError as full:
            self.add_error("track", str(full))


@admin.register(Lesson)
class LessonAdmin(TaughtAdmin):
    close_label = _("Make it a draft instead")
    form = LessonForm
    list_display = ["title", "track", "position", "state", "minutes", "question_count"]
    list_filter = [("track", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["track"]
    search_fields = ["title", "track__title"]
    ordering = ["track__title", "track", "position"]
    formfield_overrides = {models.TextField: {"form_class": MarkdownField}}
    actions = ["unpublish"]
    warn_unsaved_form = True
    fieldsets = [
        (None, {"fields": ["track", "title", "slug", "summary", "markdown"]}),
        (
            _("Language and licence"),
            {"fields": ["language", "license", "attribution"]},
        ),
    ]
    refusals = {"lesson_slug_unique_in_track": SLUG_TAKEN}

    @admin.display(description=_("state"))
    def state(self, lesson: Lesson) -> str:
        return state_of(lesson)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("track").defer("search")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A lesson stays in its track, and a published one at its address."""
        if obj is None:
            return []
        return ["track", "slug"] if keeps_address(request, obj) else ["track"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else {"slug": ["title"]}

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "track":
            kwargs["queryset"] = Track.objects.taught_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Lesson, form: Any, change: bool
    ) -> None:
        if {"title", "markdown"} & set(form.changed_data):
            obj.revised_at = timezone.now()
        before = publishing.rendered_of(obj)
        request.remarks = publishing.render_lesson(obj)  # type: ignore[attr-defined]
        is_rendered_anew = before != publishing.rendered_of(obj)
        if change and not form.has_changed() and not is_rendered_anew:
            self.press(request, obj)
        else:
            super().save_model(request, obj, form, change)
        if "slug" in form.changed_data:
            was = form.initial.get("slug") or obj.slug
            publishing.link_again(obj.track, {was, obj.slug})

    def response_add(
        self, request: HttpRequest, obj: Lesson, post_url_continue: Any = None
    ) -> HttpResponse:
        self._tell_remarks(request)
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        return response

    def response_change(self, request: HttpRequest, obj: Lesson) -> HttpResponse:
        self._tell_remarks(request)
        response: HttpResponse = super().response_change(request, obj)
        return response

    def _tell_remarks(self, request: HttpRequest) -> None:
        remarks = request.remarks  # type: ignore[attr-defined]
        for remark in remarks[:SHOWN_REMARKS]:
            said = gettext("Line %(line)s: %(message)s.")
            messages.warning(
                request, said % {"line": remark.line, "message": remark.message}
            )

    def delete_model(self, request: HttpRequest, obj: Lesson) -> None:
        publishing.delete_lesson(obj)

    @admin.action(description=_("Make drafts of them"), permissions=["change"])
    def unpublish(self, request: HttpRequest, lessons: QuerySet[Lesson]) -> None:
        going = list(lessons.filter(published_at__isnull=False))
        if not going:
            messages.info(request, gettext("They are drafts already."))
            return
        count = publishing.unpublish_lessons([lesson.pk for lesson in going])
        self.log_many(request, going, gettext("The lesson is a draft again."))
        said = ngettext(
            "%(count)s lesson is a draft again.",
            "%(count)s lessons are drafts again.",
            count,
        )
        messages.success(request, said % {"count": count})

    def closed_before(self, obj: Lesson) -> str:
        is_closed = obj.published_at is None
        return gettext("The lesson is a draft already.") if is_closed else ""

    def close(self, obj: Lesson) -> str:
        publishing.unpublish_lessons([obj.pk])
        return gettext("The lesson is a draft again.")


admin.site.register(Picture, PictureAdmin)
