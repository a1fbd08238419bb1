"""Certificates as the database takes them, one or many."""

from datetime import UTC, datetime

from accounts.models import User
from certificates.codes import new_code
from certificates.models import Certificate, CertificateDocument
from courses.models import Enrollment, Track


def issue(learner: User, track: Track, name: str = "", **fields) -> Certificate:
    """A certificate as the database takes it, without the verbs' checks."""
    enrollment, _made = Enrollment.objects.get_or_create(learner=learner, track=track)
    Enrollment.objects.update(certified_at=datetime(2026, 3, 14, tzinfo=UTC))
    fields.setdefault("issued_at", datetime(2026, 3, 14, 12, tzinfo=UTC))
    certificate = Certificate.objects.create(
        code=new_code(),
        enrollment=enrollment,
        track_title=track.title,
        lesson_count=2,
        score=fields.pop("score", 92),
        answered=fields.pop("answered", 11),
        questions=12,
        finished_at=fields["issued_at"],
        awarded_at=fields["issued_at"],
        facts={},
        **fields,
    )
    CertificateDocument.objects.create(
        certificate=certificate, name=name or learner.name, credential="{}"
    )
    return certificate


def issue_many(track: Track, count: int) -> None:
    learners = User.objects.bulk_create(
        User(email=f"learner{number}@example.org", name=f"Learner {number}")
        for number in range(count)
    )
    places = Enrollment.objects.bulk_create(
        Enrollment(learner=learner, track=track) for learner in learners
    )
    now = datetime(2026, 3, 14, tzinfo=UTC)
    certificates = Certificate.objects.bulk_create(
        Certificate(
            code=new_code(),
            enrollment=place,
            track_title=track.title,
            lesson_count=2,
            answered=0,
            questions=2,
            finished_at=now,
            awarded_at=now,
            facts={},
        )
        for place in places
    )
    CertificateDocument.objects.bulk_create(
        CertificateDocument(certificate=certificate, name="Name", credential="{}")
        for certificate in certificates
    )
