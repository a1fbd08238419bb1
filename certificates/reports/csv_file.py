"""A report as a CSV file; see accounts.csv_export."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.csv_export import inert, inert_within, stream_rows
from certificates.reports.columns import Column, Kind, Report


def stream_csv(report: Report, rows: QuerySet[Any]) -> Iterator[bytes]:
    """The file in blocks.

    rows: of report.rows, and narrowed at will.
    """
    inner, values = report.select(rows)
    names = [f"c{number}" for number in range(len(report.columns))]
    pairs = zip(names, report.columns, strict=True)
    cells = ", ".join(f"{_cell(name, column)} AS {name}" for name, column in pairs)
    select = f"SELECT {cells} FROM ({inner}) AS r ({', '.join(names)})"  # noqa: S608
    return stream_rows(select, values, report.headings, quoted=names[0])


def _cell(name: str, column: Column) -> str:
    match column.kind:
        case Kind.NAME | Kind.EMAIL:
            return inert(name)
        case Kind.TEXT:
            return inert_within(name)
        case Kind.DAY:
            return f"({name} AT TIME ZONE 'UTC')::date"
        case Kind.MOMENT:
            return f"date_trunc('second', {name} AT TIME ZONE 'UTC')"
        case Kind.WORD | Kind.NUMBER | Kind.PERCENT | Kind.LINK:
            return name
