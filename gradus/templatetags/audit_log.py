"""How entries of the audit log look, in its list and on a person's page."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from accounts.models import AuditEvent, User
from gradus.audit_entries import audit_entries, concerning
from gradus.audit_words import Told, linked, told

register = template.Library()

SHOWN = 20  # the latest entries on a person's page


@register.simple_tag
def audit_of(person: User) -> dict[str, Any]:
    """The latest of what was done to them and by them; url leads to all of it."""
    latest = list(concerning(audit_entries(), person.pk)[: SHOWN + 1])
    url = reverse("admin:accounts_auditevent_changelist")
    return {
        "entries": latest[:SHOWN],
        "has_more": len(latest) > SHOWN,
        "url": f"{url}?person={person.pk}",
    }


@register.filter
def done_by(entry: AuditEvent) -> str:
    return linked(entry.actor, entry.details)


@register.filter
def done_to(entry: AuditEvent) -> str:
    if entry.person is None:
        return ""
    if entry.person_id == entry.actor_id:
        return gettext("themselves")
    return linked(entry.person, {})


@register.filter
def deed(entry: AuditEvent) -> str:
    """What was done, with a link to what it was done to; the rest in small letters."""
    said = told(entry)
    if said.target:
        html = format_html("{} {}", said.what, _target(said))
    elif said.url:
        html = format_html('<a class="to" href="{}">{}</a>', said.url, said.what)
    else:
        html = format_html("{}", said.what)
    if said.rest:
        html = format_html("{}<br><small>{}</small>", html, said.rest)
    return html


def _target(said: Told) -> str:
    """A code stays in one piece."""
    shape = "whitespace-nowrap" if said.is_code else ""
    if not said.url:
        return format_html('<span class="{}">{}</span>', shape, said.target)
    link = '<a class="to {}" href="{}">{}</a>'
    return format_html(link, shape, said.url, said.target)


@register.filter
def why(entry: AuditEvent) -> str:
    if entry.reason == "":
        return gettext("The reason named somebody whose account is erased.")
    return entry.reason or ""
