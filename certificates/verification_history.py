"""Whether a certificate's events, its line and the audit log tell one story. Pure.

Of what was issued since the audit log knows of issues, the log knows everything; of an
earlier one, what happened to it since. No sentence here names a person.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from accounts.audit import Deed
from certificates.verification_records import (
    Record,
    Relative,
    StoredDeed,
    StoredEvent,
)

# An event and its deed, a proof and its row are written in one transaction each.
AT_ONCE = timedelta(minutes=1)

EVENT_OF = {
    Deed.REVOKED.value: "revoked",
    Deed.CORRECTED.value: "superseded",
    Deed.UPDATED.value: "superseded",
    Deed.ISSUED_ANEW.value: "superseded",
    Deed.WITHDREW.value: "withdrawn",
    Deed.HID.value: "hidden",
    Deed.SHOWED.value: "shown",
}
CAUSE_OF = {
    Deed.ISSUED.value: "",
    Deed.CORRECTED.value: "corrected",
    Deed.UPDATED.value: "updated",
    Deed.ISSUED_ANEW.value: "reissued",
}


def history_faults(record: Record) -> Iterator[str]:
    yield from _misplaced(record.events)
    yield from _undated(record)
    yield from _out_of_line(record)
    yield from _counted_wrongly(record)
    if is_logged(record):
        yield from _unlike_the_log(record)
    else:
        yield from _unlike_what_the_log_knows(record)


def is_logged(record: Record) -> bool:
    """Whether the audit log says, or ought to say, how it was issued."""
    since, at = record.logged_from, record.certificate.issued_at
    return _issue(record) is not None or (since is not None and at > since)


def _issue(record: Record) -> StoredDeed | None:
    """The deed by which it was issued."""
    code = record.certificate.code
    return _issues(record.line).get(code)


def _issues(line: list[Relative]) -> dict[str, StoredDeed]:
    """By the code of what each issued."""
    return {
        deed["successor"] or relative["code"]: deed
        for relative in line
        for deed in relative["deeds"]
        if deed["what"] in CAUSE_OF
    }


# The events alone


def _misplaced(events: list[StoredEvent]) -> Iterator[str]:
    """Each kind in its place: what ended once does not end again."""
    ended: set[str] = set()
    is_hidden = False
    for event in events:
        kind = event["kind"]
        if "withdrawn" in ended:
            yield f"{kind} after withdrawn"
        if kind in ended or (kind == "revoked" and "superseded" in ended):
            yield f"{kind} after {' and '.join(sorted(ended))}"
        if kind in {"hidden", "shown"}:
            if is_hidden == (kind == "hidden"):
                yield f"{kind} twice"
            is_hidden = kind == "hidden"
        else:
            ended.add(kind)
        if kind == "revoked" and not (event["actor"] and event["reason"]):
            yield "revoked by nobody or for no reason"


def _undated(record: Record) -> Iterator[str]:
    issued_at = record.certificate.issued_at
    for event in record.events:
        said = event["issued_at"]
        if said is None or datetime.fromisoformat(said) != issued_at:
            yield f"{event['kind']}, with another time of issue"


# Its line: one first, one current, each but the last superseded by the next


def _out_of_line(record: Record) -> Iterator[str]:
    own = record.certificate
    kinds = {event["kind"] for event in record.events}
    before = _before(record)
    if own.supersedes_id != (before and before["pk"]):
        yield "it does not supersede the one before it"
    is_current = own.pk == record.line[-1]["pk"]
    if is_current == ("superseded" in kinds):
        yield (
            "superseded by none" if is_current else "superseded, which no event says"
        )
    issue = _issue(record)
    if issue and own.cause != CAUSE_OF[issue["what"]]:
        yield f"{own.cause or 'issued'}, where the audit log says {issue['what']}"
    elif before and not issue:
        yield from _replaced(before, own.cause)


def _before(record: Record) -> Relative | None:
    earlier = [each for each in record.line if each["pk"] < record.certificate.pk]
    return earlier[-1] if earlier else None


def _is_unknown(relative: Relative | None) -> bool:
    """The log has not one word of it: so it is the one that is named."""
    return relative is not None and not relative["deeds"]


def _replaced(before: Relative, cause: str) -> Iterator[str]:
    """Only a revoked one is issued anew, and nothing else replaces a revoked one."""
    if (cause == "reissued") != ("revoked" in before["events"]):
        yield f"{cause}, which does not go with what became of the one before"


def _counted_wrongly(record: Record) -> Iterator[str]:
    """The corrections of a line are counted one by one."""
    own = record.certificate
    if own.cause != "corrected":
        return
    issues = _issues(record.line)
    earlier = [each for each in record.line if each["pk"] < own.pk]
    causes = [
        CAUSE_OF[issues[each["code"]]["what"]]
        if each["code"] in issues
        else each["cause"]
        for each in earlier
    ]
    if own.correction != causes.count("corrected") + 1:
        yield "the corrections of its line are not counted one by one"


# The audit log


def _unlike_the_log(record: Record) -> Iterator[str]:
    own, issue = record.certificate, _issue(record)
    deeds = _deeds(record)
    wanted = [EVENT_OF[deed["what"]] for deed in deeds]
    if issue is None:
        if not _is_unknown(_before(record)):
            yield "issued, which the audit log does not say"
    elif not are_at_once(issue["at"], own.issued_at):
        yield "issued at another time than in the audit log"
    begins_hidden = _begins_hidden(record)
    told = [event["kind"] for event in record.events]
    if told != ["hidden"] * begins_hidden + wanted:
        yield from _lost_or_made_up(told, ["hidden"] * begins_hidden + wanted)
    else:
        events = record.events[begins_hidden:]
        yield from _told_otherwise(record, list(zip(events, deeds, strict=True)))


def _unlike_what_the_log_knows(record: Record) -> Iterator[str]:
    """The log began after the issue: its deeds are the last of the events."""
    deeds = _deeds(record)
    wanted = [EVENT_OF[deed["what"]] for deed in deeds]
    told = [event["kind"] for event in record.events]
    last = told[len(told) - len(wanted) :] if len(wanted) <= len(told) else told
    if last != wanted:
        yield from _lost_or_made_up(last, wanted)
    else:
        events = record.events[len(told) - len(wanted) :]
        yield from _told_otherwise(record, list(zip(events, deeds, strict=True)))
    is_withdrawn = "withdrawn" in told
    if is_withdrawn != ("withdrawn" in record.line[-1]["events"]):
        yield "of its line only a part is withdrawn"


def _deeds(record: Record) -> list[StoredDeed]:
    """Those that are events, too."""
    (own,) = [each for each in record.line if each["pk"] == record.certificate.pk]
    return [deed for deed in own["deeds"] if deed["what"] in EVENT_OF]


def _begins_hidden(record: Record) -> bool:
    """As the one before it was, when this took its place: that is nobody's deed."""
    issues = _issues(record.line)
    is_hidden = False
    for relative in record.line:
        if relative["pk"] == record.certificate.pk:
            break
        logged = [EVENT_OF.get(deed["what"], "") for deed in relative["deeds"]]
        # of an earlier one the log knows the last alone
        known = [] if relative["code"] in issues else relative["events"]
        for kind in [*_until_superseded(known), *_until_superseded(logged)]:
            if kind in {"hidden", "shown"}:
                is_hidden = kind == "hidden"
    return is_hidden


