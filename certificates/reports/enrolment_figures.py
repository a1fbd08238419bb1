"""What the report of enrolments adds up to."""

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from certificates.reports.enrolment_query import add_up
from certificates.reports.figures import (
    Figures,
    Group,
    Scores,
    Sum,
    Words,
    charts_of,
    mean_of,
    months_in,
    number,
    scores_in,
)

WORDS = Words(
    rows=_("Enrolments"),
    months=_("Enrolments a month"),
    months_say=_(
        "How many enrolments began in each month, in UTC. The table below has every "
        "number."
    ),
    scores=_("Scores: enrolments by tens of percent"),
    scores_say=_(
        "How many enrolments have a score from 0 to 9 %, from 10 to 19 % and so on to "
        "90 to 100 %. The table below has every number."
    ),
)

SCORED_AT_MOST = 50_000  # of more, whoever asks would wait for long


def figures_of(enrollments: QuerySet[Any]) -> Figures:
    """Three statements: how many there are, what they add up to, and who has them."""
    count = enrollments.order_by().count()
    is_scored = count <= SCORED_AT_MOST
    found = add_up(enrollments, is_scored=is_scored)
    groups = [
        Group(month, ten, rows, total) for month, ten, rows, _done, total in found
    ]
    completed = sum(done for _month, _ten, _rows, done, _total in found)
    scores = scores_in(groups) if is_scored else None
    of = ngettext("of %(count)s enrolment", "of %(count)s enrolments", count)
    learners = enrollments.order_by().values("learner").distinct().count()
    return Figures(
        sums=[
            number(gettext("Enrolments"), count),
            number(gettext("Learners"), learners),
            number(gettext("Completed"), completed, of % {"count": intcomma(count)}),
            _mean_of(scores),
        ],
        charts=charts_of(months_in(groups), scores, WORDS),
    )


def _mean_of(scores: Scores | None) -> Sum:
    if scores is not None:
        return mean_of(scores)
    said = gettext("Narrow the list to at most %(count)s to see it")
    return Sum(gettext("Mean score"), "–", said % {"count": intcomma(SCORED_AT_MOST)})
