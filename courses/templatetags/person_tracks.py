"""What a person's page in the admin shows of the tracks; one query each."""

from operator import attrgetter

from django import template
from django.db.models import QuerySet

from accounts.models import User
from courses.models import Track, TrackInstructor
from courses.progress import Outline, outlines_of

register = template.Library()


@register.simple_tag
def tracks_of(person: User) -> list[tuple[Track, Outline]]:
    """Each track they are on, the last active first, and how far they are in it."""
    begun = Track.objects.filter(enrollments__learner=person)
    when = attrgetter("active_at")
    tracks = sorted(begun.with_enrollment(person), key=when, reverse=True)
    outlines = outlines_of(tracks, person)
    return [(track, outlines[track.pk]) for track in tracks]


@register.simple_tag
def taught_by(person: User) -> QuerySet[TrackInstructor]:
    taught = TrackInstructor.objects.filter(user=person)
    return taught.select_related("track").order_by("track__title")
