"""The error pages: each says what happened and where to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old; the way out is to load the page again."""
    return render(request, "403_csrf.html", status=403)
