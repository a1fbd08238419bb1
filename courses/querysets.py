"""Which tracks and lessons a person may see, and what each page reads of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Sum,
    When,
)
from django.db.models.fetch_modes import FETCH_PEERS, FETCH_RAISE, FetchMode
from django.utils import timezone

from courses.audience import OPEN_BY_ADDRESS, Audience

if TYPE_CHECKING:
    from accounts.models import Reader
    from courses.models import Lesson, Track  # noqa: F401 (named as text below)


# What LessonQuerySet.visible_to() finds for every visitor, for hand-written statements, of
# lesson l in track t; a test holds the two together.
OPEN_LESSON = """l.published_at <= %(now)s
    AND t.published_at <= %(now)s AND t.archived_at IS NULL
    AND t.audience IN ('public', 'unlisted')"""


def plan_mode() -> FetchMode:
    """A forgotten join fails in tests and development, and is only slower after."""
    return FETCH_RAISE if settings.STRICT_FETCH else FETCH_PEERS


def _published(prefix: str, now: datetime) -> Q:
    return Q(**{f"{prefix}published_at__lte": now})


def _for(reader: "Reader", prefix: str = "") -> Q:
    """Everybody's tracks, and those for a group that the reader is in.

    prefix: the way to the track, "track__" from a lesson.
    """
    everybodys = Q(**{f"{prefix}audience__in": OPEN_BY_ADDRESS})
    if not reader.is_authenticated:
        return everybodys
    from courses.groups import TrackGroup

    theirs = TrackGroup.objects.filter(
        track=OuterRef(f"{prefix}pk"), group__members__learner=reader.pk
    )
    return everybodys | Q(Exists(theirs))


class TrackQuerySet(models.QuerySet["Track"]):
    def published(self) -> Self:
        """Published and not archived, whoever it is for."""
        return self.filter(_published("", timezone.now()), archived_at=None)

    def taught_by(self, reader: "Reader") -> Self:
        """What this person may edit: an admin all, an instructor the own tracks."""
        if not reader.is_authenticated or not reader.is_staff:
            return self.none()
        if reader.is_admin:
            return self
        return self.filter(instructors__user=reader)

    def visible_to(self, reader: "Reader") -> Self:
        """Published, or archived since, and for this reader (see _for);

        drafts and all else to those who teach the track, and to admins.
        """
        published = _published("", timezone.now()) & _for(reader)
        if not reader.is_authenticated or not reader.is_staff:
            return self.filter(published)
        if reader.is_admin:
            return self
        from courses.models import TrackInstructor

        teaches = TrackInstructor.objects.filter(track=OuterRef("pk"), user=reader)
        return self.filter(published | Exists(teaches))

    def listed_for(self, reader: "Reader") -> Self:
        """What lists of tracks may hold: taught, open to this reader, not unlisted."""
        return self.visible_to(reader).published().exclude(audience=Audience.UNLISTED)

    def with_access(self, reader: "Reader") -> Self:
        """is_open: whether the reader may see it now."""
        seen = self.model.objects.visible_to(reader).filter(pk=OuterRef("pk"))
        return self.annotate(is_open=Exists(seen))

    def with_counts(self) -> Self:
        """lesson_count, minutes and question_count of what is published in it."""
        shown = _published("lessons__", timezone.now())
        return self.annotate(
            lesson_count=Count("lessons", filter=shown),
            minutes=Sum("lessons__minutes", filter=shown, default=0),
            question_count=Sum("lessons__question_count", filter=shown, default=0),
        ).fetch_mode(plan_mode())

    def with_enrollment(self, reader: "Reader") -> Self:
        """The reader's place in it: started_at, active_at, completed_at and so on."""
        who = reader.pk if reader.is_authenticated else None
        return self.annotate(
            place=FilteredRelation("enrollments", condition=Q(enrollments__learner=who))
        ).annotate(
            enrollment_id=F("place__id"),
            active_at=F("place__active_at"),
            completed_at=F("place__completed_at"),
            certified_at=F("place__certified_at"),
            left_at=F("place__left_at"),
        )

    def being_learned(self) -> Self:
        """After with_enrollment: begun and not left, the last active first."""
        return self.filter(place__id__isnull=False, place__left_at=None).order_by(
            "-place__active_at", "-pk"
        )

    def for_catalogue(self, learner: "Reader") -> Self:
        """After with_enrollment: begun by last activity, then the newest published.

        An unlisted one stands there for those who have begun it.
        """
        begun = Q(place__id__isnull=False, place__left_at=None)
        shown = self.visible_to(learner).published()
        active = Case(When(place__left_at=None, then=F("place__active_at")))
        return shown.filter(~Q(audience=Audience.UNLISTED) | begun).order_by(
            active.desc(nulls_last=True), "-published_at", "-pk"
        )


class LessonQuerySet(models.QuerySet["Lesson"]):
    def published(self) -> Self:
        """The lesson and its track are published, not archived, whoever it is for."""
        now = timezone.now()
        return self.filter(
            _published("", now), _published("track__", now), track__archived_at=None
        )

    def visible_to(self, reader: "Reader") -> Self:
        """The published ones of tracks for this reader (see _for); of an archived track
        to those who learned it;

        drafts and all else to those who teach the track, and to admins.
        """
        now = timezone.now()
        published = (
            _published("", now) & _published("track__", now) & _for(reader, "track__")
        )
        if not reader.is_authenticated:
            return self.filter(published, track__archived_at=None)
        from courses.models import Enrollment, TrackInstructor

        learned = Enrollment.objects.filter(
            track=OuterRef("track_id"), learner=reader.pk
        )
        seen = published & (Q(track__archived_at=None) | Exists(learned))
        if not reader.is_staff:
            return self.filter(seen)
        if reader.is_admin:
            return self
        teaches = TrackInstructor.objects.filter(
            track=OuterRef("track_id"), user=reader.pk
        )
        return self.filter(seen | Exists(teaches))

    def listed_for(self, reader: "Reader") -> Self:
        """What search and sitemap may hold, as TrackQuerySet.listed_for()."""
        shown = self.visible_to(reader).published()
        return shown.exclude(track__audience=Audience.UNLISTED)

    def taught_by(self, reader: "Reader") -> Self:
        """Of the tracks this person may edit."""
        if not reader.is_authenticated or not reader.is_staff:
            return self.none()
        if reader.is_admin:
            return self
        return self.filter(track__instructors__user=reader)
