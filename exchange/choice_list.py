"""The list of choices of one question: `- [x]`, `- [ ]`, `- [=]`, `- [*]` and their feedback.

A choice is one line. Lines `  > …` directly below it are its feedback. Blank lines may stand
between choices, and one must stand between the list and other text.
"""

import itertools
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exchange.source_file import SourceFile, is_blank, without_blank_edges
from exchange.track_source import (
    MAX_ACCEPTED,
    MAX_CHOICE,
    MAX_COMMENT,
    ChoiceSource,
)
from quizzes.rules import MAX_CHOICES, is_empty

_CHOICE = re.compile(r"-[ \t]+\[([ xX=*])\](?:[ \t].*)?")
# Meant as a choice, but a space is missing; `[x](…)` and `[x]: …` are links.
_ALMOST = re.compile(r"-[ \t]*\[([ xX=*]?)\](?![(\[:])(.*)")
_LIST = re.compile(r"[-*+][ \t].*")


@dataclass(slots=True)
class Item:
    """One item of the list: mark is `x`, a space, `=` or `*`."""

    row: int
    mark: str
    text: str
    comment_lines: list[str] = field(default_factory=list)

    @property
    def feedback(self) -> str:
        return without_blank_edges(self.comment_lines)

    @property
    def feedback_row(self) -> int:
        """Where the feedback starts; its lines stand directly below the choice."""
        blank = itertools.takewhile(is_blank, self.comment_lines)
        return self.row + 1 + len(list(blank))


def is_choice(line: str) -> bool:
    """Whether this line is a choice, or was clearly meant to be one."""
    return _ALMOST.fullmatch(line) is not None


def first_choice_row(source: SourceFile, rows: range) -> int | None:
    """Where the list begins; a list line directly above it is reported."""
    first = next((row for row, line in source.prose(rows) if is_choice(line)), None)
    if first is None or first == rows.start:
        return first
    if _LIST.fullmatch(source.lines[first - 1]):
        message = _(
            "This line stands in the list of choices, but has no mark. "
            "Begin it with - [x] or - [ ], or put a blank line below it."
        )
        source.report(first - 1, message)
    return first


def read_choice_list(source: SourceFile, rows: range) -> tuple[list[Item], int]:
    """The items, and the row where the explanation starts. The first row is a choice."""
    items: list[Item] = []
    after_blank = False
    for row in rows:
        line = source.lines[row]
        if is_blank(line):
            after_blank = True
            continue
        if found := _ALMOST.fullmatch(line):
            items.append(_read_item(source, row, found))
        elif line[0] in " \t":
            _read_indented(source, row, items[-1], after_blank)
        elif after_blank:
            return items, row
        else:
            source.report(row, _unmarked(line))
        after_blank = False
    return items, rows.stop


def _read_item(source: SourceFile, row: int, found: re.Match[str]) -> Item:
    if _CHOICE.fullmatch(source.lines[row]) is None:
        message = _(
            "This choice is not written as it should be. "
            "Write “- [x] text” or “- [ ] text”, with these spaces."
        )
        source.report(row, message)
    mark, text = found.groups()
    return Item(row, mark.lower() or " ", text.strip())


def _read_indented(source: SourceFile, row: int, item: Item, after_blank: bool) -> None:
    line = source.lines[row].expandtabs(4)
    text = source.lines[row].lstrip(" \t")
    is_comment = text.startswith(">")
    if is_comment and not after_blank and line.startswith("  "):
        item.comment_lines.append(text[1:].removeprefix(" "))
        return
    if is_comment and after_blank:
        message = _(
            "Feedback stands directly below its choice. Take out the blank line above it."
        )
    elif is_comment:
        message = _("Feedback is indented by two spaces. Put one more before the >.")
    elif after_blank:
        message = _(
            "This line is indented below a choice, but is none. "
            "Begin it without spaces to make it part of the explanation."
        )
    else:
        message = _(
            "A choice is one line. Join this line to it, "
            "or begin it with > to make it feedback."
        )
    source.report(row, message)


def _unmarked(line: str) -> str:
    if line.startswith(">"):
        return _("Feedback is indented by two spaces. Put them before the >.")
    if _LIST.fullmatch(line):
        return _("This choice has no mark. Begin it with - [x] or - [ ].")
    return _(
        "This line is joined to the choice above. "
        "Put a blank line between the choices and the explanation."
    )


def check_items(source: SourceFile, items: list[Item]) -> None:
    """Report what is wrong with single items: empty, twice there, too long, too many."""
    seen: dict[str, int] = {}
    for number, item in enumerate(items):
        source.limit(item.row, _("This feedback"), item.feedback, MAX_COMMENT)
        if item.mark == "*":
            continue
        if not item.text or (number < MAX_CHOICES and _shows_nothing(item)):
            message = _("This choice is empty. Write its text, or take it out.")
            source.report(item.row, message)
        elif item.text in seen:
            message = _("Line {line} has this choice already. Take one of them out.")
            source.report(item.row, message.format(line=seen[item.text] + 1))
        seen.setdefault(item.text, item.row)
        if item.mark == "=":
            source.limit(item.row, _("This answer"), item.text, MAX_ACCEPTED)
        else:
            source.limit(item.row, _("This choice"), item.text, MAX_CHOICE)
    if len(items) > MAX_CHOICES:
        message = _("A question has at most {most} choices. Take some out.")
        source.report(items[MAX_CHOICES].row, message.format(most=MAX_CHOICES))


def _shows_nothing(item: Item) -> bool:
    """Of a text that is short enough to be taken: longer ones cost time for nothing."""
    is_written = item.mark == "="
    return len(item.text) <= MAX_CHOICE and is_empty(item.text, is_written=is_written)


def write_item(mark: str, choice: ChoiceSource) -> str:
    """One item with its feedback, without a line end."""
    first = f"- [{mark}] {choice.text}".rstrip()
    comment = choice.feedback.split("\n") if choice.feedback else []
    return "\n".join([first, *(f"  > {line}" if line else "  >" for line in comment)])
