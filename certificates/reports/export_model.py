"""A report that is too long to be written while one waits: asked for, worked on, kept."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import new_token

# A worker says every few seconds that it lives; without a word for so long it does not.
STALE_AFTER = timedelta(seconds=60)
KEPT_FOR = timedelta(days=7)  # from the end of the work; while it waits, from its start


class ExportState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("being written")
    DONE = "done", _("ready")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class ExportFault(models.TextChoices):
    """Why it failed, in a sentence for who asked."""

    STORAGE = (
        "storage",
        _(
            "The file could not be stored: the disk may be full, or the storage out of "
            "reach. Tell whoever runs this site, then start again."
        ),
    )
    RIGHT = "right", _("You may no longer export this report.")
    OTHER = (
        "other",
        _(
            "The file could not be written. Start again; if it fails again, tell an admin."
        ),
    )
    GIVEN_UP = (
        "given up",
        _(
            "Nobody wrote the file within 7 days: the background worker stopped in the "
            "middle, or does not run. Tell whoever runs this site, then start again."
        ),
    )


class ExportQuerySet(models.QuerySet["ReportExport"]):
    def asked_by(self, user: User) -> Self:
        return self.filter(asked_by=user)

    def pending(self) -> Self:
        return self.filter(state__in=[ExportState.QUEUED, ExportState.RUNNING])

    def beating(self) -> Self:
        """A worker is at it and lives."""
        alive = timezone.now() - STALE_AFTER
        return self.filter(state=ExportState.RUNNING, heartbeat__gt=alive)

    def to_take(self) -> Self:
        """Waiting, or left by a worker that does not live any more."""
        dead = Q(state=ExportState.RUNNING, heartbeat__lte=timezone.now() - STALE_AFTER)
        return self.filter(Q(state=ExportState.QUEUED) | dead)

    def to_give_up(self) -> Self:
        """Asked for so long ago that nobody waits for it, and no worker is at it."""
        return self.to_take().filter(asked_at__lte=timezone.now() - KEPT_FOR)

    def outlived(self) -> Self:
        """Ended so long ago that row and file go."""
        now = timezone.now()
        return self.filter(Q(expires_at__lte=now) | Q(ended_at__lte=now - KEPT_FOR))


class ReportExport(models.Model):
    """One report, asked for by one person, and the file that comes of it.

    Whoever works on it writes `worker`, and goes on only while it stands there: of two
    workers one writes, and one that was thought dead notices it.
    """

    token = models.CharField(
        max_length=32, unique=True, default=new_token, editable=False
    )
    report = models.CharField(_("report"), max_length=20)  # a key of REPORTS
    # what the report's form was given; what was searched for is gone once it is done
    query = models.JSONField(default=dict)
    filters = models.JSONField(_("narrowed to"), default=dict)  # ReportForm.filters
    is_searched = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_exports"
    )
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ExportState.choices,
        default=ExportState.QUEUED,
    )
    is_cancel_wanted = models.BooleanField(default=False)
    rows_total = models.PositiveIntegerField(default=0)  # when it was asked for
    rows_done = models.PositiveIntegerField(default=0)
    worker = models.UUIDField(null=True)
    heartbeat = models.DateTimeField(null=True)
    # of instructors: the tracks whose rows are in the file; null: an admin's, of all
    tracks = models.JSONField(null=True)
    file = models.CharField(max_length=100, blank=True)  # its name in the storage
    fault = models.CharField(max_length=10, choices=ExportFault.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("my exports")
        constraints = [
            models.CheckConstraint(
                condition=Q(token__regex=r"^[A-Za-z0-9_-]{32}$"),  # noqa: S106
                name="export_token_is_unguessable",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="export_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="running")
                | Q(worker__isnull=False, heartbeat__isnull=False),
                name="export_runs_with_a_worker",
            ),
            models.CheckConstraint(
                condition=Q(state="done", expires_at__isnull=False) & ~Q(file="")
                | ~Q(state="done") & Q(file="", expires_at=None),
                name="export_done_with_a_file_that_expires",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(fault="")
                | ~Q(state="failed") & Q(fault=""),
                name="export_failed_for_a_fault",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | ~Q(state__in=["queued", "running"]) & Q(ended_at__isnull=False),
                name="export_ended_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_pending(self) -> bool:
        return self.state in {ExportState.QUEUED, ExportState.RUNNING}

    @property
    def is_stalled(self) -> bool:
        """Its worker does not live any more."""
        alive = timezone.now() - STALE_AFTER
        beat = self.heartbeat or alive
        return self.state == ExportState.RUNNING and beat <= alive

    @property
    def is_late(self) -> bool:
        """It waits for long: the worker is busy, or does not run."""
        late = self.asked_at <= timezone.now() - STALE_AFTER
        return self.state == ExportState.QUEUED and late

    @property
    def phase(self) -> str:
        """While this stays the same, its page changes in words and bar alone."""
        if self.is_stalled:
            return "stalled"
        if self.is_late:
            return "late"
        return "pending" if self.is_pending else self.state

    @property
    def can_cancel(self) -> bool:
        return self.is_pending and (self.is_stalled or not self.is_cancel_wanted)

    @property
    def can_start_again(self) -> bool:
        has_ended = self.state in {ExportState.CANCELLED, ExportState.FAILED}
        return has_ended or self.is_stalled or self.is_late

    @property
    def is_ready(self) -> bool:
        return self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def percent(self) -> int:
        """How far the work is, in whole percent, never 100 before the end."""
        if self.state == ExportState.DONE:
            return 100
        share = 100 * self.rows_done // self.rows_total if self.rows_total else 0
        return min(share, 99)
