"""Look a track or a lesson up for a reader; hidden and missing are the same 404."""

from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Reader
from courses.models import Enrollment, Lesson, PreviewLink, Track
from courses.querysets import OPEN_LESSON, plan_mode
from courses.rows import Columns

_LESSON = Columns(Lesson, "l", without={"search", "body_text", "markdown"})
_TRACK = Columns(Track, "t", without={"description", "description_html"})
_OPEN = f"""
SELECT {_LESSON.sql}, {_TRACK.sql}, e.certified_at
FROM courses_lesson l
JOIN courses_track t ON t.id = l.track_id
LEFT JOIN courses_enrollment e ON e.track_id = t.id AND e.learner_id = %(learner)s
WHERE l.slug = %(slug)s AND t.slug = %(track)s AND {OPEN_LESSON}"""  # noqa: S608


def get_track_for(reader: Reader, slug: str) -> Track:
    """The track with counts and the reader's place in it; Http404."""
    tracks = Track.objects.visible_to(reader).with_counts().with_enrollment(reader)
    return get_object_or_404(tracks, slug=slug)


def get_lesson_for(reader: Reader, track_slug: str, slug: str) -> Lesson:
    """The lesson and its track, with when the reader was certified; Http404.

    Nearly always it is open to everybody, and one short statement finds it; else the
    whole rule is asked.
    """
    found = _open_lesson(reader, track_slug, slug)
    if found is not None:
        return found
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


def get_preview(token: str) -> PreviewLink:
    """The link that is not revoked, with its track; revoked and unknown are one 404.

    It asks nobody's role: who has the address may read. An archived track has no
    preview.
    """
    links = PreviewLink.objects.filter(revoked_at=None, track__archived_at=None)
    return get_object_or_404(
        links.select_related("track").fetch_mode(plan_mode()), token=token
    )


def get_previewed_lesson(link: PreviewLink, slug: str) -> Lesson:
    """A lesson of the link's track, published or not; Http404."""
    lessons = link.track.lessons.select_related("track").fetch_mode(plan_mode())
    return get_object_or_404(
        lessons.defer("search", "body_text", "markdown"), slug=slug
    )


def _open_lesson(reader: Reader, track_slug: str, slug: str) -> Lesson | None:
    values: dict[str, Any] = {
        "learner": reader.pk or 0,  # never null, so that one plan serves all
        "track": track_slug,
        "slug": slug,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    lesson, lesson.track = _LESSON.take(row), _TRACK.take(row)
    lesson.certified_at = next(row)  # type: ignore[attr-defined]
    return lesson
