"""Migrating a site that has certificates: as an operator does, with rows in the tables."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from certificates.models import Certificate
from certificates.services import issue_anew, revoke, supersede

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_CAUSES = "0004_signed_for_good"


@pytest.fixture
def back() -> Iterator[None]:
    """Whatever happens, the tables are as they are today again."""
    yield
    call_command("migrate", "certificates", verbosity=0)


@pytest.mark.usefixtures("back")
def test_certificates_that_superseded_others_survive_the_way_to_today(held, ruth):
    one = supersede(held, "Ada One", "the name was corrected")
    two = supersede(one, "Ada Two", "the name was corrected")
    revoke(two, ruth, "it was issued to the wrong account")
    issue_anew(two, ruth, "the revocation was a mistake")
    told = list(Certificate.objects.order_by("pk").values_list("cause", "correction"))

    MigrationExecutor(connection).migrate([("certificates", BEFORE_CAUSES)])
    call_command("migrate", "certificates", verbosity=0)

    found = Certificate.objects.order_by("pk").values_list("cause", "correction")
    assert list(found) == told
    assert told == [
        ("", None),
        ("corrected", 1),
        ("corrected", 2),
        ("reissued", None),
    ]
