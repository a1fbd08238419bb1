"""The site's addresses, and four at which something goes wrong."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.throttle import TooOftenError
from gradus.http import too_often
from gradus.urls import (  # noqa: F401 (Django looks for the handlers here)
    handler400,
    handler403,
    handler404,
    handler500,
)
from gradus.urls import urlpatterns as ours


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def lose_the_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the server closed the connection")


def slow_down(request: HttpRequest) -> HttpResponse:
    return too_often(request, TooOftenError(retry_after=12))


urlpatterns = [
    *ours,
    path("broken/forbidden/", forbid),
    path("broken/machine/", break_down),
    path("broken/database/", lose_the_database),
    path("broken/patience/", slow_down),
]
