"""What a certificate freezes beside its columns: plain values, as they are stored."""

from typing import TypedDict


class FinishedLesson(TypedDict):
    title: str
    slug: str
    done_on: str  # the day in UTC, "2026-03-14"


class CountedAnswer(TypedDict):
    """One answer that the score counts; their mean credit is the printed score."""

    answer: int  # its id in the answer log
    lesson: str  # the lesson's address
    question: str  # the question's UUID
    credit: str  # 0 to 1, six decimals


class Facts(TypedDict):
    slug: str  # the track's address
    summary: str
    language: str
    origin: str  # SITE_ORIGIN at issue
    issuer: str  # SITE_NAME at issue
    criteria: str
    edition: str  # 12 hex digits; another text of the track is another edition
    lessons: list[FinishedLesson]
    counted: list[CountedAnswer]
