"""Certificates in the admin: found, read, exported, and never changed."""

import csv
import io
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from certificates import services
from certificates.models import Certificate, CertificateEvent
from certificates.reports.certificate_rows import in_state, with_status
from certificates.status import State, state_of
from tests.admin_forms import admin_client
from tests.certificates.issuing import issue, issue_many
from tests.factories import make_track, make_user

LIST = "/admin/certificates/certificate/"
EXPORT = f"{LIST}export/"
COLUMNS = [
    "name",
    "e-mail",
    "track",
    "issued (UTC)",
    "score",
    "answered",
    "questions",
    "lessons",
    "code",
    "status",
    "status reason",
    "address",
]


def exported(client, **query: str) -> list[dict[str, str]]:
    response = client.get(EXPORT, query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# The list


def test_the_list_shows_each_certificate_with_its_score_and_coverage(ruth, held):
    page = admin_client(ruth).get(LIST).content.decode()

    for fact in (
        held.code,
        "Ada Sample",
        "ada@example.org",
        "50\N{NO-BREAK SPACE}% · 1 of 1 question answered",
        "Valid",
    ):
        assert fact in page


@pytest.mark.parametrize("words", ["sample", "ADA@", "code"])
def test_a_certificate_is_found_by_name_address_or_code(ruth, ben, soil, held, words):
    other = issue(ben, soil)

    query = held.code if words == "code" else words
    page = admin_client(ruth).get(LIST, {"q": query}).content.decode()

    assert held.code in page
    assert other.code not in page


def test_the_filters_narrow_the_list_by_track_days_and_status(ruth, ada, ben, soil):
    stars = make_track("stars")
    kept = issue(ada, soil)
    other_track = issue(ada, stars)
    later = issue(ben, soil, issued_at=datetime(2026, 3, 15, 0, 0, tzinfo=UTC))
    gone = issue(ben, stars)
    services.revoke(gone, ruth, "it was a test")
    client = admin_client(ruth)

    def shown(**query: str) -> set[str]:
        return {row["code"] for row in exported(client, **query)}

    assert shown(track=str(soil.pk)) == {kept.code, later.code}
    assert shown(issued_from="2026-03-15") == {later.code}
    assert shown(issued_to="2026-03-14") == {kept.code, other_track.code, gone.code}
    assert shown(status="revoked") == {gone.code}
    assert shown(track=str(soil.pk), issued_to="2026-03-14", q="Ada") == {kept.code}
    page = client.get(LIST, {"status": "revoked"}).content.decode()
    assert gone.code in page
    assert kept.code not in page
    assert "/export/?status=revoked" in page


@pytest.mark.parametrize(
    "query",
    [
        {"issued_to": "14.3.2026"},
        {"issued_to": "9999-12-31"},
        {"issued_from": "0000-00-00"},
        {"track": "soil"},
        {"track": "9" * 30},
        {"status": "lost"},
        {"q": "\0"},
    ],
)
def test_a_filter_that_makes_no_sense_is_no_error(ruth, held, query):
    client = admin_client(ruth)

    for url in LIST, EXPORT:
        assert client.get(url, query).status_code in {200, 302, 422}


def test_the_status_in_sql_is_the_status_of_the_page(ruth, ada, soil):
    """Every order of up to three events that the database takes."""
    kinds = ["revoked", "superseded", "withdrawn", "hidden", "shown"]
    for number, events in enumerate(product(["", *kinds], repeat=3)):
        happened = [kind for kind in events if kind]
        ends = [kind for kind in happened if kind not in {"hidden", "shown"}]
        if len(set(ends)) < len(ends) or "withdrawn" in happened[:-1]:
            continue
        certificate = issue(ada, make_track(f"track-{number}"))
        for kind in happened:
            CertificateEvent.objects.create(
                certificate=certificate, kind=kind, actor=ruth, reason="so it is"
            )

    rows: QuerySet[Any] = with_status(Certificate.objects.with_kinds())

    assert rows.count() > 50
    for row in rows:
        assert row.status == state_of(row.event_kinds)[0], row.event_kinds
    for state in State:
        found = set(in_state(Certificate.objects.all(), state))
        assert found == {row for row in rows if row.status == state}


def test_a_certificates_page_can_only_be_read(ruth, held):
    client = admin_client(ruth)
    services.revoke(held, ruth, "it was a test")
    url = reverse("admin:certificates_certificate_change", args=[held.pk])

    page = client.get(url).content.decode()

    assert "Ruth it was a test" in page
    assert 'name="_save"' not in page
    for action in "change", "delete":
        address = reverse(f"admin:certificates_certificate_{action}", args=[held.pk])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize("who", ["ada", "iris"])
def test_nobody_but_admins_sees_or_exports_certificates(who, request, held):
    client = admin_client(request.getfixturevalue(who))

    for url in LIST, EXPORT:
        assert client.get(url).status_code in {302, 403}


# The file


def test_the_file_holds_every_fact_in_its_column(ruth, held):
    (row,) = exported(admin_client(ruth))

    assert list(row) == COLUMNS
    assert row == {
        "name": "Ada Sample",
        "e-mail": "ada@example.org",
        "track": "Soil",
        "issued (UTC)": f"{held.issued_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "score": "50",
        "answered": "1",
        "questions": "1",
        "lessons": "2",
        "code": held.code,
        "status": "valid",
        "status reason": "",
        "address": f"http://testserver/certificates/{held.code}/",
    }


@pytest.mark.parametrize("column", ["name", "e-mail", "track"])
@pytest.mark.parametrize(
    "words",
    [
        '=HYPERLINK("x")',
        "+1",
        "-1",
        "@SUM(A1)",
        "'quoted",
        "\tTab",
        "\rReturn",
        "\N{FULLWIDTH EQUALS SIGN}SUM(A1)",
        "\N{FULLWIDTH PLUS SIGN}1",
        "\N{FULLWIDTH HYPHEN-MINUS}1",
        "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    ],
)
def test_a_formula_is_made_inert_and_reads_back(ruth, ada, soil, column, words):
    if column == "track":
        soil.title = words
    if column == "e-mail":
        words = words.lower()  # as all addresses are kept
        User.objects.filter(pk=ada.pk).update(email=words)
    issue(ada, soil, words if column == "name" else "Ada Sample")

    (row,) = exported(admin_client(ruth))

    assert row[column] == f"'{words}"


def test_words_with_commas_quotes_and_lines_stay_in_their_cell(ruth, ada, soil):
    name = 'Ada "the first",\nof Ōsaka'
    issue(ada, soil, name, score=None, answered=0)

    (row,) = exported(admin_client(ruth))

    assert (row["name"], row["score"], row["answered"]) == (name, "", "0")


def test_a_withdrawn_certificate_has_no_name_and_an_erased_account_no_address(
    ruth, ada, held
):
    services.withdraw(held)
    ada.email, ada.name, ada.erased_at = None, "", datetime.now(UTC)
    ada.save()

    (row,) = exported(admin_client(ruth))

    assert (row["name"], row["e-mail"], row["status"]) == ("", "", "withdrawn")


def test_the_file_is_named_after_the_day_and_is_not_kept(ruth, held):
    response = admin_client(ruth).get(EXPORT)

    name = f"certificates-{datetime.now(UTC).date()}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]
    assert response.streaming


@override_settings(TIME_ZONE="Asia/Tokyo")
def test_days_are_in_utc_whatever_the_sites_time_zone(ruth, ada, soil):
    issue(ada, soil, issued_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    client = admin_client(ruth)

    (row,) = exported(client, issued_from="2026-03-14", issued_to="2026-03-14")

    assert row["issued (UTC)"] == "2026-03-14 23:30:00"


def test_a_thousand_rows_cost_as_many_statements_as_one(ruth, soil):
    client = admin_client(ruth)
    issue(make_user("First"), soil)
    counts = []
    for rows in (1, 1000):
        with CaptureQueriesContext(connection) as statements:
            assert len(exported(client)) == rows
        counts.append(len(statements))
        if rows == 1:
            issue_many(soil, 999)
    with CaptureQueriesContext(connection) as statements:
        assert client.get(LIST).status_code == 200

    assert counts[0] == counts[1]
    assert len(statements) < 15
