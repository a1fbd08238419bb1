"""The code in an address: written in its one way, or led there."""

from collections.abc import Callable
from functools import wraps

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse

from certificates.codes import read_code


def in_one_spelling[R: HttpRequest](
    view: Callable[[R, str], HttpResponse],
) -> Callable[[R, str], HttpResponse]:
    """A view of a code; another spelling leads to the one, with what was asked for.

    What is no code is as missing as an unknown one: Http404.
    """

    @wraps(view)
    def shown(request: R, code: str) -> HttpResponse:
        spelled = read_code(code)
        if spelled is None:
            raise Http404
        if spelled == code:
            return view(request, code)
        name = request.resolver_match.view_name  # type: ignore[union-attr]
        address = reverse(name, args=[spelled], query=request.GET)
        return HttpResponsePermanentRedirect(address)

    return shown
