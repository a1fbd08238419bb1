"""Certificates as their report has them: who, which track, and where each stands today."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse

from accounts.models import User
from certificates.codes import read_code
from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.status import HIDDEN, SHOWN, State
from courses.models import Track

ORDER = ("-issued_at", "-pk")  # of list and files; no two are equal

# More people than this are on each page anyway: then the list is read from its top, and
# each row asked; fewer are looked up, and their certificates with them.
MANY = 2000


def certificates_for(reader: User) -> QuerySet[Any]:
    """An admin all, an instructor those of the tracks they teach."""
    if reader.is_admin:
        return Certificate.objects.all()
    return Certificate.objects.filter(track__in=Track.objects.taught_by(reader))


def with_status(certificates: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate status, the word of certificates.status.state_of, and status_reason, the
    reason of the event that it comes from.

    Each kind that ends a certificate is there once at most: so they are joined, which
    reads a million in one go and a page of them one by one.
    """
    joined = {
        state.value: FilteredRelation("events", condition=Q(events__kind=state))
        for state in State
        if state != State.VALID
    }
    is_valid = Q(revoked__isnull=True, superseded__isnull=True)
    is_revoked = Q(superseded__isnull=True) | Q(superseded__id__gt=F("revoked__id"))
    withdrawn = Q(withdrawn__isnull=False)
    found: QuerySet[Any] = certificates.annotate(**joined).annotate(
        status=Case(
            When(withdrawn, then=Value(State.WITHDRAWN.value)),
            When(is_valid, then=Value(State.VALID.value)),
            When(is_revoked, then=Value(State.REVOKED.value)),
            default=Value(State.SUPERSEDED.value),
            output_field=CharField(),
        ),
        status_reason=Case(
            When(withdrawn, then=F("withdrawn__reason")),
            When(is_valid, then=Value("")),
            When(is_revoked, then=F("revoked__reason")),
            default=F("superseded__reason"),
        ),
    )
    return found


def described(certificates: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate all that the report says beside the certificate's own columns, in its order.

    printed_name is "" once withdrawn, email None once erased. The name is the newest
    document's: all are joined, and of one certificate's the first row is kept. So the
    joins, the sort and all but that are done by several processes at once.
    """
    before, after = reverse("certificate", args=["-"]).split("-")
    found: QuerySet[Any] = with_status(certificates).annotate(
        printed_name=Coalesce("documents__name", Value("")),
        email=F("enrollment__learner__email"),
        address=Concat(
            Value(f"{settings.SITE_ORIGIN}{before}"),
            F("code"),
            Value(after),
            output_field=CharField(),
        ),
    )
    return found.order_by(*ORDER, "-documents__pk").distinct("issued_at", "pk")


def in_state(certificates: QuerySet[Any], state: State) -> QuerySet[Any]:
    """Those of which with_status would say so.

    The few that are not valid are found from the side of their events, and come in the
    report's order, by the columns that an index of the events has in that order.
    """
    events = CertificateEvent.objects.filter(certificate=OuterRef("pk"))
    if state == State.VALID:
        ended = events.exclude(kind__in=[HIDDEN, SHOWN])
        return certificates.exclude(Exists(ended))
    decisive = FilteredRelation("events", condition=Q(events__kind=state))
    found: QuerySet[Any] = certificates.annotate(ended=decisive).filter(
        ended__isnull=False
    )
    for other in set(State) - {State.VALID, state}:
        before = events.filter(kind=other)
        if other != State.WITHDRAWN:
            before = before.filter(pk__lt=OuterRef("ended__pk"))
        if state != State.WITHDRAWN:
            found = found.exclude(Exists(before))
    return found.order_by("-ended__issued_at", "-pk")


def issued_between(
    certificates: QuerySet[Any], first: date | None, last: date | None
) -> QuerySet[Any]:
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


def mentioning(certificates: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those with all of these words in the printed name, or in the learner's name and
    e-mail address today; or those of just this address or this code.
    """
    just = _named_in_full(certificates, text)
    if just is not None:
        return just
    documents: QuerySet[Any] = CertificateDocument.objects.order_by()
    learners: QuerySet[Any] = User.objects.order_by()
    for word in text.split():
        documents = documents.filter(name__icontains=word)
        learners = learners.filter(Q(name__icontains=word) | Q(email__icontains=word))
    printed = list(documents.values_list("certificate", flat=True)[: MANY + 1])
    people = list(learners.values_list("pk", flat=True)[: MANY + 1])
    if max(len(printed), len(people)) > MANY:
        names = documents.filter(certificate=OuterRef("pk"))
        holder = learners.filter(pk=OuterRef("enrollment__learner"))
        return certificates.filter(Q(Exists(names)) | Q(Exists(holder)))
    theirs = Certificate.objects.filter(enrollment__learner__in=people)
    return certificates.filter(pk__in={*printed, *theirs.values_list("pk", flat=True)})


def _named_in_full(certificates: QuerySet[Any], text: str) -> QuerySet[Any] | None:
    """By a whole address or a whole code; None where the text is neither."""
    if "@" in text:
        learner = User.objects.filter(email=text.strip().lower()).only("pk").first()
        return certificates.filter(enrollment__learner=learner) if learner else None
    code = read_code(text)
    coded = certificates.filter(code=code) if code else certificates.none()
    return coded if coded.exists() else None
