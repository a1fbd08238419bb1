"""The files of a certificate for people: PDF, badge, the picture of a shared link."""

import hashlib
import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.throttle import TooOftenError, address_of, count_one
from certificates.baking import bake
from certificates.emblems import emblem_of
from certificates.machine_views import certificate_file, for_anybody, public_file
from certificates.models import CertificateDocument
from certificates.paper import Paper, paper_of
from certificates.pdf import PAPERS, Size, render_pdf
from certificates.pictures import render_picture
from certificates.typesetting import fingerprint
from gradus.http import too_often

DRAWN_A_MINUTE = 60  # PDFs and pictures for one client, each some 50 ms of a processor
A_YEAR = 365 * 24 * 3600  # seconds
EDITION = re.compile(r"[0-9a-f]{12}")


@certificate_file
def pdf(request: HttpRequest, document: CertificateDocument) -> HttpResponse:
    """To print and to keep, in A4, or with ?paper=letter on Letter; always the same."""
    asked = request.GET.get("paper", "a4")
    size: Size | None = next((size for size in PAPERS if size == asked), None)
    if size is None:
        return HttpResponseBadRequest(_("Say paper=a4 or paper=letter."))
    answer = _drawn(
        request,
        f"certificate.typ {size} {document.credential}",
        lambda: render_pdf(_paper(document), document.credential, size),
        "application/pdf",
    )
    name = f"certificate-{document.certificate.code}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@certificate_file
def picture(request: HttpRequest, document: CertificateDocument) -> HttpResponse:
    """What a shared link shows."""
    return _drawn(
        request,
        f"picture.typ {document.credential}",
        lambda: render_picture(_paper(document)),
        "image/png",
    )


@certificate_file
def badge(request: HttpRequest, document: CertificateDocument) -> HttpResponse:
    """The emblem with the signed credential baked in, for wallets."""
    picture = emblem_of(document.certificate.facts["edition"])
    if picture is None:
        raise Http404
    return public_file(request, bake(picture, document.credential), "image/png")


@require_safe
def emblem(request: HttpRequest, edition: str) -> HttpResponse:
    """The picture of what was achieved; it never changes."""
    found = emblem_of(edition) if EDITION.fullmatch(edition) else None
    if found is None:
        raise Http404
    etag = f'"{edition}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(found, content_type="image/png")
    return for_anybody(answer, etag, A_YEAR, immutable=True)


def _paper(document: CertificateDocument) -> Paper:
    return paper_of(document.certificate, document.name)


def _drawn(
    request: HttpRequest, source: str, draw: Callable[[], bytes], content_type: str
) -> HttpResponse:
    """The file, drawn for this request; 304 to who has it, 429 to who asks too often.

    source: names the template, and all that the file is made of.
    """
    made_by = fingerprint(source.partition(" ")[0])
    etag = f'"{hashlib.sha256((made_by + source).encode()).hexdigest()[:32]}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return for_anybody(known, etag)
    try:
        count_one("paper", address_of(request), limit=DRAWN_A_MINUTE, seconds=60)
    except TooOftenError as error:
        return too_often(request, error)
    return for_anybody(HttpResponse(draw(), content_type=content_type), etag)
