"""The page that claims a certificate, in each of its states."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate
from certificates.services import (
    withdraw,
)
from courses.services import mark_done
from tests.certificates.stage import text_of
from tests.factories import make_question


def claim_url(track) -> str:
    return reverse("claim", args=[track.slug])


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, finished):
    response = client.get(claim_url(finished))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Sign in to claim your certificate" in page
    assert f"{reverse('account_login')}?next={claim_url(finished)}" in page
    assert client.post(claim_url(finished)).status_code == 200
    assert not Certificate.objects.exists()


def test_who_is_not_finished_sees_the_lessons_still_to_do(signed_in, ada, soil, lesson):
    mark_done(ada, lesson)

    response = signed_in(ada).get(claim_url(soil))

    page = text_of(response)
    assert "1 lesson to go until your certificate" in page
    assert "Water it" in page
    assert "Probe the soil" not in page
    assert reverse("lesson", args=["soil", "water-it"]) in response.content.decode()
    assert "<form" not in response.content.decode().split("<main")[1].split("</main")[0]


def test_a_claim_that_comes_too_early_issues_nothing(signed_in, ada, soil):
    response = signed_in(ada).post(claim_url(soil), {"name": "Ada"})

    assert response.status_code == 409
    assert not Certificate.objects.exists()


def test_the_form_shows_what_the_certificate_will_say(signed_in, ada, finished, lesson):
    make_question(lesson)

    response = signed_in(ada).get(claim_url(finished))

    page = text_of(response)
    assert "Lessons finished 2" in page
    assert "50 % · 1 of 2 questions answered" in page
    assert "fingerprint of your e-mail address" in page
    assert 'value="Ada"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_posting_the_name_issues_and_leads_to_the_certificate(signed_in, ada, finished):
    response = signed_in(ada).post(claim_url(finished), {"name": "  Ada   Sample "})

    issued = Certificate.objects.get()
    assert response.status_code == 302
    assert response["Location"] == issued.get_absolute_url()
    assert issued.documents.get().name == "Ada Sample"


def test_who_has_claimed_is_led_to_the_certificate(signed_in, ada, finished, held):
    client = signed_in(ada)

    for response in (
        client.get(claim_url(finished)),
        client.post(claim_url(finished), {"name": "Other"}),
    ):
        assert response["Location"] == held.get_absolute_url()


def test_who_withdrew_is_told_that_nothing_more_can_be_claimed(
    signed_in, ada, finished, held
):
    withdraw(held)

    response = signed_in(ada).post(claim_url(finished), {"name": "Ada"})

    assert "nothing more can be claimed" in text_of(response)
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Zoë Ångström", "Zoë Ångström"),
        ("Zoe\u0308", "Zoë"),
        ("Ada\u202egnirts", "Adagnirts"),
        ("A\u200bda\ufeff", "Ada"),
        ("A\x00d\x08a\x7f", "Ada"),
        ("محمد", "محمد"),
        ('<b>Ada</b> & "co"', '<b>Ada</b> & "co"'),
        ("", None),
        ("   ", None),
        ("\u200b", None),
        ("12", None),
        ("A" * 200, "A" * 200),
        ("A" * 201, None),
        ("A" * 50_000, None),
    ],
)
def test_hostile_names_are_cleaned_or_refused(signed_in, ada, finished, typed, printed):
    response = signed_in(ada).post(claim_url(finished), {"name": typed})

    if printed is None:
        assert response.status_code == 422
        assert "There is a problem" in text_of(response)
        assert not Certificate.objects.exists()
        return
    issued = Certificate.objects.get()
    assert issued.documents.get().name == printed
    page = Client().get(issued.get_absolute_url()).content.decode()
    assert f"<bdi>{html.escape(printed)}</bdi>" in " ".join(page.split())


def test_a_draft_has_no_claim_page(signed_in, ada, soil):
    type(soil).objects.update(published_at=None)

    assert signed_in(ada).get(claim_url(soil)).status_code == 404


def test_a_claim_needs_the_forms_token(ada, finished):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert client.post(claim_url(finished), {"name": "Ada"}).status_code == 403
    assert not Certificate.objects.exists()
