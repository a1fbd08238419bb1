"""What lower rooms' pages show of certificates, each in one statement at most."""

from typing import NamedTuple

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from certificates.access import current_certificate
from certificates.award import Award, printed_title
from certificates.checking import Verdict
from certificates.models import Certificate
from certificates.outlook import Outlook, outlook_of
from certificates.rosette import rosette_svg
from certificates.status import State
from certificates.updating import read_outlook
from courses.models import Track
from courses.progress import Outline
from quizzes.learning import TrackLearning

register = template.Library()

_WORDS = {
    State.VALID: pgettext_lazy("certificate", "Valid"),
    State.REVOKED: pgettext_lazy("certificate", "Revoked"),
    State.SUPERSEDED: pgettext_lazy("certificate", "Superseded"),
    State.WITHDRAWN: pgettext_lazy("certificate", "Withdrawn"),
}
_VERDICTS = {
    Verdict.HIDDEN: pgettext_lazy("certificate", "Valid, details hidden"),
    Verdict.ALTERED: pgettext_lazy("certificate", "Altered"),
    Verdict.UNKNOWN: pgettext_lazy("certificate", "Unknown"),
}
PREVIEW_CODE = "7K4M-9QXT-2HWD-5VPN"  # of no certificate: the example of the pages


class Mine(NamedTuple):
    """Somebody's certificates: what they hold, and what they withdrew for good."""

    kept: list[Certificate]
    withdrawn: list[Certificate]


@register.simple_tag(takes_context=True)
def my_certificate(context: Context, track: Track) -> Certificate | None:
    """The reader's current certificate of the track, with its state; a visitor's None."""
    user = context["user"]
    return current_certificate(user, track.pk) if user.is_authenticated else None


@register.simple_tag
def outlook_for(certificate: Certificate) -> Outlook | None:
    """On the certificate's own page, for its holder: what an update would change."""
    return read_outlook(certificate)


@register.simple_tag
def outlook_in(
    certificate: Certificate, track: Track, outline: Outline, learned: TrackLearning
) -> Outlook | None:
    """The same on the track's page, from what that has read; no statement."""
    if not track.is_published:
        return None
    award = Award(outline, learned.rows, certificate.finished_at)
    return outlook_of(certificate, printed_title(track), award)


@register.simple_tag(takes_context=True)
def my_certificates(context: Context) -> Mine:
    """The reader's current certificates, newest first; a visitor has none."""
    mine, user = Mine([], []), context["user"]
    if user.is_authenticated:
        for row in Certificate.objects.held_by(user).current().with_kinds():
            is_gone = row.state == State.WITHDRAWN
            (mine.withdrawn if is_gone else mine.kept).append(row)
    return mine


@register.simple_tag
def rosette(
    code: str = PREVIEW_CODE,
    lessons: int = 0,
    *,
    small: bool = False,
    void: bool = False,
) -> SafeString:
    """The drawing of a code; without one, a preview."""
    return rosette_svg(code, lessons, small=small, void=void)


@register.filter
def state_word(state: State) -> str:
    """ "Valid", "Revoked", "Superseded" or "Withdrawn"."""
    return str(_WORDS[state])


@register.filter
def verdict_word(verdict: Verdict) -> str:
    """As state_word; or "Altered", "Unknown", "Valid, details hidden"."""
    return str(_VERDICTS.get(verdict) or _WORDS[State(verdict)])
