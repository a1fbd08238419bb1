"""What the audit log says of certificates."""

from accounts.audit import Deed, Details, record
from accounts.models import User
from certificates.models import Certificate


def record_deed(
    deed: Deed,
    certificate: Certificate,
    actor: User | None = None,
    *,
    reason: str = "",
    successor: Certificate | None = None,
) -> None:
    """One deed to one certificate, read with its enrolment; call it in the verb, whose
    transaction it shares.

    actor: None: its holder.
    reason: of an admin, in their words.
    successor: what took its place.
    """
    holder_id = certificate.enrollment.learner_id
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
