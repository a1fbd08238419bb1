"""What verifiers read: the signed credential, the site's keys, the status lists."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from certificates.access import FileWithdrawnError, get_signed_document
from certificates.addresses import in_one_spelling
from certificates.models import CertificateDocument
from certificates.status_list import did_document, status_list

CREDENTIAL_TYPE = "application/vc+ld+json"
DID_TYPE = "application/did+json"
FRESH = 300  # seconds for which anybody may keep what is served here

type FileView = Callable[[HttpRequest, CertificateDocument], HttpResponse]


def certificate_file(view: FileView) -> Callable[..., HttpResponse]:
    """A view of a file of a certificate: given its newest signed document.

    Another spelling of the code leads to the one; unknown and hidden are the same 404,
    withdrawn is 410, and neither says anything of the certificate.
    """

    @require_safe
    @in_one_spelling
    @wraps(view)
    def shown(request: HttpRequest, code: str) -> HttpResponse:
        try:
            return view(request, get_signed_document(code))
        except FileWithdrawnError:
            said = _("This certificate was withdrawn by its holder.")
            return HttpResponse(
                said, status=410, content_type="text/plain; charset=utf-8"
            )

    return shown


@certificate_file
def credential(request: HttpRequest, document: CertificateDocument) -> HttpResponse:
    """The signed Open Badges credential, byte for byte as it is stored.

    A revoked or superseded one, too: who checks it has to see its bit in the list.
    """
    return public_file(request, document.credential.encode(), CREDENTIAL_TYPE)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The site's did:web document."""
    document = did_document()
    if document is None:
        raise Http404
    return public_file(request, json.dumps(document).encode(), DID_TYPE)


@require_safe
def status(request: HttpRequest, number: int) -> HttpResponse:
    """One signed status list."""
    text = status_list(number, timezone.now())
    if text is None:
        raise Http404
    return public_file(request, text.encode(), CREDENTIAL_TYPE)


def public_file(
    request: HttpRequest, content: bytes, content_type: str
) -> HttpResponse:
    """The bytes for anybody, also for scripts of other sites; 304 to who has them."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag) or HttpResponse(
        content, content_type=content_type
    )
    return for_anybody(answer, etag)


def for_anybody(
    answer: HttpResponse, etag: str, max_age: int = FRESH, *, immutable: bool = False
) -> HttpResponse:
    """What every file of a certificate says of itself; max_age in seconds."""
    answer.headers["ETag"] = etag
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(answer, public=True, max_age=max_age)
    if immutable:
        patch_cache_control(answer, immutable=True)
    return answer
