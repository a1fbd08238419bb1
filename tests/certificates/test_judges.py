"""Verifiers that others wrote judge certificates: these they accept, those they refuse."""

import copy
import json
from typing import Any

import pytest

from tests.certificates import tampering
from tests.certificates.issuers import Issuer
from tests.certificates.judges import (
    AJV,
    DCC,
    DIGITAL_BAZAAR,
    HOW_TO_GET_GIVEN,
    SCHEMA_FILE,
    Case,
    Verdicts,
    ask,
)
from tests.certificates.test_credential import credential_of, made
from tests.certificates.test_independent import with_status

pytestmark = pytest.mark.node
ORIGIN = "https://gradus.example"
LIST = f"{ORIGIN}/credentials/status/1"


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(ORIGIN)


@pytest.fixture(scope="module")
def credential(issuer: Issuer) -> dict[str, Any]:
    return issuer.sign(with_status(credential_of(made())))


def judged(issuer: Issuer, cases: dict[str, Case]) -> Verdicts:
    return ask(cases, sites={}, files=files_of(issuer))


def files_of(issuer: Issuer) -> dict[str, str]:
    return {
        issuer.did_address: json.dumps(issuer.did_document()),
        LIST: json.dumps(issuer.status_list(LIST)),
    }


def accepted(verdicts: Verdicts) -> list[tuple[str, str]]:
    return [
        (case, judge)
        for case, by_judge in verdicts.items()
        for judge, verdict in by_judge.items()
        if verdict["accepted"]
    ]


def test_both_verifiers_accept_it_as_it_was_issued(issuer, credential):
    verdicts = judged(issuer, {"issued": {"credential": json.dumps(credential)}})

    assert accepted(verdicts) == [("issued", DIGITAL_BAZAAR), ("issued", DCC)], verdicts


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason=HOW_TO_GET_GIVEN)
def test_it_has_the_shape_that_the_published_schema_asks_for(issuer, credential):
    wrong = copy.deepcopy(credential)
    wrong["credentialSubject"]["result"][0]["value"] = 88
    verdicts = ask(
        {
            "issued": {"credential": json.dumps(credential)},
            "a number for text": {"credential": json.dumps(wrong)},
        },
        sites={},
        judges=[AJV, DCC],
        files=files_of(issuer),
    )

    assert accepted(verdicts) == [("issued", AJV), ("issued", DCC)], verdicts
    assert verdicts["issued"][DCC]["schema"] is True


def test_neither_verifier_accepts_one_in_which_anything_was_changed(issuer, credential):
    forgeries = {
        forgery.__name__: Case(
            credential=json.dumps(tampering.forged(credential, forgery))
        )
        for forgery in tampering.FORGERIES
    }
    verdicts = judged(issuer, forgeries)

    assert len(verdicts) == len(tampering.FORGERIES)
    assert accepted(verdicts) == []


def test_neither_verifier_accepts_it_beside_a_status_list_that_is_not_ours(
    issuer, credential
):
    impostor = Issuer(ORIGIN)  # in our name, with another key
    tampered = issuer.status_list(LIST, revoked=[48213])
    tampered["credentialSubject"] = issuer.status_list(LIST)["credentialSubject"]
    lists = {
        "of an impostor": impostor.status_list(LIST),
        "tampered": tampered,
        "stale": issuer.status_list(LIST, days=-1),
    }
    text = json.dumps(credential)
    verdicts = judged(
        issuer,
        {
            what: Case(credential=text, files={LIST: json.dumps(found)})
            for what, found in lists.items()
        },
    )

    assert len(verdicts) == 3
    assert accepted(verdicts) == [], verdicts


def test_digital_bazaar_alone_minds_that_a_list_is_honestly_a_strangers(
    issuer, credential
):
    """verifier-core does not compare issuers (docs/decisions/0029); whoever shows it a
    stranger's list answers under our address already.
    """
    stranger = Issuer("https://stranger.example")
    files = {
        LIST: json.dumps(stranger.status_list(LIST)),
        stranger.did_address: json.dumps(stranger.did_document()),
    }
    verdicts = judged(
        issuer, {"case": Case(credential=json.dumps(credential), files=files)}
    )

    assert accepted(verdicts) == [("case", DCC)], verdicts
    assert "do not match" in verdicts["case"][DIGITAL_BAZAAR]["why"]


@pytest.mark.parametrize("of_keys", ["verificationMethod", "assertionMethod"])
def test_neither_verifier_accepts_a_key_that_the_issuer_does_not_vouch_for(
    issuer, credential, of_keys
):
    vouched = issuer.did_document() | {of_keys: []}
    files = {issuer.did_address: json.dumps(vouched)}
    verdicts = judged(
        issuer, {"case": Case(credential=json.dumps(credential), files=files)}
    )

    assert accepted(verdicts) == [], verdicts


def test_neither_verifier_accepts_another_key_of_the_same_name(issuer, credential):
    impostor = Issuer(ORIGIN).sign(credential)
    verdicts = judged(issuer, {"case": Case(credential=json.dumps(impostor))})

    assert accepted(verdicts) == [], verdicts
