"""Which entries of the audit log are shown, with all that is said of them."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from accounts.models import AuditEvent, User
from certificates.codes import read_code
from certificates.models import Certificate

FEW = 1000  # people
CERTIFICATE = "certificate:"  # before a code, where the entry is of one


def audit_entries() -> QuerySet[AuditEvent]:
    """With both people, the reason, and the key of the certificate as certificate_key."""
    code = Substr(OuterRef("target"), len(CERTIFICATE) + 1)
    meant = Certificate.objects.filter(code=code).values("pk")
    found: Any = AuditEvent.objects.select_related("actor", "person", "given_reason")
    entries: QuerySet[AuditEvent] = found.annotate(certificate_key=Subquery(meant))
    return entries


def concerning(entries: QuerySet[AuditEvent], person: int) -> QuerySet[AuditEvent]:
    """What was done to this person, and by them."""
    return entries.filter(Q(actor=person) | Q(person=person))


def found_by(entries: QuerySet[AuditEvent], words: str) -> QuerySet[AuditEvent]:
    """By or about somebody who has this in name or address today, or of this code.

    The words are looked up among the people and leave no trace in the log. The entries
    of a few are found by index; of many the log is read from its end.
    """
    named = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words))
    found = list(named.values_list("pk", flat=True)[: FEW + 1])
    people: Any = found if len(found) <= FEW else named.values("pk")
    code = f"{CERTIFICATE}{read_code(words)}"
    return entries.filter(Q(actor__in=people) | Q(person__in=people) | Q(target=code))
