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


class StoredEvent(TypedDict):
    kind: str
    reason: str
    actor: int | None


class Relative(TypedDict):
    """A certificate of the same enrolment, itself included."""

    pk: int
    supersedes: int | None
    cause: str
    correction: int | None
    awarded_at: str
    events: list[str]  # their kinds, in order


# What the audit log says of a certificate, and the event that says it, too.
EVENT_OF = {
    Deed.REVOKED.value: "revoked",
    Deed.CORRECTED.value: "superseded",
    Deed.UPDATED.value: "superseded",
    Deed.ISSUED_ANEW.value: "superseded",
    Deed.WITHDREW.value: "withdrawn",
    Deed.HID.value: "hidden",
    Deed.SHOWED.value: "shown",
}


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
    deeds: frozenset[str]  # kinds of events that the audit log bears witness to
    line: list[Relative]
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
    statement, so what happens to it meanwhile is seen whole or not at all. Answers, questions and emblems,
    which do not change, are read by three more. One without its enrolment is not among
    them: see astray.
    """
    last = Certificate.objects.order_by("-pk").values_list("pk", flat=True).first()
    after = 0
    while last is not None and after < last:
        found = list(_rows().filter(pk__gt=after, pk__lte=last)[:block])
        if not found:
            return
        after = found[-1].pk
        yield _with_answers(found)


def astray() -> QuerySet[Certificate]:
    """Those whose enrolment is not there."""
    own = Enrollment.objects.filter(pk=OuterRef("enrollment"))
    return Certificate.objects.filter(~Exists(own)).order_by("pk")


def _rows() -> QuerySet[Certificate]:
    own: dict[str, Any] = {"certificate": OuterRef("pk")}
    documents = CertificateDocument.objects.filter(**own).order_by("pk")
    events = CertificateEvent.objects.filter(**own).order_by("pk")
    line = Certificate.objects.filter(enrollment=OuterRef("enrollment")).with_kinds()
    target = Concat(Value("certificate:"), OuterRef("code"))
    deeds = AuditEvent.objects.filter(target=target, what__in=EVENT_OF).order_by()
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
                    )
                )
            ),
            all_events=ArraySubquery(
                events.values(
                    found=JSONObject(kind="kind", reason="reason", actor="actor_id")
                )
            ),
            all_deeds=ArraySubquery(deeds.values("what")),
            line=ArraySubquery(
                line.order_by("pk").values(
                    found=JSONObject(
                        pk="pk",
                        supersedes="supersedes_id",
                        cause="cause",
                        correction="correction",
                        awarded_at="awarded_at",
                        events="event_kinds",
                    )
                )
            ),
        )
        .order_by("pk")
    )


def _with_answers(found: list[Certificate]) -> list[Record]:
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
        _record(certificate, log, lineages, emblems.get(_edition(certificate)))
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
        deeds=frozenset(
            EVENT_OF[what]
            for what in certificate.all_deeds  # type: ignore[attr-defined]
        ),
        line=certificate.line,  # type: ignore[attr-defined]
        place=entry and (entry.list_number, entry.list_index),
        learner=enrollment.learner_id,
        completed_at=enrollment.completed_at,
        certified_at=enrollment.certified_at,
        log={answer: log[answer] for answer in answers},
        lineages={question: lineages[question] for question in questions},
        emblem=emblem,
    )
