"""What an admin types to revoke a certificate, or to issue it anew: a reason."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from accounts.names import clean_line
from certificates.models import CertificateEvent
from certificates.reasons import person_in

LONGEST_REASON = CertificateEvent._meta.get_field("reason").max_length


class ReasonForm(forms.Form):
    """The reason, which is public and stays: it must not name the learner.

    names: all that were printed, and the account's. email: None once it is erased.
    """

    example = _("revoking it was a mistake")

    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why, in a few words")},
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, names: Sequence[str], email: str | None) -> None:
        super().__init__(data)
        self.names, self.email = names, email
        said = _(
            "It stands on the certificate’s page for all to read, for good, after "
            "“because”: for example “%(example)s”. Name nobody."
        )
        self.fields["reason"].help_text = said % {"example": self.example}

    def clean_reason(self) -> str:
        reason = clean_line(self.cleaned_data["reason"]).rstrip(" .")
        if not any(character.isalpha() for character in reason):
            raise ValidationError(_("Say why, in a few words"))
        if found := person_in(reason, self.names, self.email):
            raise ValidationError(
                _(
                    "“%(found)s” names a person. The reason is public and stays when the "
                    "account is erased: say it without name and address"
                )
                % {"found": found}
            )
        return reason


class RevokeForm(ReasonForm):
    example = _("it was issued to the wrong account")

    is_sure = forms.BooleanField(
        label=_("Revoke it for good"),
        help_text=_("It can never be made valid again."),
        error_messages={"required": _("Tick this: it cannot be undone")},
        widget=UnfoldBooleanWidget,
    )
