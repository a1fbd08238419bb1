"""What narrows a report: the fields above its list, which also stand in its address."""

from typing import Any
from unicodedata import normalize

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Track

LONGEST_SEARCH = 100  # characters
LAST_YEAR = 9998  # after the last day there is another


class DayField(forms.DateField):
    """A day in UTC, as a browser sends it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        wrong = _("Write a day as year, month and day, for example 2026-03-14")
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": wrong},
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day.year > LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


class PercentField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        wrong = _("Write a whole number from 0 to 100")
        super().__init__(
            required=False,
            error_messages={"invalid": wrong},
            widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": 1}),
            validators=[MinValueValidator(0, wrong), MaxValueValidator(100, wrong)],
            **kwargs,
        )


class ReportForm(forms.Form):
    """What each report can be narrowed by; its own form adds fields, and says how.

    data: the parameters of an address; those that are no fields are passed over.
    """

    q = forms.CharField(
        label=_("Name or e-mail address"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"max_length": _("Write at most 100 characters")},
    )
    track = forms.ModelChoiceField(
        label=_("Track"),
        queryset=Track.objects.none(),
        required=False,
        empty_label=_("All"),
        error_messages={"invalid_choice": _("Choose a track from the list")},
    )

    def __init__(self, reader: User, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.tracks = Track.objects.taught_by(reader).order_by("title", "pk")
        track: Any = self.fields["track"]
        track.queryset = self.tracks

    def clean_q(self) -> str:
        """As names are kept, in NFC: some systems write ë as an e and two dots."""
        return normalize("NFC", self.cleaned_data["q"])

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of a form that is valid; each row has a track."""
        track = self.cleaned_data["track"]
        return rows.filter(track=track) if track else rows

    @property
    def filters(self) -> dict[str, str]:
        """What was chosen, in words, by the name of its field; not what was searched."""
        return {
            name: str(value)
            for name, value in self.cleaned_data.items()
            if name != "q" and value not in (None, "")
        }

    @property
    def is_searched(self) -> bool:
        return bool(self.cleaned_data["q"])

    @property
    def is_narrowed(self) -> bool:
        return self.is_searched or bool(self.filters)

    def refuse_backwards(self, first: str, last: str, said: Any) -> None:
        """An error beside the last of the two fields, if it is before the first."""
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start is not None and end is not None and end < start:
            self.add_error(last, said)
