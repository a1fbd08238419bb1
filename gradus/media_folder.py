"""Files in a folder, where a name stands for a whole file or for none."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class FolderStorage(FileSystemStorage):
    """Django's own, but a file gets its name once it is written: a killed process
    leaves no half of one, and no reader meets it."""

    def _save(self, name: str, content: Any) -> str:
        unfinished = super()._save(f"{name}.new-{os.getpid()}", content)  # type: ignore[misc]
        Path(self.path(unfinished)).replace(self.path(name))
        return name
