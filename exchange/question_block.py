"""The questions of a lesson file: everything under "Check your understanding".

### Prompt {#id .kind}

more of the prompt

- [x] a right choice
  > its feedback
- [ ] a wrong choice

The explanation.
"""

import re
from decimal import Decimal
from typing import Final, cast, get_args

from django.utils.translation import gettext as _

from exchange.choice_list import (
    Item,
    check_items,
    first_choice_row,
    is_choice,
    read_choice_list,
    write_item,
)
from exchange.source_file import SourceFile, is_blank, shortened
from exchange.track_source import (
    MAX_COMMENT,
    MAX_PROMPT,
    MAX_QUESTION_ID,
    ChoiceSource,
    Kind,
    QuestionSource,
)
from quizzes.rules import MAX_PLACES, MAX_QUESTIONS, MAX_WHOLE_DIGITS

HEADING: Final = "## Check your understanding"

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
_WRITTEN: Final = ("text", "number")
_QUESTION = re.compile(r" {0,3}###(?:[ \t](.*)|)")
_SECTION = re.compile(r" {0,3}##?(?:[ \t].*|)")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_DECIMAL = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?")


def self_check_row(source: SourceFile, rows: range) -> int | None:
    """The row of the heading that starts the questions, if there is one."""
    prose = source.prose(rows)
    return next((row for row, line in prose if line.rstrip() == HEADING), None)


def refuse_stray_questions(source: SourceFile, rows: range) -> None:
    """Report a question in the body: without the exact heading it would be mere text."""
    asked = None
    for row, line in source.prose(rows):
        if _QUESTION.fullmatch(line) and _attributes(line)[1]:
            asked = row
        elif asked is not None and is_choice(line):
            message = _(
                "This question is part of the text. "
                "Put the heading “{heading}” above it, in exactly this spelling."
            )
            source.report(asked, message.format(heading=HEADING))
            return


def read_questions(source: SourceFile, rows: range) -> tuple[QuestionSource, ...]:
    """The questions in these rows, which start below the heading; problems are reported."""
    prose = list(source.prose(rows))
    starts = [row for row, line in prose if _QUESTION.fullmatch(line)]
    for row, line in prose:
        if _SECTION.fullmatch(line):
            message = _(
                "Only questions stand under “Check your understanding”. "
                "Move this heading and its text above it."
            )
            source.report(row, message)
    _refuse_text_before(source, range(rows.start, starts[0] if starts else rows.stop))
    if not starts:
        message = _("No question follows. Write one, or take this heading out.")
        source.report(rows.start - 1, message)
    if len(starts) > MAX_QUESTIONS:
        message = _("A lesson has at most {most} questions. Move some to another.")
        source.report(starts[MAX_QUESTIONS], message.format(most=MAX_QUESTIONS))
        return ()
    blocks = zip(starts, [*starts[1:], rows.stop], strict=False)
    found = [_read_question(source, range(start, stop)) for start, stop in blocks]
    return tuple(question for question in found if question is not None)


def _refuse_text_before(source: SourceFile, rows: range) -> None:
    row = source.first_text_row(rows)
    if row in rows and not is_blank(source.lines[row]):
        message = _(
            "This text stands before the first question. "
            "Move it above “Check your understanding”, or begin a question with ###."
        )
        source.report(row, message)


def _read_question(source: SourceFile, rows: range) -> QuestionSource | None:
    """One question; None where it is too broken to be told apart from its neighbours."""
    first = first_choice_row(source, range(rows.start + 1, rows.stop))
    head, id_, class_ = _read_heading(source, rows.start)
    if first is None:
        message = _(
            "This question has no choices. "
            "Add a list of - [x] and - [ ], or of - [=], below it."
        )
        source.report(rows.start, message)
        return None
    items, end = read_choice_list(source, range(first, rows.stop))
    check_items(source, items)
    kind = _kind(source, rows.start, class_, items)
    explanation = _read_explanation(source, range(end, rows.stop))
    if kind is None:
        return None
    details = range(rows.start + 1, first)
    others = [item for item in items if item.mark == "*"]
    values, tolerance = _read_values(source, items, kind)
    return QuestionSource(
        id=id_,
        kind=kind,
        prompt=_read_prompt(source, head, details),
        choices=values,
        tolerance=tolerance,
        other_feedback="".join(item.feedback for item in others),
        explanation=explanation,
        line=rows.start + 1,
        details_line=source.first_text_row(details) + 1,
        other_feedback_line=others[0].feedback_row + 1 if others else 0,
        explanation_line=source.first_text_row(range(end, rows.stop)) + 1,
    )


