"""Look a track or a lesson up for a reader; hidden and missing are the same 404."""

from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Reader
from courses.models import Enrollment, Lesson, Track
from courses.querysets import plan_mode


def get_track_for(reader: Reader, slug: str) -> Track:
    """The track with counts and the reader's place in it; Http404."""
    tracks = Track.objects.visible_to(reader).with_counts().with_enrollment(reader)
    return get_object_or_404(tracks, slug=slug)


def get_open_track_for(reader: Reader, slug: str) -> Track:
    """A track that is still taught; an archived one is a 404."""
    track = get_track_for(reader, slug)
    if track.archived_at is not None:
        raise Http404
    return track


def get_lesson_for(reader: Reader, track_slug: str, slug: str) -> Lesson:
    """The lesson and its track, with when the reader was certified; Http404."""
    place = Enrollment.objects.filter(
        track=OuterRef("track_id"), learner=reader.pk or 0
    )
    lessons = (
        Lesson.objects.visible_to(reader)
        .select_related("track")
        .annotate(certified_at=Subquery(place.values("certified_at")[:1]))
    )
    return get_object_or_404(
        lessons.defer("search", "body_text", "markdown").fetch_mode(plan_mode()),
        slug=slug,
        track__slug=track_slug,
    )