def _until_superseded(kinds: list[str]) -> Iterator[str]:
    return takewhile(lambda kind: kind != "superseded", kinds)


def _lost_or_made_up(told: list[str], wanted: list[str]) -> Iterator[str]:
    lost, made_up = Counter(wanted) - Counter(told), Counter(told) - Counter(wanted)
    for kind in lost:
        yield f"{kind} in the audit log, which no event says"
    for kind in made_up:
        yield f"{kind}, which the audit log does not say"
    if not lost and not made_up:
        yield "in another order than in the audit log"


def _told_otherwise(
    record: Record, pairs: list[tuple[StoredEvent, StoredDeed]]
) -> Iterator[str]:
    for event, deed in pairs:
        kind = event["kind"]
        if (event["actor"] or record.learner) != deed["actor"]:
            yield f"{kind} by another than in the audit log"
        if deed["reason"] and deed["reason"] != event["reason"]:
            yield f"{kind} for another reason than in the audit log"
        if not are_at_once(event["at"], datetime.fromisoformat(deed["at"])):
            yield f"{kind} at another time than in the audit log"
        if deed["track"] != record.certificate.track_title:
            yield "its title is not that in the audit log"


def are_at_once(one: str, other: datetime) -> bool:
    return abs(datetime.fromisoformat(one) - other) <= AT_ONCE
