"""What about a certificate does not agree with the rest of what is stored. Pure.

It shares no code with what makes certificates, but for the check of a proof: one mistake
would otherwise hide itself. No sentence here names a person.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from certificates.signing import ProofError, UnknownKeyError, check_proof
from certificates.verification_files import file_faults
from certificates.verification_history import are_at_once, history_faults, is_logged
from certificates.verification_models import VerificationFinding
from certificates.verification_records import Record, StoredDocument

Kind = VerificationFinding.Kind


class Fault(NamedTuple):
    kind: Kind
    detail: str


def faults(record: Record, *, with_files: bool) -> list[Fault]:
    """Everything that is wrong with one certificate; none if all agrees."""
    looked = [_finishing, _history, _score, _kept, _signatures, _texts]
    found = [fault for look in looked for fault in _told_by(look, record)]
    if with_files:
        found += [Fault(Kind.FILE, detail) for detail in file_faults(record)]
    return found


def _told_by(look: Callable[[Record], Iterator[Fault]], record: Record) -> list[Fault]:
    try:
        return list(look(record))
    except (
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
    ) as error:
        return [
            Fault(Kind.TEXT, f"its facts are out of shape ({type(error).__name__})")
        ]


def _finishing(record: Record) -> Iterator[Fault]:
    own = record.certificate
    if not (record.completed_at and record.certified_at):
        yield Fault(Kind.UNFINISHED, "its enrolment has no day of finishing")
        return
    if record.completed_at != own.finished_at:
        yield Fault(Kind.UNFINISHED, "its enrolment has another day of finishing")
    if record.certified_at != own.awarded_at:
        yield Fault(Kind.UNFINISHED, "its enrolment was first certified another day")
    if own.track_id != own.enrollment.track_id:
        yield Fault(Kind.UNFINISHED, "its enrolment is in another track")


def _history(record: Record) -> Iterator[Fault]:
    for detail in history_faults(record):
        yield Fault(Kind.EVENTS, detail)


# The score


def _score(record: Record) -> Iterator[Fault]:
    """The mean of its frozen credits, each of which the log bears out."""
    for detail in _miscounted(record):
        yield Fault(Kind.SCORE, detail)


def _miscounted(record: Record) -> Iterator[str]:
    own = record.certificate
    counted = own.facts["counted"]
    if len(counted) != own.answered:
        yield f"{len(counted)} frozen credits for {own.answered} answered questions"
    if own.score != _percent([Fraction(row["credit"]) for row in counted]):
        yield "it is not the mean of its frozen credits"
    if len({row["question"] for row in counted}) != len(counted):
        yield "it counts a question twice"
    for row in counted:
        answer = record.log.get(row["answer"])
        what = f"answer {row['answer']}"
        if answer is None:
            yield f"{what} is not in the log"
        elif Decimal(row["credit"]) not in answer.credits:
            yield f"{what} never had the credit {row['credit']}"
        elif answer.learner != record.learner:
            yield f"{what} is another learner's"
        elif record.lineages.get(row["question"]) not in (None, answer.lineage):
            yield f"{what} is to another question"


def _percent(credits_: list[Fraction]) -> int | None:
    """Half up."""
    if not credits_:
        return None
    return int(sum(credits_, Fraction()) / len(credits_) * 100 + Fraction(1, 2))


# What was signed


def _kept(record: Record) -> Iterator[Fault]:
    """The text goes when its holder withdraws, and not before."""
    is_withdrawn = any(event["kind"] == "withdrawn" for event in record.events)
    if is_withdrawn and record.documents:
        yield Fault(Kind.TEXT, "it is withdrawn, and its text is still there")
    if not is_withdrawn and not record.documents:
        yield Fault(Kind.TEXT, "its text is missing")
    if is_logged(record) and record.place is None:
        yield Fault(Kind.TEXT, "its place in a status list is missing")
    own = record.certificate
    if len(own.facts["lessons"]) != own.lesson_count:
        yield Fault(Kind.TEXT, "it disagrees in number of lessons")


def _signatures(record: Record) -> Iterator[Fault]:
    for document in record.documents:
        yield from _signature(record, document)
    if record.documents and record.documents[-1]["revoked_at"]:
        yield Fault(Kind.SIGNATURE, "its key is revoked: run sign_certificates")


def _texts(record: Record) -> Iterator[Fault]:
    for document in record.documents:
        yield from _text(record, document)


def _signature(record: Record, document: StoredDocument) -> Iterator[Fault]:
    """An unsigned text may stand before a signed one, never last."""
    if document["key"] is None or document["multibase"] is None:
        if document is record.documents[-1]:
            yield Fault(Kind.UNSIGNED, "run sign_certificates")
        return
    host = record.certificate.facts["origin"].partition("://")[2].replace(":", "%3A")
    method = f"did:web:{host}#{document['key']}"
    try:
        check_proof(document["text"], {method: document["multibase"]})
    except UnknownKeyError:
        yield Fault(Kind.SIGNATURE, "its proof names another key")
    except ProofError:  # whose sentence may hold a piece of the text
        yield Fault(Kind.SIGNATURE, "its proof does not hold")


def _text(record: Record, document: StoredDocument) -> Iterator[Fault]:
    try:
        said = json.loads(document["text"])
        wrong = [
            what
            for what, found, wanted in _statements(record, document, said)
            if found != wanted
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        wrong = ["its shape"]
    if wrong:
        yield Fault(Kind.TEXT, f"it disagrees in {', '.join(wrong)}")


def _statements(
    record: Record, document: StoredDocument, said: Any
) -> Iterator[tuple[str, Any, Any]]:
    """What the text says of each thing, and what is stored of it."""
    own, facts = record.certificate, record.certificate.facts
    subject = said["credentialSubject"]
    achievement = subject["achievement"]
    page = f"{facts['origin']}/certificates/{own.code}/"
    track = f"{facts['origin']}/tracks/{facts['slug']}/"
    yield "address", said["id"], page
    yield "track", achievement["criteria"]["id"], track
    yield "edition", achievement["id"], f"{track}#edition-{facts['edition']}"
    yield "issuer", said["issuer"]["name"], facts["issuer"]
    yield "title", [said["name"], achievement["name"]], [own.track_title] * 2
    yield "summary", achievement["description"], facts["summary"]
    language = _tags(achievement.get("inLanguage", "")) - _tags(facts["language"])
    yield "language", language, set()
    yield "criteria", achievement["criteria"]["narrative"], facts["criteria"]
    yield "name", subject["identifier"][0]["identityHash"], document["name"]
    yield "time of issue", said["validFrom"], _second(own.issued_at)
    yield "time of the award", said["awardedDate"], _second(own.awarded_at)
    yield "time of finishing", subject["activityEndDate"], _second(own.finished_at)
    yield "number of questions", _most(achievement), str(own.questions or "")
    yield "results", _results(subject), _expected_results(record)
    yield "lessons", _lessons(said), _expected_lessons(record)
    if document["key"] is not None:
        plain = json.dumps(said, ensure_ascii=False)
        yield "bytes, as it was written", document["text"], plain
        yield "status", _status(said), record.place
        signed_at = datetime.fromisoformat(said["proof"]["created"])
        yield "time of signing", are_at_once(document["created_at"], signed_at), True


def _tags(language: str) -> set[str]:
    """The text says no more of it than was set, and in its own capitals."""
    return set(language.lower().split("-")) - {""}


def _most(achievement: Any) -> str:
    """Of the questions that can be answered; "" where the track asks none."""
    described = {
        of["id"].rpartition("-")[2]: of["valueMax"]
        for of in achievement.get("resultDescription", [])
    }
    return str(described.get("coverage", ""))


def _results(subject: Any) -> dict[str, str]:
    return {
        result["resultDescription"].rpartition("-")[2]: result["value"]
        for result in subject.get("result", [])
    }


def _expected_results(record: Record) -> dict[str, str]:
    own = record.certificate
    if not own.questions:
        return {}
    score = {} if own.score is None else {"knowledge": str(own.score)}
    return score | {"coverage": str(own.answered)}


def _lessons(said: Any) -> list[tuple[str, str]]:
    return [(lesson["name"], lesson["narrative"]) for lesson in said["evidence"]]


def _expected_lessons(record: Record) -> list[tuple[str, str]]:
    return [
        (lesson["title"], f"Marked done on {lesson['done_on']}.")
        for lesson in record.certificate.facts["lessons"]
    ]


def _status(said: Any) -> tuple[int, int]:
    status = said["credentialStatus"]
    number = status["statusListCredential"].rpartition("/")[2]
    return int(number), int(status["statusListIndex"])


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
