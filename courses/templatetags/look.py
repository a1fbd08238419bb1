"""How values look: marks, stairs, dates, durations. Pure, on every page (a builtin)."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django import template
from django.template import Context
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from courses.drawings import mark_svg, stair_svg
from courses.models import PreviewLink, Track
from courses.progress import STAIR_AT_MOST, Outline

register = template.Library()

_CLOSING_PARENTHESIS = re.compile(r"^(.+?)\s+(\([^()]*\))$")


@register.simple_tag
def mark(shape: str, label: str = "") -> SafeString:
    """A progress mark; with a label it speaks, without it is ornament beside text."""
    return mark_svg(shape, label)


@register.simple_tag
def step_mark(step: object, begun: Collection[int]) -> SafeString:
    """The mark of one lesson in a list, with its meaning in words."""
    if step.is_done:  # type: ignore[attr-defined]
        return mark_svg("done", gettext("Done"))
    if step.is_new:  # type: ignore[attr-defined]
        return mark_svg("new", gettext("New since you finished"))
    if step.id in begun:  # type: ignore[attr-defined]
        return mark_svg("begun", gettext("Begun"))
    return mark_svg("todo", gettext("Not done"))


@register.simple_tag
def stair(outline: Outline, begun: Collection[int] = ()) -> SafeString:
    """One step a lesson; above STAIR_AT_MOST lessons a bar. Always beside its text."""
    states = [
        "done" if step.is_done else "begun" if step.id in begun else "todo"
        for step in outline.steps
    ]
    return stair_svg(states, as_bar=len(states) > STAIR_AT_MOST)


@register.simple_tag
def plain_stair(count: int) -> SafeString:
    """The stair of a track nobody has begun: all outline."""
    return stair_svg(["todo"] * count, as_bar=count > STAIR_AT_MOST)


@register.simple_tag(takes_context=True)
def track_url(context: Context, track: Track) -> str:
    """The track's address; within a preview the preview's."""
    shown: Track | PreviewLink = context.get("preview_link") or track
    return shown.get_absolute_url()


@register.simple_tag(takes_context=True)
def lesson_url(context: Context, track: Track, slug: str) -> str:
    """The address of a lesson of the track; within a preview the preview's."""
    link = context.get("preview_link")
    if link is None:
        return reverse("lesson", args=[track.slug, slug])
    return reverse("preview_lesson", args=[link.token, slug])


@register.filter
def unit(title: str) -> SafeString | str:
    """A closing parenthesis moves to the next line in one piece."""
    match = _CLOSING_PARENTHESIS.match(title)
    if match is None:
        return title
    return format_html('{} <span class="unit">{}</span>', *match.groups())


@register.filter
def duration(minutes: int) -> str:
    """ "7 minutes", "1 hour 20", "12 hours"."""
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest}
    whole = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return f"{whole} {rest}" if rest else whole


@register.filter
def day(at: datetime) -> str:
    """ "14 March 2026", in the site's time zone."""
    return format_date(timezone.localtime(at), "j F Y")


@register.filter
def day_utc(at: datetime) -> str:
    """ "14 March 2026", in UTC: what certificates and files say."""
    return format_date(at.astimezone(timezone.get_fixed_timezone(0)), "j F Y")


@register.filter
def iso_day(day: str) -> str:
    """ "14 March 2026" of "2026-03-14"."""
    return format_date(date.fromisoformat(day), "j F Y")


@register.filter
def moment_utc(at: datetime) -> str:
    """ "14 March 2026, 16:20 UTC"."""
    return format_date(at.astimezone(timezone.get_fixed_timezone(0)), "j F Y, H:i") + (
        " UTC"
    )


@register.filter
def moment(at: datetime) -> str:
    """ "15 March, 14:20 UTC", with the year when it is another one."""
    local = timezone.localtime(at)
    form = "j F" if local.year == timezone.localtime().year else "j F Y"
    return f"{format_date(local, form)}, {local:%H:%M} {local.tzname()}"


@register.filter
def from_minute(at: datetime) -> datetime:
    """The first full minute that is not before `at`: from then on it is surely so."""
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + timedelta(minutes=1)


@register.filter
def exact_moment(at: datetime) -> str:
    """ "15 March, 14:20:07 UTC": where two times are compared."""
    local = timezone.localtime(at)
    return moment(at).replace(f"{local:%H:%M}", f"{local:%H:%M:%S}")


@register.filter
def percent(value: int) -> str:
    """ "92 %", with a no-break space."""
    return f"{value}\u00a0%"


@register.filter
def safe_html(html: str) -> SafeString:
    """HTML that courses.markdown rendered and sanitised at save."""
    return mark_safe(html)  # noqa: S308


@register.filter
def of(mapping: Mapping[object, object], key: object) -> object:
    """mapping|of:key; None where there is no such key, or no mapping."""
    return mapping.get(key) if mapping else None
