"""The keys that sign: made, published, rotated, retired and revoked by commands."""

import json
import logging
import resource
import stat
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.views.debug import ExceptionReporter
from openbadgeslib.ob3.verifier import OB3VerificationError

from accounts.models import AuditEvent
from certificates import services
from certificates.credential import did_of
from certificates.documents import sign_again, unsigned
from certificates.keys import signing_key
from certificates.models import Certificate, CertificateDocument, IssuerKey
from certificates.private_key import SigningKeyError, private_key
from certificates.services import claim_certificate
from certificates.signing import check_proof
from courses.services import mark_done


def run(*arguments: str) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said, stderr=said)
    return said.getvalue()


@pytest.fixture
def no_key(db, settings, tmp_path) -> Path:
    """A site whose key was never made; the file it would be in."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_issuerkey")
        cursor.execute("SET LOCAL session_replication_role = origin")
    settings.ISSUER_KEY = ""
    file: Path = tmp_path / "issuer_key.pem"
    settings.ISSUER_KEY_FILE = file
    return file


@pytest.fixture
def next_key(db, settings, tmp_path):
    """Make the next key and give it to the site; returns its row."""

    def rotate() -> IssuerKey:
        file = tmp_path / f"next-{IssuerKey.objects.count()}.pem"
        run("issuer_keys", "rotate", str(file))
        settings.ISSUER_KEY, settings.ISSUER_KEY_FILE = "", file
        return signing_key().row

    return rotate


def keys_in(client) -> dict[str, str]:
    """What did.json lets vouch, as a verifier reads it."""
    document = json.loads(client.get("/.well-known/did.json").content)
    known = {
        method["id"]: method["publicKeyMultibase"]
        for method in document["verificationMethod"]
    }
    return {name: known[name] for name in document["assertionMethod"]}


def text_of(certificate: Certificate) -> str:
    return str(certificate.documents.latest("pk").credential)


def test_the_first_key_is_made_for_its_owner_alone(no_key):
    said = run("issuer_keys", "make")

    assert stat.S_IMODE(no_key.stat().st_mode) == 0o600
    row = signing_key().row
    assert row.name in said
    assert row.multibase in said
    assert "PRIVATE" not in said


def test_a_second_first_key_is_refused(no_key):
    run("issuer_keys", "make")
    kept = no_key.read_bytes()
    with pytest.raises(CommandError, match="There is a key that signs"):
        run("issuer_keys", "make")

    no_key.unlink()  # lost: it is never replaced silently
    with pytest.raises(CommandError, match="rotate"):
        run("issuer_keys", "make")
    assert not no_key.exists()
    assert kept


def test_a_key_that_was_there_is_published_not_written_over(no_key):
    run("issuer_keys", "make")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_issuerkey")
        cursor.execute("SET LOCAL session_replication_role = origin")
    kept = no_key.read_bytes()

    with pytest.raises(CommandError, match="never written over"):
        run("issuer_keys", "make")
    run("issuer_keys", "publish")
    run("issuer_keys", "publish")

    assert no_key.read_bytes() == kept
    assert signing_key().row == IssuerKey.objects.get()


def test_a_full_disk_leaves_no_half_of_a_key(no_key):
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, allowed[1]))
    try:
        with pytest.raises(CommandError, match="cannot be written"):
            run("issuer_keys", "make")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)

    assert not no_key.exists()
    run("issuer_keys", "make")
    assert signing_key().row == IssuerKey.objects.get()


def test_a_key_is_revoked_for_a_reason(next_key):
    old = signing_key().row
    next_key()

    with pytest.raises(CommandError, match="Say why"):
        run("issuer_keys", "revoke", old.name, "--reason", " ")
    assert IssuerKey.objects.get(pk=old.pk).is_active


def test_the_list_says_which_key_signs(next_key, held):
    old = signing_key().row
    new = next_key()
    run("issuer_keys", "retire", old.name)

    said = run("issuer_keys").splitlines()

    assert said[0].split()[:2] == [old.name, "retired"]
    assert "1 documents" in said[0]
    assert said[1].split()[:2] == [new.name, "signs"]


def test_without_a_key_the_list_says_what_to_do(no_key):
    assert "issuer_keys make" in run("issuer_keys", "list")


def test_old_certificates_verify_after_a_rotation(client, held, ben, soil, next_key):
    old = signing_key().row
    before = text_of(held)
    new = next_key()
    run("issuer_keys", "retire", old.name)
    for lesson in soil.lessons.all():
        mark_done(ben, lesson)
    later = claim_certificate(ben, soil, "Ben Sample")

    did = did_of("http://testserver")
    assert check_proof(text_of(held), keys_in(client)) == f"{did}#{old.name}"
    assert check_proof(text_of(later), keys_in(client)) == f"{did}#{new.name}"
    assert text_of(held) == before


def test_the_key_in_use_is_neither_retired_nor_revoked(db):
    name = signing_key().row.name

    for verb in (["retire", name], ["revoke", name, "--reason", "a test"]):
        with pytest.raises(CommandError, match=f"The site signs with {name}"):
            run("issuer_keys", *verb)
    with pytest.raises(CommandError, match="There is no key key-x"):
        run("issuer_keys", "retire", "key-x")


def test_a_retired_key_signs_nothing_any_more(db, ada, finished):
    IssuerKey.objects.update(retired_at="2026-11-01T00:00Z")

    with pytest.raises(SigningKeyError, match="does not sign any more"):
        claim_certificate(ada, finished, "Ada Sample")
    assert not Certificate.objects.exists()


def test_what_a_revoked_key_signed_is_signed_again(client, held, next_key):
    old = signing_key().row
    before = json.loads(text_of(held))
    new = next_key()
    run("issuer_keys", "revoke", old.name, "--reason", "its disk was lost")
    with pytest.raises(Exception, match=old.name):
        check_proof(text_of(held), keys_in(client))

    assert "Signed 1 certificates." in run("sign_certificates")
    after = json.loads(client.get(f"/certificates/{held.code}.json").content)

    assert check_proof(text_of(held), keys_in(client)).endswith(new.name)
    assert before.pop("proof") != after.pop("proof")
    assert before == after
    assert held.documents.count() == 2
    assert "Signed 0 certificates." in run("sign_certificates")


@pytest.fixture
def unsigned_certificate(held: Certificate) -> Certificate:
    """As it was before certificates were signed."""
    document = held.documents.get()
    old = json.loads(document.credential)
    del old["proof"], old["credentialStatus"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_statusentry")
        cursor.execute(
            "UPDATE certificates_certificatedocument SET key_id = NULL, credential = %s",
            [json.dumps(old, ensure_ascii=False)],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return held


def test_an_unsigned_certificate_has_a_page_and_no_file(client, unsigned_certificate):
    code = unsigned_certificate.code

    assert client.get(f"/certificates/{code}/").status_code == 200
    assert client.get(f"/certificates/{code}.json").status_code == 404


def test_it_is_signed_later_with_no_fact_changed_and_no_mail(
    client, unsigned_certificate, django_capture_on_commit_callbacks
):
    before = json.loads(text_of(unsigned_certificate))
    with django_capture_on_commit_callbacks(execute=True):
        assert "Signed 1 certificates." in run("sign_certificates")
    after = json.loads(text_of(unsigned_certificate))

    check_proof(text_of(unsigned_certificate), keys_in(client))
    del after["proof"], after["credentialStatus"]
    assert list(after) == list(before)
    assert after == before
    assert not mail.outbox
    assert not unsigned_certificate.events.exists()
    assert Certificate.objects.count() == 1
    assert "Signed 0 certificates." in run("sign_certificates")


def test_one_withdrawn_meanwhile_is_left_alone(unsigned_certificate):
    (found,) = unsigned()
    services.withdraw(unsigned_certificate)

    assert not sign_again(found, signing_key())
    assert not CertificateDocument.objects.exists()
    assert list(unsigned()) == []


def test_one_that_cannot_be_signed_is_named_and_the_others_are_signed(
    unsigned_certificate, ben, soil
):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE certificates_certificatedocument SET credential = "
            "replace(credential, 'Water it', 'Water\\u0001it')"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    for lesson in soil.lessons.all():
        mark_done(ben, lesson)
    later = claim_certificate(ben, soil, "Ben Sample")
    said = StringIO()

    with pytest.raises(CommandError, match="1 certificates cannot be signed"):
        call_command("sign_certificates", stdout=said, stderr=said)
    assert unsigned_certificate.code in said.getvalue()
    assert later.code not in said.getvalue()


def test_each_deed_is_in_the_audit_log(next_key, unsigned_certificate):
    old = signing_key().row
    next_key()
    run("issuer_keys", "retire", old.name)
    run("issuer_keys", "revoke", old.name, "--reason", "its disk was lost")
    run("sign_certificates")

    found = AuditEvent.objects.exclude(what__in=["issued"]).order_by("pk")
    assert [event.what for event in found] == [
        "rotated key",
        "retired key",
        "revoked key",
        "signed certificates",
    ]
    assert all(event.actor is None for event in found)


# Nothing silent, nothing shown


def test_without_a_key_a_claim_changes_nothing_and_says_so(
    client, ada, finished, no_key, caplog
):
    client.force_login(ada)
    with caplog.at_level(logging.ERROR):
        response = client.post("/tracks/soil/certificate/", {"name": "Ada Sample"})

    assert response.status_code == 503
    assert "The site cannot sign certificates at the moment" in response.text
    assert "There is no signing key" in caplog.text
    assert not Certificate.objects.exists()
    assert not no_key.exists()
    finished.enrollments.get(learner=ada, certified_at=None)


def test_without_a_key_no_status_list_is_served(client, no_key):
    client.raise_request_exception = False

    response = client.get("/credentials/status/1")

    assert response.status_code == 503
    assert "The key that signs them is missing" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0o600, "issuer_keys make"),
        (b"", 0o600, "holds no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n", 0o600, "holds no private key"),
        ("x25519", 0o600, "of another kind"),
        ("x25519", 0o604, "chmod 600"),
    ],
)
def test_a_file_that_holds_no_good_key_is_said_plainly(no_key, content, mode, said):
    if content == "x25519":
        content = x25519.X25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    if content is not None:
        no_key.write_bytes(content)
        no_key.chmod(mode)

    with pytest.raises(SigningKeyError, match=said):
        private_key()


def shown_of_a_failed_claim(learner, track) -> str:
    """The page of the error as a developer sees it, with every variable."""
    try:
        claim_certificate(learner, track, "Ada Sample")
    except Exception as error:
        logging.getLogger("tests").exception("It failed")
        reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
        return str(reporter.get_traceback_html() + reporter.get_traceback_text())
    return ""


@pytest.mark.parametrize("fault", [OB3VerificationError("broken"), OSError("broken")])
def test_a_key_shows_in_no_error_page_and_no_log(
    ada, finished, settings, monkeypatch, caplog, fault
):
    def fail(*arguments, **options):
        raise fault

    monkeypatch.setattr("openbadgeslib.ob3.ldp._hash_data", fail)
    with override_settings(DEBUG=True), caplog.at_level(logging.DEBUG):
        shown = shown_of_a_failed_claim(ada, finished)

    secret = settings.ISSUER_KEY.splitlines()[1]
    assert "broken" in shown
    assert secret not in shown
    assert secret not in caplog.text
