"""What happens to certificates. Each verb locks the enrolment, so they stand in line."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.tasks import Task
from django.utils import timezone

from accounts.audit import Deed
from accounts.models import User
from certificates.audit import record_deed
from certificates.award import Award, freeze_facts, printed_title, read_award
from certificates.codes import new_code
from certificates.credential import CredentialError
from certificates.documents import issue_document
from certificates.keys import signing_key
from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.private_key import SigningKeyError
from certificates.querysets import CertificateQuerySet
from certificates.signing import SigningError
from certificates.status import HIDDEN, SHOWN, State
from certificates.tasks import mail_certificate, mail_revocation
from courses.constraints import broken_constraint
from courses.models import Enrollment, Track
from courses.services import lock_enrollment

# what an issue raises where the site has no key, or the track cannot be signed
CANNOT_SIGN = (SigningKeyError, SigningError, CredentialError)
CORRECTIONS_AT_MOST = 3  # of the name, a track; the database knows it, too
_DEEDS = {
    Certificate.Cause.CORRECTED: Deed.CORRECTED,
    Certificate.Cause.UPDATED: Deed.UPDATED,
    Certificate.Cause.REISSUED: Deed.ISSUED_ANEW,
}
CODE_TRIES = 3  # a second clash of 80 random bits is no bad luck but a broken source


class CertificateError(Exception):
    """The verb is not allowed as things stand; nothing was changed."""


class NotFinishedError(CertificateError):
    """A published lesson of the track is not done, or there is none."""


class WithdrawnError(CertificateError):
    """The holder withdrew it: nothing more can be claimed or changed."""


class RevokedError(CertificateError):
    """It was revoked: its holder cannot replace it."""


class SupersededError(CertificateError):
    """Another took its place: what is meant is the current one."""


class CorrectionsUsedError(CertificateError):
    """The name was corrected as often as it may be in this track."""


class NotRevokedError(CertificateError):
    """Only a revoked certificate is issued anew."""


class ErasedError(CertificateError):
    """The account was erased in the meantime."""


@transaction.atomic
def claim_certificate(learner: User, track: Track, name: str) -> Certificate:
    """Issue the learner's certificate, or return the current one if there is one.

    name: cleaned (accounts.names); it is printed and becomes the account's.

    Raises:
        NotFinishedError, WithdrawnError, ErasedError, SigningKeyError, SigningError
    """
    enrollment = lock_enrollment(learner, track.pk)
    if enrollment is None:
        raise NotFinishedError
    line = _line_of(enrollment.pk)
    if line:
        return _refuse_withdrawn(line[-1])
    now = timezone.now()
    award = read_award(learner, track, enrollment.completed_at, now)
    if award.finished_at is None:
        raise NotFinishedError
    certificate = earned_certificate(track, award, award.finished_at)
    certificate.enrollment = enrollment
    certificate.awarded_at = certificate.issued_at = now
    _rename(learner, name)
    _issue(certificate, name, learner.email)
    record_deed(Deed.ISSUED, certificate)
    enrollment.completed_at = award.finished_at
    enrollment.certified_at = now
    enrollment.save(update_fields=["completed_at", "certified_at"])
    return certificate


@transaction.atomic
def supersede(certificate: Certificate, name: str, reason: str) -> Certificate:
    """Its holder corrects the name: a new certificate with the same facts and award.

    Returns the current one unchanged when that has the name already, or when another
    took this one's place in the meantime.

    Raises:
        WithdrawnError, RevokedError, CorrectionsUsedError, ErasedError,
        SigningKeyError, SigningError
    """
    line = lock_line(certificate)
    current = replaceable(line[-1])
    if current.pk != certificate.pk or current.documents.filter(name=name).exists():
        return current
    used = [row.correction for row in line if row.correction is not None]
    if len(used) >= CORRECTIONS_AT_MOST:
        raise CorrectionsUsedError
    learner = User.objects.get(enrollments=current.enrollment_id)
    _rename(learner, name)
    new = _same_facts(current, Certificate.Cause.CORRECTED)
    new.correction = len(used) + 1
    replace_certificate(current, new, name, learner.email, reason)
    return new


@transaction.atomic
def issue_anew(certificate: Certificate, actor: User, reason: str) -> Certificate:
    """An admin makes up for a mistaken revocation, which itself stays for good.

    Raises:
        WithdrawnError, NotRevokedError, SigningKeyError, SigningError
    """
    current = _refuse_withdrawn(lock_line(certificate)[-1])
    if current.pk != certificate.pk:
        return current
    if current.state != State.REVOKED:
        raise NotRevokedError
    learner = User.objects.get(enrollments=current.enrollment_id)
    name = current.documents.latest("pk").name
    new = _same_facts(current, Certificate.Cause.REISSUED)
    replace_certificate(current, new, name, learner.email, reason, actor)
    return new


@transaction.atomic
def revoke(certificate: Certificate, actor: User, reason: str) -> None:
    """An admin takes it back, for good.

    reason: continues "because", as in "it was issued to the wrong account".

    Raises:
        WithdrawnError, SupersededError
    """
    line = {row.pk: row for row in lock_line(certificate)}
    match line[certificate.pk].state:
        case State.VALID:
            _record(certificate, State.REVOKED, reason, actor)
            record_deed(Deed.REVOKED, line[certificate.pk], actor, reason=reason)
            _mail_later(mail_revocation, certificate)
        case State.SUPERSEDED:
            raise SupersededError
        case State.WITHDRAWN:
            raise WithdrawnError


@transaction.atomic
def withdraw(certificate: Certificate) -> None:
    """Its holder takes it out of the world, for good, with the others of its line.

    The names and credentials go, so a revoked one may be withdrawn, too.
    """
    _withdraw(lock_line(certificate))


def withdraw_all(learner: User) -> None:
    """Every certificate of somebody; the caller has locked their enrolments."""
    _withdraw(_in_lines().filter(enrollment__learner=learner))


def _withdraw(certificates: Iterable[Certificate]) -> None:
    for row in certificates:
        if row.state != State.WITHDRAWN:
            _record(row, State.WITHDRAWN)
            record_deed(Deed.WITHDREW, row)
            CertificateDocument.objects.filter(certificate=row).delete()


@transaction.atomic
def hide(certificate: Certificate) -> None:
    """Its page, and those of all it superseded, say no more than code and status.

    Raises:
        WithdrawnError
    """
    line = lock_line(certificate)
    _refuse_withdrawn(line[-1])
    for row in line:
        if row.pk <= certificate.pk and not row.is_hidden:
            _record(row, HIDDEN)
            record_deed(Deed.HID, row)


@transaction.atomic
def show(certificate: Certificate) -> None:
    """Its page says everything again; an earlier name stays hidden until it is shown.

    Raises:
        WithdrawnError
    """
    line = lock_line(certificate)
    _refuse_withdrawn(line[-1])
    for row in line:
        if row.pk == certificate.pk and row.is_hidden:
            _record(row, SHOWN)
            record_deed(Deed.SHOWED, row)


def lock_line(certificate: Certificate) -> list[Certificate]:
    """Lock the enrolment, then read its certificates; the current one is the last."""
    Enrollment.objects.select_for_update(no_key=True).get(pk=certificate.enrollment_id)
    return _line_of(certificate.enrollment_id)


def _line_of(enrollment_id: int) -> list[Certificate]:
    return list(_in_lines().filter(enrollment=enrollment_id))


def _in_lines() -> CertificateQuerySet:
    """Each with its state and its enrolment, after what it superseded."""
    found = Certificate.objects.with_kinds().select_related("enrollment")
    return found.order_by("enrollment", "pk")


def _refuse_withdrawn(current: Certificate) -> Certificate:
    if current.state == State.WITHDRAWN:
        raise WithdrawnError
    return current


def replaceable(current: Certificate) -> Certificate:
    """The current one, if its holder may replace it.

    Raises:
        WithdrawnError, RevokedError
    """
    if _refuse_withdrawn(current).state == State.REVOKED:
        raise RevokedError
    return current


def _record(
    certificate: Certificate, kind: str, reason: str = "", actor: User | None = None
) -> None:
    CertificateEvent.objects.create(
        certificate=certificate, kind=kind, reason=reason, actor=actor
    )


def _rename(learner: User, name: str) -> None:
    """What is printed is the account's name, too; an erased one gets no name again."""
    known = User.objects.filter(pk=learner.pk, erased_at=None)
    if not known.update(name=name):
        raise ErasedError
    learner.name = name


