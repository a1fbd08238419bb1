"""The audit log in the admin: its list in words, its filters, and a person's page."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit import Deed, record, record_export
from accounts.models import AuditEvent, User
from accounts.person import erase_person
from certificates.services import claim_certificate, revoke, supersede
from courses.models import Track
from courses.services import mark_done
from gradus.audit_entries import FEW
from tests.admin_forms import admin_client
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LOG = "/admin/accounts/auditevent/"


@pytest.fixture
def client(ruth) -> Client:
    return admin_client(ruth)


def rows(client: Client, **query: Any) -> list[str]:
    """The words of each row of the list, without the day."""
    page = client.get(LOG, query).content.decode()
    if 'id="result_list"' not in page:
        return []
    table = page[page.index('id="result_list"') :]
    table = table[: table.index("</table>")]
    return [
        _words(row) for row in re.findall(r'(?s)<tr class="data-row.*?</tr>', table)
    ]


def _words(row: str) -> str:
    cells = re.findall(r"(?s)<t[dh].*?</t[dh]>", row)
    said = [html.unescape(re.sub(r"<[^>]+>", " ", cell)) for cell in cells]
    return " | ".join(" ".join(cell.split()) for cell in said[1:])


def page_of(client: Client, **query: Any) -> str:
    return " ".join(client.get(LOG, query).content.decode().split())


class TestAnEntryReads:
    def test_who_what_about_whom_and_why(self, client, ruth, ada, held):
        revoke(held, ruth, "it was issued to the wrong account")

        assert rows(client) == [
            f"Ruth | revoked a certificate {held.code} Soil | Ada Sample"
            " | it was issued to the wrong account",
            f"Ada Sample | issued a certificate {held.code} Soil | themselves | –",
        ]

    def test_with_the_code_that_took_anothers_place(self, client, held):
        new = supersede(held, "Ada Byron", "the name was corrected")

        assert rows(client)[0] == (
            f"Ada Byron | corrected the name {held.code} Soil, replaced by {new.code}"
            " | themselves | –"
        )

    def test_with_rows_and_filters_of_an_export(self, client, ruth):
        record_export(
            ruth,
            "certificates",
            "csv",
            rows=1204,
            filters={"track": "Soil", "issued_from": "2026-03-01", "score_from": "50"},
            is_searched=True,
        )

        assert rows(client) == [
            "Ruth | exported the certificate report as CSV 1,204 rows, track Soil,"
            " issued from 2026-03-01, score from 50 %,"
            " a name or address was searched for | – | –"
        ]

    def test_of_a_command_by_its_name(self, client):
        record(
            Deed.SIGNED,
            actor=None,
            target="key:key-2026-11",
            details={"command": "sign_certificates", "count": 1},
        )

        assert rows(client) == [
            "command sign_certificates | signed earlier certificates key-2026-11"
            " 1 certificate | – | –"
        ]

    def test_with_the_name_of_today(self, client, ruth, ada):
        record(Deed.MADE_ADMIN, actor=ruth, about=ada)
        User.objects.filter(pk=ada.pk).update(name="Ada Byron")

        assert rows(client) == ["Ruth | made admin | Ada Byron | –"]

    def test_without_the_person_once_erased(self, client, ruth, ada):
        record(Deed.MADE_ADMIN, actor=ruth, about=ada, reason="Ada asked for it")

        erase_person(ada)

        gone = f"erased account {ada.pk}"
        assert rows(client) == [
            f"{gone} | erased their account | themselves | –",
            f"Ruth | made admin | {gone}"
            " | The reason named somebody whose account is erased.",
        ]

    def test_as_it_was_stored_where_the_deed_is_known_no_more(self, client, ruth, ada):
        AuditEvent.objects.create(actor=ruth, person=ada, what="knighted")

        assert rows(client) == ["Ruth | knighted | Ada | –"]

    def test_without_running_what_a_title_or_a_reason_holds(self, client, ruth, soil):
        record(
            Deed.ASSIGNED,
            actor=ruth,
            about=ruth,
            target=f"track:{soil.pk}",
            reason="<script>alert(1)</script>",
            details={"track": "<b>Soil</b>"},
        )

        page = page_of(client)

        assert "<b>Soil" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


class TestLinksLead:
    def test_to_people_certificates_tracks_and_questions(
        self, client, ruth, ada, held, probe
    ):
        soil = probe.lesson.track
        revoke(held, ruth, "a mistake")
        record(
            Deed.ASSIGNED,
            actor=ruth,
            target=f"track:{soil.pk}",
            details={"track": "Soil"},
        )
        record(
            Deed.REGRADED,
            actor=ruth,
            target=f"question:{probe.pk}",
            details={"question": "Where?", "count": 3},
        )

        page = page_of(client)

        for name, key in {
            "accounts_user_change": ada.pk,
            "certificates_certificate_change": held.pk,
            "courses_track_change": soil.pk,
            "quizzes_question_versions": probe.pk,
        }.items():
            url = reverse(f"admin:{name}", args=[key])
            assert f'href="{url}"' in page
            assert client.get(url).status_code == 200

    @pytest.mark.parametrize("report", ["certificates", "enrolments"])
    def test_to_the_list_of_a_report(self, client, ruth, report):
        record_export(ruth, report, "xlsx", rows=1, filters={}, is_searched=False)

        (url,) = re.findall(r'<a class="to" href="([^"]+)">exported', page_of(client))

        assert client.get(url).status_code == 200

    def test_nowhere_where_there_is_nothing(self, client, ruth):
        record(Deed.REVOKED, actor=ruth, target="certificate:0000-0000-0000-0000")

        assert rows(client) == [
            "Ruth | revoked a certificate 0000-0000-0000-0000 | – | –"
        ]
        assert 'href=""' not in page_of(client)


class TestTheList:
    @pytest.fixture
    def log(self, ruth, iris, ada, ben, held) -> None:
        """Ruth made Ben an admin, Iris regraded, a command signed, Ada claimed."""
        record(Deed.MADE_ADMIN, actor=ruth, about=ben)
        record(Deed.REGRADED, actor=iris, details={"count": 2})
        record(Deed.SIGNED, actor=None, details={"command": "sign_certificates"})

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"what": "regraded"}, ["regraded"]),
            ({"who": "command"}, ["signed certificates"]),
            ({"who": "{iris}"}, ["regraded"]),
            ({"person": "{ben}"}, ["made admin"]),
            ({"person": "{ada}"}, ["issued"]),
            ({"q": "BEN@example"}, ["made admin"]),
            ({"q": "Ada Sample"}, ["issued"]),
            ({"q": "ruth"}, ["made admin"]),
            ({"q": "nobody@example.org"}, []),
            ({"q": "{code}"}, ["issued"]),
            ({"q": "ruth", "what": "regraded"}, []),
        ],
    )
    def test_is_narrowed(self, client, log, iris, ada, ben, held, query, found):
        keys = {"iris": iris.pk, "ada": ada.pk, "ben": ben.pk, "code": held.code}
        asked = {name: value.format(**keys) for name, value in query.items()}

        shown = client.get(LOG, asked).context["cl"].queryset

        assert [entry.what for entry in shown] == found

    @pytest.mark.parametrize(
        ("days", "found"),
        [
            ({}, ["activated", "deactivated"]),
            ({"day_from": "2026-03-02"}, ["activated"]),
            ({"day_to": "2026-03-01"}, ["deactivated"]),
            ({"day_from": "2026-03-01", "day_to": "2026-03-01"}, ["deactivated"]),
            ({"day_to": "2026-02-28"}, []),
        ],
    )
    def test_is_narrowed_to_days_both_included(
        self, client, ruth, time_machine, days, found
    ):
        for deed, day in (Deed.DEACTIVATED, 1), (Deed.ACTIVATED, 2):
            at = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
            AuditEvent.objects.create(actor=ruth, what=deed, at=at)

        shown = client.get(LOG, days).context["cl"].queryset

        assert [entry.what for entry in shown] == found

    @pytest.mark.parametrize(
        "query", ["day_from=yesterday", "who=me", "person=%00", "what=sang"]
    )
    def test_is_shown_whole_where_a_filter_is_none_of_ours(self, client, query):
        response = client.get(f"{LOG}?{query}")

        assert response.status_code == 302
        assert response["Location"].endswith("?e=1")

    def test_says_when_nothing_is_in_it_and_when_nothing_is_found(self, client, ruth):
        assert "Nothing is written down yet." in page_of(client)

        record(Deed.ACTIVATED, actor=ruth, about=ruth)

        assert "No entry of the log is like this." in page_of(client, q="nobody")

    def test_is_for_admins_alone(self, iris, ada):
        record(Deed.ACTIVATED, actor=iris, about=ada)

        assert admin_client(iris).get(LOG).status_code == 403
        assert LOG not in admin_client(iris).get("/admin/").content.decode()

    def test_costs_as_many_statements_with_a_thousand_entries_as_with_ten(
        self, client, ruth, soil
    ):
        counts = []
        for number in (10, FEW + 10):
            _happen(ruth, soil, number)
            client.get(LOG)
            with CaptureQueriesContext(connection) as statements:
                page = client.get(LOG, {"q": "learner"})
            counts.append(len(statements))
            assert page.context["cl"].result_count == AuditEvent.objects.count()

        assert counts[0] == counts[1] <= 12

    def test_remembers_nothing_of_what_was_searched_for(self, client, ruth, ada):
        client.get(LOG, {"q": "ada@example.org"})

        assert not AuditEvent.objects.exists()


def _happen(ruth: User, soil: Track, number: int) -> None:
    people = User.objects.bulk_create(
        User(email=f"learner-{n}-of-{number}@example.org", name=f"Learner {n}")
        for n in range(number)
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(
            actor=ruth,
            person=person,
            what="assigned instructor",
            target=f"track:{soil.pk}",
            details={"track": "Soil"},
        )
        for person in people
    )


class TestAPersonsPage:
    def page(self, client: Client, person: User) -> str:
        url = reverse("admin:accounts_user_change", args=[person.pk])
        return " ".join(client.get(url).content.decode().split())

    def test_shows_what_was_done_to_them_and_by_them(
        self, client, ruth, ada, ben, held
    ):
        record(Deed.MADE_ADMIN, actor=ruth, about=ada)
        record(Deed.DEACTIVATED, actor=ada, about=ben)
        record(Deed.ACTIVATED, actor=ruth, about=ben)

        page = self.page(client, ada)

        for said in "made admin", "deactivated", held.code:
            assert said in page
        assert "<td>activated</td>" not in page

    def test_shows_the_latest_and_leads_to_all(self, client, ruth, ada):
        for _time in range(21):
            record(Deed.ACTIVATED, actor=ruth, about=ada)

        page = self.page(client, ada)

        assert page.count("<td>activated</td>") == 20
        assert f'href="{LOG}?person={ada.pk}"' in page
        assert len(rows(client, person=ada.pk)) == 21

    def test_says_when_there_is_nothing(self, client, ben):
        assert "Nothing yet." in self.page(client, ben)

    def test_of_one_who_erased_their_account_still_shows_it(self, client, ruth, ada):
        record(Deed.DEACTIVATED, actor=ruth, about=ada)
        erase_person(ada)

        page = self.page(client, ada)

        assert "deactivated" in page
        assert "erased their account" in page


@pytest.fixture
def held(ada, soil):
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    return claim_certificate(ada, soil, "Ada Sample")


def test_two_people_of_one_name_are_told_apart_by_their_pages(client, ruth):
    twins = [make_user("Zoe"), make_user("Zora")]
    User.objects.filter(pk__in=[twin.pk for twin in twins]).update(name="Zoe Marker")
    for twin in twins:
        record(Deed.ACTIVATED, actor=ruth, about=twin)

    page = page_of(client)

    for twin in twins:
        url = reverse("admin:accounts_user_change", args=[twin.pk])
        assert f'href="{url}">Zoe Marker' in page
