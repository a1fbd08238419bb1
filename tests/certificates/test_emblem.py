"""An emblem is drawn once and then kept, whoever asks, and however many at once."""

from collections import Counter
from functools import partial
from threading import Barrier, Thread
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, connection, transaction

from certificates import typesetting
from certificates.emblems import emblem_of
from certificates.models import Certificate, Emblem
from certificates.pictures import render_emblem
from tests.threads import at_once

CALLERS = 8


def test_it_is_drawn_at_first_need_and_kept(held):
    edition = held.facts["edition"]
    assert not Emblem.objects.exists()

    drawn = emblem_of(edition)

    assert drawn == render_emblem(edition, held.lesson_count) == emblem_of(edition)
    assert bytes(Emblem.objects.get().png) == drawn


def test_what_is_kept_is_never_drawn_anew(held):
    """Another version of the program would draw another picture."""
    Emblem.objects.create(edition=held.facts["edition"], png=b"of an earlier version")

    assert emblem_of(held.facts["edition"]) == b"of an earlier version"


def test_an_edition_of_nobody_is_not_drawn(held):
    assert emblem_of("0" * 12) is None
    assert not Emblem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_who_ask_at_once_get_the_same(held):
    """Certain to clash: nobody draws before all have seen that there is none."""
    got: list[bytes] = []
    asked = [partial(emblem_of, held.facts["edition"])] * CALLERS
    callers = Thread(target=lambda: got.extend(at_once(asked)))
    with typesetting._one_at_a_time:
        callers.start()
        _wait_until_all_want_to_draw()
    callers.join(timeout=60)

    assert got == [bytes(Emblem.objects.get().png)] * CALLERS


def _wait_until_all_want_to_draw() -> None:
    """Until so many connections have read how many lessons the emblem shows."""
    until = monotonic() + 45
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' "
                "AND datname = current_database() AND query LIKE '%lesson_count%'"
            )
            if cursor.fetchone()[0] == CALLERS:
                return
            sleep(0.01)
    pytest.fail("not all came to draw")


@pytest.mark.django_db(transaction=True)
def test_a_naive_look_before_the_leap_fails_for_certain(held):
    edition, all_looked = held.facts["edition"], Barrier(CALLERS)

    def naive() -> None:
        if not Emblem.objects.filter(edition=edition).exists():
            all_looked.wait(timeout=45)
            Emblem.objects.create(edition=edition, png=b"drawn")

    kinds = Counter(type(came) for came in at_once([naive] * CALLERS))
    assert kinds == {type(None): 1, IntegrityError: CALLERS - 1}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificates_emblem SET png = 'x'",
        "DELETE FROM certificates_emblem",
        "INSERT INTO certificates_emblem (edition, png) SELECT edition, png "
        "FROM certificates_emblem",
        "INSERT INTO certificates_emblem (edition, png) VALUES ('NOT AN EDITI', 'x')",
    ],
)
def test_an_emblem_never_changes(held, statement):
    emblem_of(held.facts["edition"])

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_edition_is_found_without_reading_every_certificate(held):
    found = Certificate.objects.filter(facts__edition=held.facts["edition"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "certificate_edition" in found.explain()
