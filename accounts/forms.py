"""The forms of the account pages: allauth's, with our fields and our words."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.utils import has_verified_email
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import LONGEST_NAME, clean_name
from accounts.services import change_name

type Text = str | Any  # a lazy translation is both

ADDRESS_ERRORS = {
    "required": _("Write your e-mail address"),
    "invalid": _("Write an e-mail address, for example name@example.org"),
    "max_length": _("Write an e-mail address, for example name@example.org"),
}
PASSWORD_HINT = _("At least 10 characters. A few words that you remember do well.")


class NameField(forms.CharField):
    """A person's name as a certificate prints it, cleaned by accounts.names."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Your name"))
        kwargs.setdefault("error_messages", {"required": _("Write your name")})
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocomplete": "name", "maxlength": str(LONGEST_NAME)}

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return clean_name(typed) if typed else ""


def _dress(field: forms.Field, label: Text, hint: Text = "", **attrs: str) -> None:
    """Our label, hint and attributes instead of allauth's placeholders."""
    field.label = label
    field.help_text = hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= attrs


def _dress_address(field: forms.Field, label: Text, autocomplete: str) -> None:
    _dress(field, label, autocomplete=autocomplete)
    field.error_messages |= ADDRESS_ERRORS


def _dress_new_address(field: forms.Field, label: Text, autocomplete: str) -> None:
    """Without the quotes that the standard allows: within them stands anything, also
    what a spreadsheet set to semicolons would run as a formula.
    """
    _dress_address(field, label, autocomplete)
    invalid = ADDRESS_ERRORS["invalid"]
    field.validators.append(RegexValidator('"', invalid, inverse_match=True))


def _dress_password(field: forms.Field, label: Text, hint: Text = "") -> None:
    _dress(field, label, hint)
    field.error_messages |= {"required": _("Write your password")}
    if hint:
        field.error_messages |= {"required": _("Choose a password")}


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_address(self.fields["login"], _("E-mail address"), "username")
        _dress_password(self.fields["password"], _("Password"))

    def clean(self) -> dict[str, Any]:
        """A refusal stands at the address, where the summary can lead."""
        try:
            super().clean()
        except ValidationError as refusal:
            self.add_error("login", refusal)
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    name = NameField(
        help_text=_("As a certificate should print it. You can change it later.")
    )
    field_order = ["name", "email", "password1"]
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_new_address(self.fields["email"], _("E-mail address"), "username")
        _dress_password(self.fields["password1"], _("Password"), PASSWORD_HINT)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if password := cleaned.get("password1"):
            person = User(name=cleaned.get("name", ""), email=cleaned.get("email"))
            try:
                get_adapter().clean_password(password, person)
            except ValidationError as refusal:
                self.add_error("password1", refusal)
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        """The new person, or the answer that does not tell that the address is known.

        Of sign-ups with one address at the same time the database lets one through;
        the others then go on as one does who comes later.
        """
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)  # type: ignore[no-any-return]
            except IntegrityError:
                if not self._holders().exists():
                    raise
                self.account_already_exists = True
        if person := self._same_again():
            return person, None
        return super().try_save(request)  # type: ignore[no-any-return]

    def _holders(self) -> Any:
        return User.objects.filter(email=self.cleaned_data["email"])

    def _same_again(self) -> User | None:
        """Who signed up with this password before and has not confirmed the address.

        A double click, or the code was lost: the same sign-up, so it sends a code.
        """
        person: User | None = self._holders().first()
        if person is None or not person.check_password(self.cleaned_data["password1"]):
            return None
        if has_verified_email(person):
            return None
        change_name(person, self.cleaned_data["name"])
        return person


class ConfirmForm(allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        _dress(
            code, _("Code from the e-mail"), _("Six letters. Capitals do not matter.")
        )
        code.widget.attrs |= {
            "class": "input--short code",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }
        code.error_messages |= {"required": _("Write the code from the e-mail")}


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_address(self.fields["email"], _("E-mail address"), "username")


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]  # a manager remembers it, or a reset helps
        _dress_password(self.fields["password1"], _("New password"), PASSWORD_HINT)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _dress_password(self.fields["oldpassword"], _("Your password now"))
        _dress_password(self.fields["password1"], _("New password"), PASSWORD_HINT)


class PasswordAskedForm(forms.Form):
    """Asks for the password again, throttled as a sign-in is."""

    password = PasswordField(autocomplete="current-password")
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_password(self.fields["password"], _("Your password"))

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class ChangeEmailForm(PasswordAskedForm, allauth_forms.AddEmailForm):  # type: ignore[misc]
    """A new address needs the password: who has the address has the account."""

    field_order = ["email", "password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_new_address(self.fields["email"], _("New e-mail address"), "email")


class ReauthenticateForm(PasswordAskedForm):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)


class NameForm(forms.Form):
    name = NameField()
