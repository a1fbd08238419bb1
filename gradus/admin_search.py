"""The admin's search over its pages, which fails on a page number that is none.

Unfold 0.110 gives the number of the address to its paginator as it came (sites.py, search).
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse


def mend_search(site: AdminSite) -> None:
    """Call before site.urls is read: such a page is not found."""
    own: Any = site
    search = own.search

    def view(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            page: HttpResponse = search(request, extra_context)
        except InvalidPage as error:
            raise Http404 from error
        return page

    own.search = view
