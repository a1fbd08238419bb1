"""What a track folder says, as plain values: the shape every outside format is read into.

Nothing here knows a file format or the database.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from courses.markdown import MAX_CHARACTERS
from courses.pictures import TakenPicture

type Kind = Literal["single", "multiple", "text", "number"]

# The longest texts that are taken, in characters.
MAX_TITLE = 200
MAX_SUMMARY = 500
MAX_LICENSE = 100
MAX_ATTRIBUTION = 500
MAX_LANGUAGE = 35  # RFC 5646, 4.4.1: no shorter buffer holds every sensible tag
MAX_SLUG = 80
MAX_QUESTION_ID = 64
MAX_BODY = MAX_CHARACTERS  # what the pages render
MAX_PROMPT = 5_000
MAX_CHOICE = 500
MAX_ACCEPTED = 200
MAX_COMMENT = 5_000  # feedback and explanation

DEFAULT_LANGUAGE = "en"

# A file's name may hold anything; what is printed of it stays on its line and encodable.
_BREAKS_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """One choice; of a written question one accepted answer, which is always right."""

    text: str
    is_right: bool
    feedback: str = ""
    line: int = field(default=0, compare=False)
    feedback_line: int = field(default=0, compare=False)  # where it starts


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """One question of a lesson's self-check.

    A `number` has exactly one choice, whose text is a plain decimal with the digits as the
    author typed them; its tolerance is None where only that value is right.
    """

    id: str
    kind: Kind
    prompt: str
    choices: tuple[ChoiceSource, ...]
    tolerance: Decimal | None = None
    other_feedback: str = ""  # of a written question: said to every other answer
    explanation: str = ""
    line: int = field(default=0, compare=False)  # of its heading, 1 is the first
    # where these start
    details_line: int = field(default=0, compare=False)  # the prompt below the heading
    other_feedback_line: int = field(default=0, compare=False)
    explanation_line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LessonSource:
    """One lesson; an empty licence, attribution or language is the track's."""

    slug: str
    title: str
    summary: str
    body: str
    questions: tuple[QuestionSource, ...] = ()
    license: str = ""
    attribution: str = ""
    language: str = ""
    file: str = field(default="", compare=False)
    body_line: int = field(
        default=0, compare=False
    )  # where the body starts in the file


@dataclass(frozen=True, slots=True)
class TrackSource:
    """A whole track, its lessons in order."""

    slug: str
    title: str
    summary: str
    license: str = ""
    attribution: str = ""
    language: str = DEFAULT_LANGUAGE
    description: str = ""
    lessons: tuple[LessonSource, ...] = ()
    pictures: tuple[TakenPicture, ...] = ()  # by name
    description_line: int = field(default=0, compare=False)  # in track.md


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing to put right, and where; line 0 is the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return _BREAKS_A_LINE.sub(
            "\N{REPLACEMENT CHARACTER}", f"{place}: {self.message}"
        )


class TrackFolderError(Exception):
    """A track folder cannot be read or written; it holds every problem found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
