"""How the "gradus" template pack of crispy-forms draws a field's own control."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The input with the look's class; Django names hint and error on it."""
    more = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"input {more}".strip()})


@register.filter
def control_id(field: BoundField) -> str:
    """Where a link to the field leads: its control, of several the first."""
    first: str = field.subwidgets[0].id_for_label
    return first
