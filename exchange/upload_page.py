"""What an import would change, put together for one page that people read and agree to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exchange.report import Change, ImportReport
from exchange.text_diff import Block, compare
from exchange.track_files import TRACK_FILE

MOST_CHARACTERS = 800_000  # compared on one page; beyond it changes are only named
MOST_PROBLEMS = 200  # that one page lists

_LESSON_FILE = re.compile(r"[0-9]+-(.+)\.md")


@dataclass(frozen=True)
class FileChanges:
    """What becomes of one file's lesson, or of the track's own texts."""

    file: str
    changes: list[Change] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)  # the text, before and after
    is_cut: bool = False  # there is more text than one page compares


def changes_by_file(report: ImportReport) -> list[FileChanges]:
    """In the folder's order; files in which nothing changes are left out."""
    return list(_by_file(report))


def _by_file(report: ImportReport) -> Iterator[FileChanges]:
    files: dict[str, list[Change]] = {}
    for change in report.changes:
        files.setdefault(change.file, []).append(change)
    room = MOST_CHARACTERS
    for file, changes in files.items():
        found = _LESSON_FILE.fullmatch(file)
        slug = "" if file == TRACK_FILE else found[1] if found else file
        before, after = report.before.get(slug, ""), report.after.get(slug, "")
        if not before or before == after:
            yield FileChanges(file, changes)
            continue
        size = len(before) + len(after)
        if size > room:
            yield FileChanges(file, changes, is_cut=True)
            continue
        room -= size
        yield FileChanges(file, changes, compare(before, after))


def first_problems(problems: list[str]) -> list[str]:
    """As many as a page can show, and how many are left."""
    rest = len(problems) - MOST_PROBLEMS
    if rest <= 0:
        return problems
    return [*problems[:MOST_PROBLEMS], _("… and {count} more.").format(count=rest)]
