"""An entry of the audit log in words: what was done, to what, and the rest of it.

Nothing is asked of the database here: an entry is read with audit_entries().
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import Deed, Details
from accounts.models import User

REPORTS = {
    "certificates": _("exported the certificate report"),
    "enrolments": _("exported the report of enrolments"),
    "learners": _("exported the learners of a track"),
}
LISTS = {  # where a report is read
    "certificates": "admin:certificates_certificate_changelist",
    "enrolments": "admin:courses_enrollment_changelist",
}
FILTERS = {
    "track": _("track %(value)s"),
    "status": _("status %(value)s"),
    "state": _("state %(value)s"),
    "issued_from": _("issued from %(value)s"),
    "issued_to": _("issued to %(value)s"),
    "started_from": _("started from %(value)s"),
    "started_to": _("started to %(value)s"),
    "score_from": _("score from %(value)s\N{NO-BREAK SPACE}%%"),
    "score_to": _("score to %(value)s\N{NO-BREAK SPACE}%%"),
    "scored": _("without a score"),
    "finished": _("finished: %(value)s"),
}


@dataclass(frozen=True)
class Told:
    """`what` was done to `target`, which `url` leads to if anything does; and the rest.

    Without a target it is `what` itself that leads there.
    """

    what: str
    target: str
    url: str
    rest: str
    is_code: bool  # of a certificate or a key: not broken into two lines


def told(event: Any) -> Told:
    """event: an entry, with what audit_entries() reads."""
    details: Details = event.details
    kind, _colon, key = event.target.partition(":")
    rest = list(_rest(event.what, kind, details))
    return Told(
        _what(event.what, details),
        _name_of(kind, key, details),
        _url_of(kind, key, event.certificate_key),
        ", ".join(rest),
        is_code=kind in {"certificate", "key"},
    )


def called(person: User | None, details: Mapping[str, Any]) -> str:
    """Who it was, by their name of today; a command, where it was nobody."""
    if person is None:
        command = details.get("command")
        return gettext("command %(name)s") % {"name": command} if command else ""
    if person.erased_at is not None:
        return gettext("erased account %(key)s") % {"key": person.pk}
    return person.name


def linked(person: User | None, details: Mapping[str, Any]) -> str:
    """The same, leading to the person's page."""
    name = called(person, details)
    if person is None:
        return name
    url = reverse("admin:accounts_user_change", args=[person.pk])
    return format_html('<a class="to" href="{}">{}</a>', url, name)


def _what(deed: str, details: Details) -> str:
    if deed == Deed.EXPORTED:
        report = details["report"]
        said = REPORTS.get(report) or gettext("exported a report: %(name)s")
        return gettext("%(report)s as %(format)s") % {
            "report": said % {"name": report},
            "format": details["format"].upper(),
        }
    return str(dict(Deed.choices).get(deed, deed))


def _name_of(kind: str, key: str, details: Details) -> str:
    match kind:
        case "track":
            return details.get("track") or details.get("filters", {}).get("track", "")
        case "question":
            return details.get("question", "")
        case "report":
            return ""
    return key


def _url_of(kind: str, key: str, certificate: int | None) -> str:
    match kind:
        case "track":
            return reverse("admin:courses_track_change", args=[key])
        case "question":
            return reverse("admin:quizzes_question_versions", args=[key])
        case "certificate" if certificate is not None:
            return reverse("admin:certificates_certificate_change", args=[certificate])
        case "report" if key in LISTS:
            return reverse(LISTS[key])
    return ""


def _rest(deed: str, kind: str, details: Details) -> Iterator[str]:
    """What else is known, a phrase each."""
    if "track" in details and kind != "track":
        yield details["track"]
    if "successor" in details:
        yield gettext("replaced by %(code)s") % {"code": details["successor"]}
    if "count" in details:
        yield _count(deed, details["count"])
    if "rows" in details:
        rows = ngettext("%(count)s row", "%(count)s rows", details["rows"])
        yield rows % {"count": intcomma(details["rows"])}
    filters = details.get("filters", {})
    for name in sorted(filters, key=[*FILTERS, *sorted(filters)].index):
        if not (name == kind == "track"):
            said = FILTERS.get(name) or _("%(name)s %(value)s")
            yield said % {"name": name.replace("_", " "), "value": filters[name]}
    if details.get("searched"):
        yield gettext("a name or address was searched for")


def _count(deed: str, count: int) -> str:
    if deed == Deed.SIGNED:
        said = ngettext("%(count)s certificate", "%(count)s certificates", count)
    else:
        said = ngettext("%(count)s answer", "%(count)s answers", count)
    return said % {"count": intcomma(count)}
