"""Checking a file that somebody sent."""

import html
import json
import re
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from certificates.carriers import MAX_FILE_BYTES
from certificates.documents import sign_again
from certificates.keys import SigningKey, publish, signing_key
from certificates.models import Certificate, IssuerKey
from certificates.services import hide, revoke, supersede, withdraw
from certificates.signing import sign
from tests.certificates.carried import baked, pdf
from tests.certificates.stage import status_in, text_of


def send(client: Client, data: bytes | str, name: str = "it.json") -> Any:
    content = data.encode() if isinstance(data, str) else data
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("verify"), {"file": file})


def text_of_document(certificate: Certificate) -> str:
    return certificate.documents.latest("pk").credential


def checks_in(response: HttpResponse) -> list[str]:
    """What was checked, each with "Right:" or "Not right:"."""
    found = re.findall(r"<b>(.*?)</b>", response.content.decode(), re.DOTALL)
    return [
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found
    ]


def test_the_file_as_it_was_issued_is_valid(client, held):
    text = text_of_document(held)
    for data in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        pdf({"credential.json": text}),
        baked(text),
    ):
        response = send(client, data, "download")

        assert response.status_code == 200
        assert status_in(response) == "valid"
        assert checks_in(response) == [
            "Right: Its code is one of ours.",
            "Right: It is the file that we issued, byte for byte.",
        ]
        assert f'href="{held.get_absolute_url()}"' in response.content.decode()


@pytest.mark.parametrize("end", [".json", ".pdf", ".pdf?paper=letter", ".png"])
def test_each_file_that_is_served_is_valid(client, held, end):
    served = client.get(f"/certificates/{held.code}{end}")

    response = send(client, served.content)

    assert status_in(response) == "valid"
    assert "byte for byte" in checks_in(response)[1]


def test_a_picture_or_a_print_is_not_what_was_checked(client, held):
    said = "We checked the certificate that the file carries inside"

    assert said in text_of(send(client, baked(text_of_document(held))))
    assert said not in text_of(send(client, text_of_document(held)))


def test_another_spelling_of_the_same_json_is_valid(client, held):
    document = json.loads(text_of_document(held))
    backwards = dict(reversed(document.items()))
    for text in (
        json.dumps(document, separators=(",", ":")),
        json.dumps(document, indent=2) + "\n",
        json.dumps(backwards | {"evidence": document["evidence"][::-1]}),
    ):
        response = send(client, text)

        assert status_in(response) == "valid"
        assert "says just what we issued" in checks_in(response)[1]


CHANGES = {
    "The name differs": ("Ada Sample", "Ada Simple"),
    "The track differs": ('"name": "Soil"', '"name": "Soils"'),
    "The score differs": ('"value": "50"', '"value": "100"'),
    "The number of answered": ('"value": "1"', '"value": "9"'),
    "The day of issue differs": ('"validFrom": "20', '"validFrom": "19'),
    "The day it was first earned": ('"awardedDate": "20', '"awardedDate": "19'),
    "The day the track was fin": ('"activityEndDate": "20', '"activityEndDate": "19'),
    "The requirements differ": ("Every lesson", "No lesson"),
    "The lessons differ": ("Probe the soil", "Probe the moon"),
    "The issuer differs": ('"name": "Gradus"', '"name": "Gradus University"'),
    "The fingerprint of the e-mail": ("sha256$", "sha256$0"),
    "A part of it that is no fact": ('"inLanguage": "en"', '"inLanguage": "la"'),
}


@pytest.mark.parametrize(("said", "change"), CHANGES.items(), ids=CHANGES)
def test_what_was_changed_is_named(client, held, said, change):
    text = text_of_document(held)
    changed = text.replace(*change)
    assert changed != text

    response = send(client, changed)

    assert status_in(response) == "altered"
    failed = [check for check in checks_in(response) if check.startswith("Not right:")]
    assert any(said in check for check in failed), failed


NO_MATCH = (
    "Not right: The signature does not match: the text was changed after signing."
)


