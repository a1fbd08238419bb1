"""What a report is: its rows, their order, and how each column is written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from accounts.models import User
from certificates.reports.figures import Figures
from certificates.reports.forms import ReportForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kind(Enum):
    """What stands in a column. Times are timestamps, and are written in UTC."""

    NAME = auto()  # of a person; it comes first
    EMAIL = auto()  # checked at sign-up: nothing in it splits a cell
    TEXT = auto()
    WORD = auto()  # a word of our own, that no person typed
    DAY = auto()
    MOMENT = auto()  # to the second, fractions cut off
    NUMBER = auto()
    PERCENT = auto()  # a whole number from 0 to 100
    LINK = auto()  # an address of our own, made of no text that a person typed


@dataclass(frozen=True)
class Column:
    """`key` is a field or an annotation of the report's rows, `width` in characters."""

    key: str
    heading: "StrOrPromise"
    kind: Kind = Kind.TEXT
    width: int = 12


@dataclass(frozen=True)
class Report:
    """`rows` gives what a person may see of it, to be narrowed at will; `described` adds
    what the columns show. `figures` sums them up for the charts above the list.

    `order` leaves no two rows equal, so that each file and each page has them alike.
    """

    key: str  # in addresses, file names and the audit log
    title: "StrOrPromise"
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    rows: Callable[[User], QuerySet[Any]]
    empty: "StrOrPromise"  # what its list says while there is no row
    form: type[ReportForm]
    figures: Callable[[QuerySet[Any]], Figures]
    figures_cost: int = 1  # of a row, in rows of certificates
    described: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows

    @property
    def headings(self) -> list[str]:
        return [str(column.heading) for column in self.columns]

    def select(self, rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
        """The statement of the columns of these rows, in the report's order."""
        keys = [column.key for column in self.columns]
        ordered = self._ordered(self.described(rows)).values_list(*keys)
        compiler = ordered.query.get_compiler(rows.db, elide_empty=False)
        select, values = compiler.as_sql()
        return select, values

    def page(self, rows: QuerySet[Any], start: int, count: int) -> list[Any]:
        """So many of these rows from `start` on, as its list shows them.

        Which they are is found first: that reads an index, from its end on, and what
        they say is then read of these alone.
        """
        ordered = self._ordered(rows).values_list("pk", flat=True)
        keys = list(ordered[start : start + count])
        fields = {field.name for field in rows.model._meta.concrete_fields}
        shown = [column.key for column in self.columns if column.key in fields]
        found = self.described(rows.model._default_manager.filter(pk__in=keys))
        by_key = {row.pk: row for row in found.only(*shown)}
        return [by_key[key] for key in keys if key in by_key]

    def _ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that have an order have the report's: by columns that go with an index."""
        return rows if rows.query.order_by else rows.order_by(*self.order)
