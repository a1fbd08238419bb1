"""Tracks and their lessons, and each learner's place in them."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from courses.audience import Audience
from courses.groups import LearnerGroup, TrackGroup
from courses.language_tag import check_language
from courses.picture_model import Picture as Picture
from courses.querysets import LessonQuerySet, TrackQuerySet
from courses.rendering import RenderedField, render_blocks
from courses.shown import Pictures

RESERVED_SLUGS = ["certificate", "score"]  # addresses beside the lessons
MAX_LESSONS = 500  # in a track


def text_direction(language: str) -> str:
    """ "rtl" for Arabic, Hebrew and the like, else "ltr"."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


class Track(models.Model):
    """An ordered set of lessons that ends in a certificate."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    summary = models.CharField(_("summary"), max_length=500)
    description = models.TextField(_("description"), blank=True)
    description_html = RenderedField("description", render_blocks)
    language = models.CharField(
        _("language"), max_length=35, default="en", validators=[check_language]
    )
    license = models.CharField(_("licence"), max_length=100, blank=True)
    attribution = models.CharField(_("attribution"), max_length=500, blank=True)
    audience = models.CharField(
        _("who may learn"),
        max_length=8,
        choices=Audience,
        default=Audience.PUBLIC,
        db_default=Audience.PUBLIC,
    )
    groups = models.ManyToManyField(
        LearnerGroup, through=TrackGroup, related_name="tracks"
    )
    published_at = models.DateTimeField(_("published from"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects: ClassVar[TrackQuerySet] = TrackQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        indexes = [models.Index(fields=["-published_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(summary=""),
                name="track_has_title_and_summary",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values),
                name="track_audience_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("track", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @cached_property
    def shown_pictures(self) -> Pictures:
        return Picture.objects.filter(track__slug=self.slug).by_name()


class TrackInstructor(models.Model):
    """Who may edit a track."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="instructors")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="taught",
        verbose_name=_("instructor"),
    )

    class Meta:
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")
        constraints = [
            models.UniqueConstraint(
                fields=["track", "user"], name="instructor_once_per_track"
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


def new_token() -> str:
    """192 random bits, as 32 letters, digits, - and _."""
    return secrets.token_urlsafe(24)


class PreviewLink(models.Model):
    """Whoever has this address reads the track as learners will, until it is revoked."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="preview_links")
    token = models.CharField(
        max_length=32, unique=True, default=new_token, editable=False
    )
    note = models.CharField(_("whom it is for"), max_length=100, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="preview_links"
    )
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        constraints = [
            models.CheckConstraint(
                condition=Q(token__regex=r"^[A-Za-z0-9_-]{32}$"),  # noqa: S106
                name="preview_token_is_unguessable",
            ),
        ]

    def __str__(self) -> str:
        return self.note or f"preview link {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("preview", args=[self.token])


class Lesson(models.Model):
    """One page of a track: Markdown, rendered once at save by `set_body`."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="lessons")
    position = models.PositiveSmallIntegerField(_("position"))  # 1 is the first
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80)
    summary = models.CharField(_("summary"), max_length=500)
    markdown = models.TextField(_("text"), blank=True)
    body_html = models.TextField(editable=False, default="")
    body_text = models.TextField(editable=False, default="")  # for the search
    headings = models.JSONField(editable=False, default=list)  # [[level, id, text]]
    minutes = models.PositiveSmallIntegerField(_("minutes"), editable=False, default=1)
    question_count = models.PositiveSmallIntegerField(  # kept by quizzes, by trigger
        _("questions"), editable=False, default=0, db_default=0
    )
    language = models.CharField(
        _("language"),
        max_length=35,
        blank=True,
        validators=[check_language],
        help_text=_("Only where it is another than the track's."),
    )
    license = models.CharField(_("licence"), max_length=100, blank=True)
    attribution = models.CharField(_("attribution"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published from"), null=True, blank=True)
    revised_at = models.DateTimeField(editable=False, default=timezone.now)
    search = SearchVectorField(editable=False, null=True)  # kept by a trigger

    objects: ClassVar[LessonQuerySet] = LessonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["track", "position"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        indexes = [
            GinIndex(fields=["search"], name="lesson_search"),
            GinIndex(
                fields=["title"], opclasses=["gin_trgm_ops"], name="lesson_title_words"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "slug"], name="lesson_slug_unique_in_track"
            ),
            models.UniqueConstraint(
                fields=["track", "position"],
                name="lesson_position_unique_in_track",
                deferrable=models.Deferrable.DEFERRED,  # so two lessons can swap
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1), name="lesson_position_from_1"
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED_SLUGS),
                name="lesson_slug_is_not_an_address_beside_it",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(summary=""),
                name="lesson_has_title_and_summary",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lesson", args=[self.track.slug, self.slug])

    @property
    def is_published(self) -> bool:
        """Open to its audience, so that answers and marks count; else a preview."""
        now = timezone.now()
        return bool(
            self.track.is_published
            and self.published_at is not None
            and self.published_at <= now
        )

    @property
    def revised(self) -> datetime | None:
        """When it was last changed, if that was after it was published."""
        if self.published_at and self.revised_at > self.published_at:
            return self.revised_at
        return None

    @property
    def page_language(self) -> str:
        return self.language or self.track.language

    @property
    def direction(self) -> str:
        return text_direction(self.page_language)


class Enrollment(models.Model):
    """A learner's place in a track; it begins with the first answer or done mark."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrollments"
    )
    track = models.ForeignKey(Track, models.PROTECT, related_name="enrollments")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    active_at = models.DateTimeField(_("last active"), default=timezone.now)
    completed_at = models.DateTimeField(_("finished"), null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        indexes = [  # the report's order
            models.Index(fields=["-started_at", "-id"], name="enrolment_starts"),
            models.Index(
                fields=["track", "-started_at", "-id"], name="enrolment_starts_in_track"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "track"], name="enrolled_once_per_track"
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.track_id}"


class LessonCompletion(models.Model):
    """A learner said: this lesson is done. Undo deletes the row."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="completions"
    )
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="completions")
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("done mark")
        verbose_name_plural = _("done marks")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lesson"], name="lesson_done_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} done"
