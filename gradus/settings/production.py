"""Production: every setting comes from the environment, and a missing one is named."""

import os
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from gradus.logs import ONE_EVENT_A_LINE
from gradus.settings.base import *  # noqa: F403
from gradus.settings.base import ACCESSIBILITY_PAGE, PRIVACY_PAGE
from gradus.settings.database import database
from gradus.settings.media import media_storage

SCHEMES = ("https", "http")
LONGEST_NAME = 100  # characters, as the header and a certificate have room for
MAIL_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}  # by scheme of EMAIL_URL


def need(name: str, what: str) -> str:
    """The variable's value; ImproperlyConfigured with one line that names it."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: it is {what}.")
    return value


def _split(value: str) -> SplitResult | None:
    """The parts of a URL; None where it or its port cannot be read."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # read for its ValueError
    except ValueError:
        return None
    return parts if parts.hostname else None


def _origin() -> str:
    value = need(
        "SITE_ORIGIN", "the address people use, such as https://learn.example.org"
    )
    parts = _split(value)
    has_user = "@" in value
    if (
        not parts
        or has_user
        or value not in {f"{s}://{parts.netloc.lower()}" for s in SCHEMES}
    ):
        raise ImproperlyConfigured(
            "SITE_ORIGIN is malformed: write scheme and host in lower case, without a "
            "path or a final slash, such as https://learn.example.org."
        )
    if not value.isascii() or _is_number(parts.hostname or ""):
        raise ImproperlyConfigured(
            "SITE_ORIGIN is malformed: certificates name their issuer by it (did:web), "
            "so its host is a name in ASCII (xn--… for others) and no IP address."
        )
    return value


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _name() -> str:
    value = need("SITE_NAME", "the name of your school as people read it")
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise ImproperlyConfigured(
            f"SITE_NAME is malformed: write one line of at most {LONGEST_NAME} characters."
        )
    return value


def _secret_key() -> str:
    value = need("SECRET_KEY", "at least 50 random characters")
    guessable = value.startswith("django-insecure-") or len(set(value)) < 5
    if guessable or len(value) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is too weak: use at least 50 random characters."
        )
    return value


def _hosts(origin: str) -> list[str]:
    value = need("ALLOWED_HOSTS", "the host names to answer to, separated by commas")
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    if "*" in value:
        raise ImproperlyConfigured("ALLOWED_HOSTS is malformed: * is not allowed.")
    if not validate_host(urlsplit(origin).hostname or "", hosts):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is malformed: the host of SITE_ORIGIN is not in it."
        )
    return hosts


def _number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or len(value) > 3:
        raise ImproperlyConfigured(f"{name} is malformed: write a whole number.")
    return int(value)


def _flag(name: str) -> bool:
    value = os.environ.get(name) or "0"
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} is malformed: write 1 or 0.")
    return value == "1"


def _address(name: str, what: str) -> str:
    value = need(name, what)
    address = parseaddr(value)[1]
    if " " in address or not value.isprintable() or not all(address.partition("@")):
        raise ImproperlyConfigured(f"{name} is malformed: it is {what}.")
    return value


def _time_zone() -> str:
    value = os.environ.get("TIME_ZONE") or "UTC"
    if value not in available_timezones():
        raise ImproperlyConfigured(
            "TIME_ZONE is malformed: write a name such as Europe/Berlin."
        )
    return value


def _page(name: str, ours: Path) -> Path:
    """The operator's own Markdown file, or ours."""
    path = Path(os.environ.get(name) or ours)
    if not path.is_file():
        raise ImproperlyConfigured(f"{name} is malformed: there is no file {path}.")
    return path


def _issuer_key() -> tuple[str, Path | str]:
    """ISSUER_KEY and ISSUER_KEY_FILE: one of them; wsgi.py and /readyz look inside."""
    key = os.environ.get("ISSUER_KEY", "").strip()
    file = os.environ.get("ISSUER_KEY_FILE", "").strip()
    if not key and not file:
        raise ImproperlyConfigured(
            "ISSUER_KEY is not set: it is the private key that signs certificates, in "
            "PEM; or set ISSUER_KEY_FILE, a file of mode 0600 that holds it."
        )
    if key and file:
        raise ImproperlyConfigured(
            "ISSUER_KEY and ISSUER_KEY_FILE are both set: one key signs certificates."
        )
    if file and not Path(file).is_absolute():
        raise ImproperlyConfigured(
            "ISSUER_KEY_FILE is malformed: write the path from its /."
        )
    return key, Path(file) if file else ""


def _folder(name: str) -> Path | None:
    """A folder of the operator's own, if there is to be one."""
    value = os.environ.get(name, "").strip()
    if value and not (Path(value).is_absolute() and Path(value).is_dir()):
        raise ImproperlyConfigured(
            f"{name} is malformed: write the whole path of a folder that exists."
        )
    return Path(value) if value else None


def _mailer() -> dict[str, object]:
    url = _split(need("EMAIL_URL", "smtp://user:password@host:587 or smtps://…"))
    if not url or url.scheme not in MAIL_PORTS or url.port == 0:
        raise ImproperlyConfigured(
            "EMAIL_URL is malformed: write smtp://user:password@host:587, smtps://… "
            "or, for a relay on this machine without TLS, smtp+plain://localhost."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url.hostname,
            "port": url.port or MAIL_PORTS[url.scheme],
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "use_ssl": url.scheme == "smtps",
            "use_tls": url.scheme == "smtp",
            "timeout": 10,
        },
    }


if os.environ.get("DEBUG", "").lower() not in {"", "0", "false", "no"}:
    raise ImproperlyConfigured("DEBUG is set: unset it, production never debugs.")
DEBUG = False
SECRET_KEY = _secret_key()
SITE_ORIGIN = _origin()
SITE_NAME = _name()
SITE_CONTACT = _address("SITE_CONTACT", "the e-mail address people may write to")
ALLOWED_HOSTS = _hosts(SITE_ORIGIN)
DATABASES = {
    "default": database(
        need("DATABASE_URL", "postgresql://user:password@host/name"),
        pgbouncer=_flag("PGBOUNCER"),
    )
}
MAILERS = {"default": _mailer()}
DEFAULT_FROM_EMAIL = _address("EMAIL_FROM", "the sender of all mails: Name <a@b.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
TIME_ZONE = _time_zone()
TRUSTED_PROXIES = _number("TRUSTED_PROXIES", 0)
ISSUER_KEY, ISSUER_KEY_FILE = _issuer_key()
PRIVACY_PAGE = _page("PRIVACY_PAGE", PRIVACY_PAGE)
ACCESSIBILITY_PAGE = _page("ACCESSIBILITY_PAGE", ACCESSIBILITY_PAGE)
CERTIFICATE_FONTS = _folder("CERTIFICATE_FONTS")

SECURE_SSL = SITE_ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

MEDIA_ROOT, PICTURES = media_storage()
STORAGES = {
    "default": PICTURES,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LOGGING = ONE_EVENT_A_LINE
