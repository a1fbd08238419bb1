"""What its holder does from many windows at once, each with its connection."""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from certificates.codes import new_code
from certificates.models import Certificate, CertificateEvent
from certificates.services import lock_line, revoke, supersede, withdraw
from certificates.updating import NotUpdatedError, read_outlook, update_certificate
from courses.services import mark_done
from tests.certificates.stage import answer
from tests.factories import make_lesson, make_question
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "the name was corrected"
COPIED = ["enrollment_id", "track_title", "lesson_count", "score", "answered"]
COPIED += ["questions", "finished_at", "awarded_at", "facts"]


def window(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def line() -> list[Certificate]:
    return list(Certificate.objects.with_kinds().order_by("pk"))


def is_one_line() -> bool:
    """Each took the place of the one before, which says so once; the last is current."""
    rows = line()
    follows = [row.supersedes_id for row in rows] == [None, *(r.pk for r in rows[:-1])]
    kinds = [row.event_kinds for row in rows]
    return follows and kinds == [["superseded"]] * (len(rows) - 1) + [[]]


def copied(held: Certificate, **fields: object) -> Certificate:
    """What somebody writes who looked without the lock."""
    values = {name: getattr(held, name) for name in COPIED}
    return Certificate.objects.create(
        code=new_code(), supersedes=held, **(values | fields)
    )


def test_twenty_windows_at_once_never_get_a_fourth_correction(ada, held):
    """Each goes on, on the page of what is current, until it is refused."""

    def correct(client: Client, number: int) -> list[int]:
        statuses = []
        for attempt in "ABCDE":
            code = Certificate.objects.current().get().code
            name = f"Ada {attempt}{chr(ord('a') + number)}"
            sent = client.post(reverse("correct", args=[code]), {"name": name})
            statuses.append(sent.status_code)
        return statuses

    windows = [window(ada) for _ in range(20)]

    got = at_once([partial(correct, client, n) for n, client in enumerate(windows)])

    assert {status for statuses in got for status in statuses} == {302, 409}
    assert [statuses[-1] for statuses in got] == [409] * 20
    assert [row.correction for row in line()] == [None, 1, 2, 3]
    assert is_one_line()
    assert User.objects.get(pk=ada.pk).name == line()[-1].documents.get().name


def test_who_counts_corrections_without_the_lock_is_refused_by_the_database(held):
    """The control: all see two corrections, and write the third."""
    second = supersede(supersede(held, "Ada One", REASON), "Ada Two", REASON)
    counted = Barrier(8)

    def naive_correction() -> Certificate:
        with transaction.atomic():
            used = Certificate.objects.filter(cause="corrected").count()
            counted.wait(timeout=45)
            return copied(second, cause="corrected", correction=used + 1)

    got = at_once([naive_correction] * 8)

    kinds = Counter(type(result) for result in got)
    assert kinds == {Certificate: 1, IntegrityError: 7}


def learned_more(ada, soil) -> None:
    lesson = make_lesson(soil, "mulch-it")
    answer(ada, make_question(lesson), credit=Decimal(1))
    mark_done(ada, lesson)


def test_twenty_updates_at_once_give_one_that_all_are_led_to(ada, soil, held):
    learned_more(ada, soil)
    windows = [window(ada) for _ in range(20)]
    url = reverse("update_certificate", args=[held.code])
    found = re.search(r'name="seen" value="(\w+)"', windows[0].get(url).text)
    assert found

    def press(client: Client) -> str:
        return client.post(url, {"seen": found[1]})["Location"]

    got = at_once([partial(press, client) for client in windows])

    assert len(line()) == 2
    assert got == [line()[-1].get_absolute_url()] * 20
    assert is_one_line()


def test_without_the_lock_all_but_one_update_would_fail(ada, soil, held):
    """The control: each sees what would change before any of them writes."""
    learned_more(ada, soil)
    looked = Barrier(8)

    def naive_update() -> Certificate:
        with transaction.atomic():
            outlook = read_outlook(held)
            assert outlook is not None
            looked.wait(timeout=45)
            assert outlook.is_offered
            return copied(held, cause="updated")

    got = at_once([naive_update] * 8)

    kinds = Counter(type(result) for result in got)
    assert kinds == {Certificate: 1, IntegrityError: 7}


@pytest.mark.parametrize("_round", range(5))
def test_updates_corrections_and_a_revocation_stand_in_line(
    ada, ruth, soil, held, _round
):
    learned_more(ada, soil)
    outlook = read_outlook(held)
    assert outlook is not None
    tasks: list[Callable[[], object]] = [
        partial(update_certificate, held, outlook.mark),
        partial(supersede, held, "Ada Byron", REASON),
        partial(revoke, held, ruth, "it was issued to the wrong account"),
    ]

    at_once(tasks)

    # whichever came first, the others were led on or refused: one thing happened to it
    event = CertificateEvent.objects.get()
    assert (event.certificate, event.kind == "revoked") == (held, len(line()) == 1)
    assert Certificate.objects.current().count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_an_update_never_lists_what_was_unpublished_unseen(ada, soil, held, _round):
    """The yes was to a list with the lesson; without it there is no new one."""
    learned_more(ada, soil)
    outlook = read_outlook(held)
    assert outlook is not None
    seen = outlook.mark

    def unpublish() -> None:
        soil.lessons.filter(slug="water-it").update(published_at=None)

    got, _none = at_once([partial(update_certificate, held, seen), unpublish])

    if isinstance(got, NotUpdatedError):
        assert line() == [held]
    else:
        assert [row["slug"] for row in got.facts["lessons"]][1] == "water-it"


@pytest.mark.parametrize("action", ["hide", "show", "withdraw"])
def test_a_press_while_another_window_withdraws_leads_to_the_withdrawn_page(
    ada, held, action
):
    client, got = window(ada), []

    def press() -> None:
        got.append(client.post(reverse("holder", args=[held.code]), {"action": action}))
        connection.close()

    client.raise_request_exception = False
    pressing = Thread(target=press)
    with transaction.atomic():
        lock_line(held)
        pressing.start()
        wait_until_somebody_waits()
        withdraw(held)
    pressing.join(timeout=20)

    assert [said.status_code for said in got] == [302]
    assert line()[0].event_kinds == ["withdrawn"]
