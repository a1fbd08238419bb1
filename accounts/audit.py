"""The audit log: who did what, about whom, when and why; it only grows.

People stand in it by key alone, so that it keeps nothing of who erases their account.
"""

from typing import TypedDict

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, AuditReason, User


class Deed(models.TextChoices):
    """What is written down, and how it reads there; one that is gone stays as stored."""

    MADE_INSTRUCTOR = "made instructor", _("made instructor")
    ENDED_INSTRUCTOR = "ended instructor", _("no longer instructor")
    MADE_READER = "made report reader", _("let read reports")
    ENDED_READER = "ended report reader", _("no longer reads reports")
    MADE_ADMIN = "made admin", _("made admin")
    ENDED_ADMIN = "ended admin", _("no longer admin")
    DEACTIVATED = "deactivated", _("deactivated")
    ACTIVATED = "activated", _("activated")
    SENT_RESET = "sent reset", _("sent a password reset")
    ERASED = "erased", _("erased their account")
    ASSIGNED = "assigned instructor", _("assigned as instructor")
    UNASSIGNED = "removed instructor", _("removed as instructor")
    ISSUED = "issued", _("issued a certificate")
    CORRECTED = "corrected name", _("corrected the name")
    UPDATED = "updated", _("updated a certificate")
    REVOKED = "revoked", _("revoked a certificate")
    ISSUED_ANEW = "issued anew", _("issued a certificate anew")
    WITHDREW = "withdrew", _("withdrew a certificate")
    HID = "hid", _("hid a certificate's page")
    SHOWED = "showed", _("showed a certificate's page again")
    REGRADED = "regraded", _("regraded answers")
    TOOK_BACK = "took back regrade", _("took a regrade back")
    EXPORTED = "exported", _("exported a report")
    SIGNED = "signed certificates", _("signed earlier certificates")
    MADE_KEY = "made key", _("made a key")
    ROTATED_KEY = "rotated key", _("changed to another key")
    RETIRED_KEY = "retired key", _("retired a key")
    REVOKED_KEY = "revoked key", _("revoked a key")


class Details(TypedDict, total=False):
    """What else is known of a deed: plain values, and no person's name or address.

    Titles are as they were on the day. Of the words typed in a search box only that
    there were any is kept, in `searched`; `filters` are choices and days.
    """

    command: str  # the management command that did it; then there is no actor
    track: str  # its title
    question: str  # its prompt, the beginning of it
    successor: str  # the code of the certificate that took another's place
    count: int  # answers regraded, certificates signed
    report: str  # certificates, enrolments or learners
    format: str  # csv or xlsx
    rows: int
    filters: dict[str, str]
    searched: bool


@transaction.atomic
def record(
    deed: Deed,
    *,
    actor: User | int | None,
    about: User | int | None = None,
    target: str = "",
    reason: str = "",
    details: Details | None = None,
) -> AuditEvent:
    """Write the deed down; call it inside the transaction that does it.

    actor: who did it, or their key; None: a management command, named in details.
    about: whom it was done to, or their key.
    target: what it was done to, "track:12", "certificate:7K4M-9QXT-2HWD-5VPN",
        "question:31", "regrade:4", "key:key-2026-11" or "report:certificates".
    reason: as it was typed; emptied when somebody whom it names erases their account.
    """
    event = AuditEvent.objects.create(
        what=deed.value,
        actor_id=_key_of(actor),
        person_id=_key_of(about),
        target=target,
        details=details or {},
    )
    if reason:
        AuditReason.objects.create(event=event, text=reason)
    return event


def record_export(
    actor: User,
    report: str,
    file_format: str,
    *,
    rows: int,
    filters: dict[str, str],
    is_searched: bool,
    target: str = "",
) -> AuditEvent:
    """Rows of a report leave as a file; call it before the first of them does.

    report, file_format, rows, filters: as in Details; each filter is one that was
        chosen, by its name and its value in words, and never what was typed in a search.
    target: of a report on one thing; else the report itself.
    """
    details: Details = {
        "report": report,
        "format": file_format,
        "rows": rows,
        "filters": filters,
        "searched": is_searched,
    }
    target = target or f"report:{report}"
    return record(Deed.EXPORTED, actor=actor, target=target, details=details)


def _key_of(person: User | int | None) -> int | None:
    return person.pk if isinstance(person, User) else person
