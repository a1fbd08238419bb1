"""Certificates in a line each, what corrupts one, and the command that finds it."""

import io
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from certificates import services
from certificates.models import Certificate
from courses.models import Enrollment, Track
from courses.services import mark_done
from tests.factories import make_user


def verify(**options: object) -> str:
    """What the command says when all agrees; files take long and are passed over."""
    said = io.StringIO()
    given = {"processes": 1, "without_files": True, "stdout": said} | options
    call_command("verify_certificates", **given)
    return said.getvalue()


def corrupt(statement: str, **values: str | int | UUID | None) -> None:
    """By raw SQL, past the triggers and keys that would refuse it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def finish(name: str, track: Track) -> Certificate:
    learner = make_user(name)
    Enrollment.objects.create(learner=learner, track=track)
    for lesson in track.lessons.all():
        mark_done(learner, lesson)
    return services.claim_certificate(learner, track, name)
