"""Look a certificate up: anybody by its code, its holder as their own."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Reader, User
from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.status import State, state_of


class FileWithdrawnError(Exception):
    """Its holder withdrew the certificate: there is no file of it any more."""


def get_certificate(reader: Reader, code: str) -> Certificate:
    """The one with this code, as its page shows it; it is never listed. Http404.

    It carries track_is_open: whether this reader may see the track it names.
    """
    certificates = Certificate.objects.for_page().with_track_access(reader)
    return get_object_or_404(certificates, code=code)


def find_certificate(reader: Reader, code: str) -> Certificate | None:
    """As get_certificate, for who asks whether there is one."""
    certificates = Certificate.objects.for_page().with_track_access(reader)
    return certificates.filter(code=code).first()


def get_held_certificate(user: User, code: str) -> Certificate:
    """One of this person's own; somebody else's is as missing. Http404."""
    held = Certificate.objects.held_by(user).for_page().with_kinds()
    return get_object_or_404(held, code=code)


def current_certificate(user: User, track_id: int) -> Certificate | None:
    """This person's current certificate of the track, whatever became of it."""
    held = Certificate.objects.held_by(user).current().for_page().with_kinds()
    return held.filter(enrollment__track=track_id).first()


def corrections_used(certificate: Certificate) -> int:
    """How often the name was corrected in this line of certificates."""
    line = Certificate.objects.filter(enrollment=certificate.enrollment_id)
    return line.filter(correction__isnull=False).count()


def origin_of(code: str) -> str | None:
    """The site's address when the certificate was issued; None: there is none."""
    return (
        Certificate.objects.filter(code=code)
        .values_list("facts__origin", flat=True)
        .first()
    )


def get_signed_document(code: str) -> CertificateDocument:
    """The newest document of this certificate, with the certificate; as a file is made
    of it for anybody. Http404: unknown, hidden, or not signed yet.

    Raises:
        FileWithdrawnError
    """
    events = CertificateEvent.objects.filter(certificate=OuterRef("certificate"))
    found = (
        CertificateDocument.objects.filter(certificate__code=code, key__isnull=False)
        .select_related("certificate", "key")
        .annotate(  # type: ignore[no-redef]
            event_kinds=ArraySubquery(events.order_by("pk").values("kind"))
        )
        .order_by("-pk")
        .first()
    )
    if found is None:
        certificate = Certificate.objects.with_kinds().filter(code=code).first()
        if certificate is not None and certificate.state == State.WITHDRAWN:
            raise FileWithdrawnError
        raise Http404
    if state_of(found.event_kinds)[1]:
        raise Http404
    return found
