"""`check --database default` looks at the role's timeouts and at the signing key."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from certificates.models import IssuerKey
from gradus.checks import (
    role_has_timeouts,
    signing_key_is_published,
    signing_key_is_there,
)


@pytest.mark.django_db
def test_the_embedded_servers_role_has_all_timeouts():
    assert role_has_timeouts(["default"]) == []


@pytest.mark.django_db
def test_a_role_without_a_timeout_is_named():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")

    assert [str(w.msg) for w in role_has_timeouts(["default"])] == [
        "The database role has no lock_timeout."
    ]


@pytest.mark.django_db
def test_the_check_command_is_clean(capsys):
    call_command("check", databases=["default"], fail_level="WARNING")


def test_before_the_start_a_key_is_looked_into(settings):
    assert signing_key_is_there() == []

    settings.ISSUER_KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    assert [said.id for said in signing_key_is_there()] == ["gradus.W002"]


@pytest.mark.django_db
def test_a_signing_key_that_is_not_published_is_named():
    assert signing_key_is_published(["default"]) == []
    assert signing_key_is_published(None) == []

    IssuerKey.objects.update(retired_at=timezone.now())
    (said,) = signing_key_is_published(["default"])
    assert "does not sign any more" in said.msg
