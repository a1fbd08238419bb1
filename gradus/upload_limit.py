"""No upload larger than any form takes is read at all, whatever address it is sent to.

Where visitors may send files, what is larger than the form takes is read past and not
kept: the form then sees how large it was, and can say so.
"""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from certificates.carriers import MAX_FILE_BYTES

MAX_BYTES = 68 * 1024 * 1024  # of a whole form: a zip of 64 MB, and what is around it
KEPT_BYTES = {"/verify/": MAX_FILE_BYTES}  # of a file sent there


class UploadLimit(FileUploadHandler):
    """The first of the handlers: it says no, or leaves the files to the others."""

    most = MAX_BYTES

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
        self.most = KEPT_BYTES.get(META.get("PATH_INFO", ""), MAX_BYTES)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= self.most else None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if file_size <= self.most:
            return None
        return UploadedFile(
            BytesIO(), self.file_name, self.content_type, file_size, self.charset
        )
