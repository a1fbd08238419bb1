"""Everything that is stored about certificates, read in blocks to be checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, JSONObject

from accounts.audit import Deed
from accounts.models import AuditEvent
from certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
    Emblem,
)
from courses.models import Enrollment
from quizzes.models import Answer, Question
from quizzes.regrade_models import RegradedAnswer


class StoredDocument(TypedDict):
    name: str
    text: str
    key: str | None  # its name; None: not signed
    multibase: str | None
    revoked_at: str | None
    created_at: str


class StoredEvent(TypedDict):
    kind: str
    reason: str
    actor: int | None
    at: str
    issued_at: str | None  # the certificate's, which stands here, too


class StoredDeed(TypedDict):
    """What the audit log says was done to a certificate."""

    what: str
    actor: int | None
    at: str
    reason: str | None  # "" once it was emptied
    track: str | None  # its title
    successor: str | None  # its code


class Relative(TypedDict):
    """A certificate of the same enrolment, itself included."""

    pk: int
    code: str
    supersedes: int | None
    cause: str
    correction: int | None
    events: list[str]  # their kinds, in order
    deeds: list[StoredDeed]


DEEDS = [
    Deed.ISSUED,
    Deed.REVOKED,
    Deed.CORRECTED,
    Deed.UPDATED,
    Deed.ISSUED_ANEW,
    Deed.WITHDREW,
    Deed.HID,
    Deed.SHOWED,
]


@dataclass(frozen=True, slots=True)
class Logged:
    """What the answer log says today of an answer that a certificate counted."""

    learner: int | None
    lineage: UUID
    credits: frozenset[Decimal]  # its own, and what any regrade made of it


@dataclass(frozen=True, slots=True)
class Record:
    """One certificate with all that has to agree with it; lists are in their order."""

    certificate: Certificate
    documents: list[StoredDocument]
    events: list[StoredEvent]
    line: list[Relative]
    logged_from: (
        datetime | None
    )  # when the audit log first says of one that it was issued
    place: tuple[int, int] | None  # list and index of its status bit
    learner: int
    completed_at: datetime | None  # of the enrolment, as certified_at
    certified_at: datetime | None
    log: dict[int, Logged]  # by id of the answer
    lineages: dict[str, UUID]  # by UUID of the question
    emblem: bytes | None  # of its edition, if it was drawn yet


def records(block: int) -> Iterator[list[Record]]:
    """All certificates that there are now, oldest first, so many at a time.

    A certificate is read with its events, deeds, documents and relatives by one
    statement, so what happens to it meanwhile is seen whole or not at all. Answers,
    questions and emblems, which do not change, are read by three more. One without its
    enrolment is not among them: see astray.
    """
    last = Certificate.objects.order_by("-pk").values_list("pk", flat=True).first()
    issued = AuditEvent.objects.filter(what=Deed.ISSUED).order_by("pk")
    logged_from = issued.values_list("at", flat=True).first()
    after = 0
    while last is not None and after < last:
        found = list(_rows().filter(pk__gt=after, pk__lte=last)[:block])
        if not found:
            return
        after = found[-1].pk
        yield _with_answers(found, logged_from)


def astray() -> QuerySet[Certificate]:
    """Those whose enrolment is not there."""
    own = Enrollment.objects.filter(pk=OuterRef("enrollment"))
    return Certificate.objects.filter(~Exists(own)).order_by("pk")


def _rows() -> QuerySet[Certificate]:
    own: dict[str, Any] = {"certificate": OuterRef("pk")}
    documents = CertificateDocument.objects.filter(**own).order_by("pk")
    events = CertificateEvent.objects.filter(**own).order_by("pk")
    line = Certificate.objects.filter(enrollment=OuterRef("enrollment")).with_kinds()
    return (
        Certificate.objects.select_related("enrollment", "status_entry")
        .annotate(
            all_documents=ArraySubquery(
                documents.values(
                    found=JSONObject(
                        name="name",
                        text="credential",
                        key="key__name",
                        multibase="key__multibase",
                        revoked_at="key__revoked_at",
                        created_at="created_at",
                    )
                )
            ),
            all_events=ArraySubquery(
                events.values(
                    found=JSONObject(
                        kind="kind",
                        reason="reason",
                        actor="actor_id",
                        at="at",
                        issued_at="issued_at",
                    )
                )
            ),
            line=ArraySubquery(
                line.annotate(deeds=_deeds())
                .order_by("pk")
                .values(
                    found=JSONObject(
                        pk="pk",
                        code="code",
                        supersedes="supersedes_id",
                        cause="cause",
                        correction="correction",
                        events="event_kinds",
                        deeds="deeds",
                    )
                )
            ),
        )
        .order_by("pk")
    )


def _deeds() -> ArraySubquery:
    """What the audit log says of a certificate, in its order."""
    target = Concat(Value("certificate:"), OuterRef("code"))
    deeds = AuditEvent.objects.filter(target=target, what__in=DEEDS)
    return ArraySubquery(
        deeds.order_by("pk").values(
            found=JSONObject(
                what="what",
                actor="actor_id",
                at="at",
                reason="given_reason__text",
                track="details__track",
                successor="details__successor",
            )
        )
    )


def _with_answers(
    found: list[Certificate], logged_from: datetime | None
) -> list[Record]:
    """Facts out of shape are passed over here; the checks name them."""
    counted = [row for certificate in found for row in _counted(certificate)]
    log = _log({answer for answer, _question in counted})
    asked = Question.objects.filter(
        uuid__in={question for _answer, question in counted}
    )
    lineages = {str(uuid): line for uuid, line in asked.values_list("uuid", "lineage")}
    drawn = Emblem.objects.filter(edition__in={_edition(row) for row in found})
    emblems = {emblem.edition: bytes(emblem.png) for emblem in drawn}
    return [
        _record(
            certificate, log, lineages, emblems.get(_edition(certificate)), logged_from
        )
        for certificate in found
    ]


def _counted(certificate: Certificate) -> list[tuple[int, UUID]]:
    try:
        return [
            (int(row["answer"]), UUID(row["question"]))
            for row in certificate.facts["counted"]
        ]
    except (LookupError, TypeError, ValueError, AttributeError):
        return []


def _edition(certificate: Certificate) -> str:
    try:
        return str(certificate.facts["edition"])
    except (LookupError, TypeError):
        return ""


def _log(answers: set[int]) -> dict[int, Logged]:
    regraded = RegradedAnswer.objects.filter(answer=OuterRef("pk")).values("credit")
    rows = (
        Answer.objects.filter(pk__in=answers)
        .annotate(others=ArraySubquery(regraded))
        .values_list(
            "pk", "respondent__learner", "question__lineage", "credit", "others"
        )
    )
    return {
        pk: Logged(learner, lineage, frozenset([credit, *others]))
        for pk, learner, lineage, credit, others in rows
    }


def _record(
    certificate: Certificate,
    log: dict[int, Logged],
    lineages: dict[str, UUID],
    emblem: bytes | None,
    logged_from: datetime | None,
) -> Record:
    counted = _counted(certificate)
    answers = {answer for answer, _question in counted} & log.keys()
    questions = {str(question) for _answer, question in counted} & lineages.keys()
    entry = getattr(certificate, "status_entry", None)  # none before it was signed
    enrollment = certificate.enrollment
    return Record(
        certificate=certificate,
        documents=certificate.all_documents,  # type: ignore[attr-defined]
        events=certificate.all_events,  # type: ignore[attr-defined]
        line=certificate.line,  # type: ignore[attr-defined]
        logged_from=logged_from,
        place=entry and (entry.list_number, entry.list_index),
        learner=enrollment.learner_id,
        completed_at=enrollment.completed_at,
        certified_at=enrollment.certified_at,
        log={answer: log[answer] for answer in answers},
        lineages={question: lineages[question] for question in questions},
        emblem=emblem,
    )
