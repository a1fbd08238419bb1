"""The table that keeps what was found about a track."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrackAnalysis(models.Model):
    """What was found about a track's questions and lessons, kept until it changes.

    A cache: any row may be deleted. quizzes.track_analysis says what is in it.
    """

    track = models.OneToOneField(
        "courses.Track", models.CASCADE, related_name="analysis"
    )
    key = models.CharField(max_length=64)  # of all that had been answered and claimed
    settled_id = models.BigIntegerField()  # no answer up to this one is on its way
    settled_at = models.DateTimeField()  # and no claim of before this time
    made_at = models.DateTimeField()
    questions = models.JSONField(default=dict)
    scores = models.JSONField(default=list)
    lessons = models.JSONField(default=dict)
    lessons_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept figures")
        verbose_name_plural = _("kept figures")

    def __str__(self) -> str:
        return f"of track {self.track_id}"
