"""`check --database default` looks at the role's timeouts."""

import pytest
from django.core.management import call_command
from django.db import connection

from gradus.checks import role_has_timeouts


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
