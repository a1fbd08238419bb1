"""Certificates as admins list them: who, which track, and where each stands today."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import (
    Case,
    CharField,
    F,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from certificates.models import CertificateDocument, CertificateEvent
from certificates.querysets import CertificateQuerySet
from certificates.status import HIDDEN, SHOWN, State


def with_holder_and_status(certificates: CertificateQuerySet) -> CertificateQuerySet:
    """Annotate printed_name ("" once withdrawn), email (None once erased) and status.

    status is the word of certificates.status.state_of, said in SQL so that it filters;
    status_reason is the reason of the event that it comes from.
    """
    documents = CertificateDocument.objects.filter(certificate=OuterRef("pk"))
    ended = CertificateEvent.objects.filter(certificate=OuterRef("pk")).exclude(
        kind__in=[HIDDEN, SHOWN]
    )
    withdrawn_first = Case(When(kind=State.WITHDRAWN, then=0), default=1)
    decisive = ended.order_by(withdrawn_first, "pk")
    return certificates.annotate(  # type: ignore[no-redef]
        printed_name=Coalesce(
            Subquery(documents.order_by("-pk").values("name")[:1]), Value("")
        ),
        email=F("enrollment__learner__email"),
        status=Coalesce(
            Subquery(decisive.values("kind")[:1]),
            Value(State.VALID.value),
            output_field=CharField(),
        ),
        status_reason=Subquery(decisive.values("reason")[:1]),
    )


def issued_between(
    certificates: CertificateQuerySet, first: date | None, last: date | None
) -> CertificateQuerySet:
    """Issued on these days or between them, in UTC as on the certificate itself."""
    if first:
        certificates = certificates.filter(issued_at__gte=_start_of(first))
    if last:
        certificates = certificates.filter(
            issued_at__lt=_start_of(last) + timedelta(days=1)
        )
    return certificates


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