def _attributes(heading: str) -> tuple[str, list[str]]:
    """The text of a heading, and what stands in the braces at its end: `{#id .kind}`."""
    text = heading.strip().removeprefix("###").strip()
    start = text.rfind("{")
    if not text.endswith("}") or start < 0:
        return text, []
    words = text[start + 1 : -1].split()
    if not words or words[0][0] not in "#.":
        return text, []
    return text[:start].rstrip(), words


def _read_heading(source: SourceFile, row: int) -> tuple[str, str, str]:
    """Prompt, id and kind class (empty: none) of a question's heading."""
    text, words = _attributes(source.lines[row])
    if not text:
        message = _("This question has no prompt. Write it after the ###.")
        source.report(row, message)
    if not words:
        message = _(
            "This question has no id. End the heading with one, such as {example}."
        )
        source.report(row, message.format(example="{#raw-capability}"))
        return text, "", ""
    id_ = words[0].removeprefix("#")
    if id_ == words[0] or not _ID.fullmatch(id_):
        message = _(
            "“{id}” cannot be the id of a question. "
            "Use small letters a to z, digits and hyphens, such as {example}."
        )
        example = "{#raw-capability}"
        source.report(row, message.format(id=shortened(words[0]), example=example))
    source.limit(row, _("This id"), id_, MAX_QUESTION_ID)
    if len(words) == 1:
        return text, id_, ""
    if len(words) > 2 or words[1] not in [f".{kind}" for kind in _KINDS]:
        message = _("Only one of {kinds} may follow the id. Correct the heading.")
        kinds = ", ".join(f".{kind}" for kind in _KINDS)
        source.report(row, message.format(kinds=kinds))
        return text, id_, ""
    return text, id_, words[1][1:]


def _read_prompt(source: SourceFile, head: str, rows: range) -> str:
    prompt = "\n\n".join(part for part in (head, source.text(rows)) if part)
    source.limit(rows.start - 1, _("This prompt"), prompt, MAX_PROMPT)
    return prompt


def _read_explanation(source: SourceFile, rows: range) -> str:
    for row, line in source.prose(rows):
        if is_choice(line):
            message = _(
                "This choice stands in the explanation. "
                "Move it up to the others, or begin it with * to make it text."
            )
            source.report(row, message)
    explanation = source.text(rows)
    source.limit(rows.start, _("This explanation"), explanation, MAX_COMMENT)
    return explanation


def _inferred(marks: list[str]) -> Kind:
    if "x" in marks or " " in marks:
        return "multiple" if marks.count("x") > 1 else "single"
    return "text"


def _kind(source: SourceFile, row: int, class_: str, items: list[Item]) -> Kind | None:
    """The kind by class or marks; None, reported, where the marks do not go with it."""
    marks = [item.mark for item in items]
    kind = cast("Kind", class_ or _inferred(marks))
    if "=" in marks and ("x" in marks or " " in marks):
        message = _(
            "This question mixes - [=] with - [x] and - [ ]. "
            "Use - [=] alone for a written answer."
        )
    elif kind in _WRITTEN and _inferred(marks) != "text":
        message = _("A .{kind} question takes its accepted answer as - [=].")
    elif kind not in _WRITTEN and "=" in marks:
        message = _("A .{kind} question takes its choices as - [x] and - [ ].")
    else:
        check = _check_written if kind in _WRITTEN else _check_choices
        check(source, row, kind, items)
        return kind
    source.report(row, message.format(kind=kind))
    return None


def _check_choices(source: SourceFile, row: int, kind: Kind, items: list[Item]) -> None:
    rights = sum(item.mark == "x" for item in items)
    if not rights:
        source.report(row, _("This question has no right choice. Mark one with [x]."))
    if not any(item.mark == " " for item in items):
        message = _("This question has no wrong choice. Add one with [ ].")
        source.report(row, message)
    if kind == "single" and rights > 1:
        message = _(
            "A .single question has one right choice. "
            "Mark the others with [ ], or write .multiple."
        )
        source.report(row, message)
    for item in items:
        if item.mark == "*":
            message = _(
                "Only a written answer has feedback for every other answer. "
                "Take - [*] out, or use - [=]."
            )
            source.report(item.row, message)