@pytest.fixture
def key_less(held) -> str:
    """What ada's certificate stated before certificates were signed."""
    document = json.loads(text_of_document(held))
    del document["proof"], document["credentialStatus"]
    text = json.dumps(document)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        held.documents.update(key=None, credential=text)
        held.status_entry.delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    return text


def signed_by(key: SigningKey, certificate: Certificate, **changes: Any) -> str:
    """What the certificate states, changed, with the proof of this key."""
    document = json.loads(text_of_document(certificate)) | changes
    del document["proof"]
    return sign(document, key, "http://testserver", certificate.issued_at)


def test_a_text_changed_after_signing_is_told_by_its_signature(client, held):
    changed = text_of_document(held).replace("Ada Sample", "Eve")

    assert NO_MATCH in checks_in(send(client, changed))


def test_a_text_without_a_signature_is_not_ours(client, held):
    document = json.loads(text_of_document(held))
    del document["proof"]
    for unsigned in (document, document | {"proof": []}, document | {"proof": "x"}):
        response = send(client, json.dumps(unsigned))

        assert status_in(response) == "altered"
        assert "Not right: It carries no signature." in checks_in(response)


def test_a_signature_in_a_list_is_not_how_we_sign(client, held):
    document = json.loads(text_of_document(held))
    proof = document["proof"]
    for proofs in ([proof], [proof, proof], [proof, proof | {"created": "x"}]):
        response = send(client, json.dumps(document | {"proof": proofs}))

        assert status_in(response) == "altered"
        said = "Not right: Its signature is not where ours stands, or not the only one."
        assert checks_in(response)[1] == said


def test_what_stood_there_before_it_was_signed_is_no_file_of_ours(
    client, held, key_less
):
    """Its text was never handed out: who sends it took the signature off."""
    response = send(client, key_less)

    assert status_in(response) == "altered"
    assert checks_in(response)[1:] == ["Not right: It carries no signature."]
    sign_again(held, signing_key())

    response = send(client, key_less)
    assert status_in(response) == "altered"
    assert "Not right: It carries no signature." in checks_in(response)
    assert status_in(send(client, text_of_document(held))) == "valid"


def test_a_signature_of_somebody_else_is_told_from_ours(client, held):
    stranger = Ed25519PrivateKey.generate()
    for name, said in (
        ("key-of-eve", "Not right: It is signed by a key that is not ours."),
        (IssuerKey.objects.get().name, NO_MATCH),
    ):
        forged = signed_by(SigningKey(IssuerKey(name=name), stranger), held, name="Sun")
        response = send(client, forged)

        assert status_in(response) == "altered"
        assert checks_in(response)[1] == said
        assert any("The track differs" in check for check in checks_in(response))


def test_our_own_signature_on_what_we_never_issued_is_not_enough(client, held):
    forged = signed_by(signing_key(), held, name="Sun")

    response = send(client, forged)

    assert status_in(response) == "altered"
    assert checks_in(response) == [
        "Right: Its code is one of ours.",
        "Right: Its signature is of our key key-2026-01.",
        "Not right: The track differs from the one we issued.",
    ]


def test_a_copy_from_before_it_was_signed_anew_is_still_ours(client, held):
    old = text_of_document(held)
    key = signing_key()
    IssuerKey.objects.update(revoked_at=held.issued_at)
    new = Ed25519PrivateKey.generate()
    row = publish(new, held.issued_at)
    sign_again(held, SigningKey(row, new))

    response = send(client, old)

    assert status_in(response) == "valid"
    assert "We have signed it anew since." in checks_in(response)[2]
    assert len(checks_in(send(client, text_of_document(held)))) == 2
    forged = checks_in(send(client, signed_by(key, held, name="Sun")))
    assert "Not right: It is signed with a key that we have revoked." in forged


def test_a_graph_made_to_be_costly_is_given_up_on(client, held):
    """Blank nodes that all name each other take for ever to put in order."""
    names = [f"_:b{number}" for number in range(12)]
    clique = [
        {"id": name, "type": ["Evidence"], "genre": names[::-1]} for name in names
    ]
    document = json.loads(text_of_document(held)) | {"evidence": clique}

    response = send(client, json.dumps(document))

    assert NO_MATCH in checks_in(response)


