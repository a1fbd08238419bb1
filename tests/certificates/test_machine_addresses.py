"""What verifiers read: the credential, the keys and the status list, byte for byte."""

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from certificates import services
from certificates.models import IssuerKey
from certificates.services import claim_certificate

JSON = "application/vc+ld+json"


def body(response) -> Any:
    return json.loads(response.content)


def bit(response, place: int) -> bool:
    """The bit of the list, counted from the left as the standard does."""
    encoded = body(response)["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    padded = encoded[1:] + "=" * (-len(encoded[1:]) % 4)
    bits = gzip.decompress(base64.urlsafe_b64decode(padded))
    assert len(bits) == 131_072 // 8
    return bool(bits[place // 8] & (1 << (7 - place % 8)))


def test_the_credential_is_served_byte_for_byte(client, held):
    response = client.get(f"/certificates/{held.code}.json")

    assert response.content == held.documents.get().credential.encode()
    assert response["Content-Type"] == JSON
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies


def test_who_has_it_already_gets_no_body(client, held):
    first = client.get(f"/certificates/{held.code}.json")
    again = client.get(
        f"/certificates/{held.code}.json", headers={"If-None-Match": first["ETag"]}
    )

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (JSON, JSON),
        ("application/json", JSON),
        ("application/json;q=0.9, text/html;q=0.5", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
    ],
)
def test_the_page_s_address_gives_json_to_who_asks_for_it(
    client, held, accept, content_type
):
    response = client.get(held.get_absolute_url(), headers={"Accept": accept})

    assert response["Content-Type"] == content_type
    assert "Accept" in response["Vary"]


def test_another_spelling_leads_to_the_one(client, held):
    response = client.get(f"/certificates/{held.code.lower()}.json")

    assert response.status_code == 301
    assert response["Location"] == f"/certificates/{held.code}.json"


def test_a_hidden_one_is_as_missing_as_an_unknown_one(client, held):
    services.hide(held)
    hidden = client.get(f"/certificates/{held.code}.json")
    unknown = client.get("/certificates/0000-0000-0000-0000.json")

    assert hidden.status_code == unknown.status_code == 404
    assert hidden["Cache-Control"] == "private, no-store"
    assert "Ada" not in hidden.content.decode()
    services.show(held)
    assert client.get(f"/certificates/{held.code}.json").status_code == 200


def test_a_withdrawn_one_is_gone(client, held):
    services.withdraw(held)
    response = client.get(f"/certificates/{held.code}.json")

    assert response.status_code == 410
    assert b"Ada" not in response.content
    assert b"Soil" not in response.content


def test_a_revoked_and_a_superseded_one_are_still_served(client, held, ruth):
    new = services.supersede(held, "Ada S. Sample", "the name was corrected")
    services.revoke(new, ruth, "it was a test")

    for certificate in (held, new):
        assert client.get(f"/certificates/{certificate.code}.json").status_code == 200


def test_the_status_list_says_who_holds_no_more(client, held, ruth):
    place = held.status_entry.list_index
    assert not bit(client.get("/credentials/status/1"), place)

    services.revoke(held, ruth, "it was a test")
    assert bit(client.get("/credentials/status/1"), place)


@pytest.mark.parametrize("way", ["supersede", "withdraw"])
def test_the_bit_is_set_for_good(client, held, way):
    place = held.status_entry.list_index
    if way == "supersede":
        new = services.supersede(held, "Ada S. Sample", "the name was corrected")
        assert not bit(client.get("/credentials/status/1"), new.status_entry.list_index)
    else:
        services.withdraw(held)

    assert bit(client.get("/credentials/status/1"), place)


def test_hiding_sets_no_bit(client, held):
    services.hide(held)

    response = client.get("/credentials/status/1")
    assert not bit(response, held.status_entry.list_index)


def test_the_list_is_a_signed_credential_of_this_week(client, held):
    with time_machine.travel(datetime(2027, 5, 2, 23, 59, tzinfo=UTC), tick=False):
        response = client.get("/credentials/status/1")
        later = client.get("/credentials/status/1")
    found = body(response)

    assert found["validFrom"] == found["proof"]["created"] == "2027-05-02T00:00:00Z"
    assert found["validUntil"] == "2027-05-09T00:00:00Z"
    assert found["issuer"] == "did:web:testserver"
    assert response.content == later.content
    assert response["Content-Type"] == JSON
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert b"&" not in response.content


def test_the_first_list_is_there_before_any_certificate(client, db):
    assert client.get("/credentials/status/1").status_code == 200
    assert client.get("/credentials/status/2").status_code == 404
    assert client.get("/credentials/status/0").status_code == 404


def test_a_full_list_is_followed_by_another(client, held, ben, soil, monkeypatch):
    from courses.services import mark_done

    monkeypatch.setattr("certificates.documents.FULL", 1)
    for lesson in soil.lessons.all():
        mark_done(ben, lesson)
    second = claim_certificate(ben, soil, "Ben Sample")

    assert second.status_entry.list_number == 2
    assert "/credentials/status/2#" in second.documents.get().credential
    services.withdraw(second)
    assert bit(client.get("/credentials/status/2"), second.status_entry.list_index)


def test_a_bit_that_is_taken_is_not_taken_twice(held, ben, soil, monkeypatch):
    from courses.services import mark_done

    places = iter([held.status_entry.list_index] * 3 + [7])
    monkeypatch.setattr("secrets.randbelow", lambda _below: next(places))
    for lesson in soil.lessons.all():
        mark_done(ben, lesson)

    assert claim_certificate(ben, soil, "Ben Sample").status_entry.list_index == 7


def test_the_keys_are_published_and_no_private_member_with_them(client, db):
    response = client.get("/.well-known/did.json")
    found = body(response)
    key = IssuerKey.objects.get()

    assert found["id"] == "did:web:testserver"
    assert found["verificationMethod"] == [
        {
            "id": f"did:web:testserver#{key.name}",
            "type": "Multikey",
            "controller": "did:web:testserver",
            "publicKeyMultibase": key.multibase,
        }
    ]
    assert found["assertionMethod"] == [f"did:web:testserver#{key.name}"]
    assert response["Content-Type"] == "application/did+json"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies


def test_a_retired_key_goes_on_vouching_and_a_revoked_one_does_not(client, db):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    IssuerKey.objects.update(retired_at=now)
    assert len(body(client.get("/.well-known/did.json"))["assertionMethod"]) == 1

    IssuerKey.objects.update(revoked_at=now)
    found = body(client.get("/.well-known/did.json"))
    assert found["assertionMethod"] == []
    assert found["verificationMethod"][0]["revoked"] == "2026-11-20T00:00:00Z"


def test_before_there_is_a_key_there_is_no_document(client, db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_issuerkey")

    assert client.get("/.well-known/did.json").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM certificates_issuerkey",
        "UPDATE certificates_issuerkey SET name = 'other'",
        "UPDATE certificates_issuerkey SET multibase = 'z6Mkother'",
        "UPDATE certificates_statusentry SET list_index = list_index + 1",
        "DELETE FROM certificates_statusentry",
    ],
)
def test_keys_and_places_are_kept(held, statement):
    with (
        pytest.raises(IntegrityError, match="are kept"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_end_of_a_key_is_written_once(db):
    IssuerKey.objects.update(retired_at=datetime(2026, 11, 20, tzinfo=UTC))

    with pytest.raises(IntegrityError), transaction.atomic():
        IssuerKey.objects.update(retired_at=None)
