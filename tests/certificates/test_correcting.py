""" "This is not my name": the holder corrects what a certificate prints."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.codes import new_code
from certificates.models import Certificate
from certificates.services import (
    CorrectionsUsedError,
    claim_certificate,
    hide,
    issue_anew,
    revoke,
    supersede,
    withdraw,
)
from courses.constraints import broken_constraint
from courses.services import mark_done
from tests.certificates.stage import text_of
from tests.factories import make_track

REASON = "the name was corrected"
Cause = Certificate.Cause


def name_url(certificate: Certificate) -> str:
    return reverse("correct", args=[certificate.code])


def correct(client, certificate: Certificate, name: str):
    return client.post(name_url(certificate), {"name": name}, follow=True)


@pytest.fixture
def corrected(held) -> Certificate:
    """Three times: nothing is left."""
    for name in ("Ada One", "Ada Two", "Ada Three"):
        supersede(Certificate.objects.current().get(), name, REASON)
    return Certificate.objects.current().get()


def test_its_holder_alone_is_led_to_it(signed_in, ada, ben, client, held):
    assert name_url(held) in signed_in(ada).get(held.get_absolute_url()).text
    for other in (client, signed_in(ben)):
        assert name_url(held) not in other.get(held.get_absolute_url()).text
        assert other.get(name_url(held)).status_code in {302, 404}
        assert other.post(name_url(held), {"name": "X Y"}).status_code in {302, 404}
    assert Certificate.objects.get() == held


def test_the_form_holds_the_name_and_says_how_often(signed_in, ada, held):
    page = signed_in(ada).get(name_url(held))

    assert 'value="Ada Sample"' in page.text
    assert "You can correct it 3 times a track: 3 are left." in text_of(page)


def test_a_corrected_name_makes_a_new_certificate(signed_in, ada, held):
    response = correct(signed_in(ada), held, "Ada Byron")

    new = Certificate.objects.current().get()
    assert response.redirect_chain == [(new.get_absolute_url(), 302)]
    assert "The name is corrected" in response.text
    assert (new.supersedes, new.cause, new.correction) == (held, Cause.CORRECTED, 1)
    assert new.documents.get().name == "Ada Byron"
    assert User.objects.get(pk=ada.pk).name == "Ada Byron"
    assert held.events.get().reason == REASON


def test_the_old_page_says_so_and_links_on(signed_in, ada, client, held):
    correct(signed_in(ada), held, "Ada Byron")

    page = client.get(held.get_absolute_url())

    assert "A corrected certificate took its place on" in text_of(page)
    assert Certificate.objects.current().get().get_absolute_url() in page.text


def test_nothing_typed_is_an_error_beside_the_field(signed_in, ada, held):
    response = signed_in(ada).post(name_url(held), {"name": " "})

    assert response.status_code == 422
    assert "Write your name" in text_of(response)
    assert Certificate.objects.get() == held


def test_the_same_name_again_changes_nothing_and_says_so(signed_in, ada, held):
    response = correct(signed_in(ada), held, " Ada  Sample ")

    assert "says “Ada Sample” already. Nothing was changed." in response.text
    assert Certificate.objects.get() == held
    assert not held.events.exists()


def test_a_second_click_leads_to_the_new_one(signed_in, ada, held):
    client = signed_in(ada)
    correct(client, held, "Ada Byron")

    response = correct(client, held, "Ada Byron")

    new = Certificate.objects.current().get()
    assert response.redirect_chain == [(new.get_absolute_url(), 302)]
    assert Certificate.objects.count() == 2


def test_a_name_typed_in_an_older_window_is_not_dropped_in_silence(
    signed_in, ada, held
):
    new = supersede(held, "Ada Byron", REASON)

    response = correct(signed_in(ada), held, "Ada King")

    assert response.redirect_chain == [(new.get_absolute_url(), 302)]
    assert "Another change came first" in response.text
    assert Certificate.objects.current().get() == new


def test_the_fourth_correction_is_refused_kindly(signed_in, ada, corrected, settings):
    settings.SITE_CONTACT = "help@example.org"
    client = signed_in(ada)

    response = correct(client, corrected, "Ada <Four>")

    assert response.status_code == 409
    said = text_of(response)
    assert "You have corrected the name as often as you can" in said
    assert "write to help@example.org" in said
    assert "You wrote Ada <Four>" in said
    assert "It says Ada Three" in said
    assert Certificate.objects.count() == 4
    assert User.objects.get(pk=ada.pk).name == "Ada Three"
    asked = client.get(name_url(corrected))
    assert (asked.status_code, 'name="name"' in asked.text) == (200, False)


def test_without_a_contact_the_page_still_says_whom_to_write_to(
    signed_in, ada, corrected
):
    page = signed_in(ada).get(name_url(corrected))

    assert "write to the people who run this site" in text_of(page)
    assert "mailto:" not in page.text


def test_the_last_correction_is_announced(signed_in, ada, held):
    second = supersede(supersede(held, "Ada One", REASON), "Ada Two", REASON)

    page = signed_in(ada).get(name_url(second))

    assert "this is the last time" in text_of(page)


def test_the_same_name_at_the_limit_is_no_refusal(corrected):
    assert supersede(corrected, "Ada Three", REASON) == corrected
    with pytest.raises(CorrectionsUsedError):
        supersede(corrected, "Ada Four", REASON)


def test_what_was_issued_anew_does_not_count_as_a_correction(held, ruth):
    first = supersede(held, "Ada One", REASON)
    revoke(first, ruth, "it was issued to the wrong account")
    anew = issue_anew(first, ruth, "the revocation was a mistake")

    third = supersede(supersede(anew, "Ada Two", REASON), "Ada Three", REASON)

    assert (anew.cause, anew.correction, third.correction) == (Cause.REISSUED, None, 3)
    with pytest.raises(CorrectionsUsedError):
        supersede(third, "Ada Four", REASON)


def test_each_track_has_three_of_its_own(ada, corrected):
    stars = make_track("stars", lessons=1)
    mark_done(ada, stars.lessons.get())
    other = claim_certificate(ada, stars, "Ada Three")

    assert supersede(other, "Ada Four", REASON).correction == 1


def test_a_revoked_or_withdrawn_one_is_refused_kindly(signed_in, ada, held, ruth):
    client = signed_in(ada)
    revoke(held, ruth, "it was issued to the wrong account")
    response = correct(client, held, "Ada Byron")
    assert "A revoked certificate stays as it is." in response.text

    withdraw(held)
    response = correct(client, held, "Ada Byron")
    assert "Withdrawn by its holder" in text_of(response)
    assert Certificate.objects.get() == held


def test_it_works_while_the_track_is_archived_or_a_draft(signed_in, ada, soil, held):
    for change in ({"archived_at": timezone.now()}, {"published_at": None}):
        type(soil).objects.update(**change)

        correct(signed_in(ada), held, "Ada Byron")

    assert Certificate.objects.count() == 2


def test_a_hidden_one_is_corrected_out_of_sight(signed_in, ada, client, held):
    hide(held)

    correct(signed_in(ada), held, "Ada Byron")

    for certificate in Certificate.objects.all():
        assert "Ada" not in client.get(certificate.get_absolute_url()).text


# What the database says by itself


def refused(held: Certificate, **fields: object) -> str | None:
    """The constraint that refuses a successor of it, written without the verbs."""
    values = {
        field.attname: getattr(held, field.attname)
        for field in Certificate._meta.concrete_fields
        if field.name not in {"id", "code", "supersedes", "cause", "correction"}
    }
    try:
        with transaction.atomic():
            Certificate.objects.create(code=new_code(), **(values | fields))
    except IntegrityError as error:
        return broken_constraint(error)
    return None


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "successor_has_its_cause"),
        ({"cause": "bored"}, "successor_has_its_cause"),
        ({"cause": "corrected"}, "corrections_are_numbered"),
        ({"cause": "corrected", "correction": 0}, "corrections_are_numbered"),
        ({"cause": "updated", "correction": 1}, "corrections_are_numbered"),
        (
            {"cause": "corrected", "correction": 4},
            "name_corrected_three_times_at_most",
        ),
        ({"cause": "reissued"}, "revoked_is_issued_anew"),
        ({"cause": "corrected", "correction": 1}, None),
        ({"cause": "updated"}, None),
    ],
)
def test_the_database_wants_the_cause_of_each_successor(held, fields, constraint):
    assert refused(held, supersedes=held, **fields) == constraint


def test_the_first_certificate_has_no_cause(held):
    assert refused(held, cause="updated") == "successor_has_its_cause"


def test_a_revoked_one_is_replaced_by_what_is_issued_anew_alone(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    updated = refused(held, supersedes=held, cause="updated")

    assert updated == "revoked_is_issued_anew"
    assert refused(held, supersedes=held, cause="reissued") is None


def test_no_correction_is_counted_twice(held):
    new = supersede(held, "Ada Byron", REASON)

    again = refused(new, supersedes=new, cause="corrected", correction=1)

    assert again == "correction_counted_once"


def test_certificates_from_before_keep_what_they_meant(held, ruth):
    """Each successor was a correction, but for what was issued anew; however many."""
    named = [held]
    for name in ("Ada One", "Ada Two"):
        named.append(supersede(named[-1], name, REASON))
    revoke(named[-1], ruth, "it was issued to the wrong account")
    named.append(issue_anew(named[-1], ruth, "the revocation was a mistake"))
    meant = [(row.cause, row.correction) for row in named]
    migration = import_module("certificates.migrations.0005_why_it_superseded")
    table = "ALTER TABLE certificates_certificate"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for constraint in ("successor_has_its_cause", "corrections_are_numbered"):
            cursor.execute(f"{table} DROP CONSTRAINT {constraint}")
        cursor.execute(f"{table} DISABLE TRIGGER certificates_keep")
        cursor.execute(
            "UPDATE certificates_certificate SET cause = '', correction = NULL"
        )
        cursor.execute(migration.TELL)

    told = Certificate.objects.order_by("pk").values_list("cause", "correction")

    assert list(told) == meant
    assert meant[1:] == [("corrected", 1), ("corrected", 2), ("reissued", None)]
