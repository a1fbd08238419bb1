"""The form that ends an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PasswordAskedForm
from accounts.models import User
from certificates.models import CertificateDocument


class DeleteAccountForm(PasswordAskedForm):
    """The password once more, and what becomes of the certificates, if there are any."""

    certificates = forms.ChoiceField(
        label=_("Your certificates"),
        choices=[
            ("keep", _("Stay valid, with the name printed on them")),
            ("withdraw", _("Are withdrawn for good, and show no name")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of your certificates")},
    )
    field_order = ["certificates", "password"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        # the documents of withdrawn certificates are gone
        if not CertificateDocument.objects.filter(
            certificate__enrollment__learner=user
        ).exists():
            del self.fields["certificates"]
