"""What the audit log holds, as plain rows."""

from typing import Any

from accounts.audit import Deed
from accounts.models import AuditEvent


def logged(*deeds: Deed) -> list[tuple[Any, ...]]:
    """Deed, actor's key, whom it is about, of what, and why; the oldest first."""
    events = AuditEvent.objects.order_by("pk")
    if deeds:
        events = events.filter(what__in=deeds)
    return list(
        events.values_list(
            "what", "actor", "person", "target", "given_reason__text", named=False
        )
    )
