"""The mail that says a certificate is there."""

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.tasks import task

from accounts.mails import make_mail
from certificates.models import Certificate


@task
def mail_certificate(certificate_id: int) -> None:
    """Tell the holder where it is; nobody is left to tell once they erased it.

    Run twice it sends the same message with the same id, which mail programs show once.
    """
    certificate = (
        Certificate.objects.for_page()
        .select_related("enrollment__learner")
        .get(pk=certificate_id)
    )
    address = certificate.enrollment.learner.email
    if not address or not certificate.printed_name:
        return
    mail = make_mail("certificates/mail/issued", address, {"certificate": certificate})
    mail.extra_headers["Message-ID"] = _message_id(certificate)
    mail.send()


def _message_id(certificate: Certificate) -> str:
    """The same for the same certificate, and without its code: servers log ids."""
    digest = hashlib.sha256(certificate.code.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
