"""What two credentials state, compared fact by fact. Pure.

Either may be anything that JSON can say: what is not where it belongs reads as empty.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_SHOWN = 200  # characters

type Document = Mapping[str, object]
type Reader = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not the same; what each says is empty where it is no text."""

    sentence: str | Promise
    theirs: str = ""
    ours: str = ""


def is_same(ours: Document, theirs: Document) -> bool:
    """Whether both say the same, proof and all: spaces and order do not matter.

    A signature leaves them open, too; only the contexts stand in their order.
    """
    return _in_order(ours) == _in_order(theirs)


def differences(ours: Document, theirs: Document) -> list[Difference]:
    """What the other states otherwise than our document does, but for the proof."""
    found = [
        Difference(sentence, *map(_short, (read(theirs), read(ours))))
        if is_shown
        else Difference(sentence)
        for sentence, read, is_shown in _FACTS
        if read(theirs) != read(ours)
    ]
    if not found and not is_same(_without_proof(ours), _without_proof(theirs)):
        found.append(Difference(_("A part of it that is no fact of the certificate.")))
    return found


def text_at(document: object, *path: str) -> str:
    """The text at the end of a path of keys; "" where there is none."""
    found = _at(document, *path)
    return found if isinstance(found, str) else ""


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _among(value: object, *path: str) -> list[object]:
    found = _at(value, *path)
    return found if isinstance(found, list) else []


def _without_proof(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "proof"}


def _in_order(value: object, key: str = "") -> str:
    """One spelling of what does not differ but in order."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(k)}:{_in_order(value[k], k)}" for k in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        members = [_in_order(member) for member in value]
        return "[" + ",".join(members if key == "@context" else sorted(members)) + "]"
    return json.dumps(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def _identity(kind: str) -> Reader:
    def read(document: Document) -> str:
        for one in _among(document, "credentialSubject", "identifier"):
            if text_at(one, "identityType") == kind:
                return text_at(one, "identityHash") + text_at(one, "salt")
        return ""

    return read


def _result(ending: str) -> Reader:
    def read(document: Document) -> str:
        for one in _among(document, "credentialSubject", "result"):
            if text_at(one, "resultDescription").endswith(ending):
                return text_at(one, "value")
        return ""

    return read


def _fact(*path: str) -> Reader:
    return lambda document: text_at(document, *path)


def _part(*path: str) -> Reader:
    return lambda document: _in_order(_at(document, *path))


_ACHIEVEMENT = ("credentialSubject", "achievement")
_FACTS: list[tuple[str | Promise, Reader, bool]] = [  # what to say, read and show
    (_("The name differs from the one we issued."), _identity("name"), True),
    (_("The track differs from the one we issued."), _fact("name"), True),
    (
        _("The track’s title differs from the one we issued."),
        _fact(*_ACHIEVEMENT, "name"),
        True,
    ),
    (_("The score differs from the one we issued."), _result("-knowledge"), True),
    (
        _("The number of answered questions differs from the one we issued."),
        _result("-coverage"),
        True,
    ),
    (
        _("The day of issue differs from the one we issued."),
        _fact("validFrom"),
        True,
    ),
    (
        _("The day it was first earned differs from the one we issued."),
        _fact("awardedDate"),
        True,
    ),
    (
        _("The day the track was finished differs from the one we issued."),
        _fact("credentialSubject", "activityEndDate"),
        True,
    ),
    (
        _("The requirements differ from those we issued."),
        _fact(*_ACHIEVEMENT, "criteria", "narrative"),
        True,
    ),
    (_("The lessons differ from those we issued."), _part("evidence"), False),
    (_("The issuer differs from the one we issued."), _part("issuer"), False),
    (
        _("The fingerprint of the e-mail address differs from the one we issued."),
        _identity("emailAddress"),
        False,
    ),
    (
        _("Where its status is looked up differs from what we issued."),
        _part("credentialStatus"),
        False,
    ),
]
