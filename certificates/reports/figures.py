"""What the rows of a report add up to: sums, and two charts with their tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from courses.templatetags.look import percent
from quizzes.bars import bar_chart
from quizzes.scoring import percent_of
from quizzes.tabled_charts import TENS, TabledChart, scores_chart

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MONTHS = 24  # at most, the last in which there is a row


@dataclass(frozen=True)
class Words:
    """How a report names its rows, and what its charts are of."""

    rows: "StrOrPromise"
    months: "StrOrPromise"
    months_say: "StrOrPromise"
    scores: "StrOrPromise"
    scores_say: "StrOrPromise"


class Group(NamedTuple):
    """So many rows of one month and of one ten percent, and their scores added up."""

    month: date  # its first day
    ten: int | None  # 10 is 100 percent alone; None: without a score
    rows: int
    total: int | None


@dataclass(frozen=True)
class Sum:
    name: str
    value: str
    of: str = ""  # what it is a part of


@dataclass(frozen=True)
class Figures:
    sums: Sequence[Sum]
    charts: Sequence[TabledChart]


@dataclass(frozen=True)
class Scores:
    """`mean` is of those that have a score, in whole percent; None where none has."""

    count: int
    mean: int | None
    tens: Sequence[int]


def number(name: str, count: int, of: str = "") -> Sum:
    return Sum(name, intcomma(count), of)


def scores_in(groups: Iterable[Group]) -> Scores:
    tens: Counter[int] = Counter()
    earned = 0
    for group in groups:
        if group.ten is not None and group.total is not None:
            tens[min(group.ten, TENS - 1)] += group.rows
            earned += group.total
    count = tens.total()
    mean = percent_of(Decimal(earned) / 100, count) if count else None
    return Scores(count, mean, [tens[ten] for ten in range(TENS)])


def mean_of(scores: Scores) -> Sum:
    name = gettext("Mean score")
    if scores.mean is None:
        return Sum(name, gettext("No score yet"))
    said = ngettext(
        "of %(count)s with a score", "of %(count)s with a score", scores.count
    )
    return Sum(name, percent(scores.mean), said % {"count": intcomma(scores.count)})


def months_in(groups: Iterable[Group]) -> list[tuple[date, int]]:
    """The last of them, in order, and those between them in which there was nothing."""
    months: Counter[date] = Counter()
    for group in groups:
        months[group.month] += group.rows
    if not months:
        return []
    first, month = min(months), max(months)
    found: list[tuple[date, int]] = []
    while month >= first and len(found) < MONTHS:
        found.append((month, months[month]))
        month = (
            month.replace(year=month.year - 1, month=12)
            if month.month == 1
            else month.replace(month=month.month - 1)
        )
    return found[::-1]


def charts_of(
    months: Sequence[tuple[date, int]], scores: Scores | None, words: Words
) -> list[TabledChart]:
    """None where there is no row; scores None: they are not known."""
    if not months:
        return []
    charts = [_months_chart(months, words)]
    if scores is not None:
        charts.append(
            scores_chart(
                scores.tens,
                title=words.scores,
                says=words.scores_say,
                counted=words.rows,
            )
        )
    return charts


def _months_chart(months: Sequence[tuple[date, int]], words: Words) -> TabledChart:
    return TabledChart(
        key="months",
        title=words.months,
        says=words.months_say,
        chart=bar_chart(
            [count for _month, count in months],
            [date_format(month, "M y") for month, _count in months],
        ),
        summary=gettext("Show the months as a table"),
        headings=(gettext("Month"), words.rows),
        rows=[(date_format(month, "F Y"), count) for month, count in months],
    )
