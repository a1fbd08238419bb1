"""What a shared certificate shows elsewhere, and how its page says to check it."""

import html
import json
import re
import subprocess
import sys
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from PIL import Image

from certificates.models import CertificateDocument
from certificates.services import hide, revoke, withdraw
from tests.certificates.stage import text_of

COMMAND = re.compile(r"<pre[^>]*><code>(.*?)</code></pre>", re.DOTALL)


def commands_in(response) -> list[str]:
    return [html.unescape(text) for text in COMMAND.findall(response.content.decode())]


def head_of(response) -> str:
    head: str = response.content.decode().partition("</head>")[0]
    return head


def meta(response) -> dict[str, str]:
    """The Open Graph tags of a page."""
    found = re.findall(
        r'<meta property="(og:[^"]+)"\s+content="([^"]*)"', head_of(response)
    )
    return {name: html.unescape(content) for name, content in found}


@pytest.fixture
def unsigned(held):
    """Ada's certificate as if it were from before certificates were signed."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CertificateDocument.objects.update(key=None)
        cursor.execute("DELETE FROM certificates_statusentry")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return held


def test_a_shared_link_says_whose_it_is_and_of_what(client, held):
    told = meta(client.get(held.get_absolute_url()))

    assert told["og:title"] == "Certificate of Ada Sample, Soil"
    assert told["og:url"] == f"http://testserver{held.get_absolute_url()}"
    assert told["og:site_name"] == "Gradus"
    assert "knowledge score 50\u00a0%, 1 of 1 questions" in told["og:description"]
    assert "Anybody can check it at testserver." in told["og:description"]
    assert told["og:image:alt"] == "Ada Sample finished the track Soil."
    served = client.get(told["og:image"])
    with Image.open(BytesIO(served.content)) as picture:
        size = (told["og:image:width"], told["og:image:height"])
        assert size == tuple(map(str, picture.size))


def test_a_shared_link_of_a_revoked_one_says_so(client, held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    told = meta(client.get(held.get_absolute_url()))

    assert told["og:title"] == "Revoked: certificate of Ada Sample, Soil"
    assert "og:image" not in told  # which would certify it still


@pytest.mark.parametrize("end", [hide, withdraw])
def test_nothing_is_told_of_what_its_holder_does_not_show(client, held, end):
    end(held)

    response = client.get(held.get_absolute_url())

    assert meta(response) == {}
    assert "vc+ld+json" not in head_of(response)
    assert "Ada" not in response.content.decode()
    assert commands_in(response) == []


def test_machines_are_led_to_the_credential(client, held):
    head = " ".join(head_of(client.get(held.get_absolute_url())).split())

    link = re.search(
        r'<link rel="alternate" type="application/vc\+ld\+json" href="([^"]+)">', head
    )
    assert link
    served = client.get(link[1])
    assert served.content.decode() == held.documents.get().credential


def test_every_link_of_the_page_to_this_site_leads_somewhere(client, held):
    page = client.get(held.get_absolute_url()).content.decode()

    links = set(re.findall(r'(?:href|src)="((?:http://testserver)?/[^"]*)"', page))
    for end in (".json", ".pdf", ".pdf?paper=letter", ".png"):
        assert f"/certificates/{held.code}{end}" in links
    assert f"http://testserver/certificates/{held.code}/picture.png" in page
    for link in links:
        if not link.startswith("/static/"):
            assert client.get(html.unescape(link)).status_code in {200, 302}, link


def test_its_address_can_be_copied_without_scripts(client, held):
    page = " ".join(client.get(held.get_absolute_url()).content.decode().split())

    address = f"http://testserver{held.get_absolute_url()}"
    assert f'id="address" value="{address}" readonly' in page
    assert re.search(rf'<button [^>]*hidden[^>]*data-copy="{address}"', page)


def test_the_commands_name_what_stands_in_the_file(client, held):
    credential = json.loads(held.documents.get().credential)
    download, keys, proof, status = commands_in(client.get(held.get_absolute_url()))

    assert download.endswith(f"http://testserver/certificates/{held.code}.json")
    assert keys.endswith("http://testserver/.well-known/did.json")
    assert f"for_issuer_did('{credential['issuer']['id']}')" in proof
    assert credential["credentialStatus"]["statusListCredential"] in status
    assert f"place = {credential['credentialStatus']['statusListIndex']}\n" in status


def test_the_command_for_the_list_says_whether_it_holds(client, held, ruth):
    def run() -> str:
        command = commands_in(client.get(held.get_absolute_url()))[3]
        served = client.get(
            re.findall("http://testserver(/credentials/[^ ]+)", command)[0]
        )
        code = command.partition('"')[2].removesuffix('"')
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=served.content,
            capture_output=True,
            check=True,
        )
        said: str = done.stdout.decode()
        return said.strip()

    assert run() == "It holds."
    revoke(held, ruth, "it was issued to the wrong account")
    assert run() == "It holds no more."


def test_the_page_says_when_the_signature_was_last_verified(client, held):
    assert "last verified when it was signed" in text_of(
        client.get(held.get_absolute_url())
    )
    call_command("verify_certificates", processes=1, stdout=StringIO())

    said = text_of(client.get(held.get_absolute_url()))
    assert "last verified on " in said
    assert "when it was signed" not in said


def test_one_that_is_not_signed_yet_promises_no_file(client, unsigned):
    response = client.get(unsigned.get_absolute_url())

    assert "issued before certificates were signed" in text_of(response)
    for end in (".json", ".pdf", ".png"):
        assert f"{unsigned.code}{end}" not in response.content.decode()
    assert commands_in(response) == []


def test_the_page_on_checking_speaks_of_this_site(client, settings):
    settings.SITE_ORIGIN = "http://localhost:8000"

    page = client.get(reverse("checking"), headers={"Host": "localhost:8000"})

    said = text_of(page)
    assert "gradus.example" not in page.content.decode()
    assert "A file whose name was changed" not in said
    assert "did:web:localhost%3A8000" in said
    assert "http://localhost:8000/credentials/status/1" in said
    assert 'href="http://localhost:8000/verify/"' in page.content.decode()


def test_the_claim_page_says_that_the_fingerprint_hides_nothing(
    signed_in, ada, finished
):
    said = text_of(signed_in(ada).get(reverse("claim", args=[finished.slug])))

    assert "Whoever knows your address, or guesses it, can confirm it" in said
    assert "does not hide it" in said
