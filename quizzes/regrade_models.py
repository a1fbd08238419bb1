"""Regrades: what earlier answers count once their question was mended.

Nothing here changes an answer: a regrade is rows of its own, which the score's query
puts over the log.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RegradeMode(models.TextChoices):
    FULL = "full", _("full credit for everybody")
    MAP = "map", _("graded again by the new version")


class Regrade(models.Model):
    """New credits for the answers to earlier versions of a question; the log stays.

    Of an answer's regrades the latest that is not taken back says what it counts.
    FULL is of all versions before `target`; MAP is of those to `source`, graded by the
    key of `target`, which the database keeps as it was then.
    """

    lineage = models.UUIDField(editable=False)
    mode = models.CharField(max_length=4, choices=RegradeMode.choices)
    source = models.ForeignKey(
        "quizzes.Question", models.PROTECT, null=True, related_name="+"
    )
    target = models.ForeignKey("quizzes.Question", models.PROTECT, related_name="+")
    target_revision = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=500)
    made_at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        indexes = [
            models.Index(
                fields=["lineage"],
                condition=Q(taken_back_at=None),
                name="regrades_that_stand",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id", "lineage"], name="regrade_lineage_to_refer_to"
            ),
            models.UniqueConstraint(
                fields=["id", "source", "target"], name="regrade_versions_to_refer_to"
            ),
            models.CheckConstraint(
                condition=Q(
                    mode=RegradeMode.FULL, source=None, target_revision__isnull=True
                )
                | Q(
                    mode=RegradeMode.MAP,
                    source__isnull=False,
                    target_revision__isnull=False,
                ),
                name="only_a_map_goes_from_version_to_version",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="regrade_taken_back_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="regrade_has_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


class RegradeMap(models.Model):
    """What a choice of the source is in the target; empty: no longer offered."""

    regrade = models.ForeignKey(
        Regrade, models.PROTECT, related_name="pairs", db_index=False
    )
    source = models.ForeignKey(
        "quizzes.Question", models.PROTECT, related_name="+", db_index=False
    )
    target = models.ForeignKey(
        "quizzes.Question", models.PROTECT, related_name="+", db_index=False
    )
    old_choice = models.ForeignKey("quizzes.Choice", models.PROTECT, related_name="+")
    new_choice = models.ForeignKey(
        "quizzes.Choice", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["regrade", "old_choice"], name="choice_mapped_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_choice_id} is {self.new_choice_id}"


class RegradedAnswer(models.Model):
    """What one answer counts by one regrade."""

    regrade = models.ForeignKey(
        Regrade, models.PROTECT, related_name="answers", db_index=False
    )
    answer = models.ForeignKey(
        "quizzes.Answer", models.PROTECT, related_name="regraded", db_index=False
    )
    question = models.ForeignKey(
        "quizzes.Question", models.PROTECT, related_name="+", db_index=False
    )
    lineage = models.UUIDField()
    credit = models.DecimalField(max_digits=7, decimal_places=6)

    class Meta:
        indexes = [
            models.Index(
                fields=["answer", "regrade"], include=["credit"], name="regraded_log"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["regrade", "answer"], name="answer_regraded_once"
            ),
            models.CheckConstraint(
                condition=Q(credit__gte=Decimal(0), credit__lte=Decimal(1)),
                name="new_credit_from_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.answer_id} counts {self.credit}"
