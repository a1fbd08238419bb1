"""Credits, numbers and marks of questions in words. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from courses.drawings import mark_svg
from quizzes.self_check import Verdict

register = template.Library()


@register.simple_tag
def question_mark(number: int, shape: str) -> SafeString:
    """The mark of one question, with its meaning in words."""
    match shape:
        case "right":
            says = gettext("Question %(number)s: correct")
        case "notyet":
            says = gettext("Question %(number)s: not yet")
        case _:
            says = gettext("Question %(number)s: no answer yet")
    return mark_svg(shape, says % {"number": number})


@register.filter
def as_percent(credit: Decimal) -> str:
    """0.5 → "50 %", with a no-break space."""
    whole = (credit * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole}\u00a0%"


@register.filter
def credit(earned: Decimal) -> str:
    """At most six places and no trailing zeros: "1", "0.5", "10.12"."""
    return (
        f"{earned:f}".rstrip("0").rstrip(".") if "." in f"{earned:f}" else f"{earned:f}"
    )


@register.filter
def worth(verdict: Verdict) -> str:
    """What the answer is worth: "Counts 100 %", "Half right · counts 50 %"…"""
    if verdict.is_preview:
        return gettext("Preview: nothing is kept.")
    if not verdict.counts:
        return gettext("Practice · does not count")
    share = as_percent(verdict.credit)
    if verdict.credit in {Decimal(0), Decimal(1)}:
        return gettext("Counts %(share)s") % {"share": share}
    if verdict.credit == Decimal("0.5"):
        return gettext("Half right · counts %(share)s") % {"share": share}
    return gettext("Partly right · counts %(share)s") % {"share": share}


@register.filter
def accepted_number(verdict: Verdict) -> str:
    """ "4,000, or anything from 3,600 to 4,400"; without a tolerance the number."""
    value = Decimal(verdict.missed[0].text)
    if not verdict.tolerance:
        return _number(value)
    return gettext("%(value)s, or anything from %(low)s to %(high)s") % {
        "value": _number(value),
        "low": _number(value - verdict.tolerance),
        "high": _number(value + verdict.tolerance),
    }


def _number(value: Decimal) -> str:
    """With thousands marks and without trailing zeros, in a form that may be typed.

    A comma is read as a thousands mark only where there is one and no decimal sign.
    """
    plain = f"{value:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    is_ambiguous = plain.count(",") + plain.count(".") > 1
    return plain.replace(",", "\u00a0") if is_ambiguous else plain
