"""Production: every setting comes from the environment, and a missing one is named."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from gradus.settings.base import *  # noqa: F403
from gradus.settings.base import ACCESSIBILITY_PAGE, PRIVACY_PAGE
from gradus.settings.database import database


def need(name: str, what: str) -> str:
    """The variable's value; ImproperlyConfigured with one line that names it."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: it is {what}.")
    return value


def _origin() -> str:
    value = need(
        "SITE_ORIGIN", "the address people use, such as https://learn.example.org"
    )
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(
            "SITE_ORIGIN is malformed: write scheme and host without a path, "
            "such as https://learn.example.org."
        )
    return value


def _secret_key() -> str:
    value = need("SECRET_KEY", "at least 50 random characters")
    if len(value) < 50 or len(set(value)) < 5:
        raise ImproperlyConfigured(
            "SECRET_KEY is too weak: use at least 50 random characters."
        )
    return value


def _hosts() -> list[str]:
    value = need("ALLOWED_HOSTS", "the host names to answer to, separated by commas")
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    if "*" in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is malformed: * is not allowed.")
    return hosts


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} is malformed: write a whole number.")
    return int(value)


def _page(name: str, ours: Path) -> Path:
    """The operator's own Markdown file, or ours."""
    path = Path(os.environ.get(name) or ours)
    if not path.is_file():
        raise ImproperlyConfigured(f"{name} is malformed: there is no file {path}.")
    return path


def _mailer() -> dict[str, object]:
    url = urlsplit(need("EMAIL_URL", "smtp://user:password@host:587 or smtps://…"))
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL is malformed: write smtp://user:password@host:587 or smtps://…"
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url.hostname,
            "port": url.port or (465 if url.scheme == "smtps" else 587),
            "username": url.username or "",
            "password": url.password or "",
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
SITE_NAME = need("SITE_NAME", "the name of your school as people read it")
SITE_CONTACT = need("SITE_CONTACT", "the e-mail address people may write to")
if "@" not in SITE_CONTACT:
    raise ImproperlyConfigured("SITE_CONTACT is malformed: write an e-mail address.")
ALLOWED_HOSTS = _hosts()
DATABASES = {
    "default": database(need("DATABASE_URL", "postgresql://user:password@host/name"))
}
MAILERS = {"default": _mailer()}
DEFAULT_FROM_EMAIL = need("EMAIL_FROM", "the sender of all mails: Name <name@host>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
TIME_ZONE = os.environ.get("TIME_ZONE", "UTC")
TRUSTED_PROXIES = _number("TRUSTED_PROXIES", 0)
PRIVACY_PAGE = _page("PRIVACY_PAGE", PRIVACY_PAGE)
ACCESSIBILITY_PAGE = _page("ACCESSIBILITY_PAGE", ACCESSIBILITY_PAGE)

SECURE_SSL = SITE_ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
