"""The account pages: allauth's views, each refusal a 422, and two of our own."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY as CODE_SENT,
)
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import NameForm
from accounts.models import User
from accounts.services import change_name

type View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """What a view behind login_required gets."""

    user: User


def _refusing(view: View) -> View:
    """Allauth redirects what it accepts and answers 200 to what it refuses: 422."""

    @wraps(view)
    def refusing(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return require_http_methods(["GET", "HEAD", "POST"])(refusing)


class SignUpView(allauth_views.SignupView):  # type: ignore[misc]
    def _redirect_to_pending_stage(self, request: HttpRequest, stage: object) -> None:
        """Who comes back from the code mistyped the address and starts over."""
        clear_login(request)


class ConfirmView(allauth_views.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """The code from the mail, and what to do when it no longer works."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_sent = CODE_SENT in request.session
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if was_sent and self._process is None:
            return self._no_longer(request)
        return response

    def _verify_form_invalid(self, form: Any) -> HttpResponse:
        is_guess = not form.has_error("code", "required")
        if is_guess and not self._process.record_invalid_attempt():
            return self._no_longer(self.request)
        page: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return page

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        self._process.state["at"] = time.time()  # the new code works as long
        response: HttpResponse = super()._resend_form_valid(form)
        messages.success(self.request, _("We sent a new code."))
        return response

    def _no_longer(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            said = _("That code no longer works. Write the address again.")
            messages.error(request, said)
            return redirect("account_email")
        said = _("That code no longer works. Sign in, and we send a new one.")
        messages.error(request, said)
        return redirect("account_login")


def _change_email(request: HttpRequest) -> HttpResponse:
    """Only the change: allauth's page also takes commands for lists of addresses."""
    if request.method == "POST" and "action_add" not in request.POST:
        return HttpResponseBadRequest()
    response: HttpResponse = allauth_views.email(request)
    return response


sign_in = _refusing(allauth_views.login)
sign_out = _refusing(allauth_views.logout)
sign_up = _refusing(SignUpView.as_view())
confirm_email = _refusing(ConfirmView.as_view())
reset_password = _refusing(allauth_views.password_reset)
reset_password_sent = require_safe(allauth_views.password_reset_done)
new_password = _refusing(allauth_views.password_reset_from_key)
change_password = _refusing(allauth_views.password_change)
change_email = _refusing(_change_email)
reauthenticate = _refusing(login_required(allauth_views.reauthenticate))
inactive = require_safe(allauth_views.account_inactive)


@require_safe
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    return render(request, "account/account.html", {"room": "account"})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        form = NameForm(initial={"name": request.user.name})
        return render(request, "account/name.html", {"form": form})
    form = NameForm(request.POST)
    if not form.is_valid():
        return render(request, "account/name.html", {"form": form}, status=422)
    change_name(request.user, form.cleaned_data["name"])
    messages.success(request, _("Your name is changed."))
    return redirect("account")
