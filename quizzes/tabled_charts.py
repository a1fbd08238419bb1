"""A chart of bars and the table behind it, which has every number. Pure.

Drawn by admin/quizzes/_tabled_chart.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from quizzes.bars import Chart, bar_chart

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TENS = 10  # columns of a distribution: 0 to 9 %, …, 90 to 100 %


@dataclass(frozen=True)
class TabledChart:
    key: str  # of its ids in the page
    title: "StrOrPromise"
    says: "StrOrPromise"  # what is seen in it, for who does not see it
    chart: Chart
    summary: str  # what shows the table
    headings: tuple[str, "StrOrPromise"]
    rows: Sequence[tuple[str, int]]


def scores_chart(
    tens: Sequence[int],
    *,
    title: "StrOrPromise",
    says: "StrOrPromise",
    counted: "StrOrPromise",
) -> TabledChart:
    """How many fall in each ten percent.

    counted: what they are, as the heading of their numbers.
    """
    names = [
        gettext("0 to 9 %"),
        *(gettext("%(ten)d0 to %(ten)d9 %%") % {"ten": ten} for ten in range(1, 9)),
        gettext("90 to 100 %"),
    ]
    return TabledChart(
        key="scores",
        title=title,
        says=says,
        chart=bar_chart(list(tens), [str(TENS * ten) for ten in range(TENS)]),
        summary=gettext("Show the scores as a table"),
        headings=(gettext("Score"), counted),
        rows=list(zip(names, tens, strict=True)),
    )
