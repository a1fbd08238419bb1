"""How allauth's flows meet our user model, our addresses and our words."""

import contextlib
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as request_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.mails import make_mail
from accounts.models import User
from accounts.throttle import address_of

logger = logging.getLogger(__name__)

PASSWORD_WORDS: dict[str | None, Any] = {
    "password_too_short": _("Use at least 10 characters"),
    "password_too_common": _("Choose another password: many people use this one"),
    "password_too_similar": _(
        "Choose a password that is not like your name or your e-mail address"
    ),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right"),
        "incorrect_password": _("This is not your password"),
        "enter_current_password": _("This is not your password"),
        "incorrect_code": _(
            "This is not the code we sent. Check it, or send a new one"
        ),
        "duplicate_email": _("This is your address already. Write the new one"),
        "email_taken": _("Another account has this address"),
        "too_many_login_attempts": _(
            "Too many attempts. Wait five minutes and try again"
        ),
        "rate_limited": _("Wait a minute before you ask for a new code"),
    }

    def save_user(
        self, request: HttpRequest, user: User, form: Any, commit: bool = True
    ) -> User:
        """The name is set before the first save, which the database insists on."""
        user.name = form.cleaned_data["name"]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take the address, all or nothing; of two accounts at once the first has it."""
        try:
            with transaction.atomic():
                confirmed: bool = super().confirm_email(request, email_address)
        except IntegrityError:
            said = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, said)
            return False
        return confirmed

    def clean_password(self, password: str, user: User | None = None) -> str:
        """The password, or ValidationError in our words."""
        try:
            cleaned: str = super().clean_password(password, user)
        except ValidationError as refusal:
            raise ValidationError(
                [
                    ValidationError(PASSWORD_WORDS.get(error.code, error.message))
                    for error in refusal.error_list
                ]
            ) from refusal
        return cleaned

    # Addresses

    def is_safe_url(self, url: str) -> bool:
        """Whether ?next= leads to this site; other allowed hosts are not it."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={urlsplit(settings.SITE_ORIGIN).netloc}
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", args=[uid, token])
        return f"{settings.SITE_ORIGIN}{path}"

    def get_email_verification_redirect_url(self, email_address: object) -> str:
        return reverse("account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    # Throttles

    def get_client_ip(self, request: HttpRequest) -> str:
        """For allauth's throttles: no header a client sets, and nothing to keep."""
        return address_of(request)

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: str
    ) -> str:
        """The address alone: allauth adds the Host header, whose port anyone varies."""
        return credentials.get("email", "").lower()

    def is_ajax(self, request: HttpRequest) -> bool:
        return False  # pages only: there is no JSON to ask for

    # Mails

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: Mapping[str, object],
        headers: object = None,
    ) -> EmailMultiAlternatives:
        return make_mail(template_prefix, email, context)

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Send it now; where the mail server fails, a page says so instead of a 500."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # smtplib's errors are among these
            kind = type(error).__name__
            logger.error("%s was not sent: %s", template_prefix, kind)
            page = render(
                request_context.request, "account/mail_not_sent.html", status=503
            )
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """A notice of what is done and committed: where it cannot be sent, that stands."""
        notify = super().send_notification_mail

        def send() -> None:
            with contextlib.suppress(ImmediateHttpResponse):
                notify(*args, **kwargs)

        transaction.on_commit(send)
