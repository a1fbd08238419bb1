"""Where production keeps pictures: a folder that all web processes share, or S3."""

import os
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from gradus.settings.base import FOLDER_STORAGE, MEDIA_ROOT

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ENDPOINT = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/?")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
# A reader waits for a picture: a storage that is down is given up soon.
_PATIENCE = {"connect_timeout": 2, "read_timeout": 10, "retries": {"max_attempts": 2}}


def media_storage() -> tuple[Path, dict[str, Any]]:
    """MEDIA_ROOT and the default storage, from the environment.

    Raises:
        ImproperlyConfigured: with one line that names the variable.
    """
    bucket = os.environ.get("MEDIA_S3_BUCKET", "").strip()
    root = os.environ.get("MEDIA_ROOT", "").strip()
    if bucket and root:
        raise ImproperlyConfigured(
            "MEDIA_ROOT and MEDIA_S3_BUCKET are both set: pictures have one place."
        )
    return (MEDIA_ROOT, _s3(bucket)) if bucket else (_folder(root), FOLDER_STORAGE)


def _folder(root: str) -> Path:
    if not root:
        raise ImproperlyConfigured(
            "MEDIA_ROOT is not set: it is the folder of the pictures, which all web "
            "processes share; or set MEDIA_S3_BUCKET."
        )
    if not Path(root).is_absolute() or not Path(root).is_dir():
        raise ImproperlyConfigured(
            f"MEDIA_ROOT is malformed: there is no folder {root}, written from its /."
        )
    if not os.access(root, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"MEDIA_ROOT is malformed: the folder {root} cannot be written to."
        )
    return Path(root)


def _s3(bucket: str) -> dict[str, Any]:
    """The secrets are read by boto3 itself, from AWS_ACCESS_KEY_ID and the like."""
    from botocore.config import Config  # 4 MB, for S3 alone

    options = {
        "bucket_name": _matching("MEDIA_S3_BUCKET", bucket, _BUCKET, "garden-school"),
        "default_acl": None,  # as private as the bucket
        # an export may have 100 MB: a part at a time is in memory, the rest on the disk
        "use_threads": False,
        "max_memory_size": 4 * 1024 * 1024,
        "client_config": Config(**_PATIENCE, signature_version="s3v4"),
    }
    for name, option, pattern, example in (
        ("MEDIA_S3_ENDPOINT", "endpoint_url", _ENDPOINT, "https://s3.example.org"),
        ("MEDIA_S3_REGION", "region_name", _REGION, "eu-central-1"),
    ):
        if value := os.environ.get(name, "").strip():
            options[option] = _matching(name, value, pattern, example)
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _matching(name: str, value: str, pattern: re.Pattern[str], example: str) -> str:
    if pattern.fullmatch(value) is None:
        raise ImproperlyConfigured(
            f"{name} is malformed: write a value such as {example}."
        )
    return value
