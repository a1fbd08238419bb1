"""The addresses of PDF, badge, picture and emblem: for anybody, and the same for ever."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.core.management import call_command
from openbadgeslib.baking import ITXT_KEYWORD_OB3, extract_png
from PIL import Image
from png import Reader  # type: ignore[import-untyped]

from certificates import file_views, services
from certificates.services import claim_certificate
from courses.publishing import archive_track, unpublish_lessons
from courses.services import mark_done
from gradus.me import erase_account
from tests.certificates.papers import text_of_pdf

KINDS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    "/picture.png": "image/png",
}
kinds = pytest.mark.parametrize("kind", KINDS)


def address_of(certificate, kind: str) -> str:
    return f"/certificates/{certificate.code}{kind}"


@kinds
def test_each_file_is_for_anybody_and_sets_no_cookie(client, held, kind):
    response = client.get(address_of(held, kind))

    assert response.status_code == 200
    assert response["Content-Type"] == KINDS[kind]
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.has_header("Vary") or "Cookie" not in response["Vary"]
    assert not response.cookies


@kinds
def test_who_has_it_already_gets_no_body(client, held, kind):
    address = address_of(held, kind)
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag


@kinds
def test_a_hidden_file_is_as_missing_as_an_unknown_one(client, held, kind):
    services.hide(held)
    hidden = client.get(address_of(held, kind))
    unknown = client.get(f"/certificates/0000-0000-0000-0000{kind}")

    assert hidden.status_code == unknown.status_code == 404
    assert hidden["Cache-Control"] == "private, no-store"
    assert "Ada" not in hidden.content.decode()


@kinds
def test_a_withdrawn_file_is_gone(client, held, kind):
    services.withdraw(held)
    response = client.get(address_of(held, kind))

    assert response.status_code == 410
    assert response["Cache-Control"] == "private, no-store"
    assert not {b"Ada", b"Soil"} & set(response.content.split())


@kinds
def test_another_spelling_leads_to_the_one(client, held, kind):
    response = client.get(f"/certificates/{held.code.lower()}{kind}?paper=letter")

    assert response.status_code == 301
    assert response["Location"] == f"{address_of(held, kind)}?paper=letter"


def test_the_pdf_holds_the_stored_credential_and_is_named_after_the_code(client, held):
    response = client.get(address_of(held, ".pdf"))

    named = f'inline; filename="certificate-{held.code}.pdf"'
    assert response["Content-Disposition"] == named
    with pikepdf.open(BytesIO(response.content)) as pdf:
        attached = pdf.attachments["credential.json"].get_file().read_bytes()
    assert attached == held.documents.get().credential.encode()


def test_the_pdf_says_what_the_page_says(client, held):
    text = text_of_pdf(client.get(address_of(held, ".pdf")).content)

    for fact in [
        "Ada Sample",
        held.track_title,
        held.code,
        "did:web:testserver",
        f"http://testserver/certificates/{held.code}/",
        held.facts["criteria"],
        f"{held.score} % · 1 of 1 question answered",
        *(lesson["title"] for lesson in held.facts["lessons"]),
    ]:
        assert fact in text


def test_the_pdf_comes_on_either_paper(client, held):
    a4 = client.get(address_of(held, ".pdf"))
    same = client.get(address_of(held, ".pdf") + "?paper=a4")
    letter = client.get(address_of(held, ".pdf") + "?paper=letter")
    other = client.get(address_of(held, ".pdf") + "?paper=parchment")

    assert a4.content == same.content != letter.content
    assert a4["ETag"] != letter["ETag"]
    assert other.status_code == 400


@kinds
def test_files_stay_the_same_whatever_happens(
    client, held, ada, soil, ruth, settings, tmp_path, kind
):
    """The account erased, the track archived, lessons unpublished, the key rotated."""
    before = client.get(address_of(held, kind)).content

    call_command("issuer_keys", "rotate", str(tmp_path / "next.pem"), verbosity=0)
    settings.ISSUER_KEY, settings.ISSUER_KEY_FILE = "", tmp_path / "next.pem"
    settings.SITE_NAME, settings.SITE_ORIGIN = "Another", "https://another.example"
    unpublish_lessons([lesson.pk for lesson in soil.lessons.all()])
    archive_track(soil)
    services.revoke(held, ruth, "it was a test")
    erase_account(ada, withdraw=False)

    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC)):
        assert client.get(address_of(held, kind)).content == before


def test_a_superseded_pdf_is_unchanged_and_the_new_one_has_the_new_name(client, held):
    before = client.get(address_of(held, ".pdf")).content
    new = services.supersede(held, "Ada S. Sample", "the name was corrected")

    assert client.get(address_of(held, ".pdf")).content == before
    text = text_of_pdf(client.get(address_of(new, ".pdf")).content)
    assert "Ada S. Sample" in text
    assert new.code in text


def test_drawing_is_throttled_and_what_is_known_is_not(client, held, monkeypatch):
    monkeypatch.setattr(file_views, "DRAWN_A_MINUTE", 2)
    pdf, picture = address_of(held, ".pdf"), address_of(held, "/picture.png")
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC), tick=False):
        etag = client.get(pdf)["ETag"]
        client.get(picture)
        refused = client.get(pdf)
        known = client.get(pdf, headers={"If-None-Match": etag})

    assert refused.status_code == 429
    assert refused["Cache-Control"] == "private, no-store"
    assert int(refused["Retry-After"]) > 0
    assert known.status_code == 304


def test_the_badge_is_the_emblem_with_the_credential_in_one_chunk(client, held):
    baked = client.get(address_of(held, ".png")).content
    emblem = client.get(f"/credentials/emblem/{held.facts['edition']}.png").content
    credential = held.documents.get().credential

    chunks = list(Reader(bytes=baked).chunks())
    bare = list(Reader(bytes=emblem).chunks())
    head = b"openbadgecredential" + bytes(5)
    assert chunks == [*bare[:-1], (b"iTXt", head + credential.encode()), bare[-1]]
    assert extract_png(baked, keyword=ITXT_KEYWORD_OB3) == credential
    assert Image.open(BytesIO(baked)).size == (512, 512)


def test_the_emblem_stands_at_the_address_that_the_credential_names(client, held):
    credential = held.documents.get().credential
    address = f"http://testserver/credentials/emblem/{held.facts['edition']}.png"
    assert f'"{address}"' in credential
    response = client.get(address)

    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not response.cookies


@pytest.mark.parametrize(
    "edition", ["0" * 12, "F" * 12, "0" * 11, "x", "%00", "a" * 999]
)
def test_an_edition_that_no_certificate_has_has_no_emblem(client, held, edition):
    assert client.get(f"/credentials/emblem/{edition}.png").status_code == 404


def test_those_of_one_edition_share_their_emblem(client, held, ben, soil):
    ada_s = client.get(f"/credentials/emblem/{held.facts['edition']}.png").content
    for lesson in soil.lessons.all():
        mark_done(ben, lesson)
    ben_s = claim_certificate(ben, soil, "Ben")

    assert ben_s.facts["edition"] == held.facts["edition"]
    services.withdraw(held)
    again = client.get(f"/credentials/emblem/{ben_s.facts['edition']}.png").content
    assert again == ada_s
