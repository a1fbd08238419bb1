"""What is signed here, held against other people's work: vectors, code and schema."""

import copy
import hashlib
import json
from datetime import datetime
from importlib import resources
from typing import Any

import jsonschema
import pyoxigraph
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.contexts import UnknownContextError, document_loader
from openbadgeslib.ob3.did import _b58btc_decode
from openbadgeslib.ob3.ldp import OB3LdpVerifier, _canonize, add_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3VerificationError
from pyld import jsonld

from certificates.credential import CONTEXTS, SCHEMA, UNSIGNABLE
from tests.certificates.issuers import Issuer
from tests.certificates.judges import GIVEN, HOW_TO_GET_GIVEN, SCHEMA_FILE
from tests.certificates.test_credential import credential_of, made

needs_given = pytest.mark.skipif(not GIVEN.exists(), reason=HOW_TO_GET_GIVEN)
ORIGIN = "https://gradus.example"
PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs"]).filter(
        lambda character: not UNSIGNABLE.match(character)
    ),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(ORIGIN)


def signed(issuer: Issuer, name: str = "Zoë Ångström", **changes) -> dict[str, Any]:
    return issuer.sign(with_status(credential_of(made(**changes), name)))


def with_status(credential: dict[str, Any], index: int = 48213) -> dict[str, Any]:
    lists = f"{ORIGIN}/credentials/status/1"
    return credential | {
        "credentialStatus": {
            "id": f"{lists}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(index),
            "statusListCredential": lists,
        }
    }


@needs_given
def test_the_published_vector_gives_its_own_proof():
    folder = GIVEN / "w3c-vector"
    published = json.loads((folder / "signed-credential.json").read_text())
    pair = json.loads((folder / "key-pair.json").read_text())
    examples = json.loads((folder / "credentials-examples-v2.json").read_text())
    proof = published.pop("proof")
    secret = _b58btc_decode(pair["privateKeyMultibase"][1:])[2:]  # after its header

    ours = add_data_integrity_proof(
        published,
        Ed25519PrivateKey.from_private_bytes(secret),
        proof["verificationMethod"],
        created=datetime.fromisoformat(proof["created"]),
        extra_contexts={"https://www.w3.org/ns/credentials/examples/v2": examples},
    )

    assert ours["proof"] == proof


@settings(max_examples=15)
@example("Zoë Ångström", "AI Fundamentals")
@example('"quoted" \\ back\\slash', "tab\there, a line\nbreak")
@example("next\x85line", "line\u2028separator")
@example("نورة بنت عبد الله", "🧑‍🚀 emoji, é decomposed, \u202e turned")
@given(PRINTABLE, PRINTABLE)
def test_another_canonicalisation_finds_the_same_lines(name, title):
    credential = with_status(credential_of(made(track_title=title), name))
    triples = jsonld.to_rdf(
        credential,
        {"documentLoader": document_loader(), "format": "application/n-quads"},
    )

    theirs = pyoxigraph.Dataset(
        pyoxigraph.parse(triples, format=pyoxigraph.RdfFormat.N_QUADS)
    )
    theirs.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)

    ours = _canonize(credential, document_loader())
    lines = ours.removesuffix("\n").split("\n")  # not at U+0085 or U+2028
    assert sorted(f"{quad} ." for quad in theirs) == sorted(lines)


def test_the_librarys_verifier_accepts_it(issuer):
    verifier = OB3LdpVerifier.for_issuer_did(issuer.did)
    asked = []

    def download(url: str, **options: object) -> bytes:
        asked.append(url)
        return json.dumps(issuer.did_document()).encode()

    found = verifier.verify(json.dumps(signed(issuer)), download=download)

    assert found.id == f"{ORIGIN}/certificates/7K4M-9QXT-2HWD-5VPN/"
    assert asked == [issuer.did_address]


def test_the_librarys_verifier_refuses_a_changed_score(issuer):
    changed = signed(issuer)
    changed["credentialSubject"]["result"][0]["value"] = "98"

    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier(issuer.key.public_key()).verify(changed)


@needs_given
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"score": None, "answered": 0},
        {"questions": 0, "score": None, "answered": 0},
    ],
    ids=["a score", "no score yet", "no questions"],
)
def test_the_published_schema_allows_it(issuer, changes):
    assert list(schema_errors(signed(issuer, **changes))) == []


@needs_given
def test_the_published_schema_refuses_a_number_for_a_score(issuer):
    wrong = copy.deepcopy(signed(issuer))
    wrong["credentialSubject"]["result"][0]["value"] = 88

    assert list(schema_errors(wrong))


def schema_errors(credential: dict[str, Any]) -> Any:
    schema = json.loads(SCHEMA_FILE.read_text())
    assert schema["$id"] == SCHEMA
    validator = jsonschema.Draft201909Validator(
        schema, format_checker=jsonschema.Draft201909Validator.FORMAT_CHECKER
    )
    return validator.iter_errors(credential)


def test_the_contexts_that_give_the_words_their_meaning_are_these():
    """Another text of a context would change what every signature covers."""
    folder = resources.files("openbadgeslib.ob3.contexts")
    loader = document_loader()
    known = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in PINNED_CONTEXTS
    }

    assert known == PINNED_CONTEXTS
    for url, name in zip(CONTEXTS, PINNED_CONTEXTS, strict=True):
        assert loader(url, None)["document"] == json.loads((folder / name).read_bytes())


PINNED_CONTEXTS = {
    "credentials-v2.json": (
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    ),
    "ob-v3p0-context-3.0.3.json": (
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"
    ),
    "ob-v3p0-extensions.json": (
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"
    ),
}


def test_an_unknown_context_is_refused_and_never_fetched(issuer):
    elsewhere = "https://gradus.example/context.json"
    with pytest.raises(UnknownContextError):
        document_loader()(elsewhere, None)

    credential = credential_of(made())
    credential["@context"].append(elsewhere)
    with pytest.raises(Exception, match="not in the bundled allowlist"):
        issuer.sign(credential)
