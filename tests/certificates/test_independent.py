"""What is signed here, held against other people's work: vectors, code and schema."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime
from importlib import resources
from pathlib import Path
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
from pyld import jsonld

from certificates.credential import CONTEXTS, SCHEMA, UNSIGNABLE, with_status
from certificates.keys import SigningKey
from certificates.models import IssuerKey
from certificates.private_key import private_key
from certificates.signing import sign
from tests.certificates.cold_start import CERTIFICATES, sign_one
from tests.certificates.issuers import Issuer
from tests.certificates.judges import GIVEN, HOW_TO_GET_GIVEN, SCHEMA_FILE
from tests.certificates.test_credential import FINISHED, credential_of, made

needs_given = pytest.mark.skipif(not GIVEN.exists(), reason=HOW_TO_GET_GIVEN)
ORIGIN = "https://gradus.example"
REPOSITORY = Path(__file__).parents[2]
PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs"]).filter(
        lambda character: not UNSIGNABLE.match(character)
    ),
    min_size=1,
    max_size=40,
)


def signed(name: str = "Zoë Ångström", **changes) -> str:
    """As the site signs it, but stored nowhere."""
    key = SigningKey(IssuerKey(name="key-2026-01"), private_key())
    return sign(unsigned(name, **changes), key, ORIGIN, FINISHED)


def unsigned(name: str = "Zoë Ångström", **changes) -> dict[str, Any]:
    return with_status(credential_of(made(**changes), name), 1, 48213)


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
    credential = unsigned(name, track_title=title)
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


def test_the_librarys_verifier_accepts_it_by_the_key_in_did_json():
    site = Issuer(ORIGIN, "key-2026-01", private_key())
    verifier = OB3LdpVerifier.for_issuer_did(site.did)
    asked = []

    def download(url: str, **options: object) -> bytes:
        asked.append(url)
        return json.dumps(site.did_document()).encode()

    found = verifier.verify(signed(), download=download)

    assert found.id == f"{ORIGIN}/certificates/7K4M-9QXT-2HWD-5VPN/"
    assert asked == [site.did_address]


def test_another_call_of_the_library_gives_the_same_bytes():
    site = Issuer(ORIGIN, "key-2026-01", private_key())

    assert json.loads(signed()) == site.sign(unsigned(), FINISHED)


def test_eight_threads_of_a_new_process_sign_two_hundred_rightly():
    ran = subprocess.run(
        [sys.executable, "-m", "tests.certificates.cold_start"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gradus.settings.test"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr

    assert json.loads(ran.stdout) == [sign_one(n) for n in range(CERTIFICATES)]


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
def test_the_published_schema_allows_it(changes):
    assert list(schema_errors(json.loads(signed(**changes)))) == []


@needs_given
@pytest.mark.parametrize("tag", ["en", "EN", "de-ch-1996", "zh-yue", "sl-rozaj-biske"])
def test_the_published_schema_allows_every_language_of_a_track(tag):
    facts = made().facts | {"language": tag}

    assert list(schema_errors(json.loads(signed(facts=facts)))) == []


@needs_given
def test_the_published_schema_refuses_a_number_for_a_score():
    wrong = json.loads(signed())
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


def test_an_unknown_context_is_refused_and_never_fetched():
    with pytest.raises(UnknownContextError):
        document_loader()("https://gradus.example/context.json", None)
