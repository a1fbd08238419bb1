"""What changed between two texts: line by line, and within a line word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby, zip_longest

CONTEXT = 3  # unchanged lines shown on either side of a change
MOST_LINES = 4000  # more that differ are not aligned, which would take too long
MOST_WORDS = 800  # of two lines that are compared word by word
ALIKE = 0.4  # from this likeness on two lines are one that was changed

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)

type Line = tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line."""

    text: str
    is_changed: bool = False  # within a line that was changed


@dataclass(frozen=True, slots=True)
class Row:
    """A line before and after; None where there was, or is, no such line."""

    old: Line | None
    new: Line | None

    @property
    def is_same(self) -> bool:
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other; folded where nothing changes near them."""

    rows: tuple[Row, ...]
    is_folded: bool = False


def compare(old: str, new: str) -> list[Block]:
    """The rows of both texts in order; an empty list where they say the same."""
    if old == new:
        return []
    rows = list(_rows(_lines(old), _lines(new)))
    near = _near_a_change([not row.is_same for row in rows])
    blocks: list[Block] = []
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or near[end] != near[start]:
            blocks.append(Block(tuple(rows[start:end]), is_folded=not near[start]))
            start = end
    return blocks


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _near_a_change(changes: list[bool]) -> list[bool]:
    """A single line between is shown: folding it would take as much room."""
    places = [place for place, is_change in enumerate(changes) if is_change]
    near = [False] * len(changes)
    for place in places:
        for row in range(max(0, place - CONTEXT), min(len(near), place + CONTEXT + 1)):
            near[row] = True
    for row in range(1, len(near) - 1):
        if near[row - 1] and near[row + 1]:
            near[row] = True
    return near


def _rows(old: list[str], new: list[str]) -> Iterator[Row]:
    """Rows of lines; what both begin and end with is set aside first."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_rest, new_rest = old[start : len(old) - end], new[start : len(new) - end]
    yield from map(_same, old[:start])
    if len(old_rest) + len(new_rest) > MOST_LINES:
        yield from _replaced(old_rest, new_rest)
    else:
        yield from _aligned(old_rest, new_rest)
    yield from map(_same, old[len(old) - end :])


def _common(old: list[str], new: list[str]) -> int:
    """With how many equal lines both begin."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def _same(line: str) -> Row:
    return Row((Part(line),), (Part(line),))


def _aligned(old: list[str], new: list[str]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, old, new)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield from map(_same, old[a:b])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: list[str], new: list[str]) -> Iterator[Row]:
    """Lines in the place of others: two that are alike are one that was changed."""
    pairs = [_pair(a, b) for a, b in zip_longest(old, new)]
    for is_changed, same in groupby(pairs, _is_changed):
        rows = list(chain.from_iterable(same))
        if is_changed:
            yield from rows
        else:  # all that went, then all that came
            yield from (row for row in rows if row.new is None)
            yield from (row for row in rows if row.old is None)


def _pair(old: str | None, new: str | None) -> tuple[Row, ...]:
    if old is not None and new is not None and (changed := _changed(old, new)):
        return (changed,)
    rows = []
    if old is not None:
        rows.append(Row((Part(old),), None))
    if new is not None:
        rows.append(Row(None, (Part(new),)))
    return tuple(rows)


def _is_changed(pair: tuple[Row, ...]) -> bool:
    return pair[0].old is not None and pair[0].new is not None


def _changed(old: str, new: str) -> Row | None:
    """The line with its changed words marked; None where the two are not alike."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if _likeness(matcher, before, after) < ALIKE:
        return None
    old_parts, new_parts = [], []
    for what, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        # a space between two changed words is not worth an end and a beginning
        is_changed = what != "equal" or (gone.isspace() and a > 0 and b < len(before))
        old_parts.append(Part(gone, is_changed))
        new_parts.append(Part(come, is_changed))
    return Row(_joined(old_parts), _joined(new_parts))


def _joined(parts: list[Part]) -> Line:
    """Neighbours that are changed alike become one part."""
    return tuple(
        Part("".join(part.text for part in same), is_changed)
        for is_changed, same in groupby(
            (part for part in parts if part.text), key=lambda part: part.is_changed
        )
    )


def _likeness(
    matcher: "SequenceMatcher[str]", before: list[str], after: list[str]
) -> float:
    """The share of letters that both have, from 0 to 1; spaces make nothing alike."""
    letters = sum(len(word.strip()) for word in before + after)
    shared = sum(
        len(word.strip())
        for block in matcher.get_matching_blocks()
        for word in before[block.a : block.a + block.size]
    )
    return 2 * shared / letters if letters else 0
