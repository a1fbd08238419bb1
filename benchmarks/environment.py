"""Where benchmarks run: production's settings, a database of their own, this machine."""

import os
import platform
import secrets
from importlib.metadata import version

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from benchmarks.server import HOST
from gradus import postgres


def set_environment(name: str, *, port: int, prepared: bool) -> postgres.Server:
    """Set what production asks for, and start the database, anew each time, with fsync.

    To be called before django.setup().

    Args:
        name: of the folder under .demo/ that holds the database; no two at once share one.
        prepared: Postgres plans each statement once a connection.
    """
    from gradus.settings.base import DEMO_DIR

    folder = DEMO_DIR / name / "postgres"
    postgres.discard(folder)
    server = postgres.join(folder)
    postgres.ensure_database(server, "gradus")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": server.url("gradus"),
        "PGBOUNCER": "0" if prepared else "1",
        "ISSUER_KEY": _new_key(),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_ORIGIN": f"http://localhost:{port}",
        "SITE_NAME": "Gradus",
        "SITE_CONTACT": "gradus@example.org",
        "ALLOWED_HOSTS": f"localhost,{HOST}",
        "EMAIL_URL": "smtp://localhost:25",
        "EMAIL_FROM": "Gradus <gradus@example.org>",
        "MEDIA_ROOT": str(DEMO_DIR),
    }
    return server


def _new_key() -> str:
    """A private key, which signs for as long as the benchmark runs."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def say_machine(*packages: str) -> None:
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}", end="; "
    )
    print(f"load before {os.getloadavg()[0]:.1f}; Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in packages))
