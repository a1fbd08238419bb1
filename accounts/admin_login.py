"""One door: the admin's own login and password pages lead to the account pages."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


def guard(site: AdminSite) -> None:
    """Call before site.urls is read: throttle and, one day, MFA hold there too.

    A password is never sent there, not even by who is signed in.
    """
    login = require_safe(site.login)
    site.login = secure_admin_login(login)  # type: ignore[method-assign]
    site.password_change = _password_change  # type: ignore[method-assign,assignment]


def _password_change(
    request: HttpRequest, extra_context: object = None
) -> HttpResponse:
    return redirect("account_change_password")


def no_shortcut(request: HttpRequest, row: str) -> HttpResponse:
    """Instead of the admin's "r/…", which tells the address of any row, also a hidden one.

    Each page of ours that links to the site knows the address itself.
    """
    raise Http404
