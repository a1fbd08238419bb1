"""The certificates that a report's list and its two files hold, in their order."""

import csv
import io
from typing import Any

from django.test import Client
from openpyxl import load_workbook

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
