"""Named groups of learners, and which tracks are for which of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LearnerGroup(models.Model):
    """Learners under one name, such as a class; admins put them together."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("group of learners")
        verbose_name_plural = _("groups of learners")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="group_has_name")
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A learner is in a group."""

    group = models.ForeignKey(LearnerGroup, models.CASCADE, related_name="members")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("learner"),
    )
    joined_at = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("learner of a group")
        verbose_name_plural = _("learners of groups")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "learner"], name="learner_once_per_group"
            )
        ]

    def __str__(self) -> str:
        return str(self.learner)


class TrackGroup(models.Model):
    """A track is for a group; it counts while the track's audience is groups.

    A group that a track is for cannot be deleted: its learners would lose the track.
    """

    track = models.ForeignKey(
        "courses.Track", models.CASCADE, related_name="track_groups"
    )
    group = models.ForeignKey(
        LearnerGroup,
        models.PROTECT,
        related_name="track_groups",
        verbose_name=_("group"),
    )

    class Meta:
        verbose_name = _("group that may learn it")
        verbose_name_plural = _("groups that may learn it")
        constraints = [
            models.UniqueConstraint(
                fields=["track", "group"], name="group_once_per_track"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} at {self.track_id}"
