"""The tests: the embedded Postgres without fsync, N+1 detection on, mails in memory."""

import os
from base64 import b64encode
from hashlib import sha256

from gradus import postgres
from gradus.settings.base import *  # noqa: F403
from gradus.settings.base import DEMO_DIR, FOLDER_STORAGE, INSTALLED_APPS, MIDDLEWARE
from gradus.settings.database import database

DEBUG = False
STRICT_FETCH = True
SECRET_KEY = "only-for-tests"  # noqa: S105
# the same in every process of a run, as tests start servers of their own: PKCS#8 of an
# Ed25519 key (RFC 8410), whose 32 bytes come last
_KEY = bytes.fromhex("302e020100300506032b657004220420") + sha256(b"for tests").digest()
ISSUER_KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    f"{b64encode(_KEY).decode()}\n"
    "-----END PRIVATE KEY-----\n"
)
SITE_ORIGIN = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


def _database_url() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    server = postgres.join(DEMO_DIR / "tests" / "postgres", fsync=False)
    postgres.ensure_database(server, "gradus")
    return server.url("gradus")


DATABASES = {"default": database(_database_url(), pool=False)}
# on a busy machine fifty threads that connect at once wait for each other, and a test
# computes in its transaction for long
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 20,
    "options": "-c idle_in_transaction_session_timeout=10min",
}
# two test runs at the same time need two databases
if suffix := os.environ.get("TEST_DATABASE_SUFFIX"):
    DATABASES["default"]["TEST"] = {"NAME": f"test_gradus_{suffix}"}
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
# Django and allauth read these single rows anew in one request
ZEAL_ALLOWLIST = [
    {"model": "account.EmailAddress"},
    {"model": "accounts.User", "field": "get()"},
    {"model": "sessions.Session", "field": "get()"},
]
MEDIA_ROOT = DEMO_DIR / "tests" / "media"
STORAGES = {
    "default": FOLDER_STORAGE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
DEFAULT_FROM_EMAIL = "Gradus <gradus@testserver>"
TASKS = {
    "default": {
        "BACKEND": "django.tasks.backends.immediate.ImmediateBackend",
        "QUEUES": [],
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
