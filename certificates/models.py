"""Certificates: frozen facts, the document that holds the person, and its status."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import LONGEST_NAME
from certificates import verification_models  # noqa: F401 (this room's tables, too)
from certificates.codes import ALPHABET
from certificates.querysets import CertificateQuerySet
from certificates.reports.export_model import ReportExport as ReportExport
from certificates.status import HIDDEN, SHOWN, State, state_of
from courses.models import Enrollment, Track, text_direction

LIST_LENGTH = 131_072  # bits; verifiers refuse fewer


class Certificate(models.Model):
    """A learner finished a track on a day with a score; never changed, no person.

    `facts` holds what the columns do not; its shape is certificates.facts.Facts.
    `cause` says why it took the place of the one it supersedes.
    """

    class Cause(models.TextChoices):
        CORRECTED = "corrected", _("the name was corrected")
        UPDATED = "updated", _("it was brought up to date")
        REISSUED = "reissued", _("issued anew after it was revoked")

    code = models.CharField(_("code"), max_length=19)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="certificates"
    )
    track = models.ForeignKey(  # its enrolment's; the database fills it in
        Track,
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="successors"
    )
    cause = models.CharField(
        _("why it superseded another"),
        max_length=10,
        choices=Cause.choices,
        blank=True,  # the first of its enrolment
        db_default="",
        default="",
    )
    # of the name, in this enrolment: 1 to 3, where the cause is one
    correction = models.PositiveSmallIntegerField(null=True)
    track_title = models.CharField(_("track"), max_length=200)
    lesson_count = models.PositiveSmallIntegerField(_("lessons finished"))
    score = models.PositiveSmallIntegerField(_("score in percent"), null=True)
    answered = models.PositiveSmallIntegerField(_("answered"))
    questions = models.PositiveSmallIntegerField(_("questions"))
    finished_at = models.DateTimeField(_("finished"))
    awarded_at = models.DateTimeField(_("first earned"))
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    facts = models.JSONField(_("facts"))

    # set by the words of CertificateQuerySet alone
    event_kinds: list[str]
    printed_name: str
    key_name: str | None
    signed_at: datetime | None
    verified_at: datetime | None
    list_number: int | None
    list_index: int | None
    current_code: str
    replaced_code: str | None
    successor_cause: str
    holder_id: int
    track_slug: str

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        permissions = [("export_certificates", _("Can read and export reports"))]
        indexes = [
            # the report reads whole pages, and whole files, out of this one
            models.Index(
                fields=["issued_at", "id"],
                include=[
                    "enrollment",
                    "track",
                    "code",
                    "track_title",
                    "lesson_count",
                    "score",
                    "answered",
                    "questions",
                ],
                name="certificate_report",
            ),
            models.Index(
                fields=["track", "issued_at", "id"], name="certificate_of_track"
            ),
            models.Index(
                fields=["score", "issued_at", "id"], name="certificate_by_score"
            ),
            models.Index(F("facts__edition"), name="certificate_edition"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="certificate_code_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    code__regex=rf"^([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}$"
                ),
                name="certificate_code_in_its_one_spelling",
            ),
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
                condition=Q(answered__lte=F("questions")),
                name="answered_at_most_all_questions",
            ),
            models.CheckConstraint(
                condition=Q(score=None, answered=0)
                | Q(score__isnull=False, answered__gt=0),
                name="score_with_its_coverage",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None, cause="")
                | Q(
                    supersedes__isnull=False,
                    cause__in=["corrected", "updated", "reissued"],
                ),
                name="successor_has_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(
                    cause="corrected", correction__isnull=False, correction__gte=1
                )
                | ~Q(cause="corrected") & Q(correction=None),
                name="corrections_are_numbered",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "correction"], name="correction_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.code])

    @property
    def direction(self) -> str:
        """Of the language that the track's title and the lessons' are in."""
        return text_direction(self.facts["language"])

    @property
    def state(self) -> State:
        """Where it stands; of a row read with_kinds()."""
        return state_of(self.event_kinds)[0]

    @property
    def is_hidden(self) -> bool:
        """Whether its holder hid the details; of a row read with_kinds()."""
        return state_of(self.event_kinds)[1]


class IssuerKey(models.Model):
    """A public key of the site, as did.json shows it; the private one is never here.

    A retired key signs no more and still verifies; what a revoked one signed does not.
    """

    name = models.SlugField(max_length=40)  # "key-2026-11", the fragment of its id
    multibase = models.CharField(max_length=60)  # "z6Mk…", of the Ed25519 Multikey
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="issuer_key_has_its_own_name"
            ),
            models.UniqueConstraint(
                fields=["multibase"], name="issuer_key_is_published_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.retired_at is None and self.revoked_at is None


class CertificateDocument(models.Model):
    """The printed name and the credential's text; deleted only when withdrawn.

    What is signed again is a new row; the newest is the one that is served.
    """

    certificate = models.ForeignKey(
        Certificate, models.PROTECT, db_index=False, related_name="documents"
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    credential = models.TextField()  # the Open Badges JSON, served byte for byte
    key = models.ForeignKey(  # empty: from before certificates were signed
        IssuerKey, models.PROTECT, null=True, related_name="documents"
    )
    created_at = models.DateTimeField(default=timezone.now)

    event_kinds: list[str]  # set by access.get_signed_document alone

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["certificate", "id"], include=["name"], name="printed_name"
            ),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="printed_letters"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(credential=""),
                name="document_has_name_and_credential",
            )
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"


class StatusEntry(models.Model):
    """The one bit of a certificate in a status list; it stays when it is withdrawn.

    Its place is random: it tells neither the order of certificates nor their number.
    """

    certificate = models.OneToOneField(
        Certificate, models.PROTECT, related_name="status_entry"
    )
    list_number = models.PositiveIntegerField()  # from 1
    list_index = models.PositiveIntegerField()  # 0 to LIST_LENGTH - 1

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_number", "list_index"], name="status_bit_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(list_number__gte=1, list_index__lt=LIST_LENGTH),
                name="status_bit_within_its_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_number}#{self.list_index}"


class Emblem(models.Model):
    """The picture of an edition of a track, drawn once; credentials name its address."""

    edition = models.CharField(max_length=12)  # hex digits
    png = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition"], name="emblem_is_drawn_once"),
            models.CheckConstraint(
                condition=Q(edition__regex="^[0-9a-f]{12}$"),
                name="emblem_of_an_edition",
            ),
        ]

    def __str__(self) -> str:
        return self.edition


class CertificateEvent(models.Model):
    """What happened to a certificate; the status follows from these, in order."""

    class Kind(models.TextChoices):
        REVOKED = State.REVOKED, _("revoked")
        SUPERSEDED = State.SUPERSEDED, _("superseded")
        WITHDRAWN = State.WITHDRAWN, _("withdrawn")
        HIDDEN = HIDDEN, _("hidden")
        SHOWN = SHOWN, _("shown")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events")
    issued_at = models.DateTimeField(  # the certificate's; the database fills it in
        null=True, editable=False
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(  # empty: its holder
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [  # the report goes through those of a status in its order
            models.Index(
                fields=["kind", "issued_at", "certificate"], name="event_in_report"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind"],
                condition=~Q(kind__in=[HIDDEN, SHOWN]),
                name="certificate_ends_once_in_each_way",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["revoked", "superseded", "withdrawn", HIDDEN, SHOWN]
                ),
                name="event_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="revoked") | (Q(actor__isnull=False) & ~Q(reason="")),
                name="revoked_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.at:%Y-%m-%d}"
