"""Look a certificate up: anybody by its code, its holder as their own."""

from django.shortcuts import get_object_or_404

from accounts.models import Reader, User
from certificates.models import Certificate


def get_certificate(reader: Reader, code: str) -> Certificate:
    """The one with this code, as its page shows it; it is never listed. Http404.

    It carries track_is_open: whether this reader may see the track it names.
    """
    certificates = Certificate.objects.for_page().with_track_access(reader)
    return get_object_or_404(certificates, code=code)


def get_held_certificate(user: User, code: str) -> Certificate:
    """One of this person's own; somebody else's is as missing. Http404."""
    held = Certificate.objects.held_by(user).for_page().with_kinds()
    return get_object_or_404(held, code=code)


def current_certificate(user: User, track_id: int) -> Certificate | None:
    """This person's current certificate of the track, whatever became of it."""
    held = Certificate.objects.held_by(user).current().for_page().with_kinds()
    return held.filter(enrollment__track=track_id).first()


def is_issued(code: str) -> bool:
    return Certificate.objects.filter(code=code).exists()
