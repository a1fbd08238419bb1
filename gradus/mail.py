"""The demo's mails: a folder of files that anybody can open."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify

try:
    import fcntl
except ImportError:  # on Windows two mails at once may get one number
    fcntl = None  # type: ignore[assignment]

_NUMBER = re.compile(r"^(\d+)-")


class FolderBackend(BaseEmailBackend):
    """Writes each mail as 0001-<subject>.txt, and its HTML part beside it.

    Several processes may write at once: each takes the folder's lock for its number.
    """

    def __init__(self, *, file_path: str, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(file_path)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises OSError when the folder cannot be written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            with self._locked():
                self._write(message)
        return len(email_messages)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / ".lock").open("w") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, message: EmailMessage) -> None:
        numbers = [
            int(match[1])
            for path in self.folder.iterdir()
            if (match := _NUMBER.match(path.name))
        ]
        stem = f"{max(numbers, default=0) + 1:04}-{slugify(message.subject)[:60] or 'mail'}"
        text = (
            f"From: {message.from_email}\n"
            f"To: {', '.join(message.to)}\n"
            f"Subject: {message.subject}\n\n"
            f"{message.body}"
        )
        (self.folder / f"{stem}.txt").write_text(text, encoding="utf-8")
        for content, kind in getattr(message, "alternatives", []):
            if kind == "text/html":
                (self.folder / f"{stem}.html").write_text(content, encoding="utf-8")
