"""A zip that waits for a yes or a no; exchange.models brings it in."""

from datetime import timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Func
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from accounts.models import User
from exchange.zip_files import MAX_ARCHIVE_BYTES

WAITS = timedelta(days=1)


class TrackUploadQuerySet(models.QuerySet["TrackUpload"]):
    def waiting_for(self, user: User) -> Self:
        """This person's own, without their bytes, and none that is too old."""
        own = self.filter(by=user, made_at__gt=timezone.now() - WAITS)
        return own.defer("archive")


class TrackUpload(models.Model):
    """A track folder as a zip, between the look at what it would change and the import.

    It goes when it is applied, cancelled or older than a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=255)  # of the file
    archive = models.BinaryField()
    digest = models.CharField(max_length=64)  # SHA-256 of the archive, in hex

    objects: ClassVar[TrackUploadQuerySet] = TrackUploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "digest"], name="upload_waits_once_per_person"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Func(
                        F("archive"),
                        function="octet_length",
                        output_field=models.IntegerField(),
                    ),
                    MAX_ARCHIVE_BYTES,
                ),
                name="upload_has_at_most_64_mb",
            ),
        ]

    def __str__(self) -> str:
        return self.name
