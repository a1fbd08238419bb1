"""How far a reader is in a track: one rule, used on every page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Reader
from courses.models import Lesson, Track

STAIR_AT_MOST = 40  # steps; a longer track shows a bar

# by hand, as every page of a track runs it: see courses.rows
_PUBLISHED_LESSONS = """
SELECT l.id, l.track_id, l.slug, l.title, l.summary, l.minutes, l.question_count,
       l.published_at, d.done_at
FROM courses_lesson l
LEFT JOIN courses_enrollment e
    ON e.track_id = l.track_id AND e.learner_id = %(learner)s
LEFT JOIN courses_lessoncompletion d ON d.enrollment_id = e.id AND d.lesson_id = l.id
WHERE l.track_id = ANY(%(tracks)s) AND l.published_at <= %(now)s
ORDER BY l.track_id, l.position"""


class Step(NamedTuple):
    """One published lesson as lists and stairs show it."""

    id: int
    track_id: int
    slug: str
    title: str
    summary: str
    minutes: int
    question_count: int
    done_at: datetime | None
    number: int  # 1 is the first published lesson
    is_new: bool  # published since the learner finished, and not done

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


@dataclass(frozen=True)
class Outline:
    """The published lessons of one track in order, as one reader has done them."""

    steps: Sequence[Step]

    @property
    def total(self) -> int:
        return len(self.steps)

    @cached_property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_complete(self) -> bool:
        """At least one published lesson, and each of them done."""
        return self.total > 0 and self.left == 0

    @property
    def next_step(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if not step.is_done), None)

    def neighbours_of(self, step: Step | None) -> Sequence[Step]:
        """The lesson before and the next two; at the ends the nearest three."""
        place = step.number - 1 if step else 0
        start = max(0, min(place - 1, self.total - 4))
        around = self.steps[start : start + 4]
        return [other for other in around if other is not step][:3]


def outlines_of(
    tracks: Iterable[Track], reader: Reader, marks: Mapping[int, datetime] | None = None
) -> dict[int, Outline]:
    """The outline of each track, in one statement; `marks` are a visitor's.

    The tracks carry `completed_at` where the reader is signed in (with_enrollment).
    """
    finished = {track.pk: getattr(track, "completed_at", None) for track in tracks}
    rows: dict[int, list[Step]] = {track_id: [] for track_id in finished}
    for *facts, published_at, done_at in _published_lessons(list(finished), reader):
        lesson_id, track_id = facts[:2]
        if marks is not None:
            done_at = marks.get(lesson_id)
        since, steps = finished[track_id], rows[track_id]
        is_new = bool(since and done_at is None and published_at > since)
        steps.append(Step._make([*facts, done_at, len(steps) + 1, is_new]))
    return {track_id: Outline(steps) for track_id, steps in rows.items()}


def outline_of(
    track: Track, reader: Reader, marks: Mapping[int, datetime] | None = None
) -> Outline:
    return outlines_of([track], reader, marks)[track.pk]


def preview_outline(track: Track) -> Outline:
    """All lessons of the track, drafts too, as nobody has done them yet."""
    rows = Lesson.objects.filter(track=track).order_by("position")
    facts = rows.values_list(
        "id", "track_id", "slug", "title", "summary", "minutes", "question_count"
    )
    return Outline(
        [Step(*row, None, number, False) for number, row in enumerate(facts, start=1)]
    )


def facts_of(track: Track, outline: Outline) -> dict[str, object]:
    """What courses/_track_facts.html says of a track, added up from its outline."""
    return {
        "lesson_count": outline.total,
        "minutes": sum(step.minutes for step in outline.steps),
        "question_count": sum(step.question_count for step in outline.steps),
        "license": track.license,
    }


def _published_lessons(track_ids: list[int], reader: Reader) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED_LESSONS,
            # never null: a visitor's would be planned anew each time
            {"tracks": track_ids, "learner": reader.pk or 0, "now": timezone.now()},
        )
        rows: list[Any] = cursor.fetchall()
    return rows
