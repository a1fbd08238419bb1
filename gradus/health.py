"""Is the process alive, and can it serve? For load balancers; no secrets."""

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

from certificates.keys import signing_key
from certificates.private_key import SigningKeyError


def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; the database is not asked."""
    return HttpResponse("ok", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, every migration is applied and certificates can be signed;
    else 503. Two statements.
    """
    try:
        rows = MigrationRecorder(connection).migration_qs.values_list("app", "name")
        applied = set(rows)
    except Error:
        return HttpResponse("database", status=503, content_type="text/plain")
    if not _last_migrations() <= applied:
        return HttpResponse("migrations", status=503, content_type="text/plain")
    try:
        signing_key()
    except SigningKeyError:
        return HttpResponse("signing key", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The newest migration of each app, as this process's code has them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
