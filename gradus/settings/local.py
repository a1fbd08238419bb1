"""Development and the demo: Postgres is embedded unless DATABASE_URL names one."""

import os

from gradus import postgres
from gradus.demo_folder import kept_secret
from gradus.logs import ONE_EVENT_A_LINE
from gradus.settings.base import *  # noqa: F403
from gradus.settings.base import DEMO_DIR, FOLDER_STORAGE, MIDDLEWARE
from gradus.settings.database import database

DEBUG = os.environ.get("DEBUG", "1") == "1"
STRICT_FETCH = DEBUG
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", "http://localhost:8000")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MIDDLEWARE = ["gradus.http.CanonicalHostMiddleware", *MIDDLEWARE]


def _database_url() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    server = postgres.join(DEMO_DIR / "postgres")
    postgres.ensure_database(server, "gradus")
    return server.url("gradus")


SECRET_KEY = kept_secret()
ISSUER_KEY_FILE = DEMO_DIR / "issuer_key.pem"
DATABASES = {"default": database(_database_url())}
MAILERS = {
    "default": {
        "BACKEND": "gradus.mail.FolderBackend",
        "OPTIONS": {"file_path": str(DEMO_DIR / "mails")},
    }
}
DEFAULT_FROM_EMAIL = "Gradus <gradus@localhost>"
STORAGES = {
    "default": FOLDER_STORAGE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if not DEBUG:
    LOGGING = ONE_EVENT_A_LINE
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
