"""Certificates in a line each, what corrupts one, and the command that finds it."""

import io
from datetime import datetime
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from accounts.models import User
from certificates import services
from certificates.models import Certificate
from certificates.verification import last_run
from courses.models import Enrollment, Track
from courses.services import mark_done
from tests.factories import make_user


def verify(**options: object) -> str:
    """What the command says when all agrees; files take long and are passed over."""
    said = io.StringIO()
    given = {"processes": 1, "without_files": True, "stdout": said} | options
    call_command("verify_certificates", **given)
    return said.getvalue()


def corrupt(statement: str, **values: str | int | UUID | datetime | None) -> None:
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


def findings() -> set[tuple[str, str]]:
    """The codes and kinds of the last run."""
    run = last_run()
    assert run is not None
    return set(run.findings.values_list("certificate__code", "kind"))


def insert_event(
    certificate: Certificate, kind: str, actor: User | None = None
) -> None:
    """Which nothing led to."""
    corrupt(
        "INSERT INTO certificates_certificateevent "
        "(certificate_id, kind, reason, at, actor_id, issued_at) "
        "VALUES (%(pk)s, %(kind)s, 'for a test', now(), %(actor)s, %(issued_at)s)",
        pk=certificate.pk,
        kind=kind,
        actor=actor.pk if actor else None,
        issued_at=certificate.issued_at,
    )
