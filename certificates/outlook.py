"""What a certificate would say today beside what it says: lessons, score, coverage. Pure.

Its holder decides by this whether to update it, so nothing may go unseen: a lesson that
would be dropped is named, and where nothing is gained there is no update.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from certificates.award import Award
from certificates.credential import signable
from certificates.models import Certificate


@dataclass(frozen=True)
class Standing:
    """What a certificate says of a learner in a track, or what a new one would."""

    title: str
    lessons: Mapping[str, str]  # address → title, in order
    score: int | None
    answered: int
    questions: int
    counted: frozenset[tuple[int, Decimal]]  # an answer in the log, with its credit

    @property
    def lesson_count(self) -> int:
        return len(self.lessons)

    @property
    def shown(self) -> tuple[object, ...]:
        return tuple(self.lessons), self.score, self.answered, self.questions


@dataclass(frozen=True)
class Outlook:
    """`old` is what the certificate says, `new` what would take its place."""

    old: Standing
    new: Standing
    waiting: int  # published lessons that are not done and not on the certificate

    @property
    def both(self) -> tuple[Standing, Standing]:
        return self.old, self.new

    @property
    def added(self) -> list[str]:
        """Titles of lessons done that it does not list."""
        return [
            t for slug, t in self.new.lessons.items() if slug not in self.old.lessons
        ]

    @property
    def dropped(self) -> list[str]:
        """Titles of lessons that it lists and that are no longer published, or done."""
        return [
            t for slug, t in self.old.lessons.items() if slug not in self.new.lessons
        ]

    @property
    def added_since(self) -> int:
        """Lessons of the track that it does not list, done or not."""
        return len(self.added) + self.waiting

    @property
    def is_same(self) -> bool:
        return self.old.shown == self.new.shown

    @property
    def is_offered(self) -> bool:
        """Something would change, and a lesson or an answer of the holder's is gained.

        A question that was added, or a lesson that was taken away, is no gain.
        """
        is_gain = bool(self.added) or not self.new.counted <= self.old.counted
        return is_gain and not self.is_same and bool(self.new.lessons)

    @property
    def reason(self) -> str:
        """Why the new one takes the old one's place, as the page of that says it."""
        known = {answer for answer, _credit in self.old.counted}
        given = {answer for answer, _credit in self.new.counted}
        if self.added or not given <= known:
            return _("lessons or answers were added")
        return _("answers were regraded")

    @property
    def mark(self) -> str:
        """Of all that its holder is shown: who says yes to this says it to no other."""
        said = (
            self.old.shown,
            self.new.shown,
            self.new.title,
            [*self.new.lessons.values()],
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()


def outlook_of(certificate: Certificate, title: str, award: Award) -> Outlook:
    """`title` is the track's as it is printed today, `award` what the holder has earned."""
    old, steps = _of_certificate(certificate), award.outline.steps
    knowledge = award.knowledge
    new = Standing(
        title=title,
        lessons={step.slug: signable(step.title, step.slug) for step in award.finished},
        score=knowledge.percent,
        answered=knowledge.answered,
        questions=knowledge.questions,
        counted=frozenset((row.answer_id, row.credit) for row in award.counted),
    )
    waiting = [s for s in steps if not s.is_done and s.slug not in old.lessons]
    return Outlook(old, new, len(waiting))


def _of_certificate(certificate: Certificate) -> Standing:
    facts = certificate.facts
    return Standing(
        title=certificate.track_title,
        lessons={lesson["slug"]: lesson["title"] for lesson in facts["lessons"]},
        score=certificate.score,
        answered=certificate.answered,
        questions=certificate.questions,
        counted=frozenset(
            (row["answer"], Decimal(row["credit"])) for row in facts["counted"]
        ),
    )
