"""The public half of settings.ISSUER_KEY is published whenever the tables are made or emptied."""

from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate

from certificates.keys import multibase_of
from certificates.models import IssuerKey
from certificates.private_key import private_key

# read now: a test may have given the site another key
_KEY = multibase_of(private_key())


def keep_key_published() -> None:
    """Flush and migrate both send post_migrate, as the groups rely on, too."""
    post_migrate.connect(_publish, sender=apps.get_app_config("certificates"))


def _publish(using: str, **kwargs: Any) -> None:
    table = IssuerKey._meta.db_table
    if table in connections[using].introspection.table_names():
        row = {"name": "key-2026-01", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
        IssuerKey.objects.using(using).get_or_create(multibase=_KEY, defaults=row)
