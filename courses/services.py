"""What changes tracks, lessons and a learner's place in them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation

from accounts.models import User
from courses.markdown import Remark, render_markdown
from courses.models import Enrollment, Lesson, LessonCompletion, Track
from courses.shown import NO_PICTURES, Pictures

CHARACTERS_A_MINUTE = 1000


def link_resolver(
    track_slug: str, lesson_slugs: Mapping[str, str]
) -> Callable[[str], str | None]:
    """Where a link to another lesson's file leads; None when there is no such file.

    lesson_slugs: file name or slug → slug. "03-tokens.md" is also found by "tokens".
    """

    def resolve(target: str) -> str | None:
        name = target.removeprefix("./").removesuffix(".md")
        slug = lesson_slugs.get(target.removeprefix("./")) or lesson_slugs.get(
            name.lstrip("0123456789").lstrip("-")
        )
        return f"/tracks/{track_slug}/{slug}/" if slug else None

    return resolve


def set_body(
    lesson: Lesson,
    markdown: str,
    resolve: Callable[[str], str | None],
    pictures: Pictures = NO_PICTURES,
) -> tuple[Remark, ...]:
    """Render the lesson's text into it, unsaved; returns remarks for its author.

    The page's own words in it, such as "Note", come in the lesson's language.
    """
    with translation.override(lesson.page_language):
        rendered = render_markdown(markdown, resolve, pictures)
    lesson.markdown = markdown
    lesson.body_html = rendered.html
    lesson.body_text = rendered.text
    lesson.headings = [[h.level, h.id, h.text] for h in rendered.headings]
    lesson.minutes = max(1, ceil(len(markdown) / CHARACTERS_A_MINUTE))
    return rendered.remarks


def take_up(learner: User, track_id: int, now: datetime) -> Enrollment:
    """The learner is active in the track: enrolled from now on, or again.

    One statement, whether the enrolment is new or not; it comes back with its id.
    """
    (enrollment,) = Enrollment.objects.bulk_create(
        [Enrollment(learner=learner, track_id=track_id, started_at=now, active_at=now)],
        update_conflicts=True,
        unique_fields=["learner", "track"],
        update_fields=["active_at", "left_at"],
    )
    return enrollment


@transaction.atomic
def mark_done(learner: User, lesson: Lesson) -> None:
    """The lesson is done, from the first time on; finishing the track is noted once."""
    now = timezone.now()
    enrollment = take_up(learner, lesson.track_id, now)
    LessonCompletion.objects.bulk_create(
        [LessonCompletion(enrollment=enrollment, lesson=lesson, done_at=now)],
        ignore_conflicts=True,
    )
    note_completion(enrollment, now)


@transaction.atomic
def undo_done(learner: User, lesson: Lesson) -> None:
    """Take the mark back; the track is unfinished again unless a certificate stands.

    A lesson that was added and marked after the track was finished did not finish it,
    so taking its mark back does not matter either. The enrolment row is locked first,
    so that undo and a claim stand in line.
    """
    enrollment = lock_enrollment(learner, lesson.track_id)
    if enrollment is None:
        return
    mark = LessonCompletion.objects.filter(enrollment=enrollment, lesson=lesson).first()
    if mark is None:
        return
    mark.delete()
    finished_at = enrollment.completed_at
    if enrollment.certified_at is None and finished_at and mark.done_at <= finished_at:
        Enrollment.objects.filter(pk=enrollment.pk).update(completed_at=None)


def lock_enrollment(learner: User, track_id: int) -> Enrollment | None:
    """The learner's enrolment, locked until the transaction ends."""
    return (
        Enrollment.objects.select_for_update(no_key=True)
        .filter(learner=learner, track=track_id)
        .first()
    )


def every_lesson_done() -> Q:
    """Whether the track has published lessons and each is done, of an enrolment."""
    published = Lesson.objects.filter(
        track=OuterRef("track"), published_at__lte=timezone.now()
    )
    done = LessonCompletion.objects.filter(
        enrollment=OuterRef(OuterRef("pk")), lesson=OuterRef("pk")
    )
    return Q(Exists(published)) & ~Q(Exists(published.filter(~Exists(done))))


def note_completion(enrollment: Enrollment, now: datetime) -> None:
    """Set completed_at the first time that every published lesson is done."""
    Enrollment.objects.filter(
        every_lesson_done(), pk=enrollment.pk, completed_at=None
    ).update(completed_at=now)


@transaction.atomic
def claim_marks(learner: User, marks: Mapping[int, datetime]) -> int:
    """Turn a visitor's marks into the learner's; returns how many were new."""
    by_track: dict[int, list[int]] = {}
    lessons = Lesson.objects.filter(pk__in=marks).order_by("track", "pk")
    for lesson_id, track_id in lessons.values_list("pk", "track_id"):
        by_track.setdefault(track_id, []).append(lesson_id)
    return sum(
        _claim_track(learner, track_id, {pk: marks[pk] for pk in lesson_ids})
        for track_id, lesson_ids in by_track.items()
    )


def _claim_track(learner: User, track_id: int, marks: Mapping[int, datetime]) -> int:
    now = timezone.now()
    enrollment = take_up(learner, track_id, now)  # and so it is locked
    known = set(
        LessonCompletion.objects.filter(
            enrollment=enrollment, lesson__in=marks
        ).values_list("lesson", flat=True)
    )
    LessonCompletion.objects.bulk_create(
        LessonCompletion(enrollment=enrollment, lesson_id=pk, done_at=at)
        for pk, at in marks.items()
        if pk not in known
    )
    note_completion(enrollment, now)
    return len(marks.keys() - known)


def leave_track(learner: User, track: Track) -> None:
    """Out of "My learning"; answers and marks stay."""
    Enrollment.objects.filter(learner=learner, track=track, left_at=None).update(
        left_at=timezone.now()
    )


def take_up_again(learner: User, track: Track) -> None:
    Enrollment.objects.filter(learner=learner, track=track).update(left_at=None)


def mark_revised(lesson_ids: list[int], now: datetime) -> None:
    """Something of what these lessons say or ask has changed."""
    Lesson.objects.filter(pk__in=lesson_ids).update(revised_at=now)
