"""What of a track's figures an overview of many tracks should name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from courses.models import Lesson, Track
from quizzes.figures import QuestionRow, question_rows
from quizzes.lesson_figures import LessonFigures
from quizzes.models import Question
from quizzes.track_analysis import TrackFigures, kept_figures

ENOUGH_STARTED = 20  # learners, below whom nothing is said of a lesson
HALF = 2  # of those who started it have marked a lesson done


@dataclass(frozen=True)
class Misleading:
    """A question whose figures say that it may be wrong, the gravest first."""

    track: Track
    row: QuestionRow

    @property
    def url(self) -> str:
        """Where the figures of just this question stand."""
        page = reverse("admin:courses_track_figures", args=[self.track.pk])
        return f"{page}#question-{self.row.id}"


@dataclass(frozen=True)
class LeftBehind:
    """A lesson that people leave; since it was last changed."""

    track: Track
    lesson: Lesson
    started: int
    done: int

    @property
    def url(self) -> str:
        return reverse("admin:courses_track_figures", args=[self.track.pk])


def misleading_questions(tracks: Iterable[Track]) -> list[Misleading]:
    """The current questions of these tracks that may mislead: see analysis.MISLEADING.

    The figures may be as old as track_analysis.kept_figures says; a question that was
    revised or retired since is not among them any more.
    """
    by_key = {track.pk: track for track in tracks}
    kept = kept_figures(by_key)
    counted = {
        pk: one for found in kept.values() for pk, one in found.questions.items()
    }
    current: Any = Question.objects.current().filter(
        pk__in=counted, lesson__published_at__lte=timezone.now()
    )
    of_track = dict(current.values_list("pk", "lesson__track"))
    rows = [row for row in question_rows(counted, current) if row.remark.is_misleading]
    rows.sort(key=lambda row: (row.remark.concern, row.id))
    return [Misleading(by_key[of_track[row.id]], row) for row in rows]


def lessons_people_leave(tracks: Iterable[Track]) -> list[LeftBehind]:
    """The lessons at which readers stop, in the order of the tracks and their own.

    At least ENOUGH_STARTED learners have started it and fewer than half of these have
    marked it done, while of the lesson before (if any) at least half of those who
    started it have. Of both lessons those count who started since the last change: a
    mended lesson is looked at anew, and until figures are made again not at all.
    """
    by_key = {track.pk: track for track in tracks}
    kept = kept_figures(by_key)
    lessons = Lesson.objects.filter(track__in=kept, published_at__lte=timezone.now())
    by_track: dict[int, list[Lesson]] = {track_id: [] for track_id in kept}
    for lesson in lessons.order_by("position").only("track", "title", "revised_at"):
        by_track[lesson.track_id].append(lesson)
    return [
        left
        for track_id, found in kept.items()
        for left in _left_in(by_key[track_id], by_track[track_id], found)
    ]


def _left_in(
    track: Track, lessons: Sequence[Lesson], found: TrackFigures
) -> list[LeftBehind]:
    left = []
    before: LessonFigures | None = None
    for lesson in lessons:
        figures = found.lessons.get(lesson.pk)
        if figures is None:
            continue
        was_changed = lesson.revised_at > found.lessons_at
        if not was_changed and _stops(figures) and not (before and _is_left(before)):
            counts = figures.started_since, figures.done_since
            left.append(LeftBehind(track, lesson, *counts))
        before = figures
    return left


def _is_left(figures: LessonFigures) -> bool:
    return HALF * figures.done_since < figures.started_since


def _stops(figures: LessonFigures) -> bool:
    return figures.started_since >= ENOUGH_STARTED and _is_left(figures)
