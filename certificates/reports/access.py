"""Who reads reports: admins, and instructors whom an admin let, of their own tracks."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User

EXPORTS = "certificates.export_certificates"


def reader_in(request: HttpRequest) -> User | None:
    """Who makes this request, if they may read reports."""
    user = request.user
    if not user.is_authenticated or not user.is_staff:
        return None
    return user if user.has_perm(EXPORTS) else None


def get_reader(request: HttpRequest) -> User:
    """Raises PermissionDenied where they may not."""
    reader = reader_in(request)
    if reader is None:
        raise PermissionDenied
    return reader
