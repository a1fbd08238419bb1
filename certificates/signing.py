"""Proofs by eddsa-rdfc-2022: the one module that asks the library for them.

Source: https://www.w3.org/TR/vc-di-eddsa/ and, for lists, the same proof. The library's
contexts are part of it; none is ever fetched.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from certificates.carriers import MAX_TEXT_BYTES
from certificates.credential import (
    Json,
    did_of,
    refuse_unsignable,
    write_credential,
)
from certificates.keys import SigningKey


class SigningError(Exception):
    """A document cannot be signed; str() says why, and holds no key."""


class TooLongError(SigningError):
    """The text would be longer than verifiers read; shorter titles would help."""


class ProofError(Exception):
    """A text carries no proof that holds; str() is the library's reason."""


class UnknownKeyError(ProofError):
    """Its proof names a key that is none of those asked about; str() is its id."""


def sign(
    credential: dict[str, Json], key: SigningKey, origin: str, created: datetime
) -> str:
    """The text of the document with its proof, the same for the same input.

    origin: of the site whose did.json names the key; the issuer's did is made of it.
    created: of the proof; cut to the second.

    Raises:
        TooLongError
        SigningError: JSON-LD cannot say it.
        CredentialError: a text in it cannot be signed.
    """
    from openbadgeslib.ob3.ldp import add_data_integrity_proof  # 0.1 s

    refuse_unsignable(credential)
    _refuse_too_long(write_credential(credential))
    method = f"{did_of(origin)}#{key.row.name}"
    try:
        signed = add_data_integrity_proof(
            credential, key.private, method, created=created.replace(microsecond=0)
        )
    except Exception as error:
        # whatever it is: without its frames, whose variables hold the key
        raise SigningError(f"{type(error).__name__}: {error}") from None
    text = write_credential(signed)
    _refuse_too_long(text)
    return text


def check_proof(text: str, keys: Mapping[str, str]) -> str:
    """Check an Open Badges credential; returns the id of the key that signed it.

    keys: the multibase of each published key that may vouch, by its id "did:…#name".

    Raises:
        UnknownKeyError: it is signed by another key.
        ProofError: the proof does not hold, or the text is no signed credential.
    """
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3.ldp import OB3LdpVerifier

    method = _method_of(text)
    if method not in keys:
        raise UnknownKeyError(method)
    try:
        OB3LdpVerifier(pem_of(keys[method])).verify(text)
    except LibOpenBadgesException as error:
        raise ProofError(str(error)) from error
    return method


def pem_of(multibase: str) -> bytes:
    """The public key in PEM of a Multikey."""
    from openbadgeslib.ob3.did import resolve_did

    return bytes(resolve_did(f"did:key:{multibase}"))


def _refuse_too_long(text: str) -> None:
    if (size := len(text.encode())) > MAX_TEXT_BYTES:
        raise TooLongError(f"{size} bytes are more than {MAX_TEXT_BYTES}.")


def _method_of(text: str) -> str:
    """What the proof says it was made with."""
    try:
        proof = json.loads(text)["proof"]
        return str(proof["verificationMethod"])
    except (ValueError, TypeError, LookupError, RecursionError):
        raise ProofError("This is no credential with a proof.") from None
