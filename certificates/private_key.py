"""The site's private key: it stays in the environment or a file, and is shown nowhere.

It comes from ISSUER_KEY, its PEM, or from ISSUER_KEY_FILE, which only its owner may read.
No variable that outlives a call holds its text, so that no error page can show it.
"""

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:  # 5 MB a worker, for who signs alone
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# PKCS#8 without a passphrase; the group is its head, in which no secret stands
_HEAD = re.compile(
    rb"-----BEGIN PRIVATE KEY-----\s+([\w+/]{21})[\w+/=\s]+-----END PRIVATE KEY-----",
    re.ASCII,
)
_ED25519 = b"MC4CAQAwBQYDK2VwBCIEI"


class SigningKeyError(Exception):
    """There is no key to sign with; str() is one sentence that says what to do."""


def private_key() -> "Ed25519PrivateKey":
    """The configured private key; the database is not asked.

    Raises:
        SigningKeyError: there is none, others may read it, or it is no Ed25519 key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        # in one expression: no variable of a traceback may hold the text
        key = load_pem_private_key(_pem(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _no_key() from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _other_kind()
    return key


def check_private_key() -> None:
    """What can be said of the configured key without the libraries that sign.

    Raises:
        SigningKeyError: there is none, others may read it, or it is no Ed25519 key.
    """
    heads = _HEAD.findall(_pem())
    if not heads:
        raise _no_key()
    if heads[0] != _ED25519:
        raise _other_kind()


def make_private_key(path: Path) -> "Ed25519PrivateKey":
    """A new private key, in a file that only its owner reads.

    Raises:
        SigningKeyError: there is a file already, or it cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ed25519.Ed25519PrivateKey.generate()
    descriptor = _new_file(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)  # half a key would stand in the way of a whole one
        raise SigningKeyError(f"{path} cannot be written ({error.strerror}).") from None
    return key


def _new_file(path: Path) -> int:
    """The descriptor of a file that was not there before, for its owner alone."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SigningKeyError(
            f"{path} is there already: a key is never written over."
        ) from None
    except OSError as error:
        raise SigningKeyError(f"{path} cannot be written ({error.strerror}).") from None


def _no_key() -> SigningKeyError:
    return SigningKeyError(
        f"{_source()} holds no private key in PEM without a passphrase."
    )


def _other_kind() -> SigningKeyError:
    return SigningKeyError(
        f"{_source()} holds a key of another kind: make one with "
        "openssl genpkey -algorithm ed25519."
    )


def _source() -> str:
    return "ISSUER_KEY" if settings.ISSUER_KEY else f"{settings.ISSUER_KEY_FILE}"


def _pem() -> bytes:
    if settings.ISSUER_KEY:
        # many environments hold one line only
        return str(settings.ISSUER_KEY).replace("\\n", "\n").encode(errors="replace")
    path = settings.ISSUER_KEY_FILE
    if not path:
        raise SigningKeyError("Neither ISSUER_KEY nor ISSUER_KEY_FILE is set.")
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise SigningKeyError(
                    f"Others may read {path}: give it to its owner alone (chmod 600)."
                )
            return file.read()
    except FileNotFoundError:
        raise SigningKeyError(
            f"There is no signing key in {path}: run manage.py issuer_keys make, or put "
            "back the one that was there."
        ) from None
    except OSError as error:
        raise SigningKeyError(f"{path} cannot be read ({error.strerror}).") from None
