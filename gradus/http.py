"""Request plumbing shared by all rooms: headers, the one host, the site's facts."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.csp import CSP

from accounts.models import User
from accounts.throttle import TooOftenError

type View = Callable[[HttpRequest], HttpResponse]

# unfold's Alpine evaluates expressions and writes style attributes
ADMIN_CSP = settings.SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-src": [CSP.SELF],  # the preview beside a text
}
# What is shown in a frame of the admin: it can be looked at, and nothing else.
FRAMED_CSP = settings.SECURE_CSP | {
    "script-src": [CSP.NONE],
    "connect-src": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-same-origin"],
}


class PolicyMiddleware:
    """Personal by default: nothing is cached unless its view says how.

    The admin, and it alone, gets the looser content policy that unfold needs; what it
    shows in a frame brings its own.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        is_framed = hasattr(response, "_csp_config")
        if request.path.startswith("/admin/") and not is_framed:
            response._csp_config = ADMIN_CSP  # type: ignore[attr-defined]
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response


class Utf8Middleware:
    """Forms come in UTF-8: other charsets can smuggle in half characters."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.encoding or "utf-8").lower() not in {"utf-8", "utf8"}:
            return HttpResponse(status=400)
        return self.get_response(request)


class CanonicalHostMiddleware:
    """One host: a GET for 127.0.0.1 goes to SITE_ORIGIN, so that links agree."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.SITE_ORIGIN).netloc

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.get_host() != self.host:
            return HttpResponseRedirect(settings.SITE_ORIGIN + request.get_full_path())
        return self.get_response(request)


def revalidated(response: HttpResponse) -> HttpResponse:
    """A public page: kept by the reader's own browser, asked for again each time."""
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def framed(response: HttpResponse) -> HttpResponse:
    """A page for a frame of this site's own: no script runs in it, no form is sent."""
    response._csp_config = FRAMED_CSP  # type: ignore[attr-defined]
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    patch_cache_control(response, private=True, no_store=True)
    return response


def too_often(request: HttpRequest, error: TooOftenError) -> HttpResponse:
    """The page that says: wait, then do it again."""
    context = {"retry_after": error.retry_after}
    response = render(request, "429.html", context, status=429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def site(request: HttpRequest) -> dict[str, object]:
    """For every template: the school's name and the chosen theme."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "site_origin": settings.SITE_ORIGIN,
        "site_host": urlsplit(settings.SITE_ORIGIN).netloc,
        "theme": theme if theme in {"light", "dark"} else "system",
    }


class LearnerRequest(HttpRequest):
    """A request that passed login_required: its user is a person."""

    user: User
