"""What the audit log says of certificates."""

from accounts.audit import Deed, Details, record
from accounts.models import User
from certificates.models import Certificate
from courses.models import Enrollment


def record_deed(
    deed: Deed,
    certificate: Certificate,
    actor: User | None = None,
    *,
    reason: str = "",
    successor: Certificate | None = None,
) -> None:
    """One deed to one certificate; call it in the verb, whose transaction it shares.

    actor: None: its holder.
    reason: of an admin, in their words.
    successor: what took its place.
    """
    places = Enrollment.objects.filter(pk=certificate.enrollment_id)
    holder_id = places.values_list("learner_id", flat=True).get()
    details: Details = {"track": certificate.track_title}
    if successor is not None:
        details["successor"] = successor.code
    record(
        deed,
        actor=actor or holder_id,
        about=holder_id,
        target=f"certificate:{certificate.code}",
        reason=reason,
        details=details,
    )
