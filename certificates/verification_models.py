"""The runs of verify_certificates, and what each found."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class VerificationRun(models.Model):
    """All certificates looked at, one after the other; unfinished runs say nothing."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    checked = models.PositiveIntegerField(default=0)  # certificates
    unclaimed = models.PositiveIntegerField(default=0)  # finished, without certificate

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="run_finished_after_it_started",
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class VerificationFinding(models.Model):
    """One thing about a certificate that does not agree; it names no person."""

    class Kind(models.TextChoices):
        UNSIGNED = "unsigned", _("Not signed")
        SIGNATURE = "signature", _("The signature")
        TEXT = "text", _("The signed text")
        FILE = "file", _("A file")
        EVENTS = "events", _("Its events")
        SCORE = "score", _("The score")
        UNFINISHED = "unfinished", _("Issued without finishing")

    run = models.ForeignKey(VerificationRun, models.CASCADE, related_name="findings")
    certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, related_name="findings"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    detail = models.CharField(max_length=300)  # in English, as commands speak

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "unsigned",
                        "signature",
                        "text",
                        "file",
                        "events",
                        "score",
                        "unfinished",
                    ]
                ),
                name="finding_is_of_a_known_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"
