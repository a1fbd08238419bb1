"""What is wrong with a lesson before learners see it: plain values in, findings out. Pure.

A fault is what would leave a learner without a way to answer right, or with nothing to
read: it keeps the lesson from being published. All else is a warning.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.markdown import Remark, is_unseen, plain, render_inline, shows_nothing
from quizzes.pointing_choices import points_at_others
from quizzes.rules import Draft, flaws_of

FEWEST_TO_COMPARE = 3  # questions with choices; fewer are longest by chance


class Severity(StrEnum):
    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing to look at, and where: `anchor` is an id on the lesson's admin page."""

    severity: Severity
    message: str
    anchor: str

    @property
    def is_fault(self) -> bool:
        return self.severity == Severity.FAULT


@dataclass(frozen=True)
class AskedDraft:
    """A question as it is stored.

    remarks: on its texts, each with the field that it is about, such as "explanation"
    or "choices-0-feedback".
    """

    prompt: str
    explanation: str
    draft: Draft
    remarks: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class LessonDraft:
    """A lesson with its current questions in order.

    shows_text: whether its text shows a reader anything.
    remarks: those of courses.text_checks.look_over on its text.
    """

    shows_text: bool
    remarks: Sequence[Remark]
    questions: Sequence[AskedDraft]


def findings_of(lesson: LessonDraft) -> list[Finding]:
    """The faults first, then the warnings, each in the order of the page."""
    found = [
        *_on_text(lesson),
        *(
            finding
            for number, question in enumerate(lesson.questions, start=1)
            for finding in _on_question(number, question)
        ),
        *_on_lengths(lesson.questions),
    ]
    return sorted(found, key=lambda finding: not finding.is_fault)


TEXT = "id_markdown"


def _on_text(lesson: LessonDraft) -> Iterator[Finding]:
    if not lesson.shows_text:
        if lesson.questions:
            said = _("The lesson has no text, only questions.")
            yield Finding(Severity.WARNING, said, TEXT)
        else:
            said = _("The lesson is empty: it has no text and asks nothing.")
            yield Finding(Severity.FAULT, said, TEXT)
    for remark in lesson.remarks:
        said = _("Line %(line)s: %(message)s.")
        said %= {"line": remark.line, "message": remark.message}
        yield Finding(Severity.WARNING, said, TEXT)


def _field(number: int, name: str) -> str:
    """The id that Django gives to a field of the question of this number, from 1."""
    return f"id_questions-{number - 1}-{name}"


def _on_question(number: int, question: AskedDraft) -> Iterator[Finding]:
    def find(severity: Severity, message: str, field: str = "prompt") -> Finding:
        said = _("Question %(number)s: %(message)s")
        said %= {"number": number, "message": message}
        return Finding(severity, said, _field(number, field))

    if shows_nothing(question.prompt):
        yield find(Severity.FAULT, _("It is empty. Write what you ask."))
    for flaw in flaws_of(question.draft):
        yield find(Severity.FAULT, flaw.message)
    if is_unseen(question.explanation):
        yield find(Severity.WARNING, _("It has no explanation."), "explanation")
    for field, message in question.remarks:
        yield find(Severity.WARNING, f"{message}.", field)
    if not question.draft.is_written:
        for index, message in _on_choices(question.draft.texts):
            yield find(Severity.WARNING, message, f"choices-{index}-text")


def _on_choices(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    for index, text in enumerate(texts):
        if points_at_others(text):
            said = _("“%(choice)s” says nothing of its own. Write what is meant.")
            yield index, said % {"choice": plain(text)}
    for index in _look_alikes(texts):
        said = _("“%(choice)s” looks like another choice. Make the difference plain.")
        yield index, said % {"choice": texts[index]}


def _on_lengths(questions: Sequence[AskedDraft]) -> Iterator[Finding]:
    """More than half of at least FEWEST_TO_COMPARE questions with choices give away

    the right one by its length: each right choice is longer, in characters as a reader
    sees them, than each wrong one.
    """
    numbers = [
        number
        for number, question in enumerate(questions, start=1)
        if not question.draft.is_written
    ]
    told = [n for n in numbers if _right_is_longest(questions[n - 1].draft)]
    if len(numbers) < FEWEST_TO_COMPARE or 2 * len(told) <= len(numbers):
        return
    said = ngettext(
        "In %(told)s of %(count)s question with choices the right one is the longest:"
        " %(numbers)s.",
        "In %(told)s of %(count)s questions with choices the right one is the longest:"
        " %(numbers)s.",
        len(numbers),
    )
    said %= {
        "told": len(told),
        "count": len(numbers),
        "numbers": ", ".join(map(str, told)),
    }
    yield Finding(Severity.WARNING, said, _field(told[0], "prompt"))


def _right_is_longest(draft: Draft) -> bool:
    right: list[int] = []
    wrong: list[int] = []
    for text, is_right in zip(draft.texts, draft.rights, strict=True):
        (right if is_right else wrong).append(len(plain(text)))
    return bool(right and wrong) and min(right) > max(wrong)


# What changes how a choice is set, and hardly how it reads.
_MARKUP = re.compile(r"</?(?:em|strong|code|a)(?:\s[^>]*)?>")


def _look_of(choice: str) -> str:
    """The same for choices that a reader cannot well tell apart; "" where one sees nothing.

    In code and in formulas capitals count. Pictures are not compared.
    """
    if "![" in choice:
        return ""
    seen = _MARKUP.sub("", normalize("NFC", render_inline(choice)))
    seen = "".join(c for c in seen if c.isspace() or not is_unseen(c))
    seen = " ".join(seen.split())
    return seen if re.search(r"[`$]", choice) else seen.casefold()


def _look_alikes(texts: Sequence[str]) -> Iterator[int]:
    """The index of each choice that looks like one before it and is written otherwise."""
    first: dict[str, str] = {}
    for index, text in enumerate(texts):
        look = _look_of(text)
        if look and first.setdefault(look, text) != text:
            yield index
