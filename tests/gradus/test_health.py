"""What a load balancer asks: is the process alive, and can it serve?"""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from certificates.models import IssuerKey
from gradus.health import _last_migrations


def test_a_well_server_is_alive_and_ready(client, db):
    for address in ["/healthz", "/readyz"]:
        response = client.get(address)
        assert (response.status_code, response.content) == (200, b"ok")
        assert response.headers["Content-Type"] == "text/plain"
        assert response.headers["Cache-Control"] == "private, no-store"


def test_being_alive_takes_no_statement_and_being_ready_two(
    client, db, django_assert_num_queries
):
    client.get("/readyz")
    with django_assert_num_queries(0):
        client.get("/healthz")
    with django_assert_num_queries(2):
        client.get("/readyz")


def test_without_its_database_a_server_is_alive_and_not_ready(client, dead_database):
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"database")


@pytest.mark.parametrize("app", ["accounts", "courses", "quizzes", "certificates"])
def test_a_server_whose_migrations_wait_is_not_ready(client, db, app):
    assert app in {app for app, _name in _last_migrations()}
    last = MigrationRecorder(connection).migration_qs.filter(app=app).order_by("-id")[0]
    last.delete()
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"migrations")


def test_an_empty_database_is_not_ready(client, db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")

    assert client.get("/readyz").status_code == 503


def test_a_newer_database_is_ready(client, db):
    MigrationRecorder(connection).record_applied("courses", "0999_of_the_next_release")

    assert client.get("/readyz").status_code == 200


def test_a_server_that_cannot_sign_certificates_is_not_ready(client, db):
    IssuerKey.objects.update(retired_at=timezone.now())
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"signing key")


def test_a_server_without_a_signing_key_is_not_ready(client, db, settings, tmp_path):
    settings.ISSUER_KEY = ""
    settings.ISSUER_KEY_FILE = tmp_path / "key.pem"

    assert client.get("/readyz").content == b"signing key"
