"""A report as a spreadsheet: typed cells, a header that stays, a filter, links.

A text is written as text and nothing else, so that no program reads it as a formula.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.models import QuerySet
from xlsxwriter import Workbook

from certificates.reports.columns import Column, Kind, Report

BLOCK = 2000  # rows read at a time
ROWS_A_SHEET = 1_000_000  # of data; a sheet ends at 1,048,576
LINKS = 50_000  # rows; above, addresses are plain text: each link is kept in memory
_TITLE_LENGTH = 27  # of a sheet's 31 characters
_FORMATS = {
    # "@" keeps a text a text where somebody edits the cell, too
    Kind.NAME: {"num_format": "@"},
    Kind.EMAIL: {"num_format": "@"},
    Kind.TEXT: {"num_format": "@"},
    Kind.WORD: {"num_format": "@"},
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
    Kind.NUMBER: {"num_format": "0"},
    Kind.PERCENT: {"num_format": "0%"},
    Kind.LINK: {"num_format": "@"},
}


def write_xlsx(
    report: Report,
    rows: QuerySet[Any],
    target: Path | BinaryIO,
    on_progress: Callable[[int], None] | None = None,
    *,
    rows_a_sheet: int = ROWS_A_SHEET,
    links: int = LINKS,
) -> int:
    """Write the file and return how many rows of data it holds.

    rows: of report.rows, and narrowed at will.
    on_progress: called after each block with the rows written so far. What it raises
        ends the work: target is no file then, and nothing else is left on the disk.
    """
    with TemporaryDirectory() as folder, transaction.atomic():
        has_links = not rows.order_by()[links : links + 1].exists()
        file = _File(report, target, folder, has_links, rows_a_sheet)
        for block in _blocks(*report.select(rows)):
            file.write(block)
            if on_progress:
                on_progress(file.written)
        file.close()
    return file.written


def _blocks(select: str, values: Sequence[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Through a cursor on the server, declared by hand: Django's has to be switched
    off behind PgBouncer, where one inside a transaction works all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # while the rows become a file, which takes its time, nothing is asked
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")  # all rows are wanted
        cursor.execute(f"DECLARE report NO SCROLL CURSOR FOR {select}", values)
        while True:
            cursor.execute(f"FETCH {BLOCK} FROM report")
            if not (block := cursor.fetchall()):
                break
            yield block
        cursor.execute("CLOSE report")


class _File:
    """A workbook of which only one row at a time is in memory."""

    def __init__(
        self,
        report: Report,
        target: Path | BinaryIO,
        folder: str,
        has_links: bool,
        rows_a_sheet: int,
    ) -> None:
        options = {"constant_memory": True, "tmpdir": folder}
        path = str(target) if isinstance(target, Path) else target
        self._workbook = Workbook(path, options)
        self._report = report
        self._rows_a_sheet = rows_a_sheet
        self._heading = self._workbook.add_format({"bold": True, "bottom": 1})
        formats = {k: self._workbook.add_format(f) for k, f in _FORMATS.items()}
        self._cells = [
            (number, _writer(column, has_links), formats[column.kind])
            for number, column in enumerate(report.columns)
        ]
        self.written = 0
        self._add_sheet()

    def write(self, block: list[tuple[Any, ...]]) -> None:
        for row in block:
            if self._row > self._rows_a_sheet:
                self._end_sheet()
                self._add_sheet()
            for number, write, style in self._cells:
                value = row[number]
                if value is not None and value != "":
                    write(self._sheet, self._row, number, value, style)
            self._row += 1
            self.written += 1

    def close(self) -> None:
        self._end_sheet()
        self._workbook.close()

    def _add_sheet(self) -> None:
        sheets = len(self._workbook.worksheets())
        title = _sheet_title(str(self._report.title))
        name = f"{title} {sheets + 1}" if sheets else title
        self._sheet = self._workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._report.columns):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, str(column.heading), self._heading)
        self._row = 1

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._cells) - 1)


def _sheet_title(title: str) -> str:
    """Without what a sheet's name may not hold."""
    kept = "".join(letter for letter in title if letter not in "[]:*?/\\")
    return kept[:_TITLE_LENGTH].strip("' ")


# How a value of each kind goes into its cell


def _writer(column: Column, has_links: bool) -> Callable[..., None]:
    if column.kind == Kind.LINK and not has_links:
        return _write_text
    return _WRITERS[column.kind]


def _write_text(sheet: Any, row: int, number: int, text: str, style: Any) -> None:
    """XlsxWriter keeps memory low by taking a text in <r>…</r> for XML of its own: such
    a one is handed over in two pieces, which it escapes.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, number, style, text[:1], text[1:], style)
    else:
        sheet.write_string(row, number, text, style)


def _write_moment(sheet: Any, row: int, number: int, at: datetime, style: Any) -> None:
    """A spreadsheet knows no time zone; it shows UTC, as the heading says."""
    shown = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    sheet.write_datetime(row, number, shown, style)


def _write_day(sheet: Any, row: int, number: int, at: datetime, style: Any) -> None:
    sheet.write_datetime(row, number, at.astimezone(UTC).date(), style)


def _write_number(sheet: Any, row: int, number: int, value: Any, style: Any) -> None:
    sheet.write_number(row, number, value, style)


def _write_percent(sheet: Any, row: int, number: int, value: Any, style: Any) -> None:
    sheet.write_number(row, number, value / 100, style)


def _write_link(sheet: Any, row: int, number: int, address: str, style: Any) -> None:
    sheet.write_url(row, number, address)


_WRITERS: dict[Kind, Callable[..., None]] = {
    Kind.NAME: _write_text,
    Kind.EMAIL: _write_text,
    Kind.TEXT: _write_text,
    Kind.WORD: _write_text,
    Kind.DAY: _write_day,
    Kind.MOMENT: _write_moment,
    Kind.NUMBER: _write_number,
    Kind.PERCENT: _write_percent,
    Kind.LINK: _write_link,
}
