"""What a person types into a large field, in the form in which texts are kept."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from courses.markdown import MAX_CHARACTERS

LONGEST_KEY = 18  # digits
# Controls but tab and line ends: nobody types them on purpose.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_key(value: object) -> bool:
    """Whether it can be a row's key: any such number fits into the database's integer."""
    text = str(value)
    return text.isdecimal() and len(text) <= LONGEST_KEY


def tidied(text: str) -> str:
    """Line ends as LF and no blank lines around; all else as it was typed.

    A browser sends CRLF, so without this a text that nobody touched would differ.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # indexes, as to delete line by line would move all the others each time
    start, stop = 0, len(lines)
    while start < stop and not lines[start].strip(" \t"):
        start += 1
    while start < stop and not lines[stop - 1].strip(" \t"):
        stop -= 1
    return "\n".join(lines[start:stop])


class MarkdownField(forms.CharField):
    """A text in Markdown: tidied, of a length that can be rendered."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs["max_length"] = kwargs.get("max_length") or MAX_CHARACTERS
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return tidied(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if found := _CONTROL.search(value):
            line = value.count("\n", 0, found.start()) + 1
            raise ValidationError(
                _("Line %(line)s holds a character that cannot be seen. Take it out.")
                % {"line": line}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(tidied(initial or ""), data)
