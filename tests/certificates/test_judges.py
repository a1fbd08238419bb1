"""Verifiers that others wrote visit the running site: what they accept and refuse.

Cases are judged together where they can be: starting Node is the slow part.
"""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.utils import timezone

from accounts.models import User
from certificates import services
from certificates.keys import publish
from certificates.models import Certificate, IssuerKey
from certificates.private_key import private_key
from courses.models import Enrollment, Track
from courses.publishing import archive_track, unpublish_lessons
from courses.services import mark_done
from gradus.me import erase_account
from quizzes.models import Question
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
from tests.factories import make_track, make_user

pytestmark = pytest.mark.node
ORIGIN = "https://gradus.example"  # as the world knows it; it is on this machine


@dataclass(frozen=True)
class Site:
    """The running site, as the judges see it: under its public name."""

    server: str

    def read(self, address: str) -> Any:
        return json.loads(self.bytes_at(address))

    def bytes_at(self, address: str) -> bytes:
        with urllib.request.urlopen(self.server + address.removeprefix(ORIGIN)) as got:
            content: bytes = got.read()
            return content

    def bytes_of(self, certificate: Certificate) -> bytes:
        return self.bytes_at(f"/certificates/{certificate.code}.json")

    def copy_of(self, certificate: Certificate) -> dict[str, Any]:
        """What its holder may have kept, or sent on."""
        copied: dict[str, Any] = json.loads(self.bytes_of(certificate))
        return copied

    def judge(self, cases: dict[str, Case], *judges: str) -> Verdicts:
        return ask(
            cases, sites={ORIGIN: self.server}, judges=judges or [DIGITAL_BAZAAR, DCC]
        )

    def signer(self) -> Issuer:
        """The site itself, for what it would never sign."""
        return Issuer(ORIGIN, IssuerKey.objects.get().name, private_key())


@pytest.fixture
def site(live_server, settings) -> Site:
    settings.SITE_ORIGIN = ORIGIN
    return Site(live_server.url)


@pytest.fixture
def issued(site: Site, signed_in, ada: User, finished: Track) -> Certificate:
    """Ada's, claimed as she would: by the form on its page."""
    return claim(signed_in, ada, finished, "Zoë Ångström")


def claim(signed_in, learner: User, track: Track, name: str) -> Certificate:
    page = f"/tracks/{track.slug}/certificate/"
    assert signed_in(learner).post(page, {"name": name}).status_code == 302
    return Certificate.objects.get(enrollment__learner=learner, enrollment__track=track)


def finish(learner: User, track: Track) -> None:
    Enrollment.objects.get_or_create(learner=learner, track=track)
    for lesson in track.lessons.all():
        mark_done(learner, lesson)


def text(credential: dict[str, Any]) -> Case:
    return Case(credential=json.dumps(credential))


def accepted(verdicts: Verdicts) -> set[tuple[str, str]]:
    return {
        (case, judge)
        for case, by_judge in verdicts.items()
        for judge, verdict in by_judge.items()
        if verdict["accepted"]
    }


def by_both(*cases: str) -> set[tuple[str, str]]:
    return {(case, judge) for case in cases for judge in (DIGITAL_BAZAAR, DCC)}


@pytest.fixture
def all_kinds(site, signed_in, ben, issued, probe: Question) -> dict[str, Case]:
    """Certificates that differ in what they can state, each by its address."""
    unanswered = probe.lesson.track
    bare = make_track("bare", lessons=24, language="de-ch-1996", summary="\x01")
    finish(ben, unanswered)
    finish(ben, bare)
    hostile = 'O\'Brien "العربية" <b>&amp; \\ 𝒵 e\u0301 👩‍🔬'
    certificates = {
        "with a score": issued,
        "nothing answered": claim(signed_in, ben, unanswered, hostile),
        "24 lessons, no questions": claim(signed_in, ben, bare, "Ben"),
    }
    return {
        what: Case(address=f"{ORIGIN}/certificates/{certificate.code}.json")
        for what, certificate in certificates.items()
    }


def test_both_verifiers_accept_whatever_was_issued(site, all_kinds):
    verdicts = site.judge(all_kinds)

    assert accepted(verdicts) == by_both(*all_kinds), verdicts


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason=HOW_TO_GET_GIVEN)
def test_each_kind_has_the_shape_that_the_published_schema_asks_for(
    site, all_kinds, issued
):
    wrong = site.copy_of(issued)
    wrong["credentialSubject"]["result"][0]["value"] = 88
    verdicts = site.judge(all_kinds | {"a number for text": text(wrong)}, AJV, DCC)

    assert {case for case, judge in accepted(verdicts) if judge == AJV} == {*all_kinds}
    assert all(verdicts[case][DCC]["schema"] for case in all_kinds), verdicts


def test_neither_verifier_accepts_one_in_which_anything_was_changed(site, issued):
    credential = site.copy_of(issued)
    verdicts = site.judge(
        {"untouched": text(credential)}
        | {
            forgery.__name__: text(tampering.forged(credential, forgery))
            for forgery in tampering.FORGERIES
        }
    )

    assert len(verdicts) == 1 + len(tampering.FORGERIES)
    assert accepted(verdicts) == by_both("untouched"), verdicts


