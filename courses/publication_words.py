"""What it means for learners where a track or a lesson stands: one sentence each."""

from datetime import datetime

from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Lesson, Track


def moment_of(at: datetime) -> str:
    """ "14 March 2027, 09:00 UTC", in the site's time zone."""
    local = timezone.localtime(at)
    return f"{format_date(local, 'j F Y')}, {local:%H:%M} {local.tzname()}"


def standing_of_track(track: Track) -> str:
    if track.archived_at is not None:
        said = _(
            "Archived on %(when)s. Its page is a notice, and those who learned it can"
            " still read its lessons."
        )
        return said % {"when": moment_of(track.archived_at)}
    if track.published_at is None:
        return _("A draft: learners do not see it.")
    return _since(track.published_at)


def standing_of_lesson(lesson: Lesson) -> str:
    """Of a lesson with its track."""
    if lesson.published_at is None:
        return _("A draft: learners do not see it.")
    said = _since(lesson.published_at)
    if lesson.track.archived_at is not None:
        return f"{said} {_('Its track is archived.')}"
    if not lesson.track.is_published:
        more = _("Its track is not published, so learners do not see it.")
        return f"{said} {more}"
    return said


def _since(published_at: datetime) -> str:
    when = {"when": moment_of(published_at)}
    if published_at > timezone.now():
        said = _("Published from %(when)s. Until then learners do not see it.")
        return said % when
    return _("Published from %(when)s.") % when
