"""What a run of verify_certificates leaves: a time on pages, a result in the admin."""

from datetime import datetime

import pytest
from django.core.management import CommandError

from accounts.models import User
from certificates.models import Certificate
from certificates.verification import last_run
from certificates.verification_models import VerificationRun
from tests.admin_forms import admin_client
from tests.certificates.verifying import corrupt, finish, verify
from tests.factories import make_track


def verified_at(certificate: Certificate) -> datetime | None:
    return Certificate.objects.for_page().get(pk=certificate.pk).verified_at


def test_it_was_verified_at_issue_then_by_each_run(held):
    at_issue = verified_at(held)
    verify()
    run = last_run()
    assert run is not None

    assert at_issue == held.documents.get().created_at
    assert verified_at(held) == run.finished_at


def test_a_run_that_did_not_end_verified_nothing(held):
    before = verified_at(held)
    VerificationRun.objects.create()

    assert verified_at(held) == before


def test_a_run_verified_nothing_that_was_issued_since(held, others):
    verify()
    later = finish("Later", make_track("later", lessons=1))

    assert verified_at(later) == later.documents.get().created_at


def test_a_run_that_found_the_signature_broken_verified_it_not(held, others):
    verify()
    before, of_another = verified_at(held), verified_at(others[0])
    corrupt(
        "UPDATE certificates_certificatedocument SET credential = "
        "replace(credential, 'Ada Sample', 'Eve Sample') WHERE certificate_id = %(pk)s",
        pk=held.pk,
    )
    with pytest.raises(CommandError):
        verify()

    assert verified_at(held) == before
    assert verified_at(others[0]) != of_another


def test_what_is_not_signed_was_never_verified(held, others):
    corrupt(
        "UPDATE certificates_certificatedocument SET key_id = NULL "
        "WHERE certificate_id = %(pk)s",
        pk=held.pk,
    )
    with pytest.raises(CommandError):
        verify()

    assert verified_at(held) is None


# What the admin's first page says of it


def first_page(user: User) -> str:
    return " ".join(admin_client(user).get("/admin/").content.decode().split())


def test_the_first_page_of_the_admin_shows_the_last_run(ruth, held, others):
    assert "They were not checked yet." in first_page(ruth)
    verify()
    run = last_run()
    assert run is not None
    assert run.finished_at is not None
    at = f"{run.finished_at:%-d %B %Y, %H:%M} UTC"

    page = first_page(ruth)
    assert f"On {at}, all 3 certificates agreed" in page


def test_it_shows_what_disagreed_with_a_link_to_it(ruth, held, others):
    corrupt("UPDATE quizzes_answer SET credit = 1")
    with pytest.raises(CommandError):
        verify()

    page = first_page(ruth)
    assert "1 of 3 certificates disagreed" in page
    assert f"/admin/certificates/certificate/{held.pk}/change/" in page
    assert "Certificates that disagree" in page
    assert "The score: " in page


def test_it_says_nothing_of_it_to_an_instructor(iris, held):
    verify()

    assert 'id="verification-h"' not in first_page(iris)
