"""What the report of certificates adds up to: totals, and two charts of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format

from certificates.reports.certificate_rows import with_status
from certificates.status import State
from certificates.templatetags.certificates import state_word
from quizzes.bars import Chart, bar_chart
from quizzes.scoring import percent_of

MONTHS = 24  # at most, the last in which a certificate was issued
TENS = 10  # 0 to 9 percent, and so on; the last is 90 to 100


@dataclass(frozen=True)
class Month:
    first: date
    count: int


@dataclass(frozen=True)
class Figures:
    """`mean` is of those that have a score, in whole percent; None where none has."""

    count: int
    learners: int
    states: dict[State, int]
    scored: int
    mean: int | None
    months: Sequence[Month]  # without a gap
    tens: Sequence[int]

    @property
    def by_state(self) -> list[tuple[str, int]]:
        """In words."""
        return [(state_word(state), count) for state, count in self.states.items()]

    @property
    def by_month(self) -> Chart:
        labels = [date_format(month.first, "M y") for month in self.months]
        return bar_chart([month.count for month in self.months], labels)

    @property
    def by_score(self) -> Chart:
        return bar_chart(list(self.tens), [str(TENS * ten) for ten in range(TENS)])


def figures_of(certificates: QuerySet[Any]) -> Figures:
    """Two statements, one to go through the certificates and one through who has them."""
    months: Counter[date] = Counter()
    states: Counter[State] = Counter()
    tens: Counter[int] = Counter()
    earned = 0
    for month, ten, status, count, total in _groups(certificates):
        months[month.date()] += count
        states[State(status)] += count
        if ten is not None:
            tens[min(ten, TENS - 1)] += count
            earned += total
    scored = tens.total()
    return Figures(
        count=states.total(),
        learners=certificates.values("enrollment__learner").distinct().count(),
        states={state: states[state] for state in State},
        scored=scored,
        mean=percent_of(Decimal(earned) / 100, scored) if scored else None,
        months=_without_gaps(months),
        tens=[tens[ten] for ten in range(TENS)],
    )


def _groups(certificates: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """Month, score in tens, status; how many, and their scores added up."""
    grouped = with_status(certificates).annotate(
        month=TruncMonth("issued_at", tzinfo=UTC), ten=F("score") / TENS
    )
    counted = grouped.order_by().values("month", "ten", "status")
    return list(
        counted.annotate(count=Count("pk"), total=Sum("score")).values_list(
            "month", "ten", "status", "count", "total"
        )
    )


def _without_gaps(months: Counter[date]) -> list[Month]:
    """The last of them, in order, and those between them in which nothing was issued."""
    if not months:
        return []
    first, month = min(months), max(months)
    found: list[Month] = []
    while month >= first and len(found) < MONTHS:
        found.append(Month(month, months[month]))
        month = (
            month.replace(year=month.year - 1, month=12)
            if month.month == 1
            else month.replace(month=month.month - 1)
        )
    return found[::-1]