@pytest.mark.parametrize(
    "more",
    [
        [{"id": f"http://x/{n}", "type": ["Evidence"]} for n in range(4000)],
        [{"id": "http://x/", "type": ["Evidence"], "name": "x" * 200_000}],
    ],
    ids=["crowded", "long"],
)
def test_a_signature_is_not_looked_into_where_much_was_put_in(client, held, more):
    """To check that of 1,200 lessons takes half a minute, and anybody may send them."""
    document = json.loads(text_of_document(held))
    document["evidence"] += more
    response = send(client, json.dumps(document))

    assert status_in(response) == "altered"
    assert checks_in(response)[1:] == [
        "Not right: It holds much more than we issued, so its signature was not looked "
        "into.",
        "Not right: The lessons differ from those we issued.",
    ]


def test_a_file_set_out_in_lines_is_looked_into_still(client, held):
    document = json.loads(text_of_document(held).replace("Ada Sample", "Eve"))
    document["evidence"].append({"id": "http://x/", "type": ["Evidence"]})

    assert NO_MATCH in checks_in(send(client, json.dumps(document, indent=4)))


def test_a_changed_name_is_shown_beside_ours_and_cannot_do_anything(client, held):
    forged = "<script>alert(1)</script>\u202e" + "x" * 5000
    changed = text_of_document(held).replace("Ada Sample", forged)

    response = send(client, changed)

    assert "The file says: <script>alert(1)</script>" in text_of(response)
    assert "We issued: Ada Sample" in text_of(response)
    assert "<script>alert" not in response.content.decode()
    assert "x" * 300 not in response.content.decode()


def test_what_became_of_the_certificate_is_said(client, held, ruth):
    old = text_of_document(held)
    new = supersede(held, "Ada Corrected", "the name was corrected")
    assert status_in(send(client, old)) == "superseded"
    assert new.get_absolute_url() in send(client, old).content.decode()

    revoke(new, ruth, "it was issued to the wrong account")
    response = send(client, text_of_document(new))

    assert status_in(response) == "revoked"
    assert "it was issued to the wrong account" in text_of(response)


