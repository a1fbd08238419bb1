"""The mails that say what became of a certificate."""

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.tasks import task

from accounts.mails import make_mail
from certificates.models import Certificate
from certificates.status import State, status_of

_MAIL_OF = {
    "": "issued",
    Certificate.Cause.CORRECTED: "corrected",
    Certificate.Cause.UPDATED: "updated",
    Certificate.Cause.REISSUED: "reissued",
}


@task
def mail_certificate(certificate_id: int) -> None:
    """Tell the holder where it is; nobody is left to tell once they erased it.

    Run twice it sends the same message with the same id, which mail programs show once.
    """
    certificate = _certificate(certificate_id)
    _send(certificate, _MAIL_OF[certificate.cause], certificate.code, {})


@task
def mail_revocation(certificate_id: int) -> None:
    """Tell the holder that it was revoked, and why; as mail_certificate."""
    certificate = _certificate(certificate_id)
    status = status_of(certificate.events.all())
    if status.state == State.REVOKED:
        _send(certificate, "revoked", f"{certificate.code} revoked", {"status": status})


def _certificate(certificate_id: int) -> Certificate:
    certificates = Certificate.objects.for_page().select_related("enrollment__learner")
    return certificates.get(pk=certificate_id)


def _send(
    certificate: Certificate, mail_name: str, about: str, facts: dict[str, object]
) -> None:
    """about: the same for the same message, whose id is made of it."""
    address = certificate.enrollment.learner.email
    if not address or not certificate.printed_name:
        return
    facts = {"certificate": certificate, **facts}
    mail = make_mail(f"certificates/mail/{mail_name}", address, facts)
    mail.extra_headers["Message-ID"] = message_id(about)
    mail.send()


def message_id(about: str) -> str:
    """Without the code itself: servers log ids."""
    digest = hashlib.sha256(about.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
