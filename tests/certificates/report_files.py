"""What a report's list and its two files hold, in their order, and what it adds up to."""

import csv
import io
from typing import Any

from django.test import Client
from openpyxl import load_workbook

from certificates.reports.figures import Figures

LIST = "/admin/certificates/certificate/"
EXPORT = f"{LIST}export/"
XLSX = f"{LIST}export/xlsx/"
TOTALS = f"{LIST}totals/"


def codes_of_csv(client: Client, **query: str) -> list[str]:
    response: Any = client.get(EXPORT, query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return [row["code"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def codes_of_xlsx(client: Client, **query: str) -> list[str]:
    response: Any = client.get(XLSX, query)
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    return [row[8] for row in sheet.iter_rows(min_row=2, values_only=True)]


def codes_of_list(client: Client, **query: str) -> list[str]:
    context = client.get(LIST, query).context
    return [row.code for row in context["page"].rows]


def sums_of(figures: Figures) -> dict[str, str]:
    return {sum_.name: f"{sum_.value} {sum_.of}".strip() for sum_ in figures.sums}


def table_of(figures: Figures, key: str) -> list[tuple[str, int]]:
    """Behind the chart of this key."""
    (found,) = [charted for charted in figures.charts if charted.key == key]
    assert len(found.chart.bars) == len(found.rows)
    return list(found.rows)


def counts_of(figures: Figures, key: str) -> list[int]:
    return [count for _name, count in table_of(figures, key)]
