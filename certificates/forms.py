"""What is typed about certificates: the name they print, the code to look one up."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField
from certificates.access import is_issued
from certificates.codes import read_code

UNKNOWN_CODE = _("No certificate has this code. Check each group of letters.")


class ClaimForm(forms.Form):
    name = NameField(
        label=_("The name on your certificate"),
        help_text=_(
            "As an employer should read it. What you confirm here becomes your "
            "account’s name too. Changing it later makes a new certificate that "
            "replaces this one."
        ),
    )


class CorrectForm(forms.Form):
    name = NameField(
        label=_("The name on your certificate"),
        help_text=_(
            "As an employer should read it. It becomes your account’s name too."
        ),
    )


class VerifyForm(forms.Form):
    """The code of a certificate, however it is spelled; it comes out in its one way."""

    code = forms.CharField(
        label=_("Certificate code"),
        help_text=_(
            "For example 7K4M-9QXT-2HWD-5VPN. Capitals and hyphens do not matter."
        ),
        error_messages={"required": _("Write the code of the certificate")},
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None or not is_issued(code):
            raise forms.ValidationError(UNKNOWN_CODE)
        return code
