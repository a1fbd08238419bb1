"""What a person has answered in some tracks, and where to go on: for page lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from courses.models import Track
from courses.progress import Outline, Step
from quizzes.log import Answered, Person, answered_in, knowledge_of
from quizzes.scoring import Knowledge


@dataclass(frozen=True)
class TrackLearning:
    """One track: its score and, by lesson, what is answered."""

    track_id: int
    knowledge: Knowledge
    rows: Sequence[Answered] = ()
    answered: Mapping[int, int] = field(default_factory=dict)  # by lesson

    @property
    def begun(self) -> set[int]:
        return set(self.answered)

    def first_open(self, outline: Outline) -> Step | None:
        """The first lesson with a question left out."""
        return next(
            (
                step
                for step in outline.steps
                if self.answered.get(step.id, 0) < step.question_count
            ),
            None,
        )

    def of_lesson(self, step: Step) -> Knowledge:
        rows = [row for row in self.rows if row.lesson_id == step.id]
        return knowledge_of(rows, step.question_count)


@dataclass(frozen=True)
class Resume:
    """Where the learner left off."""

    track: Track
    step: Step
    total: int
    answered: int


def learning_in(
    person: Person, outlines: Mapping[int, Outline]
) -> dict[int, TrackLearning]:
    """By track, in one statement."""
    by_track: dict[int, list[Answered]] = {track_id: [] for track_id in outlines}
    for row in answered_in(person, outlines):
        by_track[row.track_id].append(row)
    return {
        track_id: _learning(track_id, rows, outlines[track_id])
        for track_id, rows in by_track.items()
    }


def _learning(track_id: int, rows: list[Answered], outline: Outline) -> TrackLearning:
    answered: dict[int, int] = {}
    for row in rows:
        answered[row.lesson_id] = answered.get(row.lesson_id, 0) + 1
    questions = sum(step.question_count for step in outline.steps)
    return TrackLearning(track_id, knowledge_of(rows, questions), rows, answered)


def resume_in(
    tracks: Iterable[Track],
    outlines: Mapping[int, Outline],
    learning: Mapping[int, TrackLearning],
) -> Resume | None:
    """The track of the last answer or mark that is not finished, and its lesson.

    That is the lesson last answered if it is not done, else the first not done.
    The tracks carry the learner's enrolment (with_enrollment).
    """
    open_tracks = [
        track
        for track in tracks
        if getattr(track, "active_at", None)
        and getattr(track, "left_at", None) is None
        and outlines[track.pk].next_step is not None
    ]
    if not open_tracks:
        return None
    latest = max(open_tracks, key=_last_active)
    outline, learned = outlines[latest.pk], learning[latest.pk]
    step = _last_answered(outline, learned) or outline.next_step
    if step is None:
        return None
    return Resume(latest, step, outline.total, learned.answered.get(step.id, 0))


def _last_active(track: Track) -> datetime:
    return track.active_at  # type: ignore[attr-defined,no-any-return]


def _last_answered(outline: Outline, learned: TrackLearning) -> Step | None:
    if not learned.rows:
        return None
    latest = max(learned.rows, key=lambda row: (row.latest_at, row.answer_id))
    step = next((s for s in outline.steps if s.id == latest.lesson_id), None)
    return step if step is not None and not step.is_done else None