def test_both_verifiers_see_what_ended_a_certificate(
    site, signed_in, issued, finished, ruth
):
    ended = {"superseded": issued}
    kept = {"superseded": site.copy_of(issued)}
    for what in ("revoked", "withdrawn", "hidden"):
        learner = make_user(what.title())
        finish(learner, finished)
        ended[what] = claim(signed_in, learner, finished, what.title())
        kept[what] = site.copy_of(ended[what])
    before = site.judge({what: text(copied) for what, copied in kept.items()})
    services.supersede(ended["superseded"], "Zoe Angstrom", "the name was corrected")
    services.revoke(ended["revoked"], ruth, "it was issued to the wrong account")
    services.withdraw(ended["withdrawn"])
    services.hide(ended["hidden"])
    after = site.judge({what: text(copied) for what, copied in kept.items()})

    assert accepted(before) == by_both(*kept), before
    assert accepted(after) == by_both("hidden"), after
    for what in ("superseded", "revoked", "withdrawn"):
        assert after[what][DIGITAL_BAZAAR]["revoked"], after
        assert after[what][DCC]["revoked"], after


def test_neither_verifier_accepts_it_beside_a_status_list_that_is_not_ours(
    site, issued
):
    credential = site.copy_of(issued)
    place = int(credential["credentialStatus"]["statusListIndex"])
    address = credential["credentialStatus"]["statusListCredential"]
    ours, impostor = site.signer(), Issuer(ORIGIN, site.signer().key_name)
    tampered = ours.status_list(address, revoked=[place])
    tampered["credentialSubject"] = ours.status_list(address)["credentialSubject"]
    lists = {
        "ours": ours.status_list(address),
        "of an impostor": impostor.status_list(address),
        "tampered": tampered,
        "stale": ours.status_list(address, days=-1),
    }
    verdicts = site.judge(
        {
            what: text(credential) | {"files": {address: json.dumps(found)}}
            for what, found in lists.items()
        }
    )

    assert accepted(verdicts) == by_both("ours"), verdicts


def test_digital_bazaar_alone_minds_that_a_list_is_honestly_a_strangers(site, issued):
    """verifier-core does not compare issuers (docs/decisions/0029); whoever shows it a
    stranger's list answers under our address already.
    """
    credential = site.copy_of(issued)
    address = credential["credentialStatus"]["statusListCredential"]
    stranger = Issuer("https://stranger.example")
    files = {
        address: json.dumps(stranger.status_list(address)),
        stranger.did_address: json.dumps(stranger.did_document()),
    }
    verdicts = site.judge({"case": text(credential) | {"files": files}})

    assert accepted(verdicts) == {("case", DCC)}, verdicts
    assert "do not match" in verdicts["case"][DIGITAL_BAZAAR]["why"]


@pytest.mark.parametrize("taken_from", ["verificationMethod", "assertionMethod"])
def test_neither_verifier_accepts_a_key_that_the_site_does_not_vouch_for(
    site, issued, taken_from
):
    address = f"{ORIGIN}/.well-known/did.json"
    vouched = site.read(address) | {taken_from: []}
    files = {address: json.dumps(vouched)}
    verdicts = site.judge({"case": text(site.copy_of(issued)) | {"files": files}})

    assert accepted(verdicts) == set(), verdicts


def test_neither_verifier_accepts_another_key_of_the_same_name(site, issued):
    impostor = Issuer(ORIGIN, site.signer().key_name)
    verdicts = site.judge({"case": text(impostor.sign(site.copy_of(issued)))})

    assert accepted(verdicts) == set(), verdicts


def test_a_key_that_signs_no_more_still_vouches_until_it_is_revoked(
    site, signed_in, settings, ben, issued, finished
):
    old = IssuerKey.objects.get()
    new = Ed25519PrivateKey.generate()
    publish(new, timezone.now())
    IssuerKey.objects.filter(pk=old.pk).update(retired_at=timezone.now())
    settings.ISSUER_KEY = new.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    finish(ben, finished)
    copies = {
        "by the old key": text(site.copy_of(issued)),
        "by the new key": text(
            site.copy_of(claim(signed_in, ben, finished, "Ben Sample"))
        ),
    }
    rotated = site.judge(copies)
    IssuerKey.objects.filter(pk=old.pk).update(revoked_at=timezone.now())
    revoked = site.judge(copies)

    assert accepted(rotated) == by_both(*copies), rotated
    assert accepted(revoked) == by_both("by the new key"), revoked


def test_it_outlives_its_learners_account_and_its_track(
    site, signed_in, ben, ada, issued, finished
):
    """Which are gone for everybody else; not a byte of it changes."""
    finish(ben, finished)
    kept = {"erased": issued, "archived": claim(signed_in, ben, finished, "Ben")}
    before = {what: site.bytes_of(one) for what, one in kept.items()}
    erase_account(ada, withdraw=False)
    unpublish_lessons([lesson.pk for lesson in finished.lessons.all()])
    archive_track(finished)
    after = {what: site.bytes_of(one) for what, one in kept.items()}
    verdicts = site.judge(
        {what: Case(credential=text.decode()) for what, text in after.items()}
    )

    assert after == before
    assert accepted(verdicts) == by_both(*kept), verdicts
