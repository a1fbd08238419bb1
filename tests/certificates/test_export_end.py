"""What ends with an export: its row, its file and who was searched for in it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from certificates.reports.export_model import KEPT_FOR, ReportExport
from certificates.reports.export_services import cancel, delete_export
from certificates.reports.export_store import prune_exports
from certificates.services import claim_certificate, supersede
from courses.models import Enrollment
from courses.services import mark_done
from gradus.me import erase_account
from tests.certificates.exporting import IN_THE_DATABASE, ask, files_in
from tests.courses.test_picture_storage import make_old
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


# The end of a file


def test_after_a_week_file_and_row_go(ada, ruth, media):
    export = ask(ruth)
    assert export.expires_at is not None
    with time_machine.travel(export.expires_at - timedelta(seconds=1), tick=False):
        assert prune_exports() == 0
    assert len(files_in(media)) == 1

    with time_machine.travel(export.expires_at, tick=False):
        call_command("prune_exports")

    assert files_in(media) == []
    assert not ReportExport.objects.exists()


def test_the_next_export_prunes_too(ada, ruth, media):
    export = ask(ruth)
    assert export.expires_at is not None

    with time_machine.travel(export.expires_at, tick=False):
        later = ask(ruth)

    assert files_in(media) == [later.file]


def test_what_a_killed_worker_left_in_the_storage_goes_after_a_day(ada, ruth, media):
    kept = ask(ruth)
    lost = media / "exports" / "lost.xlsx.new-4711"
    lost.write_bytes(b"PK")
    assert prune_exports() == 0

    make_old(media)

    assert prune_exports() == 1
    assert files_in(media) == [kept.file]


def test_what_ended_without_a_file_goes_after_a_week_too(waiting):
    cancel(waiting)

    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(seconds=1)):
        prune_exports()

    assert not ReportExport.objects.exists()


def test_deleting_takes_the_file_along(ada, ruth, media):
    delete_export(ask(ruth))

    assert files_in(media) == []
    assert not ReportExport.objects.exists()


# What the database holds

ENDED = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"token": "guess"}, "export_token_is_unguessable"),
        ({"state": "lost", "ended_at": ENDED}, "export_state_is_known"),
        ({"state": "running"}, "export_runs_with_a_worker"),
        ({"state": "done"}, "export_done_with_a_file_that_expires"),
        ({"file": "a.xlsx"}, "export_done_with_a_file_that_expires"),
        ({"state": "failed", "ended_at": ENDED}, "export_failed_for_a_fault"),
        ({"ended_at": ENDED}, "export_ended_at_a_time"),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(waiting, changed, rule):
    with pytest.raises(IntegrityError, match=rule):
        ReportExport.objects.update(**changed)


def test_tokens_share_nothing(ruth):
    made = [ReportExport(asked_by=ruth).token for _ in range(100)]

    assert len({token[:6] for token in made}) == 100


# Erasing an account


def test_an_erased_account_leaves_no_export(ada, ruth, media):
    ask(ruth)

    erase_account(ruth, withdraw=False)

    assert not ReportExport.objects.exists()
    assert files_in(media) == []


def test_an_erased_learner_is_searched_for_by_nobody(ada, ben, ruth, soil, settings):
    Enrollment.objects.create(learner=ben, track=soil)
    settings.TASKS = IN_THE_DATABASE
    ask(ruth, q="ada example")
    other = ask(ruth, q="Ben")
    make_user("Cleo")

    erase_account(ada, withdraw=False)

    assert list(ReportExport.objects.all()) == [other]


@pytest.mark.parametrize("withdraw", [True, False])
def test_an_earlier_name_on_a_certificate_is_searched_for_by_nobody(
    ada, ruth, soil, settings, withdraw
):
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    held = claim_certificate(ada, soil, "Ada Byron")
    supersede(held, "Ada King", "the name was corrected")
    settings.TASKS = IN_THE_DATABASE
    ask(ruth, q="byron")
    ada.refresh_from_db()

    erase_account(ada, withdraw=withdraw)

    assert not ReportExport.objects.exists()
