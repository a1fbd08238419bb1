"""What a program does that reads a CSV file of ours back."""

import re


def as_typed(cell: str) -> str:
    """A text that is not the first of its line, as docs/admins.md says."""
    return re.sub(r"(^|[;\t\r\n])'", r"\1", cell)
