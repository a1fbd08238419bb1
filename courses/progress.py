"""How far a reader is in a track: one rule, used on every page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, OuterRef, Subquery, Value
from django.utils import timezone

from accounts.models import Reader
from courses.models import Lesson, LessonCompletion, Track

STAIR_AT_MOST = 40  # steps; a longer track shows a bar


@dataclass(frozen=True, slots=True)
class Step:
    """One published lesson as lists and stairs show it."""

    id: int
    track_id: int
    number: int  # 1 is the first published lesson
    slug: str
    title: str
    summary: str
    minutes: int
    question_count: int
    done_at: datetime | None
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

    @property
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
    for row in _published_lessons(list(finished), reader):
        steps = rows[row["track_id"]]
        done_at = row["done_at"] if marks is None else marks.get(row["id"])
        since = finished[row["track_id"]]
        published_at = row.pop("published_at")
        row["done_at"] = done_at
        steps.append(
            Step(
                **row,
                number=len(steps) + 1,
                is_new=bool(since and done_at is None and published_at > since),
            )
        )
    return {track_id: Outline(steps) for track_id, steps in rows.items()}


def outline_of(
    track: Track, reader: Reader, marks: Mapping[int, datetime] | None = None
) -> Outline:
    return outlines_of([track], reader, marks)[track.pk]


def _published_lessons(track_ids: list[int], reader: Reader) -> Iterable[Any]:
    mark: Subquery | Value = Value(None, DateTimeField())
    if reader.is_authenticated:
        mark = Subquery(
            LessonCompletion.objects.filter(
                enrollment__learner=reader,
                enrollment__track=OuterRef("track_id"),
                lesson=OuterRef("pk"),
            ).values("done_at")[:1]
        )
    return (
        Lesson.objects.filter(track__in=track_ids, published_at__lte=timezone.now())
        .order_by("track", "position")
        .values(
            "id",
            "track_id",
            "slug",
            "title",
            "summary",
            "minutes",
            "question_count",
            "published_at",
            done_at=mark,
        )
    )
