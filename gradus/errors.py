"""The error pages: each says what happened and where to go on.

400, 403 and 404 show the ordinary header, and the plain one when session or account cannot
be read. 500 and 503 are always plain: no database, session or context processor is asked.
"""

import logging
import sys

import psycopg
from django.db import DataError, Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html

from certificates.private_key import SigningKeyError
from certificates.signing import SigningError
from courses.constraints import is_too_slow
from gradus.http import site

RETRY_AFTER = 10  # seconds; a restarted database serves again well before

_UNAVAILABLE = (OperationalError, InterfaceError, psycopg.OperationalError)
_log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _show(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _show(request, "403.html", 403)


def forbidden_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old; the way out is to load the page again."""
    return _show(request, "403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _show(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when the database is down, too busy, or waited for us too long;

    or 503 when no certificate can be signed, which the operator has to mend;

    or 400 when a value cannot be text or a number of the database at all, such as a NUL in
    a cookie. Django calls this while the exception is being handled.
    """
    error = sys.exception()
    if isinstance(error, (SigningKeyError, SigningError)):
        return _show_plain(request, "503_signing.html", 503)
    if isinstance(error, DataError):
        return bad_request(request, error)
    if not isinstance(error, _UNAVAILABLE) and not is_too_slow(error):
        return _show_plain(request, "500.html", 500)
    response = _show_plain(request, "503.html", 503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _show(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        return render(request, template, status=status)
    except Error:
        return _show_plain(request, template, status)


def _show_plain(request: HttpRequest, template: str, status: int) -> HttpResponse:
    context = {"layout": "plain.html", **site(request)}
    try:
        page = render_to_string(template, context)
    except Exception:  # such as a style sheet that was never collected
        _log.exception("The page of error %s cannot be rendered", status)
        page = format_html(_LAST_RESORT, status, context["site_name"])
    return HttpResponse(page, status=status)


_LAST_RESORT = """<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Error {0} · {1}</title>
  <h1>Something went wrong</h1>
  <p>An answer that you sent already is safe. <a href="/">Go to {1}</a></p>
</html>
"""
