"""Certificates as a CSV file, streamed as PostgreSQL writes it.

A text cell that a spreadsheet would run as a formula gets a ' in front; who reads the
file back takes one leading ' off.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from certificates.querysets import CertificateQuerySet

BLOCK = 64 * 1024  # bytes that leave at a time
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
# What a formula begins with, also in the full width of Chinese; and the ' itself.
_FIRST = "=+-@'\t\r＝＋－＠"
_FORMULA = (
    f"({', '.join(str(ord(first)) for first in _FIRST)})"  # as ascii() gives them
)

_COLUMNS = ["printed_name", "email", "track_title", "issued_at", "score", "answered"]
_COLUMNS += ["questions", "code", "status"]


def _inert(column: str) -> str:
    return f"CASE WHEN ascii({column}) IN {_FORMULA} THEN '''' || {column} ELSE {column} END"


_SELECT = f"""
    {_inert("printed_name")} AS name,
    {_inert("email")} AS "e-mail",
    {_inert("track_title")} AS track,
    to_char(issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS issued,
    score, answered, questions, code, status,
    %s || code || %s AS address"""


def stream_csv(certificates: CertificateQuerySet) -> Iterator[bytes]:
    """The file in blocks, one statement whatever the number of rows.

    certificates: filtered and ordered, as report.with_holder_and_status gives them.
    """
    rows = certificates.values_list(*_COLUMNS)
    inner, parameters = rows.query.sql_with_params()
    before, after = reverse("certificate", args=["-"]).split("-")
    copy = f"""COPY (SELECT {_SELECT} FROM ({inner}) AS row ({", ".join(_COLUMNS)}))
        TO STDOUT WITH (FORMAT csv, HEADER)"""  # noqa: S608 (no value is pasted in)
    values = (f"{settings.SITE_ORIGIN}{before}", after, *parameters)
    yield BYTE_ORDER_MARK
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # psycopg's own cursor: Django's wrapper of it, when it logs, takes no values
        with cursor.cursor.copy(copy, values) as rows_sent:
            yield from _in_blocks(rows_sent)


def _in_blocks(rows: Any) -> Iterator[bytes]:
    block = bytearray()
    for row in rows:
        block += row
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
