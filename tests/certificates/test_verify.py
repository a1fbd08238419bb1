"""Looking a certificate up by its code or its address."""

import html

import time_machine
from django.urls import reverse

from tests.certificates.stage import text_of


def test_a_code_is_found_however_it_is_typed(client, held):
    for typed in (held.code, held.code.lower(), f"  {held.code.replace('-', ' ')} "):
        response = client.get(reverse("verify"), {"code": typed})

        assert response["Location"] == held.get_absolute_url()


def test_an_unknown_code_is_told_and_kept(client, held):
    unknown = "No certificate has this code. Check each group of letters."
    for typed in ("7K4M-9QXT-2HWD-5VPN", "nonsense", "x" * 5000, "<b>", "0\u202e"):
        response = client.get(reverse("verify"), {"code": typed})

        assert response.status_code == 422
        assert text_of(response).count(unknown) == 2  # in the summary and inline
        assert f'value="{html.escape(typed)}"' in response.content.decode()
        title = response.content.decode().split("<title>")[1].split("</title>")[0]
        assert " ".join(title.split()) == "Error: Verify a certificate · Gradus"


def test_an_address_is_as_good_as_a_code(client, held):
    for typed in (
        f"http://testserver{held.get_absolute_url()}",
        f"testserver/certificates/{held.code.lower()}.pdf",
        f"https://testserver/certificates/{held.code}.json?from=mail",
    ):
        response = client.get(reverse("verify"), {"code": typed})

        assert response["Location"] == held.get_absolute_url(), typed


def test_an_address_of_another_site_is_not_one_of_ours(client, held):
    for host in ("elsewhere.example", "testserver.elsewhere.example"):
        typed = f"https://{host}{held.get_absolute_url()}"
        response = client.get(reverse("verify"), {"code": typed})

        assert response.status_code == 422
        said = f"This address is of {host}, so the certificate is not one of ours."
        assert text_of(response).count(said) == 2


def test_an_address_that_this_site_had_at_issue_still_works(client, held, settings):
    settings.SITE_ORIGIN = "https://moved.example"
    typed = f"http://testserver{held.get_absolute_url()}"

    response = client.get(
        reverse("verify"), {"code": typed}, headers={"Host": "testserver"}
    )

    assert response["Location"] == held.get_absolute_url()


def test_an_address_of_ours_that_leads_elsewhere_is_told(client, held):
    response = client.get(reverse("verify"), {"code": "http://testserver/tracks/soil/"})

    assert response.status_code == 422
    assert "This address leads to no certificate." in text_of(response)


def test_a_null_character_is_refused_like_any_other_typing_mistake(client, db):
    assert client.get(reverse("verify"), {"code": "\x00"}).status_code == 422


def test_the_form_is_there_before_anything_is_typed(client, db):
    response = client.get(reverse("verify"))

    assert response.status_code == 200
    assert "There is a problem" not in text_of(response)
    assert set(response.cookies) == {"csrftoken"}  # for the form that sends a file


def test_an_empty_code_is_asked_for(client, db):
    response = client.get(reverse("verify"), {"code": ""})

    assert response.status_code == 422
    assert "Write the code of the certificate" in text_of(response)


def test_the_31st_look_up_in_a_minute_has_to_wait(client, held):
    with time_machine.travel("2026-03-14T12:00:00Z", tick=False):
        for _number in range(30):
            assert client.get(reverse("verify"), {"code": "0"}).status_code == 422
        response = client.get(reverse("verify"), {"code": held.code})

    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    with time_machine.travel("2026-03-14T12:01:00Z", tick=False):
        assert client.get(reverse("verify"), {"code": held.code}).status_code == 302
