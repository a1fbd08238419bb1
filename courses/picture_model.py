"""A picture of a track; courses.models brings it in."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.picture_querysets import PictureQuerySet
from courses.pictures import EXTENSIONS, MAX_NAME, NAME
from courses.shown import ShownPicture


class Picture(models.Model):
    """A picture of a track's texts; its files are found by digest, courses/picture_store.py.

    Once there it does not change, but for an import that brings another of its name.
    """

    track = models.ForeignKey(
        "courses.Track",
        models.CASCADE,
        related_name="pictures",
        verbose_name=_("track"),
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)  # as the texts call it
    digest = models.CharField(max_length=64)  # SHA-256 of the kept file, hexadecimal
    format = models.CharField(
        max_length=4, choices=[(each, each) for each in EXTENSIONS]
    )
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    widths = ArrayField(models.PositiveSmallIntegerField())  # that are shown, rising
    size = models.PositiveIntegerField(_("size"))  # bytes of the kept file
    made_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    objects: ClassVar[PictureQuerySet] = PictureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["track", "name"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.UniqueConstraint(
                fields=["track", "name"], name="picture_name_unique_in_track"
            ),
            models.CheckConstraint(
                condition=Q(name__regex=rf"^{NAME.pattern}$"),
                name="picture_name_fits_a_text",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="picture_digest_is_sha256",
            ),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1, size__gte=1)
                & Q(widths__len__gte=1),
                name="picture_has_a_size",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> ShownPicture:
        """What a page needs to show it."""
        return ShownPicture(
            self.track_id, self.digest, self.width, self.height, tuple(self.widths)
        )
