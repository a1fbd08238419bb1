"""The report of certificates in the admin: its filters, its totals, its pages, its files."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import Deed
from accounts.models import AuditEvent
from certificates import services
from certificates.models import Certificate
from certificates.reports import certificate_rows, page
from certificates.reports.certificate_figures import figures_of
from certificates.reports.figures import MONTHS
from tests.admin_forms import admin_client
from tests.certificates.issuing import issue, issue_many
from tests.certificates.report_files import (
    EXPORT,
    LIST,
    TOTALS,
    XLSX,
    codes_of_csv,
    codes_of_list,
    codes_of_xlsx,
    counts_of,
    sums_of,
    table_of,
)
from tests.factories import make_track, make_user


@pytest.fixture
def client(ruth) -> Client:
    return admin_client(ruth)


# What is found


@pytest.fixture
def many(ruth, ada, ben, soil) -> dict[str, Certificate]:
    """One of each status, over two tracks, days and scores."""
    stars = make_track("stars")
    day = datetime(2026, 3, 14, tzinfo=UTC)
    found = {
        "first": issue(ada, soil, issued_at=day, score=40),
        "second": issue(ben, soil, issued_at=day.replace(day=15), score=100),
        "stars": issue(ada, stars, issued_at=day, score=None, answered=0),
        "revoked": issue(ben, stars, "Benedict Sample", issued_at=day, score=41),
    }
    services.revoke(found["revoked"], ruth, "it was a test")
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["second", "revoked", "stars", "first"]),
        ({"score_from": "41"}, ["second", "revoked"]),
        ({"score_to": "40"}, ["first"]),
        ({"score_from": "40", "score_to": "41"}, ["revoked", "first"]),
        ({"scored": "none"}, ["stars"]),
        ({"status": "valid"}, ["second", "stars", "first"]),
        ({"status": "revoked"}, ["revoked"]),
        ({"issued_from": "2026-03-15"}, ["second"]),
        ({"q": "benedict"}, ["revoked"]),
        ({"q": "sample BENEDICT"}, ["revoked"]),
        ({"q": "ben@example"}, ["second", "revoked"]),
        ({"q": "ada", "issued_to": "2026-03-14", "score_to": "99"}, ["first"]),
        ({"q": "nobody"}, []),
    ],
)
def test_list_and_both_files_hold_the_same_in_the_same_order(
    client, many, query, expected
):
    names = {certificate.code: name for name, certificate in many.items()}

    for codes in codes_of_list, codes_of_csv, codes_of_xlsx:
        assert [names[code] for code in codes(client, **query)] == expected


@pytest.mark.parametrize("status", ["revoked", "withdrawn"])
def test_those_of_a_status_come_by_their_issue_not_by_their_end(
    client, ruth, soil, status
):
    days = [3, 1, 2, 2]
    rows = [
        issue(
            make_user(f"Person{number}"),
            soil,
            issued_at=datetime(2026, 3, day, tzinfo=UTC),
        )
        for number, day in enumerate(days)
    ]
    for place in 1, 3, 0, 2:
        if status == "revoked":
            services.revoke(rows[place], ruth, "it was a test")
        else:
            services.withdraw(rows[place])

    expected = [rows[place].code for place in (0, 3, 2, 1)]
    for codes in codes_of_list, codes_of_csv, codes_of_xlsx:
        assert codes(client, status=status) == expected


def test_a_code_is_found_in_any_spelling(client, many):
    code = many["stars"].code

    assert codes_of_list(client, q=code.lower().replace("-", " ")) == [code]


@pytest.mark.parametrize(
    "words", ["Zoë", "Zoe\u0308", "ÅNGSTRÖM", "A\u030angstro\u0308m"]
)
def test_a_name_is_found_however_its_accents_and_capitals_are_typed(
    client, soil, words
):
    held = issue(make_user("Zoë Ångström"), soil)

    for codes in codes_of_list, codes_of_csv, codes_of_xlsx:
        assert codes(client, q=words) == [held.code]


@pytest.mark.parametrize("words", ["e", "ada", "example.org", "benedict", "%", "_"])
def test_words_that_many_share_find_the_same_as_those_of_few(
    client, many, words, monkeypatch
):
    """A name that many have is sought in another way."""
    few = codes_of_list(client, q=words)
    monkeypatch.setattr(certificate_rows, "MANY", 0)

    assert codes_of_list(client, q=words) == few


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"issued_from": "14.3.2026"}, "Write a day as year, month and day"),
        ({"issued_to": "9999-12-31"}, "Write a day as year, month and day"),
        (
            {"issued_from": "2026-03-15", "issued_to": "2026-03-14"},
            "The last day is before the first",
        ),
        ({"score_from": "101"}, "Write a whole number from 0 to 100"),
        ({"score_to": "-1"}, "Write a whole number from 0 to 100"),
        ({"score_from": "half"}, "Write a whole number from 0 to 100"),
        (
            {"score_from": "50", "score_to": "49"},
            "The highest score is below the lowest",
        ),
        ({"score_from": "50", "scored": "none"}, "Take the scores out"),
        ({"track": "soil"}, "Choose a track from the list"),
        ({"track": "9" * 30}, "Choose a track from the list"),
        ({"status": "lost"}, "Choose a status from the list"),
        ({"scored": "x"}, "Choose from the list"),
        ({"q": "a" * 101}, "Write at most 100 characters"),
        ({"q": "\0"}, "Null characters are not allowed"),
    ],
)
def test_a_filter_that_makes_no_sense_says_so_and_keeps_what_was_typed(
    client, held, query, said
):
    response = client.get(LIST, query)

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert held.code not in page
    for name, value in query.items():
        if name not in {"track", "status", "scored"} and value != "\0":
            assert f'name="{name}" value="{value}"' in page
    for url in EXPORT, XLSX, TOTALS:
        refused = client.get(url, query)
        assert refused.status_code == 302
        assert refused.url.startswith(LIST)


def test_the_list_shows_each_column_of_the_files(
    client, ada, ben, ruth, soil, settings
):
    settings.SITE_ORIGIN = "https://learn.example.org"
    at = datetime(2026, 3, 14, tzinfo=UTC)
    one = issue(ada, soil, "Ada Byron", issued_at=at, score=7, answered=3)
    none = issue(ben, soil, issued_at=at, score=None, answered=0)
    services.revoke(none, ruth, "it was a test")

    page = client.get(LIST).content.decode()

    for shown in [
        "Ada Byron",
        "ada@example.org",
        "Soil",
        "14 March 2026",
        "3 of 12 questions answered",
        "0 of 12 questions answered",
        "it was a test",
        one.code,
        f'href="https://learn.example.org/certificates/{one.code}/"',
    ]:
        assert shown in page, shown


# Pages


def test_a_page_leads_to_the_next_and_back(client, soil, monkeypatch):
    monkeypatch.setattr(page, "PAGE", 2)
    issue_many(soil, 5)
    first = client.get(LIST, {"q": "Name"}).content.decode()
    second = client.get(LIST, {"q": "Name", "p": "2"}).content.decode()
    third = client.get(LIST, {"q": "Name", "p": "3"}).content.decode()

    assert "?q=Name&amp;p=2" in first
    assert "Previous page" not in first
    assert "?q=Name&amp;p=1" in second
    assert "?q=Name&amp;p=3" in second
    assert "Next page" not in third
    shown = [code for p in "123" for code in codes_of_list(client, p=p)]
    assert shown == codes_of_csv(client)
    assert len(shown) == 5


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "99999999999999", "4000"])
def test_an_odd_number_of_a_page_is_no_error(client, held, number):
    assert client.get(LIST, {"p": number}).status_code == 200


def test_an_empty_report_says_how_it_fills_and_a_narrow_one_how_it_widens(client, soil):
    assert "claims its certificate, and then it appears here" in (
        client.get(LIST).content.decode()
    )
    issue(make_user("Ada"), soil)
    narrow = client.get(LIST, {"q": "nobody"}).content.decode()
    assert "Nothing is like that" in narrow
    assert f'href="{LIST}"' in narrow


# What it adds up to


def test_the_totals_are_of_what_is_shown(client, many, soil):
    all_of_it = client.get(LIST).context["figures"]
    of_soil = client.get(LIST, {"track": soil.pk}).context["figures"]

    assert sums_of(all_of_it) == {
        "Certificates": "4",
        "Learners": "2",
        "Valid": "3",
        "Superseded": "0",
        "Revoked": "1",
        "Withdrawn": "0",
        "Mean score": "60\N{NO-BREAK SPACE}% of 3 with a score",  # 40, 100 and 41
    }
    assert counts_of(all_of_it, "scores") == [0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    assert sums_of(of_soil)["Certificates"] == "2"
    assert sums_of(of_soil)["Mean score"].startswith("70")
    assert table_of(of_soil, "months") == [("March 2026", 2)]


def test_the_mean_is_rounded_half_up_and_missing_scores_count_for_nothing(ada, soil):
    issue(ada, soil, score=40)
    issue(make_user("Ben"), soil, score=41)
    issue(make_user("Cleo"), soil, score=None, answered=0)

    found = figures_of(Certificate.objects.all())

    assert sums_of(found)["Certificates"] == "3"
    assert sums_of(found)["Mean score"] == "41\N{NO-BREAK SPACE}% of 2 with a score"


def test_months_are_in_utc_without_gaps_and_the_last_24(soil):
    last_moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    for number, at in enumerate(
        [last_moment, last_moment.replace(year=2025, month=11, day=1)]
    ):
        issue(make_user(f"Person{number}"), soil, issued_at=at)

    assert table_of(figures_of(Certificate.objects.all()), "months") == [
        ("November 2025", 1),
        ("December 2025", 0),
        ("January 2026", 1),
    ]

    issue(make_user("Early"), soil, issued_at=last_moment.replace(year=2020))
    months = table_of(figures_of(Certificate.objects.all()), "months")
    assert len(months) == MONTHS
    assert months[0] == ("February 2024", 0)


def test_charts_stand_above_the_list_with_their_tables_behind(client, many):
    page = client.get(LIST).content.decode()

    for chart in "months-chart", "scores-chart":
        assert 0 < page.index(f'id="{chart}-title"') < page.index("report__rows")
    assert "March 2026" in page
    assert page.count("<details>") == 2


def test_totals_of_a_large_table_come_after_the_page(client, many, monkeypatch):
    monkeypatch.setattr(page, "FEW", 0)

    listed = client.get(LIST, {"status": "valid"})
    part = client.get(TOTALS, {"status": "valid"}, headers={"HX-Request": "true"})
    whole = client.get(TOTALS, {"status": "valid"})

    text = listed.content.decode()
    assert "months-chart" not in text
    assert f'hx-get="{TOTALS}?status=valid"' in text
    assert f'href="{TOTALS}?status=valid"' in text
    assert "months-chart" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "Back to the list" in whole.content.decode()
    assert part.context["figures"] == whole.context["figures"]


def test_a_page_costs_as_many_statements_with_a_thousand_rows_as_with_one(client, soil):
    issue(make_user("First"), soil)
    counts = []
    for rows in (1, 1000):
        with CaptureQueriesContext(connection) as statements:
            assert client.get(LIST, {"q": "e", "status": "valid"}).status_code == 200
        counts.append(len(statements))
        if rows == 1:
            issue_many(soil, 999)

    assert counts[0] == counts[1]
    assert counts[0] <= 15


# The files


def test_a_spreadsheet_is_a_download_named_after_the_day(client, held):
    response = client.get(XLSX)

    name = f"certificates-{datetime.now(UTC).date()}.xlsx"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "no-store" in response["Cache-Control"]


def test_an_export_is_written_down_without_what_was_searched(client, ruth, many, soil):
    query = {"q": "ada", "track": soil.pk, "score_from": "0", "issued_to": "2026-03-14"}
    codes_of_csv(client, **query)
    codes_of_xlsx(client, status="revoked")
    client.head(EXPORT)
    client.get(EXPORT, {"status": "lost"})

    events = AuditEvent.objects.filter(what=Deed.EXPORTED).order_by("pk")
    assert [(event.actor, event.target, event.details) for event in events] == [
        (
            ruth,
            "report:certificates",
            {
                "report": "certificates",
                "format": "csv",
                "rows": 1,
                "filters": {
                    "track": "Soil",
                    "issued_to": "2026-03-14",
                    "score_from": "0",
                },
                "searched": True,
            },
        ),
        (
            ruth,
            "report:certificates",
            {
                "report": "certificates",
                "format": "xlsx",
                "rows": 1,
                "filters": {"status": "revoked"},
                "searched": False,
            },
        ),
    ]


def test_a_withdrawn_one_is_found_by_its_learner_still(client, ada, held):
    services.withdraw(held)

    assert codes_of_list(client, q="ada@example.org") == [held.code]