def _check_written(source: SourceFile, row: int, kind: Kind, items: list[Item]) -> None:
    if not any(item.mark == "=" for item in items):
        message = _("This question accepts no answer. Add one with - [=].")
        source.report(row, message)
    others = [item for item in items if item.mark == "*"]
    for item in others:
        if item.text:
            message = _("- [*] stands alone. Write the text below it, as feedback.")
            source.report(item.row, message)
        if not item.feedback:
            message = _(
                "- [*] has no feedback. Add a line “  > …” below it, or take it out."
            )
            source.report(item.row, message)
    for item in others[1:]:
        message = _("This question has a second - [*]. Join the two.")
        source.report(item.row, message)


def _read_values(
    source: SourceFile, items: list[Item], kind: Kind
) -> tuple[tuple[ChoiceSource, ...], Decimal | None]:
    """The choices, or the accepted answers with the tolerance of a number."""
    items = [item for item in items if item.mark != "*"]
    tolerance = None
    texts = [item.text for item in items]
    if kind == "number" and items:
        for item in items[1:]:
            message = _("A .number question has one accepted value. Take this one out.")
            source.report(item.row, message)
        texts[0], tolerance = _read_number(source, items[0])
    choices = tuple(
        ChoiceSource(
            text,
            item.mark != " ",
            item.feedback,
            line=item.row + 1,
            feedback_line=item.feedback_row + 1,
        )
        for text, item in zip(texts, items, strict=True)
    )
    return choices, tolerance


def _read_number(source: SourceFile, item: Item) -> tuple[str, Decimal | None]:
    """Value and tolerance of `2.5 ± 0.1`; the value stays as it was typed."""
    written = item.text.replace("+/-", "±")
    value, sign, tolerance = (part.strip() for part in written.partition("±"))
    for part in (value, tolerance) if sign else (value,):
        if fault := _number_fault(part):
            source.report(item.row, fault)
            return value, None
    if tolerance.startswith("-"):
        message = _("A tolerance cannot be negative. Take its sign out.")
        source.report(item.row, message)
    return value, Decimal(tolerance) if sign else None


def _number_fault(text: str) -> str:
    found = _DECIMAL.fullmatch(text)
    if found is None:
        message = _(
            "“{value}” is not a number. Write it like 2.5, or like 2.5 ± 0.1, "
            "and its unit in the prompt."
        )
        return message.format(value=shortened(text))
    whole, places = found[1], found[2] or ""
    if len(whole) <= MAX_WHOLE_DIGITS and len(places) <= MAX_PLACES:
        return ""
    message = _(
        "A number has at most {whole} digits before its point and {places} after."
    )
    return message.format(whole=MAX_WHOLE_DIGITS, places=MAX_PLACES)


def write_question(question: QuestionSource) -> str:
    """The canonical block of one question, without a line end."""
    heading, _newline, text = question.prompt.partition("\n")
    blocks = [
        f"### {heading} {{#{question.id}{_class(question)}}}",
        text.strip("\n"),
        "\n".join(_written_items(question)),
        question.explanation,
    ]
    return "\n\n".join(block for block in blocks if block)


def _marks(question: QuestionSource) -> list[str]:
    if question.kind in _WRITTEN:
        return ["="] * len(question.choices)
    return ["x" if choice.is_right else " " for choice in question.choices]


def _class(question: QuestionSource) -> str:
    """The class of the kind, where the marks alone would not say it."""
    inferred = _inferred(_marks(question))
    return "" if question.kind == inferred else f" .{question.kind}"


def _written_items(question: QuestionSource) -> list[str]:
    choices = list(question.choices)
    if question.tolerance is not None:
        tolerance = plain_decimal(question.tolerance)
        choices = [
            ChoiceSource(f"{choice.text} ± {tolerance}", True, choice.feedback)
            for choice in choices
        ]
    items = [
        write_item(mark, choice)
        for mark, choice in zip(_marks(question), choices, strict=True)
    ]
    if question.other_feedback:
        items.append(write_item("*", ChoiceSource("", False, question.other_feedback)))
    return items


def plain_decimal(number: Decimal) -> str:
    """The number without exponent and without zeros that a database column adds."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
