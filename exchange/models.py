"""What the texts of tracks and lessons said, from one change to the next."""

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Lesson, Track
from exchange.upload_model import TrackUpload

__all__ = ["TrackUpload", "Version", "What"]


class What(models.TextChoices):
    """What led to a version."""

    FOUND = "found", _("As it was before")
    SAVED = "saved", _("Saved")
    IMPORTED = "imported", _("Imported")
    RESTORED = "restored", _("Restored")


class Version(models.Model):
    """A lesson with its questions, or a track's own texts, as a track folder says them.

    `text` is what the export writes into that file. A row is written when it differs from
    the one before, and never changed; it goes with its track alone. A deleted lesson
    leaves its versions, whose `lesson` then leads nowhere.
    """

    track = models.ForeignKey(
        Track, models.DB_CASCADE, related_name="versions", db_index=False
    )
    lesson = models.ForeignKey(  # null: the track's own texts
        Lesson,
        models.DO_NOTHING,
        null=True,
        related_name="versions",
        db_constraint=False,
        db_index=False,
    )
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the text, in hex
    questions = models.JSONField(default=dict)  # {id: digest of its block}, in order
    what = models.CharField(max_length=8, choices=What.choices)
    made_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(  # null: a command, or nobody knows
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+"
    )
    entry = models.OneToOneField(  # what the admin noted about the change
        LogEntry, models.DO_NOTHING, null=True, related_name="version"
    )
    restores = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        indexes = [
            models.Index(fields=["lesson", "-id"], name="versions_of_lesson"),
            models.Index(fields=["track", "lesson", "-id"], name="versions_of_track"),
        ]

    def __str__(self) -> str:
        return f"{self.slug}, {self.made_at:%Y-%m-%d %H:%M}"
