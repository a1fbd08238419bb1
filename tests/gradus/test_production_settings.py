"""Production's settings: whatever is missing or malformed stops the start with one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.conf import settings

ROOT = Path(__file__).parents[2]
GOOD = {
    "SECRET_KEY": "q7Zp-long-and-random-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_ORIGIN": "https://learn.example.org",
    "SITE_NAME": "Garden School",
    "SITE_CONTACT": "school@example.org",
    "ALLOWED_HOSTS": "learn.example.org",
    "DATABASE_URL": "postgresql://gradus:s3cret@db.invalid/gradus",
    "EMAIL_URL": "smtp://mailer:p%40ss@mail.example.org",
    "EMAIL_FROM": "Garden School <school@example.org>",
    "MEDIA_ROOT": str(ROOT),
    "ISSUER_KEY": settings.ISSUER_KEY,
}
ONE_LINE = settings.ISSUER_KEY.replace("\n", "\\n")
S3 = {"MEDIA_ROOT": "", "MEDIA_S3_BUCKET": "garden-school"}


def run(*command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | GOOD | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def setting(name: str, **changes: str) -> str:
    """What the settings make of the environment, as repr prints it."""
    code = f"from gradus.settings import production; print(repr(production.{name}))"
    done = run("-c", code, **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refusal(**changes: str) -> str:
    """The one line that the server ends with."""
    done = run("-c", "import gradus.wsgi", **changes)
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("Gradus does not start. ")
    return line


def test_good_settings_start():
    assert run("-c", "import gradus.wsgi").returncode == 0


def test_django_s_own_checks_are_content():
    done = run(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level=WARNING",
        "--settings=gradus.settings.production",
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ISSUER_KEY_FILE": "/etc/key.pem"}, "are both set"),
        ({"ISSUER_KEY": "", "ISSUER_KEY_FILE": "key.pem"}, "write the path from its /"),
        (
            {"ISSUER_KEY": "", "ISSUER_KEY_FILE": "/nowhere/k"},
            "There is no signing key",
        ),
        ({"ISSUER_KEY": "s3cret"}, "ISSUER_KEY holds no private key in PEM"),
        ({"ISSUER_KEY": "s3cret\udcff"}, "ISSUER_KEY holds no private key in PEM"),
    ],
)
def test_a_signing_key_that_cannot_be_had_stops_the_start(change, said):
    line = refusal(**change)

    assert said in line
    assert "s3cret" not in line


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (x25519.X25519PrivateKey.generate(), "a key of another kind"),
        (ec.generate_private_key(ec.SECP256R1()), "a key of another kind"),
        (None, "holds no private key in PEM"),  # cut off
    ],
)
def test_a_key_that_signs_no_certificate_stops_the_start(made, said):
    cut = settings.ISSUER_KEY.splitlines()[:2]
    line = refusal(ISSUER_KEY=_pem(made) if made else "\n".join(cut))

    assert said in line


def test_a_key_is_found_behind_a_comment():
    commented = f"# signs certificates\n{settings.ISSUER_KEY}"

    assert run("-c", "import gradus.wsgi", ISSUER_KEY=commented).returncode == 0


def _pem(key: x25519.X25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def test_a_key_in_one_line_is_read():
    assert run("-c", "import gradus.wsgi", ISSUER_KEY=ONE_LINE).returncode == 0


def test_a_key_file_that_others_may_read_stops_the_start(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text(settings.ISSUER_KEY)
    file.chmod(0o640)
    assert "chmod 600" in refusal(ISSUER_KEY="", ISSUER_KEY_FILE=str(file))

    file.chmod(0o600)
    assert setting("ISSUER_KEY_FILE", ISSUER_KEY="", ISSUER_KEY_FILE=str(file))


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name):
    assert f"{name} is not set: it is " in refusal(**{name: " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_ORIGIN", "learn.example.org"),
        ("SITE_ORIGIN", "ftp://learn.example.org"),
        ("SITE_ORIGIN", "https://learn.example.org/"),
        ("SITE_ORIGIN", "https://learn.example.org?a=b"),
        ("SITE_ORIGIN", "https://Learn.example.org"),
        ("SITE_ORIGIN", "https://learn.example.org:port"),
        ("SITE_ORIGIN", "https://[learn"),
        ("SITE_ORIGIN", "https://user:secret@learn.example.org"),
        ("SITE_ORIGIN", "https://schülerakademie.example.org"),
        ("SITE_ORIGIN", "https://192.0.2.7"),
        ("SITE_ORIGIN", "http://127.0.0.1:8000"),
        ("SITE_ORIGIN", "https://[2001:db8::7]"),
        ("SITE_NAME", "School\nof Soil"),
        ("SITE_NAME", "x" * 101),
        ("SITE_CONTACT", "school"),
        ("SITE_CONTACT", "a b@example.org"),
        ("SITE_CONTACT", "school@"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "learn.example.org,*"),
        ("ALLOWED_HOSTS", "*.example.org"),
        ("ALLOWED_HOSTS", ","),
        ("ALLOWED_HOSTS", "other.example.org"),
        ("DATABASE_URL", "sqlite:///db"),
        ("DATABASE_URL", "postgresql://host"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://host:port/name"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:port"),
        ("EMAIL_URL", "smtp://mail.example.org:0"),
        ("EMAIL_FROM", "school"),
        ("EMAIL_FROM", "School <school@example.org>\nBcc: x@example.org"),
        ("TIME_ZONE", "Europe/Nowhere"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "²"),
        ("TRUSTED_PROXIES", "9999999999999999999999"),
        ("PGBOUNCER", "maybe"),
        ("PRIVACY_PAGE", "/nowhere/privacy.md"),
        ("ACCESSIBILITY_PAGE", "/nowhere/accessibility.md"),
        ("CERTIFICATE_FONTS", "/nowhere/fonts"),
        ("CERTIFICATE_FONTS", "fonts"),
        ("CERTIFICATE_FONTS", "/etc/hostname"),
        ("MEDIA_ROOT", "/nowhere/pictures"),
        ("MEDIA_ROOT", "pictures"),
        ("MEDIA_ROOT", "/etc/hostname"),
    ],
)
def test_what_is_malformed_is_named(name, value):
    assert f"{name} is malformed: " in refusal(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEDIA_S3_BUCKET", "Garden School"),
        ("MEDIA_S3_BUCKET", "x"),
        ("MEDIA_S3_ENDPOINT", "s3.example.org"),
        ("MEDIA_S3_ENDPOINT", "https://user:secret@s3.example.org"),
        ("MEDIA_S3_REGION", "in the north"),
    ],
)
def test_a_malformed_place_for_pictures_is_named(name, value):
    assert f"{name} is malformed: " in refusal(**S3 | {name: value})


def test_pictures_have_one_place():
    said = refusal(MEDIA_S3_BUCKET="garden-school")

    assert "MEDIA_ROOT and MEDIA_S3_BUCKET are both set" in said


def test_pictures_are_kept_in_a_folder_or_in_s3():
    folder = setting("STORAGES['default']['BACKEND']")
    s3 = setting("STORAGES['default']", **S3, MEDIA_S3_REGION="eu-central-1")
    code = (
        "import django; django.setup();"
        "from django.core.files.storage import default_storage as s;"
        "print(s.bucket_name, s.endpoint_url, s.region_name, s.default_acl)"
    )
    done = run(
        "-c",
        code,
        **S3,
        MEDIA_S3_ENDPOINT="https://s3.example.org",
        DJANGO_SETTINGS_MODULE="gradus.settings.production",
    )

    assert folder == "'gradus.media_folder.FolderStorage'"
    assert "storages.backends.s3.S3Storage" in s3
    assert "eu-central-1" in s3
    assert done.stdout.split() == [
        "garden-school",
        "https://s3.example.org",
        "None",
        "None",
    ], done.stderr


@pytest.mark.parametrize(
    "key", ["short", "a" * 60, "django-insecure-" + GOOD["SECRET_KEY"]]
)
def test_a_weak_secret_is_refused(key):
    assert "SECRET_KEY is too weak: " in refusal(SECRET_KEY=key)


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_debug_is_refused(value):
    assert "DEBUG is set: " in refusal(DEBUG=value)


def test_a_refusal_repeats_no_password():
    line = refusal(DATABASE_URL="postgresql://gradus:hunter2@host:port/name")

    assert "hunter2" not in line


def test_a_command_is_refused_in_one_line_as_well():
    done = run(
        "manage.py", "migrate", "--settings=gradus.settings.production", SITE_NAME=""
    )

    assert done.returncode == 1
    assert done.stderr == (
        "SITE_NAME is not set: it is the name of your school as people read it.\n"
    )


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://mailer:p%40ss@mail.example.org", 587, False, True),
        ("smtps://mailer:p%40ss@mail.example.org", 465, True, False),
        ("smtp+plain://mailer:p%40ss@localhost:2525", 2525, False, False),
    ],
)
def test_mails_go_where_the_url_says(url, port, ssl, tls):
    options = setting("MAILERS['default']['OPTIONS']", EMAIL_URL=url)

    for pair in (
        f"'port': {port}",
        f"'use_ssl': {ssl}",
        f"'use_tls': {tls}",
        "'username': 'mailer'",
        "'password': 'p@ss'",
    ):
        assert pair in options


@pytest.mark.parametrize(
    ("origin", "secure"),
    [("https://learn.example.org", True), ("http://learn.example.org", False)],
)
def test_cookies_are_secure_where_the_site_is(origin, secure):
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert setting(name, SITE_ORIGIN=origin) == repr(secure)


def test_a_forwarded_scheme_is_believed_only_from_a_known_proxy():
    believed = "__dict__.get('SECURE_PROXY_SSL_HEADER')"

    assert setting(believed) == "None"
    assert "X_FORWARDED_PROTO" in setting(believed, TRUSTED_PROXIES="1")


def test_behind_pgbouncer_no_cursor_is_kept_on_the_server():
    name = "DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS']"

    assert (setting(name), setting(name, PGBOUNCER="1")) == ("False", "True")


def test_an_operator_s_own_pages_are_taken(tmp_path):
    page = tmp_path / "privacy.md"
    page.write_text("# Privacy\n")

    assert str(page) in setting("PRIVACY_PAGE", PRIVACY_PAGE=str(page))


def test_an_operator_s_own_fonts_are_taken(tmp_path):
    name = "CERTIFICATE_FONTS"

    assert (setting(name), setting(name, CERTIFICATE_FONTS="")) == ("None", "None")
    assert str(tmp_path) in setting(name, CERTIFICATE_FONTS=str(tmp_path))


EVENTS = r"""
import logging
import django
django.setup()
logging.getLogger("django.request").warning("Not Found: %s", "/a\r\nb\x1b[2J\u2028c")
try:
    raise ValueError("line one\nline two")
except ValueError:
    logging.getLogger("courses").exception("It broke")
"""


def test_each_event_is_one_line_of_the_log():
    settings = "gradus.settings.production"
    done = run("-c", EVENTS, DJANGO_SETTINGS_MODULE=settings)
    first, second = done.stderr.splitlines()

    assert first.endswith(r"WARNING django.request: Not Found: /a\r\nb\x1b[2J\u2028c")
    assert "ERROR courses: It broke" in second
    assert second.endswith(r"ValueError: line one\nline two")
