"""No upload larger than any form takes is read at all, whatever address it is sent to."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MAX_BYTES = 68 * 1024 * 1024  # of a whole form: a zip of 64 MB, and what is around it


class UploadLimit(FileUploadHandler):
    """The first of the handlers: it says no, or leaves the files to the others."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (it is called so)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Raises RequestDataTooBig, which is a plain 400."""
        if content_length > MAX_BYTES:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
