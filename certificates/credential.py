"""The Open Badges 3.0 credential of a certificate, without its proof. Pure.

Source: https://www.imsglobal.org/spec/ob/v3p0/ on the W3C Verifiable Credentials Data
Model 2.0; which keys stand in which order is this site's choice.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from certificates.facts import Facts
from certificates.models import Certificate

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
    "ob_v3p0_achievementcredential_schema.json"
)
# Signers do not agree on how these are escaped, so a signature over them is worth
# nothing; tab and newline are fine.
UNSIGNABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# what of a language tag Open Badges knows: language, its extension, script, region
_TAG = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{3}))?(?:-[a-z]{3}){0,2}"
    r"(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?![a-z0-9])",
    re.ASCII | re.IGNORECASE,
)

type Json = str | bool | list["Json"] | dict[str, "Json"]


class CredentialError(ValueError):
    """A text holds a control character that cannot be signed."""


def signable(text: str, otherwise: str) -> str:
    """The text without the control characters that no reader sees.

    otherwise: what stands for a text that holds nothing else.
    """
    kept = UNSIGNABLE.sub("", text)
    return kept if kept.strip() else otherwise


def criteria_of(finished_at: datetime, questions: int) -> str:
    """What it takes, in words."""
    day = finished_at.astimezone(UTC)
    narrative = (
        f"Every lesson that the track had on {day.day} {day:%B %Y} was marked done."
    )
    if questions:
        narrative += (
            " The knowledge score is the mean credit of the answered questions; "
            "it is not a pass mark."
        )
    return narrative


def build_credential(
    certificate: Certificate, name: str, email: str | None, salt: str
) -> dict[str, Json]:
    """The credential of a certificate whose columns and facts are set.

    email: None once the account is erased; there is no fingerprint then.
    salt: new for each certificate, at least 16 characters.

    Raises:
        CredentialError: a text cannot be signed; the forms refuse such texts first.
    """
    facts: Facts = certificate.facts
    page = f"{facts['origin']}/certificates/{certificate.code}/"
    credential: dict[str, Json] = {
        "@context": [*CONTEXTS],
        "id": page,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.track_title,
        "issuer": {
            "id": did_of(facts["origin"]),
            "type": ["Profile"],
            "name": facts["issuer"],
            "url": f"{facts['origin']}/",
        },
        "validFrom": instant(certificate.issued_at),
        "awardedDate": instant(certificate.awarded_at),
        "credentialSubject": _subject(certificate, facts, _identity(name, email, salt)),
        "evidence": _evidence(page, facts),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    refuse_unsignable(credential)
    return credential


def with_status(
    credential: dict[str, Json], number: int, index: int
) -> dict[str, Json]:
    """The credential with its place in a status list, before credentialSchema."""
    origin = str(credential["id"]).partition("/certificates/")[0]
    address = list_address(origin, number)
    placed: dict[str, Json] = {}
    for key, value in credential.items():
        if key == "credentialSchema":
            placed["credentialStatus"] = {
                "id": f"{address}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(index),
                "statusListCredential": address,
            }
        placed[key] = value
    return placed


def list_address(origin: str, number: int) -> str:
    """Where the status list of this number is served."""
    return f"{origin}/credentials/status/{number}"


def write_credential(credential: dict[str, Json]) -> str:
    """The text that is kept and served, byte for byte."""
    return json.dumps(credential, ensure_ascii=False)


def did_of(origin: str) -> str:
    """The did:web of the site; a port's colon is escaped."""
    return "did:web:" + urlsplit(origin).netloc.replace(":", "%3A")


