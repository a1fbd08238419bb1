"""Where the links of a lesson lead."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from django.utils.translation import gettext as _

from courses.headings import heading_slug

type Resolve = Callable[[str], str | None]
ID = re.compile(r"(?:s|fn|fnref)-[a-z0-9-]+")  # of ours in the page
_ALLOWED = re.compile(
    r"https?://[^\x00-\x20/\\?#][^\x00-\x20\\]*"
    r"|mailto:[^\x00-\x20\\]+"
    r"|/(?![/\\])[^\x00-\x20\\]*"
    rf"|#{ID.pattern}",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_SHOWN = 80  # characters of a target in a message


def is_allowed_address(address: str) -> bool:
    """Whether a link may lead there: http, https, mailto, /path or one of our ids."""
    return _ALLOWED.fullmatch(address) is not None


class DeadLinkError(ValueError):
    """A link that may not or cannot be followed; its text says why, for the author."""


def nowhere(path: str) -> str | None:
    """The resolve of texts that have no neighbours."""
    return None


def find_address(target: str, resolve: Resolve, anchors: Mapping[str, str]) -> str:
    """The address for the target of a link, percent-encoded as markdown-it leaves it.

    `#x` leads to the heading of that name, a relative path to what resolve knows of it,
    everything else has to be allowed as it is.

    Raises:
        DeadLinkError: it leads nowhere, or is of a kind that is not allowed.
    """
    if target.startswith("#"):
        return _find_heading(target, anchors)
    if _SCHEME.match(target) or target.startswith("/"):
        if is_allowed_address(target):
            return target
        message = _("the link to %(target)s is of a kind that is not allowed")
        raise DeadLinkError(message % {"target": _shown(target)})
    path, _hash, fragment = target.partition("#")
    path = unquote(path.partition("?")[0]).removeprefix("./")
    address = resolve(path) if path else None
    if address is None:
        raise DeadLinkError(
            _("the link to %(target)s leads nowhere") % {"target": _shown(target)}
        )
    slug = heading_slug(unquote(fragment))
    return f"{address}#s-{slug}" if slug else address


def _find_heading(target: str, anchors: Mapping[str, str]) -> str:
    name = unquote(target[1:])
    found = anchors.get(name) or anchors.get(name.lower())
    if not name or found is None:
        message = _("the link to %(target)s leads nowhere: no heading has that name")
        raise DeadLinkError(message % {"target": _shown(target)})
    return f"#{found}"


def _shown(target: str) -> str:
    shown = unquote(target)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
