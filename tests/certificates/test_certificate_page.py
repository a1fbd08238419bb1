"""The public page of a certificate, in each of its states."""

import re

import segno
from django.utils import timezone
from django.utils.formats import date_format

from certificates.services import (
    claim_certificate,
    hide,
    issue_anew,
    revoke,
    show,
    supersede,
    withdraw,
)
from courses.services import mark_done
from quizzes.services import retire_question
from tests.certificates.stage import status_in, text_of
from tests.factories import make_lesson


def test_anybody_with_the_code_sees_every_fact(client, held):
    response = client.get(held.get_absolute_url())

    page = text_of(response)
    day = date_format(held.finished_at, "j F Y")
    assert status_in(response) == "valid"
    for fact in (
        "This certifies that Ada Sample finished the track Soil",
        f"Lessons finished 2 Probe the soil · {day} Water it · {day}",
        "50 % · 1 of 1 question answered",
        held.code,
        "Check it at testserver/verify/",
        "Issuer Gradus, did:web:testserver",
        "With the key key-2026-01 ; last verified when it was signed, ",
    ):
        assert fact in page
    assert "@" not in page


def test_the_page_is_not_indexed_sets_no_cookie_and_is_asked_for_again(client, held):
    response = client.get(held.get_absolute_url())

    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "private" in response["Cache-Control"]
    assert "no-cache" in response["Cache-Control"]
    assert not response.cookies


def test_the_page_takes_two_statements(client, held, django_assert_num_queries):
    supersede(held, "Ada Other", "the name was corrected")

    with django_assert_num_queries(2):
        client.get(held.get_absolute_url())


def test_the_qr_code_holds_the_address_of_the_page(client, held):
    drawn = client.get(held.get_absolute_url()).content.decode()
    address = f"http://testserver{held.get_absolute_url()}"
    matrix = segno.make(address, error="m", micro=False).matrix
    strokes = re.findall(r'class="qr"><path stroke="#000" d="([^"]*)"', drawn)[0]
    dark = {
        (x, int(y))
        for start, y, run in re.findall(r"M(\d+) (\d+)\.5h(\d+)", strokes)
        for x in range(int(start), int(start) + int(run))
    }

    assert dark == {
        (x, y)
        for y, row in enumerate(matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    }


def test_another_spelling_of_the_code_leads_to_the_one(client, held):
    for spelled in (held.code.lower(), held.code.replace("-", ""), f" {held.code} "):
        response = client.get(f"/certificates/{spelled}/")

        assert response.status_code == 301
        assert response["Location"] == held.get_absolute_url()


def test_unknown_codes_and_neighbours_are_404(client, held):
    last = "1" if held.code[-1] == "0" else "0"
    for code in (held.code[:-1] + last, "nonsense", "0" * 16, "%00", held.code[:-1]):
        response = client.get(f"/certificates/{code}/", follow=True)

        assert response.status_code == 404


def test_a_superseded_one_leads_to_the_current_and_says_so_on_the_sheet(client, held):
    new = supersede(held, "Ada Corrected", "the name was corrected")
    newest = supersede(new, "Ada Corrected Again", "the name was corrected")

    response = client.get(held.get_absolute_url())

    assert status_in(response) == "superseded"
    assert "Superseded on" in text_of(response)
    assert ": the name was corrected." in text_of(response)
    assert newest.get_absolute_url() in response.content.decode()
    assert new.get_absolute_url() not in response.content.decode()
    assert "rosette--void" in response.content.decode()


def test_a_revoked_one_says_when_and_why(client, held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    response = client.get(held.get_absolute_url())

    assert status_in(response) == "revoked"
    assert "for good on" in text_of(response)
    assert ": it was issued to the wrong account." in text_of(response)
    assert "Ruth" not in text_of(response)
    assert "Issued anew as" not in text_of(response)


def test_a_revoked_one_that_was_issued_anew_stays_revoked(client, held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")
    new = issue_anew(held, ruth, "the revocation was a mistake")

    response = client.get(held.get_absolute_url())

    assert status_in(response) == "revoked"
    assert f"Issued anew as {new.code}" in text_of(response)
    assert status_in(client.get(new.get_absolute_url())) == "valid"


def test_a_withdrawn_one_shows_track_and_code_and_nothing_else(client, held):
    withdraw(held)

    response = client.get(held.get_absolute_url())

    page = response.content.decode()
    assert status_in(response) == "withdrawn"
    assert "Withdrawn by its holder on" in text_of(response)
    assert held.code in text_of(response)
    assert "Certificate for Soil" in text_of(response)
    for fact in ("Ada", "50\u00a0%", "Probe the soil", 'class="qr"'):
        assert fact not in page


def test_a_hidden_one_shows_code_and_status_until_it_is_shown_again(client, held):
    hide(held)

    response = client.get(held.get_absolute_url())

    page = response.content.decode()
    assert status_in(response) == "hidden"
    assert "The details are hidden" in text_of(response)
    assert held.code in text_of(response)
    for fact in ("Ada", "Soil", "50\u00a0%", "Probe the soil", 'class="qr"'):
        assert fact not in page

    show(held)
    assert status_in(client.get(held.get_absolute_url())) == "valid"


def test_hidden_and_revoked_says_revoked_and_still_no_fact(client, held, ruth):
    hide(held)
    revoke(held, ruth, "Ada is not Ada")

    response = client.get(held.get_absolute_url())

    assert status_in(response) == "revoked"
    assert "Ada" not in response.content.decode()


def test_without_an_answer_there_is_no_score_and_no_zero(client, ada, soil, probe):
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    issued = claim_certificate(ada, soil, "Ada")

    page = text_of(client.get(issued.get_absolute_url()))

    assert "No score · 0 of 1 question answered" in page
    assert "0 %" not in page


def test_what_was_issued_does_not_change_with_learner_track_or_question(
    client, ada, finished, probe, held
):
    page = client.get(held.get_absolute_url()).content
    document = held.documents.get().credential

    type(ada).objects.update(name="Renamed")
    retire_question(probe)
    finished.lessons.update(title="Renamed", published_at=None)
    make_lesson(finished, "added-later")
    type(finished).objects.update(
        title="Renamed", summary="Other", archived_at=timezone.now()
    )

    assert client.get(held.get_absolute_url()).content == page
    assert held.documents.get().credential == document
