"""What templates/unfold/helpers/edit_inline/ asks of a row of an inline table."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def cells(row: Any) -> dict[str, list[Any]]:
    """The fields of an InlineAdminForm: "hidden" inputs, and what is "shown"."""
    found: dict[str, list[Any]] = {"hidden": [], "shown": []}
    for field in (field for lines in row for line in lines for field in line):
        is_hidden = not field.is_readonly and field.field.is_hidden
        found["hidden" if is_hidden else "shown"].append(field)
    return found