def earned_certificate(
    track: Track, award: Award, finished_at: datetime
) -> Certificate:
    """What the learner earned; unsaved, still without code and days of issue."""
    knowledge = award.knowledge
    return Certificate(
        track_title=printed_title(track),
        lesson_count=award.outline.done,
        score=knowledge.percent,
        answered=knowledge.answered,
        questions=knowledge.questions,
        finished_at=finished_at,
        facts=freeze_facts(track, award, finished_at),
    )


def _same_facts(old: Certificate, cause: Certificate.Cause) -> Certificate:
    """What the old one says, unsaved, to take its place."""
    return Certificate(
        cause=cause,
        track_title=old.track_title,
        lesson_count=old.lesson_count,
        score=old.score,
        answered=old.answered,
        questions=old.questions,
        finished_at=old.finished_at,
        facts=old.facts,
    )


def replace_certificate(
    old: Certificate,
    new: Certificate,
    name: str,
    email: str | None,
    reason: str,
    actor: User | None = None,
) -> None:
    """Issue `new`, which has its facts and its cause, in the place of `old`.

    It is hidden if the old one is. `old` was read by lock_line.
    """
    new.enrollment_id, new.supersedes = old.enrollment_id, old
    new.awarded_at, new.issued_at = old.awarded_at, timezone.now()
    _record(old, State.SUPERSEDED, reason, actor)
    _issue(new, name, email)
    deed = _DEEDS[Certificate.Cause(new.cause)]
    record_deed(deed, old, actor, reason=reason if actor else "", successor=new)
    if old.is_hidden:
        _record(new, HIDDEN)


def _issue(certificate: Certificate, name: str, email: str | None) -> None:
    """Store it with its signed document, and send the mail once that is committed."""
    key = signing_key()
    _save_under_new_code(certificate)
    issue_document(certificate, name, email, key)
    _mail_later(mail_certificate, certificate)


def _mail_later(mail: Task[[int], None], certificate: Certificate) -> None:
    """Once it is committed."""
    # robust: a task queue out of order must not turn an issued certificate into a 500
    send = partial(mail.enqueue, certificate.pk)
    transaction.on_commit(send, robust=True)


def _save_under_new_code(certificate: Certificate) -> None:
    for tries_left in reversed(range(CODE_TRIES)):
        certificate.code = new_code()
        try:
            with transaction.atomic():
                certificate.save(force_insert=True)
        except IntegrityError as error:
            taken = broken_constraint(error) == "certificate_code_is_used_once"
            if not (taken and tries_left):
                raise
        else:
            return
