"""Why an admin changes a person's role or account: a line for the audit log."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from accounts.names import clean_line
from accounts.people import PersonRefusedError
from accounts.reasons import address_in, named_in

LONGEST_REASON = 200  # characters


class WhyForm(forms.Form):
    """It stays when the account is erased, so it must not name the person."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("It stands in the audit log, for good. Name nobody."),
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": _("Say why in at most 200 characters")},
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, person: User) -> None:
        super().__init__(data)
        self.person = person

    def clean_reason(self) -> str:
        reason = clean_line(self.cleaned_data["reason"])
        person = self.person
        found = address_in(reason) or named_in(reason, [person.name], person.email)
        if found:
            raise ValidationError(
                _(
                    "“%(found)s” names a person. The reason stays when the account is "
                    "erased: say it without name and address"
                )
                % {"found": found}
            )
        return reason

    def checked(self) -> str:
        """
        Raises:
            PersonRefusedError: nothing is changed for a reason like that.
        """
        if not self.is_valid():
            raise PersonRefusedError(" ".join(map(str, self.errors["reason"])))
        reason: str = self.cleaned_data["reason"]
        return reason
