"""What the file of a certificate says: plain values, each frozen when it was issued."""

from dataclasses import dataclass
from datetime import date, datetime

from certificates.facts import Facts
from certificates.models import Certificate


@dataclass(frozen=True, slots=True)
class PaperLesson:
    title: str
    done_on: date  # in UTC


@dataclass(frozen=True, slots=True)
class Paper:
    """The facts of one certificate; times are aware."""

    code: str
    name: str  # as printed
    track: str
    language: str  # of the titles, BCP 47
    criteria: str
    lessons: tuple[PaperLesson, ...]
    score: int | None  # percent; None: nothing was answered
    answered: int
    questions: int
    finished_at: datetime
    awarded_at: datetime
    issued_at: datetime
    issuer: str
    origin: str  # scheme and host of the site

    @property
    def page(self) -> str:
        return f"{self.origin}/certificates/{self.code}/"

    @property
    def host(self) -> str:
        return self.origin.partition("://")[2]


def paper_of(certificate: Certificate, name: str) -> Paper:
    """What the paper says of a certificate whose document prints this name."""
    facts: Facts = certificate.facts
    return Paper(
        code=certificate.code,
        name=name,
        track=certificate.track_title,
        language=facts["language"],
        criteria=facts["criteria"],
        lessons=tuple(
            PaperLesson(lesson["title"], date.fromisoformat(lesson["done_on"]))
            for lesson in facts["lessons"]
        ),
        score=certificate.score,
        answered=certificate.answered,
        questions=certificate.questions,
        finished_at=certificate.finished_at,
        awarded_at=certificate.awarded_at,
        issued_at=certificate.issued_at,
        issuer=facts["issuer"],
        origin=facts["origin"],
    )
