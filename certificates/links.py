"""What somebody types, pastes or sends to name a certificate. Pure."""

import re
import string
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from certificates.codes import read_code

LONGEST_INPUT = 2000  # characters; a link of ours has about 60
DEFAULT_PORTS = {"http": 80, "https": 443}

# what stands around a link in a letter or a chat, and cannot be seen in part
_AROUND = string.whitespace + (
    "\"'<>()[]“”«»\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
)
_WHOLE = re.compile(r"://|^/|^certificates/")  # a link, or what follows a site's name
_PLACE = re.compile(r"/*certificates/+([^/]+)")
_SUFFIX = re.compile(r"\.(json|pdf|png)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A code in its one spelling; and of a link the site that it leads to."""

    code: str | None  # None: what was typed holds none
    host: str = ""  # "gradus.example", "localhost:8000"; empty: no link


def read_named(text: str) -> Named:
    """A code in any spelling, or a link to a certificate or one of its files."""
    typed = text.strip(_AROUND)
    if code := read_code(typed):
        return Named(code)
    if len(typed) > LONGEST_INPUT or "/" not in typed:
        return Named(None)
    try:
        parts = urlsplit(typed if _WHOLE.search(typed) else f"https://{typed}")
        host = host_of(parts)
    except ValueError:
        return Named(None)
    return Named(_code_in(parts), host)


def host_of(parts: SplitResult) -> str:
    """The host with its port, unless that is the scheme's own.

    Raises:
        ValueError: the port is no number.
    """
    name, port = parts.hostname or "", parts.port
    if port in (None, DEFAULT_PORTS.get(parts.scheme)):
        return name
    return f"{name}:{port}"


def is_of(host: str, origin: str) -> bool:
    """Whether a host is that of a site, "https://gradus.example"."""
    return host == host_of(urlsplit(origin))


def _code_in(parts: SplitResult) -> str | None:
    if place := _PLACE.match(parts.path):
        return read_code(_SUFFIX.sub("", unquote(place[1]).strip()))
    if parts.path.strip("/") == "verify":
        return read_code(parse_qs(parts.query).get("code", [""])[0])
    return None
