"""What opens and closes tracks and lessons to readers, and their order."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.links import Resolve
from courses.markdown import Remark
from courses.models import (
    MAX_LESSONS,
    Lesson,
    PreviewLink,
    Track,
)
from courses.picture_access import pictures_of
from courses.services import link_resolver, set_body

RENDERED = ["body_html", "body_text", "headings", "minutes"]  # of a lesson


@transaction.atomic
def publish_track(
    track: Track, lesson_ids: Iterable[int] = (), at: datetime | None = None
) -> int:
    """Open it and these lessons of it from `at` on, or from now; what is open stays so.

    Its other drafts stay drafts. What was to open with the track at a later time opens
    with it now, or at its new time. Returns how many lessons will open.
    """
    when = at or timezone.now()
    own = Q(pk__in=list(lesson_ids))
    if not track.is_published:
        if track.published_at is not None:
            own |= Q(published_at=track.published_at)
        track.published_at = when
        track.save(update_fields=["published_at"])
    rows = track.lessons.filter(own)
    return publish_lessons(list(rows.values_list("pk", flat=True)), when)


def unpublish_track(track: Track) -> None:
    """A draft again, for learners too; enrolments, marks and answers stay."""
    track.published_at = None
    track.save(update_fields=["published_at"])


def archive_track(track: Track) -> None:
    """Out of catalogue and search; its page stays as a notice."""
    if track.archived_at is None:
        track.archived_at = timezone.now()
        track.save(update_fields=["archived_at"])


def take_from_archive(track: Track) -> None:
    track.archived_at = None
    track.save(update_fields=["archived_at"])


def publish_lessons(lesson_ids: list[int], at: datetime | None = None) -> int:
    """Open from `at` on, or from now, those that are not yet; returns how many.

    One with a later time gets this one.
    """
    now = timezone.now()
    drafts = Lesson.objects.filter(pk__in=lesson_ids).exclude(published_at__lte=now)
    return drafts.update(published_at=at or now)


def unpublish_lessons(lesson_ids: list[int]) -> int:
    """Drafts again; answers and marks stay. Returns how many were published."""
    published = Lesson.objects.filter(pk__in=lesson_ids, published_at__isnull=False)
    return published.update(published_at=None)


def make_preview_link(track: Track, maker: User, note: str) -> PreviewLink:
    """A new address that shows the track until it is revoked."""
    return PreviewLink.objects.create(track=track, made_by=maker, note=note)


class TrackFullError(Exception):
    """The track has as many lessons as there may be; str() says so."""

    def __init__(self) -> None:
        said = _("A track has at most {most} lessons. Split it in two.")
        super().__init__(said.format(most=MAX_LESSONS))


@transaction.atomic
def place_last(lesson: Lesson) -> None:
    """The position after the track's last; the track is locked until it is saved.

    Raises:
        TrackFullError: there is none.
    """
    tracks = Track.objects.select_for_update(no_key=True)
    list(tracks.filter(pk=lesson.track_id).values_list("pk"))
    last = Lesson.objects.filter(track=lesson.track_id).aggregate(Max("position"))
    lesson.position = (last["position__max"] or 0) + 1
    if lesson.position > MAX_LESSONS:
        raise TrackFullError


def render_lesson(lesson: Lesson) -> tuple[Remark, ...]:
    """Render its text with the track's lessons and pictures as they are now, unsaved."""
    resolve = _links_in(lesson.track, also=lesson.slug)
    pictures = pictures_of(lesson.track_id)
    return set_body(lesson, lesson.markdown, resolve, pictures)


def _links_in(track: Track, also: str = "") -> Resolve:
    slugs = Lesson.objects.filter(track=track.pk).values_list("slug", flat=True)
    return link_resolver(track.slug, {slug: slug for slug in [*slugs, also] if slug})


@transaction.atomic
def render_again(track: Track, which: Q) -> None:
    """Render these lessons of it anew; no text changes, and what stays is not written."""
    rows = Lesson.objects.select_for_update(no_key=True).filter(which, track=track)
    lessons = list(rows.order_by("pk").defer("search"))
    if not lessons:
        return
    resolve, pictures = _links_in(track), pictures_of(track.pk)
    changed = []
    for lesson in lessons:
        lesson.track = track
        before = rendered_of(lesson)
        set_body(lesson, lesson.markdown, resolve, pictures)
        if rendered_of(lesson) != before:
            changed.append(lesson)
    Lesson.objects.bulk_update(changed, RENDERED)


def rendered_of(lesson: Lesson) -> list[object]:
    return [getattr(lesson, name) for name in RENDERED]


def link_again(track: Track, slugs: Iterable[str]) -> None:
    """A lesson came to, or went from, each of these addresses: links to it follow."""
    names = "|".join(map(re.escape, slugs))
    linking = rf"\][(:][^)]*\y({names})\y"
    render_again(track, Q(markdown__regex=linking))


@transaction.atomic
def delete_lesson(lesson: Lesson) -> None:
    """With its questions; the lessons after it move up.

    Raises:
        ProtectedError: answers or marks hang on it.
    """
    track = Track.objects.select_for_update(no_key=True).get(pk=lesson.track_id)
    lesson.delete()
    moved = []
    rest = Lesson.objects.filter(track=track).order_by("position").only("position")
    for position, each in enumerate(rest, start=1):
        if each.position != position:
            each.position = position
            moved.append(each)
    Lesson.objects.bulk_update(moved, ["position"])
    link_again(track, [lesson.slug])
