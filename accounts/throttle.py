"""How often somebody may do something: one table, one statement.

The count is kept in the database, not in a process or a cache, so that all web
processes agree and nothing is forgotten when one restarts.
"""

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

_COUNT = """
INSERT INTO accounts_throttle (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN accounts_throttle."window" = EXCLUDED."window"
                 THEN accounts_throttle.count + 1 ELSE 1 END,
    "window" = EXCLUDED."window"
RETURNING count
"""


class TooOftenError(Exception):
    """The limit of this window is used up; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def count_one(action: str, who: str, *, limit: int, seconds: int) -> None:
    """Count one act of `who`; TooOftenError above `limit` in a window of `seconds`."""
    now = int(timezone.now().timestamp())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [f"{action}:{who}"[:100], now // seconds])
        (count,) = cursor.fetchone()
    if count > limit:
        raise TooOftenError(seconds - now % seconds)


def client_of(request: HttpRequest) -> str:
    """Who acts: the account, else the address as address_of gives it."""
    if request.user.is_authenticated:
        return f"u{request.user.pk}"
    return f"a{address_of(request)}"


def address_of(request: HttpRequest) -> str:
    """A keyed hash of where the request came from; the address itself is not kept.

    The address is the connection's own, or, behind TRUSTED_PROXIES proxies, the one
    the outermost of ours saw; what a client writes into the header never counts.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES].strip() or address
    digest = hmac.new(
        settings.SECRET_KEY.encode(), _network(address).encode(), hashlib.sha256
    )
    return digest.hexdigest()[:32]


def _network(address: str) -> str:
    """The address; of IPv6 its /64, as one household has all of these at once."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
