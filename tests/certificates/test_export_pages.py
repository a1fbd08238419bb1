"""Exports in the admin: one's own alone, how far each is, and a link that ends."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import REPORT_READER, User
from certificates.reports import page
from certificates.reports.export_model import ExportFault, ReportExport
from certificates.reports.export_services import cancel
from courses.models import Enrollment
from tests.admin_forms import admin_client
from tests.certificates.exporting import ask, fall_silent, names_in, taken
from tests.courses.test_picture_storage import OUT_OF_REACH
from tests.factories import make_admin, make_track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

MINE = "/admin/certificates/reportexport/"
ENROLMENTS = "/admin/courses/enrollment/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(iris) -> User:
    """Iris, whom an admin let read reports, of soil."""
    iris.groups.add(Group.objects.get(name=REPORT_READER))
    return User.objects.get(pk=iris.pk)


def page_of(export: ReportExport) -> str:
    return f"{MINE}{export.pk}/change/"


def file_of(export: ReportExport) -> str:
    return reverse("admin:certificates_reportexport_file", args=[export.token])


def do(client: Client, export: ReportExport, what: str) -> Any:
    return client.post(f"{MINE}{export.pk}/{what}/", follow=True)


def text_of(response: Any) -> str:
    words = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return " ".join(words.split())


# How one is asked for


@pytest.fixture
def many(ada, ben, soil, monkeypatch) -> None:
    """More rows than are written while one waits."""
    monkeypatch.setattr(page, "AT_ONCE", 1)
    Enrollment.objects.create(learner=ben, track=soil)


def test_a_long_spreadsheet_is_written_in_the_background(ruth, many):
    client = admin_client(ruth)

    asked = client.get(f"{ENROLMENTS}export/xlsx/?finished=no", follow=True)
    assert "This spreadsheet has 2 rows." in text_of(asked)
    assert not ReportExport.objects.exists()  # to look is not to ask
    address = asked.redirect_chain[-1][0]
    told = client.post(address, follow=True)

    export = ReportExport.objects.get()
    assert told.redirect_chain[-1][0] == page_of(export)
    assert "Ready: 2 rows" in text_of(told)
    assert export.filters == {"finished": "no"}


def test_a_short_one_is_had_at_once(ruth, ada):
    response = admin_client(ruth).get(f"{ENROLMENTS}export/xlsx/")

    assert names_in(b"".join(response)) == ["Ada"]
    assert not ReportExport.objects.exists()


# What its page says


def test_it_says_how_far_it_is_in_words_and_in_a_bar(waiting, ruth):
    client = admin_client(ruth)
    assert "Waiting for its turn" in text_of(client.get(page_of(waiting)))

    taken(waiting)
    ReportExport.objects.update(rows_total=1_000_000, rows_done=120_000)
    said = client.get(page_of(waiting))

    assert "120,000 of 1,000,000 rows written, 12 %" in text_of(said)
    assert re.search(r'<progress[^>]*max="100"\s*value="12"', said.content.decode())
    assert 'aria-labelledby="export-standing"' in said.content.decode()


@pytest.mark.parametrize(
    ("done", "words"),
    [(0, "Reading the rows"), (9, "All rows are written; the file is being stored")],
)
def test_it_says_what_is_done_before_and_after_the_rows(waiting, ruth, done, words):
    taken(waiting)
    ReportExport.objects.update(rows_total=9, rows_done=done)

    assert words in text_of(admin_client(ruth).get(page_of(waiting)))


def test_it_is_asked_for_again_and_again_until_something_changes(waiting, ruth):
    client = admin_client(ruth)
    first = client.get(page_of(waiting)).content.decode()
    look = f"{page_of(waiting)}?seen=pending"
    assert f'hx-get="{look}" hx-trigger="every 2s"' in first
    assert "See how far it is now" in first  # where no script runs

    part = client.get(look, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part.headers

    cancel(waiting)
    assert client.get(look, headers=HTMX)["HX-Refresh"] == "true"
    assert 'hx-trigger="every' not in client.get(page_of(waiting)).content.decode()


def test_cancelled_it_can_be_started_again(waiting, ruth):
    client = admin_client(ruth)

    assert "Cancelled" in text_of(do(client, waiting, "cancel"))
    assert "Waiting for its turn" in text_of(do(client, waiting, "again"))


def test_cancelled_while_it_is_written_it_says_so(waiting, ruth):
    taken(waiting)

    said = text_of(do(admin_client(ruth), waiting, "cancel"))

    assert "Being cancelled" in said
    assert "Start again" not in said


def test_one_that_a_killed_worker_left_offers_to_start_again(waiting, ruth):
    taken(waiting)
    client = admin_client(ruth)
    assert "Start again" not in text_of(client.get(page_of(waiting)))
    assert "There is nothing to start again" in text_of(do(client, waiting, "again"))
    fall_silent(waiting)

    said = text_of(client.get(page_of(waiting)))

    assert "Interrupted: whatever was writing it stopped" in said
    assert "Start again" in said
    look = client.get(f"{page_of(waiting)}?seen=pending", headers=HTMX)
    assert look["HX-Refresh"] == "true"
    assert "Waiting for its turn" in text_of(do(client, waiting, "again"))


def test_one_that_waits_for_long_says_what_may_be_the_matter(waiting, ruth):
    with time_machine.travel(waiting.asked_at + timedelta(minutes=2)):
        client = admin_client(ruth)
        said = text_of(client.get(page_of(waiting)))

        assert "Waiting for its turn" in said
        assert "the background worker is busy with something else" in said
        assert "Waiting for its turn" in text_of(do(client, waiting, "again"))


def test_one_that_failed_says_why(waiting, ruth):
    held = taken(waiting)
    ReportExport.objects.update(
        state="failed", fault=ExportFault.STORAGE, ended_at=held.heartbeat
    )

    said = text_of(admin_client(ruth).get(page_of(waiting)))

    assert "Failed" in said
    assert "the disk may be full" in said
    assert "Start again" in said


# The list


def test_the_list_has_ones_own_and_their_files(ada, ruth, reader):
    mine, theirs = ask(ruth, q="ada"), ask(reader)
    client = admin_client(ruth)

    said = client.get(MINE).content.decode()

    assert file_of(mine) in said
    assert file_of(theirs) not in said
    assert "a search" in said
    assert "ada@" not in said
    assert client.get(page_of(theirs)).status_code == 404
    assert client.get(f"{MINE}{theirs.pk}/delete/").status_code == 404
    for what in "cancel", "again":
        assert do(client, theirs, what).status_code == 404


def test_it_is_deleted_with_its_file(ada, ruth, media):
    export = ask(ruth)
    client = admin_client(ruth)
    assert "Are you sure" in text_of(client.get(f"{MINE}{export.pk}/delete/"))

    client.post(f"{MINE}{export.pk}/delete/", {"post": "yes"})

    assert not ReportExport.objects.exists()
    assert not list(media.rglob("*.xlsx"))


def test_where_the_storage_fails_it_is_not_deleted(ada, ruth, settings):
    export = ask(ruth)
    settings.STORAGES = settings.STORAGES | {"default": OUT_OF_REACH}

    told = admin_client(ruth).post(
        f"{MINE}{export.pk}/delete/", {"post": "yes"}, follow=True
    )

    assert "out of reach just now" in text_of(told)
    assert ReportExport.objects.exists()


@pytest.mark.parametrize("key", ["0", "99999999999999999999", "x", "1%00"])
def test_one_that_is_none_is_missing(ruth, key):
    assert admin_client(ruth).get(f"{MINE}{key}/change/").status_code == 404


# The link


def test_the_file_is_sent_in_blocks_to_be_kept(ada, ruth):
    export = ask(ruth)

    response = admin_client(ruth).get(file_of(export))

    assert names_in(b"".join(response)) == ["Ada"]
    assert response.streaming
    day = f"{export.ended_at:%Y-%m-%d}"
    assert response["Content-Disposition"] == (
        f'attachment; filename="enrolments-{day}.xlsx"'
    )
    assert "no-store" in response["Cache-Control"]


def test_the_link_is_nobody_elses(ada, ruth, reader, client):
    export = ask(reader)

    assert admin_client(ruth).get(file_of(export)).status_code == 404
    assert client.get(file_of(export)).status_code == 302
    assert admin_client(reader).get(file_of(export)).status_code == 200
    assert admin_client(ruth).get(f"{MINE}file/{'a' * 32}/").status_code == 404


def test_the_link_ends_after_a_week(ada, ruth):
    export = ask(ruth)
    assert export.expires_at is not None

    with time_machine.travel(export.expires_at - timedelta(minutes=1)):
        assert admin_client(ruth).get(file_of(export)).status_code == 200
    with time_machine.travel(export.expires_at + timedelta(minutes=1)):
        client = admin_client(ruth)
        assert client.get(file_of(export)).status_code == 404
        page = client.get(page_of(export))
        assert file_of(export) not in page.content.decode()
        assert "Expired" in text_of(page)


def test_who_lost_the_right_gets_nothing_by_the_link(ada, reader):
    export = ask(reader)
    reader.groups.remove(Group.objects.get(name=REPORT_READER))

    assert admin_client(reader).get(file_of(export)).status_code == 404


def test_who_lost_one_of_the_tracks_gets_nothing_by_the_link(ada, reader, soil):
    reader.taught.create(track=make_track("stars"))
    both, stars = ask(reader), ask(reader, track=str(reader.taught.last().track_id))
    reader.taught.filter(track=soil).delete()
    client = admin_client(reader)

    assert client.get(file_of(both)).status_code == 404
    assert client.get(file_of(stars)).status_code == 200


def test_who_is_no_admin_any_more_gets_nothing_of_the_whole_site(ada, soil, ruth):
    export = ask(ruth)
    ruth.groups.set(Group.objects.filter(name__in=["instructor", REPORT_READER]))
    ruth.taught.create(track=soil)

    assert admin_client(ruth).get(file_of(export)).status_code == 404
    ruth.groups.set(Group.objects.filter(name="admin"))
    assert admin_client(ruth).get(file_of(export)).status_code == 200


def test_a_file_that_the_storage_lost_is_missing(ada, ruth, media):
    export = ask(ruth)
    (media / "exports" / export.file).unlink()

    assert admin_client(ruth).get(file_of(export)).status_code == 404


def test_a_file_out_of_reach_is_for_later(ada, ruth, settings):
    export = ask(ruth)
    settings.STORAGES = settings.STORAGES | {"default": OUT_OF_REACH}

    told = admin_client(ruth).get(file_of(export), follow=True)

    assert "out of reach just now" in text_of(told)


def test_no_public_address_leads_to_the_file(ada, client):
    export = ask(make_admin("Rosa"))

    for address in f"/media/exports/{export.file}", f"/exports/{export.file}":
        assert client.get(address).status_code == 404
