"""Whether an uploaded file is a certificate of ours, unchanged, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Reader
from certificates.access import find_certificate
from certificates.carriers import Carried, CarrierError, Form, read_carrier
from certificates.credential import did_of
from certificates.links import Named, is_of, read_named
from certificates.models import Certificate, CertificateDocument, IssuerKey
from certificates.signing import ProofError, UnknownKeyError, check_proof
from certificates.stated import Document, differences, is_same, text_at
from certificates.status import State, Status, status_of
from certificates.strict_json import StrictJsonError, read_object

OBJECTS_MORE = 16  # than our document has, for a signature to be looked into
CHARACTERS_MORE = 4096  # than twice what it has: it may be set out in lines


class Verdict(StrEnum):
    """What became of the check; the first four are the certificate's own state."""

    VALID = State.VALID
    REVOKED = State.REVOKED
    SUPERSEDED = State.SUPERSEDED
    WITHDRAWN = State.WITHDRAWN
    HIDDEN = "hidden"  # by its holder, and valid
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; where facts differ also what each side says."""

    holds: bool
    sentence: str | Promise
    theirs: str = ""
    ours: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    form: Form
    checks: Sequence[Check] = ()
    certificate: Certificate | None = None
    status: Status | None = None


def check_upload(reader: Reader, data: bytes) -> Finding:
    """Look at a file as it was sent, and compare it with what was issued.

    Raises:
        CarrierError: no certificate can be read from it; str() says why.
    """
    carried = read_carrier(data)
    stated = _read(carried)
    named = read_named(text_at(stated, "id"))
    certificate = find_certificate(reader, named.code) if named.code else None
    if certificate is None or not _is_ours(named, certificate):
        return Finding(Verdict.UNKNOWN, carried.form, [_stranger(named)])
    # in this order: where the documents are gone, the event that says so is there
    documents = list(certificate.documents.all())
    status = status_of(certificate.events.all())
    if status.state == State.WITHDRAWN:
        return Finding(Verdict.WITHDRAWN, carried.form, (), certificate, status)
    checks = _compare(carried.text, stated, documents, certificate.facts["origin"])
    is_ours = all(check.holds for check in checks)
    word = Verdict(status.word) if is_ours else Verdict.ALTERED
    if status.is_hidden:
        # no fact, so that nobody can try names; the proof fails by keys that are public
        checks = [] if is_ours else checks[:2]
    return Finding(word, carried.form, checks, certificate, status)


def _read(carried: Carried) -> Document:
    try:
        stated = read_object(carried.text)
    except StrictJsonError as error:
        raise CarrierError(str(error)) from error
    if not text_at(stated, "id"):
        raise CarrierError(_("This JSON is no certificate."))
    return stated


def _is_ours(named: Named, certificate: Certificate) -> bool:
    """Of this site, of the address that this site had at issue, or of no site."""
    origins = (settings.SITE_ORIGIN, certificate.facts["origin"])
    return not named.host or any(is_of(named.host, origin) for origin in origins)


def _stranger(named: Named) -> Check:
    if named.host and not is_of(named.host, settings.SITE_ORIGIN):
        message = _("It says that it is of {host}: it is not one of ours.")
        return Check(holds=False, sentence=message.format(host=named.host))
    return Check(holds=False, sentence=_("No certificate of ours has its code."))


def _compare(
    text: str, stated: Document, documents: Sequence[CertificateDocument], origin: str
) -> list[Check]:
    """documents: all of the certificate, the newest first."""
    found = Check(holds=True, sentence=_("Its code is one of ours."))
    for document in documents:
        if document.key_id is None:  # from before signing: it was never handed out
            continue
        if document.credential == text:
            sentence = _("It is the file that we issued, byte for byte.")
        elif is_same(read_object(document.credential), stated):
            sentence = _("It is written in another way, and says just what we issued.")
        else:
            continue
        checks = [found, Check(holds=True, sentence=sentence)]
        return checks if document == documents[0] else [*checks, _renewed()]
    ours = documents[0].credential
    if _is_swollen(text, ours):
        sentence = _(
            "It holds much more than we issued, so its signature was not looked into."
        )
        signature = Check(holds=False, sentence=sentence)
    else:
        signature = _signature(text, stated, origin)
    return [found, signature, *_facts(read_object(ours), stated)]


def _is_swollen(text: str, ours: str) -> bool:
    """Whether what was put in would make the check of the signature costly.

    Its time grows with the square of the objects: 1,200 in 240 KB take half a minute.
    """
    is_crowded = text.count("{") > ours.count("{") + OBJECTS_MORE
    return is_crowded or len(text) > 2 * len(ours) + CHARACTERS_MORE


def _renewed() -> Check:
    sentence = _(
        "We have signed it anew since. Download it again: other verifiers may refuse this "
        "copy."
    )
    return Check(holds=True, sentence=sentence)


def _signature(text: str, stated: Document, origin: str) -> Check:
    """Of a text that is none of ours: whether it was signed, and by whom."""
    proof = stated.get("proof")
    if proof and isinstance(proof, list):
        sentence = _("Its signature is not where ours stands, or not the only one.")
        return Check(holds=False, sentence=sentence)
    if not isinstance(proof, dict):
        return Check(holds=False, sentence=_("It carries no signature."))
    did, keys = did_of(origin), IssuerKey.objects.all()
    vouching = {
        f"{did}#{key.name}": key.multibase for key in keys if not key.revoked_at
    }
    try:
        method = check_proof(text, vouching)
    except UnknownKeyError as error:
        if str(error) in {f"{did}#{key.name}" for key in keys}:
            sentence = _("It is signed with a key that we have revoked.")
        else:
            sentence = _("It is signed by a key that is not ours.")
        return Check(holds=False, sentence=sentence)
    except ProofError:
        sentence = _(
            "The signature does not match: the text was changed after signing."
        )
        return Check(holds=False, sentence=sentence)
    sentence = _("Its signature is of our key {key}.").format(key=method.split("#")[-1])
    return Check(holds=True, sentence=sentence)


def _facts(ours: Document, stated: Document) -> list[Check]:
    return [
        Check(holds=False, sentence=one.sentence, theirs=one.theirs, ours=one.ours)
        for one in differences(ours, stated)
    ]
