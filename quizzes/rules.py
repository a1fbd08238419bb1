"""What makes a question askable: plain values in, what is wrong with them out. Pure.

The admin's page and the reader of track folders hold a question to the same rules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from courses.markdown import is_unseen, shows_nothing
from quizzes.grading import QuestionKind
from quizzes.models import WRITTEN_LENGTH

MAX_QUESTIONS = 200  # in a lesson
MAX_CHOICES = 50  # in a question
MAX_WHOLE_DIGITS = 20  # of a number and of its tolerance
MAX_PLACES = 10
_DECIMAL = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?", re.ASCII)


@dataclass(frozen=True)
class Draft:
    """A question as it is about to be saved; of a written kind all texts are right."""

    kind: QuestionKind
    texts: Sequence[str]
    rights: Sequence[bool]
    tolerance: Decimal | None = None
    other_feedback: str = ""

    @property
    def is_written(self) -> bool:
        return self.kind in {"text", "number"}


@dataclass(frozen=True)
class Flaw:
    """What to put right; `choice` is the index of the choice it is about, if of one."""

    message: str
    choice: int | None = None


def flaws_of(draft: Draft) -> list[Flaw]:
    """All that is wrong with the question; empty: it can be asked."""
    own = _flaws_of_written if draft.is_written else _flaws_of_choices
    return [*own(draft), *_flaws_of_texts(draft)]


def _flaws_of_choices(draft: Draft) -> Iterator[Flaw]:
    if not any(draft.rights):
        yield Flaw(_("Mark one choice as right."))
    if all(draft.rights):
        yield Flaw(_("A question needs a choice that is not right."))
    if draft.kind == "single" and sum(draft.rights) > 1:
        yield Flaw(_("Mark one choice alone as right, or ask for several."))
    if draft.other_feedback:
        yield Flaw(_("Only a written answer has feedback for every other answer."))
    if draft.tolerance is not None:
        yield Flaw(_("Only a number has a tolerance."))


def _flaws_of_written(draft: Draft) -> Iterator[Flaw]:
    if not draft.texts:
        yield Flaw(_("Write an answer that is accepted."))
    for index, text in enumerate(draft.texts):
        if len(text) > WRITTEN_LENGTH:
            most = {"most": WRITTEN_LENGTH}
            yield Flaw(_("Shorten this answer to %(most)s characters.") % most, index)
    if draft.kind == "number":
        yield from _flaws_of_number(draft)
    elif draft.tolerance is not None:
        yield Flaw(_("Only a number has a tolerance."))


def _flaws_of_number(draft: Draft) -> Iterator[Flaw]:
    for index, text in enumerate(draft.texts):
        if index:
            yield Flaw(_("A number has one accepted value. Take this one out."), index)
        elif not _is_decimal(text):
            message = _(
                "Write the value with digits, such as 2.5, at most %(whole)s before the "
                "point and %(places)s after, and its unit in the question."
            )
            limits = {"whole": MAX_WHOLE_DIGITS, "places": MAX_PLACES}
            yield Flaw(message % limits, index)
    if draft.tolerance is not None and draft.tolerance < 0:
        yield Flaw(_("A tolerance cannot be negative."))


def _is_decimal(text: str) -> bool:
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return False
    return len(found[1]) <= MAX_WHOLE_DIGITS and len(found[2] or "") <= MAX_PLACES


def is_empty(text: str, *, is_written: bool) -> bool:
    """Whether a reader finds nothing in the text of a choice, or of an accepted answer.

    An accepted answer is compared as it is typed, so markup in it counts.

    Raises:
        TextTooLongError: a choice is longer than courses.markdown.MAX_CHARACTERS.
    """
    return is_unseen(text) if is_written else shows_nothing(text)


def _flaws_of_texts(draft: Draft) -> Iterator[Flaw]:
    seen: set[str] = set()
    for index, text in enumerate(draft.texts):
        if is_empty(text, is_written=draft.is_written):
            yield Flaw(
                _("This choice is empty. Write its text, or take it out."), index
            )
        if "\n" in text or "\r" in text:
            yield Flaw(_("A choice is one line."), index)
        if text in seen:
            yield Flaw(_("Two choices are the same. Take one of them out."), index)
        seen.add(text)
    if len(draft.texts) > MAX_CHOICES:
        most = {"most": MAX_CHOICES}
        yield Flaw(_("A question has at most %(most)s choices.") % most)
