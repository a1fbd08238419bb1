"""Certificates as a CSV file; see accounts.csv_export."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from accounts.csv_export import inert, stream_rows
from certificates.querysets import CertificateQuerySet

_COLUMNS = ["printed_name", "email", "track_title", "issued_at", "score", "answered"]
_COLUMNS += ["questions", "code", "status"]

_SELECT = f"""
    {inert("printed_name")} AS name,
    {inert("email")} AS "e-mail",
    {inert("track_title")} AS track,
    to_char(issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS issued,
    score, answered, questions, code, status,
    %s || code || %s AS address"""


def stream_csv(certificates: CertificateQuerySet) -> Iterator[bytes]:
    """The file in blocks.

    certificates: filtered and ordered, as report.with_holder_and_status gives them.
    """
    rows = certificates.values_list(*_COLUMNS)
    inner, parameters = rows.query.sql_with_params()
    before, after = reverse("certificate", args=["-"]).split("-")
    select = f"SELECT {_SELECT} FROM ({inner}) AS row ({', '.join(_COLUMNS)})"  # noqa: S608
    return stream_rows(select, (f"{settings.SITE_ORIGIN}{before}", after, *parameters))
