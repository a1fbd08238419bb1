"""Claim a certificate, show it to anybody, and what its holder may do."""

import logging
from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from certificates import services
from certificates.access import (
    current_certificate,
    get_certificate,
    get_held_certificate,
)
from certificates.addresses import in_one_spelling
from certificates.award import Award, read_award
from certificates.forms import ClaimForm, why_unsigned
from certificates.machine_views import CREDENTIAL_TYPE, credential
from certificates.qr import page_qr
from certificates.sharing import Shared
from certificates.status import State, status_of
from courses.access import get_track_for
from courses.models import Track
from gradus.http import revalidated

logger = logging.getLogger(__name__)
_TYPES = ["text/html", CREDENTIAL_TYPE, "application/json"]  # of one address


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, track_slug: str) -> HttpResponse:
    """What the certificate will say, or what is missing; POST issues it."""
    user = request.user
    track = get_track_for(user, track_slug)
    if not user.is_authenticated:
        return _page(request, "sign_in", track)
    certificate = current_certificate(user, track.pk)
    if certificate is None:
        return _claim_first(request, user, track)
    if certificate.state == State.WITHDRAWN:
        return _page(request, "claim_withdrawn", track, certificate=certificate)
    return redirect(certificate)


def _page(
    request: HttpRequest, name: str, track: Track, status: int = 200, **extra: object
) -> HttpResponse:
    context = {"track": track, "room": "tracks", **extra}
    return render(request, f"certificates/{name}.html", context, status=status)


def _claim_first(request: HttpRequest, user: User, track: Track) -> HttpResponse:
    completed_at = track.completed_at  # type: ignore[attr-defined]
    award = read_award(user, track, completed_at, timezone.now())
    if award.finished_at is None:
        return _unfinished(request, track, award)
    if request.method != "POST":
        form = ClaimForm(initial={"name": user.name})
        return _page(request, "claim", track, award=award, form=form)
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _page(request, "claim", track, 422, award=award, form=form)
    try:
        return redirect(
            services.claim_certificate(user, track, form.cleaned_data["name"])
        )
    except services.CertificateError:  # undone or withdrawn since it was read above
        return redirect("claim", track.slug)
    except services.CANNOT_SIGN as error:
        logger.error("certificate not signed: %s", error)
        form.add_error(None, why_unsigned(error))
        return _page(request, "claim", track, 503, award=award, form=form)


def _unfinished(request: HttpRequest, track: Track, award: Award) -> HttpResponse:
    """The lessons still to do; a POST that comes too early is told so."""
    status = 409 if request.method == "POST" else 200
    return _page(request, "unfinished", track, status, award=award)


@require_safe
@in_one_spelling
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate and the proof of it: its status is read at each look.

    Who asks this address for JSON gets the signed credential.
    """
    if request.get_preferred_type(_TYPES) not in {_TYPES[0], None}:
        response = credential(request, code)
        patch_vary_headers(response, ["Accept"])
        return response
    found = get_certificate(request.user, code)
    history = list(found.events.all())
    status = status_of(history)
    shared = Shared(found, settings.SITE_ORIGIN)
    context = {
        "certificate": found,
        "history": history,
        "status": status,
        "state": status.state.value,
        "qr": page_qr(shared.page) if status.shows_facts else "",
        "is_holder": found.holder_id == request.user.pk,
        "shared": shared,
    }
    response = render(request, "certificates/certificate.html", context)
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept"])
    return revalidated(response)


@require_http_methods(["GET", "HEAD", "POST"])
@in_one_spelling
def holder(request: HttpRequest, code: str) -> HttpResponse:
    """What its holder alone may do. GET asks whether it shall really be withdrawn."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    held = get_held_certificate(request.user, code)
    if held.state == State.WITHDRAWN:
        return redirect(held)
    if request.method != "POST":
        if held.code != held.current_code:  # they are withdrawn together
            return redirect("holder", held.current_code)
        return render(request, "certificates/withdraw.html", {"certificate": held})
    with suppress(services.WithdrawnError):  # in another window, since it was read
        match request.POST.get("action"):
            case "hide":
                services.hide(held)
                messages.success(request, _("The details are hidden."))
            case "show":
                services.show(held)
                messages.success(request, _("The details are shown again."))
            case "withdraw":
                services.withdraw(held)
            case _:
                return HttpResponseBadRequest(_("Say action=hide, show or withdraw."))
    return redirect(held)
