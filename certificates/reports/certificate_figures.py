"""What the report of certificates adds up to."""

from collections import Counter
from datetime import UTC
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certificates.reports.certificate_rows import with_status
from certificates.reports.figures import (
    Figures,
    Group,
    Words,
    charts_of,
    mean_of,
    months_in,
    number,
    scores_in,
)
from certificates.status import State
from certificates.templatetags.certificates import state_word
from quizzes.tabled_charts import TENS

WORDS = Words(
    rows=_("Certificates"),
    months=_("Certificates a month"),
    months_say=_(
        "How many certificates were issued in each month, in UTC. The table below has "
        "every number."
    ),
    scores=_("Scores: certificates by tens of percent"),
    scores_say=_(
        "How many certificates have a score from 0 to 9 %, from 10 to 19 % and so on to "
        "90 to 100 %. The table below has every number."
    ),
)


def figures_of(certificates: QuerySet[Any]) -> Figures:
    """Two statements, one to go through the certificates and one through who has them."""
    states: Counter[State] = Counter()
    groups: list[Group] = []
    for status, month, ten, count, total in _groups(certificates):
        states[State(status)] += count
        groups.append(Group(month.date(), ten, count, total))
    scores = scores_in(groups)
    learners = certificates.values("enrollment__learner").distinct().count()
    return Figures(
        sums=[
            number(gettext("Certificates"), states.total()),
            number(gettext("Learners"), learners),
            *(number(state_word(state), states[state]) for state in State),
            mean_of(scores),
        ],
        charts=charts_of(months_in(groups), scores, WORDS),
    )


def _groups(certificates: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """Status, month, score in tens; how many, and their scores added up."""
    grouped = with_status(certificates).annotate(
        month=TruncMonth("issued_at", tzinfo=UTC), ten=F("score") / TENS
    )
    counted = grouped.order_by().values("status", "month", "ten")
    return list(
        counted.annotate(count=Count("pk"), total=Sum("score")).values_list(
            "status", "month", "ten", "count", "total"
        )
    )
