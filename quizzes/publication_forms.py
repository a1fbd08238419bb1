"""What is sent to open or close a track or a lesson."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FARTHEST = timedelta(days=5 * 366)  # ahead, of a time to publish at


class Moment(forms.DateTimeField):
    """A time by the clocks of the site's time zone."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            said = _(
                "The clocks change then: this time is there twice, or not at all. Choose "
                "another."
            )
            raise ValidationError(said) from error


class PublicationForm(forms.Form):
    """One of the actions on offer, with its time; of a track also which lessons."""

    action = forms.ChoiceField(
        error_messages={
            "invalid_choice": _("This cannot be done now. Look at what has changed."),
            "required": _("Choose one of the buttons."),
        }
    )
    at = Moment(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Write a day and a time.")},
    )
    lessons = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        error_messages={
            "invalid_choice": _("One of these lessons cannot be published now.")
        },
    )

    def __init__(
        self, actions: Sequence[str], lesson_ids: Sequence[int], *args: Any
    ) -> None:
        super().__init__(*args)
        fields: dict[str, Any] = self.fields
        fields["action"].choices = [(action, action) for action in actions]
        fields["lessons"].choices = [(pk, pk) for pk in lesson_ids]

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if cleaned.get("action") == "at" and "at" not in self.errors:
            self._check_time(cleaned.get("at"))
        elif cleaned.get("action") == "now" and self.data.get("at"):
            # also what Enter in the field of the time sends
            self.add_error("at", _("You chose a time. Clear it to publish now."))
        return cleaned

    def _check_time(self, at: Any) -> None:
        now = timezone.now()
        if at is None:
            self.add_error("at", _("Choose a day and a time."))
        elif at <= now:
            self.add_error("at", _("This time is past. Publish it now, or later."))
        elif at > now + FARTHEST:
            self.add_error("at", _("Choose a time within five years."))

    @property
    def problems(self) -> list[str]:
        return [str(said) for errors in self.errors.values() for said in errors]

    @property
    def typed(self) -> str:
        """The time as it was sent, for showing it again."""
        return str(self.data.get("at", ""))[:40] if self.is_bound else ""

    @property
    def ticked(self) -> list[str]:
        return self.data.getlist("lessons") if self.is_bound else []  # type: ignore[attr-defined]