def instant(at: datetime) -> str:
    """UTC to the second, cut off: a verifier refuses what lies in its future."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def build_achievement(title: str, facts: Facts, questions: int) -> dict[str, Json]:
    """What was achieved: the track in this edition, the same for all its learners."""
    track = f"{facts['origin']}/tracks/{facts['slug']}/"
    edition = f"{track}#edition-{facts['edition']}"
    emblem = f"{facts['origin']}/credentials/emblem/{facts['edition']}.png"
    achievement: dict[str, Json] = {
        "id": edition,
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": title,
        "description": facts["summary"],
        "criteria": {"id": track, "narrative": facts["criteria"]},
        "image": {"id": emblem, "type": "Image", "caption": f"Emblem of {title}"},
    }
    if language := _language(facts["language"]):
        achievement["inLanguage"] = language
    if questions:
        achievement["resultDescription"] = [
            _description(f"{edition}-knowledge", "Knowledge score", "Percent", 100),
            _description(
                f"{edition}-coverage", "Questions answered", "RawScore", questions
            ),
        ]
    return achievement


def edition_of(title: str, facts: Facts, questions: int) -> str:
    """12 hex digits of the SHA-256 of the achievement without its ids."""
    text = json.dumps(
        _without_ids(build_achievement(title, facts, questions)),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _description(name_id: str, name: str, kind: str, most: int) -> dict[str, Json]:
    return {
        "id": name_id,
        "type": ["ResultDescription"],
        "name": name,
        "resultType": kind,
        "valueMin": "0",
        "valueMax": str(most),
    }


def _language(tag: str) -> str:
    """The tag as the schema has it: "de-ch-1996" is "de-CH", "zh-yue" is "yue"."""
    found = _TAG.match(tag)
    if found is None:
        return ""
    language, extended, script, region = (part or "" for part in found.groups())
    parts = ((extended or language).lower(), script.title(), region.upper())
    return "-".join(filter(None, parts))


def _without_ids(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_ids(kept) for key, kept in value.items() if key != "id"}
    if isinstance(value, list):
        return [_without_ids(kept) for kept in value]
    return value


def _subject(
    certificate: Certificate, facts: Facts, identity: list[Json]
) -> dict[str, Json]:
    achievement = build_achievement(
        certificate.track_title, facts, certificate.questions
    )
    subject: dict[str, Json] = {
        "type": ["AchievementSubject"],
        "identifier": identity,
        "activityEndDate": instant(certificate.finished_at),
        "achievement": achievement,
    }
    values = {"coverage": str(certificate.answered)}
    if certificate.score is not None:
        values = {"knowledge": str(certificate.score)} | values
    if certificate.questions:
        subject["result"] = [
            {
                "type": ["Result"],
                "resultDescription": f"{achievement['id']}-{of}",
                "value": value,
            }
            for of, value in values.items()
        ]
    return subject


def _identity(name: str, email: str | None, salt: str) -> list[Json]:
    """The printed name, and a fingerprint by which an address can be confirmed."""
    printed: dict[str, Json] = {
        "type": "IdentityObject",
        "hashed": False,
        "identityType": "name",
        "identityHash": name,
    }
    if email is None:
        return [printed]
    digest = hashlib.sha256((email.lower() + salt).encode()).hexdigest()
    fingerprint: dict[str, Json] = {
        "type": "IdentityObject",
        "hashed": True,
        "identityType": "emailAddress",
        "identityHash": f"sha256${digest}",
        "salt": salt,
    }
    return [printed, fingerprint]


def _evidence(page: str, facts: Facts) -> list[Json]:
    return [
        {
            "id": f"{page}#lesson-{number:02}",
            "type": ["Evidence"],
            "genre": "Lesson",
            "name": lesson["title"],
            "narrative": f"Marked done on {lesson['done_on']}.",
        }
        for number, lesson in enumerate(facts["lessons"], start=1)
    ]


def refuse_unsignable(value: Json) -> None:
    """Raises CredentialError for a character that signers do not agree on."""
    if isinstance(value, str):
        if found := UNSIGNABLE.search(value):
            raise CredentialError(f"U+{ord(found[0]):04X} in {value!r}")
    elif isinstance(value, dict):
        for kept in value.values():
            refuse_unsignable(kept)
    elif isinstance(value, list):
        for kept in value:
            refuse_unsignable(kept)
