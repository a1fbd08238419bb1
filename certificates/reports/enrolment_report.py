"""The report of enrolments: who learns what, how far they are and what they know."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.reports.columns import Column, Kind, Report
from certificates.reports.enrolment_figures import figures_of
from certificates.reports.enrolment_form import EnrolmentForm
from certificates.reports.enrolment_query import (
    FEW,
    select_enrolments,
    standings_of,
)
from courses.models import Enrollment, Track


def enrolments_for(reader: User) -> QuerySet[Enrollment]:
    """An admin's are all, an instructor's those of the tracks they teach."""
    enrollments = Enrollment.objects.all()
    if reader.is_admin:
        return enrollments
    return enrollments.filter(track__in=Track.objects.taught_by(reader))


class EnrolmentReport(Report):
    """Its columns are no fields: most of them are computed, of all rows at once."""

    def select(self, rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
        is_few = not rows.order_by()[FEW : FEW + 1].exists()
        return select_enrolments(rows.order_by(*self.order), few=is_few)

    def page(self, rows: QuerySet[Any], start: int, count: int) -> list[Any]:
        """Each with its `standing`, which is computed of these alone."""
        ordered = rows.order_by(*self.order).select_related("learner", "track")
        shown = list(
            ordered.only(
                "started_at",
                "completed_at",
                "active_at",
                "learner__name",
                "learner__email",
                "track__title",
            )[start : start + count]
        )
        standings = standings_of(shown)
        for enrollment in shown:
            enrollment.standing = standings[enrollment.pk]
        return shown


ENROLMENTS = EnrolmentReport(
    key="enrolments",
    title=_("Enrolments"),
    columns=(  # as enrolment_query selects them
        Column("name", _("name"), Kind.NAME, width=28),
        Column("email", _("e-mail"), Kind.EMAIL, width=30),
        Column("track", _("track"), width=36),
        Column("started_at", _("started (UTC)"), Kind.MOMENT, width=17),
        Column("done", _("lessons done"), Kind.NUMBER, width=13),
        Column("lessons", _("lessons"), Kind.NUMBER, width=10),
        Column("completed_at", _("completed (UTC)"), Kind.MOMENT, width=17),
        Column("score", _("score"), Kind.PERCENT, width=9),
        Column("answered", _("answered"), Kind.NUMBER, width=11),
        Column("questions", _("questions"), Kind.NUMBER, width=11),
        Column("active_at", _("last active (UTC)"), Kind.MOMENT, width=17),
    ),
    order=("-started_at", "-pk"),
    rows=enrolments_for,
    empty=_(
        "Nothing is here yet. An enrolment begins with a learner's first answer or done "
        "mark in a track."
    ),
    form=EnrolmentForm,
    figures=figures_of,
    figures_cost=10,  # the answers are read
)
