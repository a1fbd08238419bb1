"""Comparing a stored row with the one that is wanted."""

from collections.abc import Iterable

from django.db import models

from courses.typed_text import tidied
from exchange.wanted import rendered_fields


def revise[Row: models.Model](row: Row, wanted: Row, names: Iterable[str]) -> list[str]:
    """Give the row these columns of the other, unsaved; returns which of them differed.

    A form stores other line ends than a file has; that alone is no difference. Rendered
    text follows where it stands for the same Markdown.
    """
    changed = [
        name
        for name in names
        if not _is_same(getattr(row, name), getattr(wanted, name))
    ]
    for name in changed:
        setattr(row, name, getattr(wanted, name))
    for field in rendered_fields(row):
        stale = getattr(row, field.name) != getattr(wanted, field.name)
        if stale and getattr(row, field.source) == getattr(wanted, field.source):
            setattr(row, field.name, getattr(wanted, field.name))
            changed.append(field.name)
    return changed


def _is_same(stored: object, wanted: object) -> bool:
    if stored == wanted:
        return True
    return isinstance(stored, str) and wanted == tidied(stored)


def parts_of(row: models.Model, names: Iterable[str]) -> tuple[str, ...]:
    """What people call these columns; those that are never typed are left out."""
    fields = (row._meta.get_field(name) for name in names)
    return tuple(
        str(field.verbose_name)
        for field in fields
        if isinstance(field, models.Field) and field.editable
    )
