"""The search page."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.throttle import TooOftenError, client_of, count_one
from courses.search import (
    HITS_A_PAGE,
    LONGEST_QUERY,
    clean_words,
    find_lessons,
    suggest_words,
)
from gradus.http import revalidated, too_often

SEARCHES_A_MINUTE = 60

_PAGE = re.compile(r"[1-9][0-9]{0,3}")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The lessons that hold the words of ?q=, a page of them; without words the help."""
    words = clean_words(request.GET.get("q", ""))
    context = {"words": words, "longest": LONGEST_QUERY, "room": "search"}
    if words:
        try:
            count_one("search", client_of(request), limit=SEARCHES_A_MINUTE, seconds=60)
        except TooOftenError as error:
            return too_often(request, error)
        context |= _found(request, words)
    return revalidated(render(request, "courses/search.html", context))


def _found(request: HttpRequest, words: str) -> dict[str, object]:
    page = request.GET.get("page", "1")
    if not _PAGE.fullmatch(page):
        raise Http404
    number = int(page)
    hits = find_lessons(request.user, words, number)
    if not hits.page and number > 1:
        raise Http404
    return {
        "hits": hits,
        "page": number,
        "has_next": hits.total > number * HITS_A_PAGE,
        "suggestion": "" if hits.total else suggest_words(request.user, words),
    }
