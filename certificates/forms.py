"""What is typed about certificates: the name they print, the code to look one up."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField
from certificates.access import origin_of
from certificates.carriers import MAX_FILE_BYTES
from certificates.links import is_of, read_named
from certificates.signing import TooLongError

CANNOT_SIGN_NOW = _(
    "The site cannot sign certificates at the moment. Nothing was issued: try again "
    "later."
)
TOO_LONG = _(
    "This track is too long for a certificate: its lessons and their titles do not fit "
    "into a signed file. Nothing was issued, and what you earned is kept. The people "
    "who run this site can help."
)
UNKNOWN_CODE = _("No certificate has this code. Check each group of letters.")
NO_CERTIFICATE = _(
    "This address leads to no certificate. Paste that of its page, or type the code."
)
ELSEWHERE = _("This address is of {host}, so the certificate is not one of ours.")


def why_unsigned(error: Exception) -> str:
    """What a person is told who gets no certificate, of services.CANNOT_SIGN."""
    return str(TOO_LONG if isinstance(error, TooLongError) else CANNOT_SIGN_NOW)


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
    """A code or a link, however it is spelled; out comes the code in its one way."""

    code = forms.CharField(
        label=_("Certificate code or address"),
        help_text=_(
            "For example 7K4M-9QXT-2HWD-5VPN. Capitals and hyphens do not matter. The "
            "address of its page will do, too."
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
        named = read_named(self.cleaned_data["code"])
        origin = origin_of(named.code) if named.code else None
        ours = [settings.SITE_ORIGIN, *([origin] if origin else [])]
        if named.host and not any(is_of(named.host, one) for one in ours):
            raise forms.ValidationError(format_lazy(ELSEWHERE, host=named.host))
        if named.host and named.code is None:
            raise forms.ValidationError(NO_CERTIFICATE)
        if named.code is None or origin is None:
            raise forms.ValidationError(UNKNOWN_CODE)
        return named.code


class VerifyFileForm(forms.Form):
    """A file that carries a certificate; what is in it is read by certificates.checking."""

    file = forms.FileField(
        label=_("The certificate as a file"),
        max_length=255,
        allow_empty_file=False,
        help_text=_(
            "The PDF, the Open Badges file (JSON) or the picture (PNG), at most 1 MB. It "
            "is looked at and not kept."
        ),
        error_messages={
            "required": _("Choose a file"),
            "missing": _("Choose a file"),
            "invalid": _("Choose a file"),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(
            attrs={
                "accept": ".json,.pdf,.png,application/json,application/pdf,image/png"
            }
        ),
    )

    def clean_file(self) -> Any:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is larger than 1 MB."))
        return file
