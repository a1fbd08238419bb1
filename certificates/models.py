"""Certificates: frozen facts, the document that holds the person, and its status."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment


class Certificate(models.Model):
    """A learner finished a track on a day with a score; never changed, no person.

    `facts` holds what the columns do not: the shape is
    {"slug", "summary", "language", "origin", "issuer", "criteria", "edition",
     "lessons": [{"title", "slug", "done_on"}],
     "counted": [{"answer", "lesson", "question", "credit"}]}.
    """

    code = models.CharField(_("code"), max_length=19, unique=True)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="certificates"
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="successors"
    )
    track_title = models.CharField(_("track"), max_length=200)
    lesson_count = models.PositiveSmallIntegerField(_("lessons finished"))
    score = models.PositiveSmallIntegerField(_("score in percent"), null=True)
    answered = models.PositiveSmallIntegerField(_("answered"))
    questions = models.PositiveSmallIntegerField(_("questions"))
    finished_at = models.DateTimeField(_("finished"))
    awarded_at = models.DateTimeField(_("first earned"))
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    facts = models.JSONField(_("facts"))

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        indexes = [models.Index(fields=["issued_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(supersedes=None),
                name="one_first_certificate",
            ),
            models.UniqueConstraint(
                fields=["supersedes"], name="certificate_superseded_at_most_once"
            ),
            models.UniqueConstraint(
                fields=["id", "enrollment"], name="certificate_to_refer_to"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=100), name="score_from_0_to_100"
            ),
            models.CheckConstraint(
                condition=Q(answered__lte=models.F("questions")),
                name="answered_at_most_all_questions",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.code])


class CertificateDocument(models.Model):
    """The printed name and the credential's text; deleted only when withdrawn."""

    certificate = models.ForeignKey(
        Certificate, models.PROTECT, related_name="documents"
    )
    name = models.CharField(_("name"), max_length=150)
    credential = models.TextField()  # the Open Badges JSON, without proof and status
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"document {self.pk}"


class CertificateEvent(models.Model):
    """What happened to a certificate; the status follows from these, in order."""

    class Kind(models.TextChoices):
        REVOKED = "revoked", _("revoked")
        SUPERSEDED = "superseded", _("superseded")
        WITHDRAWN = "withdrawn", _("withdrawn")
        HIDDEN = "hidden", _("hidden")
        SHOWN = "shown", _("shown")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} on {self.at:%Y-%m-%d}"
