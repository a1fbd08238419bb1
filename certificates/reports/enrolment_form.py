"""What narrows the report of enrolments."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.reports.certificate_rows import MANY
from certificates.reports.forms import DayField, ReportForm
from courses.models import Enrollment

FINISHED, UNFINISHED = "yes", "no"


class EnrolmentForm(ReportForm):
    started_from = DayField(label=_("Started from (UTC)"))
    started_to = DayField(label=_("Started to (UTC)"))
    finished = forms.ChoiceField(
        label=_("Finished"),
        required=False,
        choices=[
            ("", _("All")),
            (FINISHED, _("Finished")),
            (UNFINISHED, _("Not finished")),
        ],
        error_messages={"invalid_choice": _("Choose from the list")},
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        late = _("The last day is before the first")
        self.refuse_backwards("started_from", "started_to", late)
        return found

    def narrow(self, rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
        asked = self.cleaned_data
        rows = super().narrow(rows)
        if first := asked["started_from"]:
            rows = rows.filter(started_at__gte=datetime.combine(first, time(), UTC))
        if last := asked["started_to"]:
            after = datetime.combine(last, time(), UTC) + timedelta(days=1)
            rows = rows.filter(started_at__lt=after)
        if asked["finished"]:
            rows = rows.filter(completed_at__isnull=asked["finished"] == UNFINISHED)
        return of_learners(rows, asked["q"]) if asked["q"] else rows


def of_learners(rows: QuerySet[Enrollment], text: str) -> QuerySet[Enrollment]:
    """Those of learners with all of these words in name and e-mail address."""
    learners: QuerySet[User] = User.objects.all()
    for word in text.split():
        learners = learners.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if learners[MANY : MANY + 1].exists():  # as in certificate_rows
        return rows.filter(Exists(learners.filter(pk=OuterRef("learner"))))
    return rows.filter(learner__in=learners.values("pk"))
