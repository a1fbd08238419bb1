"""After a test that commits, the next one finds no row of it, whatever the row's triggers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from courses.models import Track
from quizzes.models import Answer, Respondent
from tests import emptying
from tests.factories import make_track, make_user
from tests.quizzes.mending import answer
from tests.threads import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def flush() -> None:
    """As Django does after each such test."""
    call_command("flush", verbosity=0, interactive=False, allow_cascade=False)


@pytest.mark.parametrize("most_bytes", [emptying.MOST_BYTES, 0])
def test_rows_that_refuse_to_be_deleted_are_gone(most_bytes, monkeypatch, probe, ada):
    monkeypatch.setattr(emptying, "MOST_BYTES", most_bytes)
    answer(Respondent.objects.create(learner=ada), probe, "Right")
    flush()

    for model in (Answer, Track, User):
        assert not model.objects.exists(), model
    assert Group.objects.exists()  # made again, as after a migration


def test_rows_of_who_still_writes_are_gone_too():
    written = Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                make_track("late")
                written.set()
                wait_until_somebody_waits()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write_slowly)
        assert written.wait(10)
        flush()
        writing.result()

    assert not Track.objects.exists()


def test_triggers_and_keys_hold_again_after_it():
    flush()
    make_user("Ada")
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
