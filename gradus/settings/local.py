"""Development and the demo: Postgres is embedded unless DATABASE_URL names one."""

import os
import secrets

from gradus import postgres
from gradus.settings.base import *  # noqa: F403
from gradus.settings.base import DEMO_DIR, MIDDLEWARE
from gradus.settings.database import database

STRICT_FETCH = True
DEBUG = os.environ.get("DEBUG", "1") == "1"
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", "http://localhost:8000")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MIDDLEWARE = ["gradus.http.CanonicalHostMiddleware", *MIDDLEWARE]


def _kept_secret() -> str:
    """The demo's own SECRET_KEY, made once, so that sessions outlive a restart."""
    path = DEMO_DIR / "secret_key"
    if not path.exists():
        DEMO_DIR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _database_url() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    server = postgres.join(DEMO_DIR / "postgres")
    postgres.ensure_database(server, "gradus")
    return server.url("gradus")


SECRET_KEY = _kept_secret()
DATABASES = {"default": database(_database_url())}
MAILERS = {
    "default": {
        "BACKEND": "gradus.mail.FolderBackend",
        "OPTIONS": {"file_path": str(DEMO_DIR / "mails")},
    }
}
DEFAULT_FROM_EMAIL = "Gradus <gradus@localhost>"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
