"""What narrows the report of certificates."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from certificates.reports.certificate_rows import (
    in_state,
    issued_between,
    mentioning,
)
from certificates.reports.forms import DayField, PercentField, ReportForm
from certificates.status import State
from certificates.templatetags.certificates import state_word

NO_SCORE = "none"


class CertificateForm(ReportForm):
    issued_from = DayField(label=_("Issued from (UTC)"))
    issued_to = DayField(label=_("Issued to (UTC)"))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=lambda: [
            ("", _("All")),
            *((state.value, state_word(state)) for state in State),
        ],
        error_messages={"invalid_choice": _("Choose a status from the list")},
    )
    score_from = PercentField(label=_("Score from (%)"))
    score_to = PercentField(label=_("Score to (%)"))
    scored = forms.ChoiceField(
        label=_("Without a score"),
        required=False,
        choices=[("", _("All")), (NO_SCORE, _("Only without a score"))],
        error_messages={"invalid_choice": _("Choose from the list")},
    )

    def __init__(self, reader: Any, data: Any) -> None:
        super().__init__(reader, data)
        self.fields["q"].label = _("Name, e-mail address or code")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        late = _("The last day is before the first")
        self.refuse_backwards("issued_from", "issued_to", late)
        low = _("The highest score is below the lowest")
        self.refuse_backwards("score_from", "score_to", low)
        bounds = {found.get("score_from"), found.get("score_to")} - {None}
        if found.get("scored") == NO_SCORE and bounds:
            self.add_error("scored", _("Take the scores out, or choose All"))
        return found

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.cleaned_data
        rows = super().narrow(rows)
        rows = issued_between(rows, asked["issued_from"], asked["issued_to"])
        if asked["status"]:
            rows = in_state(rows, State(asked["status"]))
        rows = self._scored(rows)
        return mentioning(rows, asked["q"]) if asked["q"] else rows

    def _scored(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        low, high = self.cleaned_data["score_from"], self.cleaned_data["score_to"]
        if self.cleaned_data["scored"] == NO_SCORE:
            return rows.filter(score=None)
        if low is not None:
            rows = rows.filter(score__gte=low)
        if high is not None:
            rows = rows.filter(score__lte=high)
        return rows
