"""Which pictures a person may see."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef

from courses.shown import Pictures

if TYPE_CHECKING:
    from accounts.models import Reader
    from courses.models import Picture  # noqa: F401 (named as text below)


class PictureQuerySet(models.QuerySet["Picture"]):
    def by_name(self) -> Pictures:
        """What texts of their track may show."""
        return {picture.name: picture.shown for picture in self}

    def visible_to(self, reader: "Reader") -> Self:
        """Those in a lesson that this person may read, and all to those who teach it.

        One in the description is seen with its track, while that is taught.
        """
        from courses.models import Lesson, Track
        from courses.picture_uses import shows

        of_track = {"pk": OuterRef("track_id")}
        taught = Track.objects.taught_by(reader).filter(**of_track)
        seen = Track.objects.visible_to(reader).filter(**of_track, archived_at=None)
        showing = shows(OuterRef("digest"), OuterRef(OuterRef("digest")))
        read = Lesson.objects.visible_to(reader).filter(
            showing, track=OuterRef("track_id")
        )
        described = seen.filter(description_html__contains=OuterRef("digest"))
        return self.filter(Exists(taught) | Exists(read) | Exists(described))

    def taught_by(self, reader: "Reader") -> Self:
        """Of the tracks this person may edit."""
        from courses.models import Track

        return self.filter(track__in=Track.objects.taught_by(reader))
