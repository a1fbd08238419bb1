"""Exports in the background: what comes of one, whoever works on it."""

from datetime import UTC, datetime
from functools import partial
from threading import Barrier

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.audit import Deed
from accounts.models import AuditEvent
from certificates.reports import export_job
from certificates.reports.export_job import EndedError, take, work_on
from certificates.reports.export_mail import mail_export
from certificates.reports.export_model import ExportFault, ExportState, ReportExport
from certificates.reports.export_services import delete_export
from certificates.reports.export_tasks import write_export
from courses.models import Enrollment
from tests.certificates.exporting import (
    IN_THE_DATABASE,
    again,
    ask,
    content_of,
    fall_silent,
    files_in,
    names_in,
    taken,
)
from tests.factories import make_track
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


# What comes of it


def test_the_file_holds_the_rows_that_were_asked_for(ada, ben, ruth, soil, media):
    Enrollment.objects.create(learner=ben, track=make_track("stars"))

    everything, soils = ask(ruth), ask(ruth, track=str(soil.pk))

    assert names_in(content_of(everything, media)) == ["Ben", "Ada"]
    assert names_in(content_of(soils, media)) == ["Ada"]
    assert (soils.state, soils.rows_done, soils.percent) == (ExportState.DONE, 1, 100)


def test_certificates_are_exported_alike(held, ruth, media):
    assert names_in(content_of(ask(ruth, "certificates"), media)) == ["Ada Sample"]


def test_the_mail_leads_to_the_file_for_a_week(ada, ruth):
    with time_machine.travel(datetime(2026, 3, 14, 12, tzinfo=UTC), tick=False):
        export = ask(ruth)

    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert sent.subject == "Your export is ready: Enrolments"
    assert sent.to == ["ruth@example.org"]
    address = f"http://testserver/admin/certificates/reportexport/file/{export.token}/"
    assert address in sent.body
    assert "It has 1 row." in sent.body
    assert "until 21 March 2026, 12:00 UTC" in sent.body
    assert export.token not in str(sent.extra_headers)
    ((content, mimetype),) = sent.alternatives
    assert mimetype == "text/html"
    assert address in str(content)


def test_nothing_is_mailed_about_what_is_gone(ada, ruth):
    export = ask(ruth)
    mail.outbox.clear()
    delete_export(export)

    mail_export.enqueue(export.pk)

    assert mail.outbox == []


def test_the_audit_log_says_who_took_what_and_not_whom_they_searched(ada, ruth, soil):
    ask(ruth, track=str(soil.pk), q="ada@example.org")

    (event,) = AuditEvent.objects.filter(what=Deed.EXPORTED)
    assert event.actor_id == ruth.pk
    assert event.details == {
        "report": "enrolments",
        "format": "xlsx",
        "rows": 1,
        "filters": {"track": "Soil"},
        "searched": True,
    }


def test_what_was_searched_for_is_forgotten_once_the_file_is_there(ada, ruth, soil):
    export = ask(ruth, track=str(soil.pk), q="ada")

    assert export.query == {"track": str(soil.pk)}
    assert export.is_searched


def test_the_same_asked_for_twice_is_one_export(waiting, ruth):
    assert ask(ruth) == waiting
    assert ask(ruth, finished="no") != waiting
    assert DBTaskResult.objects.count() == 2


def test_two_clicks_at_once_are_one_export(ada, ruth, settings):
    settings.TASKS = IN_THE_DATABASE

    found = at_once([partial(ask, ruth)] * 5)

    assert {export.pk for export in found} == {ReportExport.objects.get().pk}


# Two workers


def test_a_task_that_runs_twice_writes_once(waiting, media):
    assert work_on(waiting.pk)
    assert not work_on(waiting.pk)

    assert len(files_in(media)) == 1


def test_of_two_workers_that_take_it_at_once_one_gets_it(waiting):
    for _round in range(5):
        found = at_once([partial(take, waiting.pk)] * 4)
        assert [worker for worker in found if worker is not None] != []
        assert sum(worker is not None for worker in found) == 1
        fall_silent(waiting)


def test_control_who_looks_first_and_takes_then_takes_it_twice(waiting):
    both_looked = Barrier(2)

    def take_naively() -> bool:
        found = ReportExport.objects.to_take().filter(pk=waiting.pk).first()
        both_looked.wait(20)
        if found is None:
            return False
        found.state, found.heartbeat = ExportState.RUNNING, timezone.now()
        found.worker = found.worker or "00000000-0000-4000-8000-000000000000"
        found.save()
        return True

    assert at_once([take_naively] * 2) == [True, True]


def test_two_workers_at_once_leave_one_file_and_send_one_mail(waiting, media, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}
    }

    at_once([partial(write_export.call, waiting.pk)] * 4)

    assert again(waiting).state == ExportState.DONE
    assert files_in(media) == [waiting.file]
    assert len(mail.outbox) == 1


def test_a_worker_that_was_thought_dead_hands_nothing_over(waiting, media):
    slow = taken(waiting)
    fall_silent(waiting)
    assert work_on(waiting.pk)

    with pytest.raises(EndedError):
        export_job._write(slow)

    assert files_in(media) == [again(waiting).file]
    assert waiting.state == ExportState.DONE
    assert AuditEvent.objects.filter(what=Deed.EXPORTED).count() == 1


def test_a_worker_that_was_thought_dead_does_not_end_what_another_writes(
    waiting, media
):
    slow = taken(waiting)
    fall_silent(waiting)
    quick = taken(waiting)

    with pytest.raises(EndedError):
        export_job._write(slow)
    export_job._fail(slow, ExportFault.OTHER)

    assert again(waiting).state == ExportState.RUNNING
    assert files_in(media) == []
    export_job._write(quick)
    assert again(waiting).state == ExportState.DONE
