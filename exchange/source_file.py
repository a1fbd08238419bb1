"""The text of one file of a track folder: its lines, its code blocks, its problems.

Bytes come from strangers, so they are checked here before anything reads meaning into them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exchange.track_source import Problem

MAX_FILE_BYTES = 2_000_000
MAX_PROBLEMS = (
    500  # told of one file: one of two million bad lines would fill the memory
)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # C0, but for tab and line ends
_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})(.*)")
_SHOWN = 60  # characters of the author's text that a message repeats


@dataclass(slots=True)
class SourceFile:
    """The lines of one file, and the list to which its problems are added.

    Rows are indexes into `lines`, from 0; problems count lines from 1.
    """

    name: str
    lines: list[str]
    problems: list[Problem]
    fenced: bytearray = field(
        default_factory=bytearray
    )  # 1: this row is in a code block
    reported: int = 0  # problems of this file, told or not

    def report(self, row: int, message: str) -> None:
        self.reported += 1
        if self.reported <= MAX_PROBLEMS:
            self.problems.append(Problem(self.name, row + 1, message))
        elif self.reported == MAX_PROBLEMS + 1:
            more = _("This file has more than {most} mistakes. Correct these first.")
            more = more.format(most=MAX_PROBLEMS)
            self.problems.append(Problem(self.name, 0, more))

    def limit(self, row: int, subject: str, text: str, most: int) -> None:
        """Report a text of more than so many characters."""
        if len(text) > most:
            message = _(
                "{subject} is {length} characters long. Shorten it to {most} at most."
            )
            self.report(
                row, message.format(subject=subject, length=len(text), most=most)
            )

    def prose(self, rows: range) -> Iterator[tuple[int, str]]:
        """The rows outside code blocks, each with its text."""
        return ((row, self.lines[row]) for row in rows if not self.fenced[row])

    def text(self, rows: range) -> str:
        """These rows as one text, without blank lines around it."""
        return without_blank_edges(self.lines[rows.start : rows.stop])

    def first_text_row(self, rows: range) -> int:
        """The first row that is not blank, or the first of all."""
        return next((row for row in rows if not is_blank(self.lines[row])), rows.start)

    def mark_code_blocks(self, start: int) -> None:
        """Find the fenced code blocks from this row on, by CommonMark's rules.

        A block that is never closed is a problem: it would swallow the questions.
        """
        self.fenced = bytearray(len(self.lines))
        opened = None
        for row in range(start, len(self.lines)):
            line = self.lines[row]
            if opened is None:
                opened = _opening_fence(row, line)
                self.fenced[row] = opened is not None
            else:
                self.fenced[row] = 1
                if opened.is_closed_by(line):
                    opened = None
        if opened is not None:
            message = _("This code block is never closed. End it with a line {fence}.")
            self.report(opened.row, message.format(fence=opened.marks))


@dataclass(frozen=True, slots=True)
class _Fence:
    row: int
    indent: int
    marks: str

    def is_closed_by(self, line: str) -> bool:
        if self.marks not in line:
            return False
        marks = line.strip(" \t")
        # Three spaces further in, and not three at most: the block may stand in a list.
        indent = len(line) - len(line.lstrip(" "))
        return not marks.strip(self.marks[0]) and indent <= self.indent + 3


def _opening_fence(row: int, line: str) -> _Fence | None:
    found = _FENCE.fullmatch(line)
    if found is None:
        return None
    indent, marks, language = found.groups()
    if marks[0] == "`" and "`" in language:  # a code span at the start of a paragraph
        return None
    return _Fence(row, len(indent), marks)


def open_source(
    name: str, content: bytes, problems: list[Problem]
) -> SourceFile | None:
    """The lines of a file, line ends made LF and a byte order mark dropped.

    None, with the problem reported, where the bytes are too many or are not UTF-8.
    """
    if len(content) > MAX_FILE_BYTES:
        message = _("This file is larger than 2 MB. Split it into shorter lessons.")
        problems.append(Problem(name, 0, message))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        message = _("This line is not UTF-8. Save the file with the encoding UTF-8.")
        problems.append(Problem(name, unix_lines(before).count("\n") + 1, message))
        return None
    source = SourceFile(name, unix_lines(text).split("\n"), problems)
    _report_control_characters(source, text)
    return source


def _report_control_characters(source: SourceFile, text: str) -> None:
    if _CONTROL.search(text) is None:
        return
    message = _("This line holds the control character U+{code:04X}. Take it out.")
    for row, line in enumerate(source.lines):
        if found := _CONTROL.search(line):
            source.report(row, message.format(code=ord(found[0])))


def unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_blank(line: str) -> bool:
    """Whether Markdown takes this line as blank: a no-break space is text."""
    return not line.strip(" \t")


def without_blank_edges(lines: list[str]) -> str:
    """The lines as one text; blank lines inside it, and all spaces, stay as they are."""
    start, stop = 0, len(lines)
    while start < stop and is_blank(lines[start]):
        start += 1
    while start < stop and is_blank(lines[stop - 1]):
        stop -= 1
    return "\n".join(lines[start:stop])


def shortened(text: str) -> str:
    """The author's own words, short enough to repeat in a message."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
