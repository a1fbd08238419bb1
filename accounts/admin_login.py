"""One door: the admin's own login and password pages lead to the account pages."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def guard(site: AdminSite) -> None:
    """Call before site.urls is read: throttle and, one day, MFA hold there too."""
    site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
    site.password_change = _password_change  # type: ignore[method-assign,assignment]


def _password_change(
    request: HttpRequest, extra_context: object = None
) -> HttpResponse:
    return redirect("account_change_password")
