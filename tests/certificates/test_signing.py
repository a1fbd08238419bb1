"""The proof on a credential: it holds for each fact, and for this site's keys alone."""

import json
from datetime import UTC, datetime

import pytest

from certificates.carriers import MAX_TEXT_BYTES
from certificates.credential import CredentialError, Json, did_of
from certificates.keys import SigningKey, multibase_of, signing_key
from certificates.models import Certificate, IssuerKey
from certificates.private_key import private_key
from certificates.services import claim_certificate
from certificates.signing import (
    ProofError,
    SigningError,
    TooLongError,
    UnknownKeyError,
    check_proof,
    sign,
)

KEY_ID = "did:web:testserver#key-2026-01"


def published() -> dict[str, str]:
    return {
        f"{did_of('http://testserver')}#{key.name}": key.multibase
        for key in IssuerKey.objects.all()
    }


def text_of(certificate: Certificate) -> str:
    return str(certificate.documents.latest("pk").credential)


def test_a_new_certificate_is_signed(held):
    assert check_proof(text_of(held), published()) == KEY_ID
    proof = json.loads(text_of(held))["proof"]
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"
    assert proof["created"] == f"{held.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ada Sample", "Ada Simple"),
        ('"value": "50"', '"value": "60"'),
        ('"name": "Soil"', '"name": "Sail"'),
        ("was marked done", "was marked gone"),
        ('"statusListIndex": "', '"statusListIndex": "1'),
        ("Water it", "Water me"),
    ],
)
def test_one_changed_fact_breaks_the_proof(held, before, after):
    text = text_of(held)
    assert before in text

    with pytest.raises(ProofError):
        check_proof(text.replace(before, after), published())


def test_a_term_that_no_context_defines_breaks_it(held):
    changed = json.loads(text_of(held)) | {"grade": "A"}

    with pytest.raises(ProofError):
        check_proof(json.dumps(changed), published())


def test_another_key_of_that_name_breaks_it(held):
    other = "z6MkeowhFTk1vqqh1WkBs9AtimP8GiUgxk9afFHyRR6paCiZ"

    with pytest.raises(ProofError):
        check_proof(text_of(held), {KEY_ID: other})


def test_a_key_that_is_not_ours_is_named(held):
    foreign = text_of(held).replace(KEY_ID, "did:web:elsewhere.example#key-1")

    with pytest.raises(UnknownKeyError, match=r"did:web:elsewhere\.example#key-1"):
        check_proof(foreign, published())


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"proof": 1}', "[" * 100_000, "{"]
)
def test_what_is_no_credential_is_refused(text):
    with pytest.raises(ProofError):
        check_proof(text, {KEY_ID: "z6Mk"})


def test_the_same_input_gives_the_same_bytes(db):
    at = datetime(2026, 3, 14, 16, 20, tzinfo=UTC)
    document: dict[str, Json] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "http://testserver/x",
        "type": ["VerifiableCredential"],
    }
    texts = {sign(document, signing_key(), "http://testserver", at) for _ in range(3)}

    assert len(texts) == 1


@pytest.mark.parametrize("code", [0, 8, 0xB, 0x1F, 0x7F, 0xFFFE])
def test_a_control_character_is_refused(db, code):
    with pytest.raises(CredentialError):
        sign(
            {"name": f"a{chr(code)}"},
            signing_key(),
            "http://testserver",
            datetime.now(UTC),
        )


def test_a_context_that_is_not_bundled_is_never_fetched(db):
    document: dict[str, Json] = {
        "@context": ["https://example.org/unknown"],
        "id": "urn:x",
    }

    with pytest.raises(SigningError, match=r"example\.org/unknown"):
        sign(document, signing_key(), "http://testserver", datetime.now(UTC))


def test_a_signing_key_shows_nothing_of_itself(db):
    key = signing_key()

    assert "BEGIN" not in repr(key)
    assert "private" not in repr(key)
    assert isinstance(key, SigningKey)
    assert key.row.multibase == multibase_of(private_key())


def test_a_certificate_without_answers_and_one_of_no_questions_verify(ada, soil):
    from courses.services import mark_done

    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    certificate = claim_certificate(ada, soil, 'Ada \t"Sample" 👩‍🔬 Ωμέγα عائشة')

    check_proof(text_of(certificate), published())


def test_what_is_signed_is_never_longer_than_verifiers_read(db):
    """A text is measured as it is served: with the spaces that a compact one lacks."""
    at = datetime(2026, 3, 14, 16, 20, tzinfo=UTC)
    document: dict[str, Json] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "http://testserver/x",
        "type": ["VerifiableCredential"],
        "description": "",
    }
    spare = MAX_TEXT_BYTES - len(
        sign(document, signing_key(), "http://testserver", at).encode()
    )

    fits = sign(
        document | {"description": "ж" * (spare // 2)},
        signing_key(),
        "http://testserver",
        at,
    )
    assert MAX_TEXT_BYTES - len(fits.encode()) in {0, 1}
    with pytest.raises(TooLongError):
        sign(
            document | {"description": "ж" * (spare // 2 + 1)},
            signing_key(),
            "http://testserver",
            at,
        )
