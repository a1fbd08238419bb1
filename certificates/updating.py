"""Update a certificate: one with what was learned since takes its place."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from certificates.award import Award, printed_title, read_award
from certificates.models import Certificate
from certificates.outlook import Outlook, outlook_of
from certificates.services import (
    CertificateError,
    ErasedError,
    earned_certificate,
    lock_line,
    replace_certificate,
    replaceable,
)
from courses.models import Enrollment, Track


class NotUpdatedError(CertificateError):
    """The holder does not get what was asked for; `outlook` is what stands."""

    def __init__(self, outlook: Outlook | None) -> None:
        self.outlook = outlook
        super().__init__()


class NotOpenError(NotUpdatedError):
    """The track is a draft, or not for this learner: there is nothing to go by."""


class NothingGainedError(NotUpdatedError):
    """A new one would hold nothing of the learner's that this one lacks."""


class LookAgainError(NotUpdatedError):
    """What would change is no longer what the holder was shown."""


def read_outlook(certificate: Certificate) -> Outlook | None:
    """What an update would change; None where the track is not open to its holder."""
    place = _place_of(certificate)
    track = _open_track(place)
    if track is None:
        return None
    award = _award_of(certificate, place.learner, track)
    return outlook_of(certificate, printed_title(track), award)


@transaction.atomic
def update_certificate(certificate: Certificate, seen: str) -> Certificate:
    """Its holder wants what the outlook shows, newly frozen, in its place.

    Name, day of the first award and day of finishing stay. Returns the current one
    unchanged when nothing would change, or when another took this one's place.

    seen: the mark of the outlook that the holder said yes to.

    Raises:
        WithdrawnError, RevokedError, ErasedError, NotOpenError, NothingGainedError,
        LookAgainError
    """
    current = replaceable(lock_line(certificate)[-1])
    if current.pk != certificate.pk:
        return current
    place = _place_of(current)
    learner, track = place.learner, _open_track(place)
    if learner.erased_at is not None:
        raise ErasedError
    if track is None:
        raise NotOpenError(None)
    award = _award_of(current, learner, track)
    outlook = outlook_of(current, printed_title(track), award)
    if outlook.is_same:
        return current
    _refuse(outlook, seen)
    new = earned_certificate(track, award, current.finished_at)
    new.cause = Certificate.Cause.UPDATED
    name = current.documents.latest("pk").name
    replace_certificate(current, new, name, learner.email, outlook.reason)
    return new


def _refuse(outlook: Outlook, seen: str) -> None:
    if not outlook.is_offered:
        raise NothingGainedError(outlook)
    if outlook.mark != seen:
        raise LookAgainError(outlook)


def _place_of(certificate: Certificate) -> Enrollment:
    places = Enrollment.objects.select_related("learner")
    return places.get(pk=certificate.enrollment_id)


def _open_track(place: Enrollment) -> Track | None:
    """An archived one is open to those who learned it; a draft to nobody here."""
    open_now = Track.objects.visible_to(place.learner)
    return open_now.filter(pk=place.track_id, published_at__lte=timezone.now()).first()


def _award_of(certificate: Certificate, learner: User, track: Track) -> Award:
    return read_award(learner, track, certificate.finished_at, timezone.now())
