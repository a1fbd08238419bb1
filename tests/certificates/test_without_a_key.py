"""A site that cannot sign issues nothing, says so, and keeps what was typed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate
from certificates.updating import read_outlook
from courses.services import mark_done
from tests.certificates.stage import answer, text_of
from tests.factories import make_lesson, make_question, make_track

SAID = "The site cannot sign certificates at the moment. Nothing was issued"


@pytest.fixture
def no_key(settings):
    settings.ISSUER_KEY = settings.ISSUER_KEY_FILE = ""


def test_a_claim_is_kept_for_later(signed_in, ada, finished, no_key, caplog):
    url = reverse("claim", args=["soil"])

    response = signed_in(ada).post(url, {"name": "Ada Typed"})

    assert response.status_code == 503
    assert SAID in text_of(response)
    assert 'value="Ada Typed"' in response.text
    assert not Certificate.objects.exists()
    assert User.objects.get(pk=ada.pk).name == "Ada"
    assert "certificate not signed" in caplog.text


def test_a_track_that_no_signed_file_can_hold_is_said_to_be_too_long(signed_in, ada):
    track = make_track("long", lessons=360)
    for lesson in track.lessons.all():
        mark_done(ada, lesson)
    track.lessons.update(title="漢" * 200)
    url = reverse("claim", args=["long"])

    response = signed_in(ada).post(url, {"name": "Ada Typed"})

    assert "This track is too long for a certificate" in text_of(response)
    assert "try again later" not in text_of(response)
    assert 'value="Ada Typed"' in response.text
    assert not Certificate.objects.exists()


def test_a_correction_is_kept_for_later(signed_in, ada, held, no_key):
    url = reverse("correct", args=[held.code])

    response = signed_in(ada).post(url, {"name": "Ada Typed"})

    assert response.status_code == 503
    assert SAID in text_of(response)
    assert 'value="Ada Typed"' in response.text
    assert not held.events.exists()


def test_an_update_can_be_tried_again(signed_in, ada, soil, held, settings):
    lesson = make_lesson(soil, "mulch-it")
    answer(ada, make_question(lesson), credit=Decimal(1))
    mark_done(ada, lesson)
    outlook = read_outlook(held)
    assert outlook is not None
    settings.ISSUER_KEY = settings.ISSUER_KEY_FILE = ""
    url = reverse("update_certificate", args=[held.code])

    response = signed_in(ada).post(url, {"seen": outlook.mark}, follow=True)

    assert response.redirect_chain == [(url, 302)]
    assert SAID in text_of(response)
    assert Certificate.objects.get() == held
