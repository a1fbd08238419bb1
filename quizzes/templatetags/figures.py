"""Shares and correlations in words. Pure."""

from django import template
from django.utils.translation import gettext

from quizzes.analysis import Item

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """0.64 → "64 %", with a no-break space; a dash where nothing is known."""
    return "–" if value is None else f"{round(100 * value)}\N{NO-BREAK SPACE}%"


@register.filter
def correlation(value: float | None) -> str:
    """0.241 → "0.24", with a real minus; a dash where nothing is known."""
    if value is None:
        return "–"
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def interval(item: Item) -> str:
    """ "58 to 70 %"."""
    low, high = (round(100 * end) for end in item.interval)
    said = gettext("%(low)s to %(high)s\N{NO-BREAK SPACE}%%")
    return said % {"low": low, "high": high}
