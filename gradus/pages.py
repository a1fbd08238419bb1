"""The theme, two pages that an operator may replace, and what machines ask for."""

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.markdown import Rendered, render_markdown
from courses.models import Lesson, Track
from gradus.http import revalidated

THEME_SECONDS = 365 * 24 * 3600
MACHINE_SECONDS = 3600  # how long robots.txt and the sitemap may be kept
ADDRESSES_AT_MOST = 50_000  # of one sitemap; source: sitemaps.org/protocol.html

_PICTURE = re.compile(r"^!\[.*\n\n", re.MULTILINE)

ROBOTS = """User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /me/
Disallow: /search/
Disallow: /theme/

Sitemap: {origin}{sitemap}
"""


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme for a year, or forget it, and go back to ?next=."""
    chosen = request.GET.get("theme", "")
    if chosen not in {"light", "dark", "system"}:
        raise BadRequest("unknown theme")
    response = redirect(_safe_next(request))
    if chosen == "system":
        response.delete_cookie("theme", samesite="Lax")
    else:
        response.set_cookie(
            "theme",
            chosen,
            max_age=THEME_SECONDS,
            samesite="Lax",
            secure=settings.SITE_ORIGIN.startswith("https:"),
        )
    return response


def _safe_next(request: HttpRequest) -> str:
    """Where ?next= leads if that is a page of this site, else the catalogue."""
    address = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else resolve_url("catalogue")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _page(request, Path(settings.PRIVACY_PAGE))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return _page(request, Path(settings.ACCESSIBILITY_PAGE))


@require_safe
def checking(request: HttpRequest) -> HttpResponse:
    """The document on checking a certificate, with this site in place of the example.

    Its pictures, of that example, are left out.
    """
    text = (Path(settings.BASE_DIR) / "docs" / "verifying.md").read_text("utf-8")
    text = _PICTURE.sub("", text)
    host = urlsplit(settings.SITE_ORIGIN).netloc
    for example, ours in [
        ("https://gradus.example", settings.SITE_ORIGIN),
        ("did:web:gradus.example", "did:web:" + host.replace(":", "%3A")),
        ("gradus.example", host),
    ]:
        text = text.replace(example, ours)
    return _show(request, text)


def _page(request: HttpRequest, path: Path) -> HttpResponse:
    return _show(request, path.read_text(encoding="utf-8"))


def _show(request: HttpRequest, text: str) -> HttpResponse:
    """Markdown whose first line, "# …", is the title of the page.

    {{site}} and {{contact}} in it stand for the school's name and its address.
    """
    text = text.replace("{{site}}", settings.SITE_NAME).replace(
        "{{contact}}", _contact()
    )
    title, _line_end, body = text.partition("\n")
    context = {"title": title.removeprefix("# ").strip(), "html": _rendered(body).html}
    return revalidated(render(request, "page.html", context))


def _contact() -> str:
    if address := settings.SITE_CONTACT:
        return f"[{address}](mailto:{address})"
    return _("the people who run this site")


@lru_cache(maxsize=8)
def _rendered(text: str) -> Rendered:
    return render_markdown(text)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may leave out; certificates say noindex themselves."""
    text = ROBOTS.format(origin=settings.SITE_ORIGIN, sitemap=reverse("sitemap"))
    return _for_machines(HttpResponse(text, content_type="text/plain; charset=utf-8"))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """What everybody may find: the public tracks and their lessons, for crawlers."""
    visitor = AnonymousUser()
    tracks = Track.objects.listed_for(visitor).only("slug")
    lessons = (
        Lesson.objects.listed_for(visitor)
        .select_related("track")
        .only("slug", "revised_at", "track__slug")
        .order_by("track_id", "position")
    )
    context = {
        "origin": settings.SITE_ORIGIN,
        "tracks": tracks,
        "lessons": lessons[:ADDRESSES_AT_MOST],
    }
    page = render(request, "sitemap.xml", context, content_type="application/xml")
    return _for_machines(page)


def _for_machines(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=MACHINE_SECONDS)
    return response