def test_a_changed_copy_of_a_revoked_one_is_altered(client, held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")
    changed = text_of_document(held).replace("Ada Sample", "Eve")

    assert status_in(send(client, changed)) == "altered"


def test_of_a_withdrawn_one_nothing_is_said_but_that(client, held):
    text = text_of_document(held)
    withdraw(held)
    for sent in (text, text.replace("Ada Sample", "Eve")):
        response = send(client, sent)

        assert status_in(response) == "withdrawn"
        assert "Withdrawn by its holder on" in text_of(response)
        assert checks_in(response) == []
        for fact in ("Ada", "Eve", "Probe the soil", "50 %"):
            assert fact not in text_of(response)


def test_of_a_hidden_one_code_and_status_alone_are_said(client, held):
    text = text_of_document(held)
    hide(held)

    response = send(client, text)

    assert status_in(response) == "hidden"
    assert held.code in text_of(response)
    for fact in ("Ada", "Soil", "50 %", "Probe the soil"):
        assert fact not in text_of(response)


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_changed_copy_of_a_hidden_one_is_altered_and_no_fact_is_tried(
    client, held, ruth, is_revoked
):
    text = text_of_document(held)
    hide(held)
    if is_revoked:
        revoke(held, ruth, "it was issued to the wrong account")
    name, score = text.replace("Ada", "Eve"), text.replace('"50"', '"95"')

    response = send(client, name)

    assert status_in(response) == "altered"
    assert checks_in(response) == [
        "Right: Its code is one of ours.",
        "Not right: The signature does not match: the text was changed after signing.",
    ]
    assert text_of(response) == text_of(send(client, score))
    for fact in ("Ada", "Eve", "Soil", "50 %", "95 %"):
        assert fact not in text_of(response)


def test_hidden_and_revoked_says_revoked_and_still_no_fact(client, held, ruth):
    text = text_of_document(held)
    hide(held)
    revoke(held, ruth, "Ada is not Ada")

    response = send(client, text)

    assert status_in(response) == "revoked"
    assert "Ada" not in text_of(response)


@pytest.mark.parametrize("start", ["", "/certificates/", "certificates/"])
def test_a_code_of_ours_without_its_site_is_altered(client, held, start):
    address = f"http://testserver{held.get_absolute_url()}"
    text = text_of_document(held)

    response = send(client, text.replace(f'"{address}"', f'"{start}{held.code}"'))

    assert status_in(response) == "altered"
    assert "Right: Its code is one of ours." in checks_in(response)


def test_one_of_another_site_is_unknown(client, held):
    text = text_of_document(held)
    elsewhere = text.replace("http://testserver", "https://elsewhere.example")
    response = send(client, elsewhere)

    assert status_in(response) == "unknown"
    assert "It says that it is of elsewhere.example" in text_of(response)
    assert held.code not in text_of(response)
    assert "Ada" not in text_of(response)


def test_one_with_a_code_of_nobody_is_unknown(client, held):
    text = text_of_document(held).replace(held.code, "7K4M-9QXT-2HWD-5VPN")

    assert status_in(send(client, text)) == "unknown"
    assert "No certificate of ours has its code." in text_of(send(client, text))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This file is empty."),
        (b"hello", "neither JSON, nor a PDF, nor a PNG image"),
        (b"%PDF-1.7 not really", "This PDF carries no certificate"),
        (b"{}", "This JSON is no certificate."),
        (b"[]", "This JSON is no certificate."),
        (b'{"id": 1}', "This JSON is no certificate."),
        (b'{"id": "x", "id": "y"}', "says “id” twice"),
        (b'{"id": NaN}', "a number that cannot be read"),
        (b'{"id":' * 20_000, "nested too deeply"),
        (b'{"id": "\\ud800"}', "half a character"),
        (b"{" + b" " * (MAX_FILE_BYTES - 1), "larger than 256 KB"),
        (b"{" + b" " * MAX_FILE_BYTES, "larger than 1 MB"),
        (b"{" + b" " * 5 * MAX_FILE_BYTES, "larger than 1 MB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_file_that_is_no_good_is_a_mistake_like_any_other(client, db, data, said):
    response = send(client, data)

    assert response.status_code == 422
    assert text_of(response).count(said) == 2  # in the summary and inline
    assert "Error: Verify a certificate" in " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "http://testserver/certificates/%s/"}',
        '{"id": "http://testserver/certificates/%s/", "credentialSubject": []}',
        '{"id": "http://testserver/certificates/%s/", "credentialSubject":'
        ' {"identifier": [1, {"identityType": "name"}], "result": {"value": []}}}',
        '{"id": "http://testserver/certificates/%s/", "evidence": 1.5, "proof": null}',
    ],
)
def test_any_shape_of_json_is_answered(client, held, text):
    assert status_in(send(client, text % held.code)) == "altered"


def test_a_form_without_a_file_is_asked_for_one(client, db):
    for form in ({}, {"file": "as text"}):
        response = client.post(reverse("verify"), form)

        assert response.status_code == 422
        assert "Choose a file" in text_of(response)


def test_a_large_file_is_not_kept_while_it_is_read(client, db, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    response = send(client, b"x" * 5 * MAX_FILE_BYTES)

    assert response.status_code == 422
    kept = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert kept <= MAX_FILE_BYTES


def test_the_eleventh_file_in_a_minute_has_to_wait(client, held):
    with time_machine.travel("2026-03-14T12:00:00Z", tick=False):
        for _number in range(10):
            assert send(client, b"hello").status_code == 422
        response = send(client, text_of_document(held))
        assert client.get(held.get_absolute_url()).status_code == 200

    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    with time_machine.travel("2026-03-14T12:01:00Z", tick=False):
        assert send(client, text_of_document(held)).status_code == 200


def test_what_was_found_is_kept_by_no_cache_and_found_by_no_search(client, held):
    response = send(client, text_of_document(held))

    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()
