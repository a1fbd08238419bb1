"""Every mail we send: a subject and two parts that read the same."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def make_mail(
    template: str, to: str, context: Mapping[str, object]
) -> EmailMultiAlternatives:
    """The mail of <template>_subject.txt, _message.txt and _message.html, not sent yet.

    Links start with `site_origin`, never with what the request calls this host.
    """
    facts = {
        **context,
        "site_name": settings.SITE_NAME,
        "site_origin": settings.SITE_ORIGIN,
        "site_contact": settings.SITE_CONTACT,
    }
    subject = " ".join(render_to_string(f"{template}_subject.txt", facts).split())
    facts["subject"] = subject
    mail = EmailMultiAlternatives(
        subject,
        render_to_string(f"{template}_message.txt", facts).strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [to],
    )
    html = render_to_string(f"{template}_message.html", facts)
    mail.attach_alternative(html, "text/html")
    return mail
