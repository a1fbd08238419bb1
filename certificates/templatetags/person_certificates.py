"""What a person's page in the admin shows of the certificates."""

from django import template

from accounts.models import User
from certificates.models import Certificate
from certificates.querysets import CertificateQuerySet

register = template.Library()


@register.simple_tag
def certificates_of(person: User) -> CertificateQuerySet:
    """All that they hold or held, the newest first, each with its state."""
    return Certificate.objects.held_by(person).with_kinds()
