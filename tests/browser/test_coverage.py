"""No view for people is left out of the list of pages; this needs no browser."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.pages import PAGES

NO_PAGES = {
    "done": "a POST; GET leads back to the lesson",
    "me_export": "a file",
    "me_track": "a POST",
    "theme": "sets a cookie and leads back",
    "admin_no_shortcut": "the admin's, and always a 404",
    "healthz": "for machines",
    "readyz": "for machines",
    "status_list": "for machines",
}


def test_every_view_for_people_has_an_entry():
    shown = {entry.view for entry in PAGES} - {""}
    there = set(names_in(get_resolver("gradus.urls")))

    assert there - shown - NO_PAGES.keys() == set(), "no entry in tests/browser/pages"
    assert (shown | NO_PAGES.keys()) - there == set(), "no such view"
    assert shown & NO_PAGES.keys() == set()


def names_in(resolver: URLResolver) -> Iterator[str]:
    """The names of all addresses; those of the admin and of files are left out."""
    for found in resolver.url_patterns:
        route = str(found.pattern)
        if isinstance(found, URLResolver):
            if found.namespace != "admin":
                yield from names_in(found)
        elif isinstance(found, URLPattern) and "." not in route.rsplit(">", 1)[-1]:
            assert found.name, route
            yield found.name
