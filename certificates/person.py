"""What certificates hold of a person: to give it out, and to let it go."""

import json

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from accounts.person import forget_names
from certificates import services
from certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
)
from certificates.reports.export_person import erase_exports, exports_of
from certificates.tasks import mail_certificate, mail_revocation
from courses.models import Enrollment


def export_person(user: User) -> dict[str, object]:
    """Their certificates with documents and events, and what they did as an admin."""
    held = Certificate.objects.held_by(user).prefetch_related("documents", "events")
    acted = CertificateEvent.objects.filter(actor=user).select_related("certificate")
    return {
        "certificates": [_exported(certificate) for certificate in held],
        "certificate_decisions": [
            {
                "certificate": event.certificate.code,
                "what": event.kind,
                "reason": event.reason,
                "at": event.at.isoformat(),
            }
            for event in acted
        ],
        "exports": exports_of(user),
    }


def _exported(certificate: Certificate) -> dict[str, object]:
    return {
        "code": certificate.code,
        "superseded_another_because": certificate.cause,
        "track": certificate.track_title,
        "lessons_finished": certificate.lesson_count,
        "score": certificate.score,
        "answered": certificate.answered,
        "questions": certificate.questions,
        "finished_at": certificate.finished_at.isoformat(),
        "awarded_at": certificate.awarded_at.isoformat(),
        "issued_at": certificate.issued_at.isoformat(),
        "facts": certificate.facts,
        "documents": [
            {"name": document.name, "credential": json.loads(document.credential)}
            for document in certificate.documents.all()
        ],
        "events": [
            {"what": event.kind, "reason": event.reason, "at": event.at.isoformat()}
            for event in certificate.events.all()
        ],
    }


@transaction.atomic
def erase_person(user: User, *, withdraw: bool) -> None:
    """Keep the certificates as they are, or withdraw them all, as their holder chose.

    The enrolments are locked before the account is touched, in the order in which a
    claim locks them: call this first. Tasks that may hold the address in an error go,
    and what both logs say of a name as it was printed.
    """
    enrollments = Enrollment.objects.select_for_update(no_key=True).filter(learner=user)
    list(enrollments.order_by("pk"))
    held = list(Certificate.objects.held_by(user))
    printed = CertificateDocument.objects.filter(certificate__in=held)
    names = set(printed.values_list("name", flat=True))
    forget_names(user, names)
    if withdraw:
        services.withdraw_all(user)
    DBTaskResult.objects.filter(
        task_path__in=[mail_certificate.module_path, mail_revocation.module_path],
        args_kwargs__args__0__in=[certificate.pk for certificate in held],
    ).delete()
    erase_exports(user, names)
