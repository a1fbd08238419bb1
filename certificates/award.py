"""What a certificate would say of a learner now: shown before it is claimed, and
read again, under the enrolment's lock, when it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from accounts.models import User
from certificates.credential import criteria_of, edition_of, signable
from certificates.facts import CountedAnswer, Facts
from courses.models import Track
from courses.progress import Outline, Step, outline_of
from quizzes.log import Answered, Person, answered_in, knowledge_of
from quizzes.scoring import Knowledge


@dataclass(frozen=True)
class Award:
    """The learner's published lessons, and the answers that count in them."""

    outline: Outline
    counted: Sequence[Answered]
    finished_at: datetime | None  # None: there is nothing to claim yet

    @property
    def finished(self) -> list[Step]:
        return [step for step in self.outline.steps if step.is_done]

    @property
    def left(self) -> list[Step]:
        return [step for step in self.outline.steps if not step.is_done]

    @property
    def begun(self) -> set[int]:
        """The lessons in which a question was answered."""
        return {row.lesson_id for row in self.counted}

    @property
    def knowledge(self) -> Knowledge:
        questions = sum(step.question_count for step in self.outline.steps)
        return knowledge_of(self.counted, questions)


def read_award(
    learner: User, track: Track, completed_at: datetime | None, now: datetime
) -> Award:
    """Two statements. `completed_at` is the enrolment's.

    Finished is who finished once, or has each published lesson done now; a
    certificate without a lesson is never given.
    """
    outline = outline_of(track, learner)
    published = {step.id for step in outline.steps}
    counted = [
        row
        for row in answered_in(Person(learner_id=learner.pk), [track.pk])
        if row.lesson_id in published  # one published in between comes too late
    ]
    finished_at = completed_at or (now if outline.is_complete else None)
    return Award(outline, counted, finished_at if outline.done else None)


def printed_title(track: Track) -> str:
    """The track's title as a certificate prints it."""
    return signable(track.title, track.slug)


def freeze_facts(track: Track, award: Award, finished_at: datetime) -> Facts:
    """Everything that the certificate says beside its columns, as it is now."""
    questions = award.knowledge.questions
    title = printed_title(track)
    slugs = {step.id: step.slug for step in award.outline.steps}
    facts: Facts = {
        "slug": track.slug,
        "summary": signable(track.summary, title),
        "language": track.language,
        "origin": settings.SITE_ORIGIN,
        "issuer": settings.SITE_NAME,
        "criteria": criteria_of(finished_at, questions),
        "edition": "",
        "lessons": [
            {
                "title": signable(step.title, step.slug),
                "slug": step.slug,
                "done_on": f"{step.done_at.astimezone(UTC):%Y-%m-%d}",
            }
            for step in award.finished
            if step.done_at is not None
        ],
        "counted": [
            CountedAnswer(
                answer=row.answer_id,
                lesson=slugs[row.lesson_id],
                question=str(row.question),
                credit=str(row.credit),
            )
            for row in award.counted
        ],
    }
    facts["edition"] = edition_of(title, facts, questions)
    return facts
