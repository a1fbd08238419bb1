"""The front matter of a file in a track folder: `key: value` lines between two `---`.

A small strict reader and no YAML library: here a value is always text. `license: 1.0` never
turns into a number, `title: no` never into false, `2026-03-14` never into a date, and there
are no aliases to blow up. A value is a double-quoted string with JSON's escapes, or the bare
rest of its line. A bare value that begins like another of YAML's forms (`'…'`, `[…]`, `|`) is
refused, so that no author expects what is not done.
"""

import json
import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _

from courses.language_tag import is_language
from exchange.source_file import SourceFile, is_blank, shortened
from exchange.track_source import (
    MAX_ATTRIBUTION,
    MAX_LANGUAGE,
    MAX_LICENSE,
    MAX_SLUG,
    MAX_SUMMARY,
    MAX_TITLE,
)

LESSON_KEYS = ("title", "summary", "license", "attribution", "language")
TRACK_KEYS = (*LESSON_KEYS, "slug")

_REQUIRED = ("title", "summary")
_MOST = {
    "title": MAX_TITLE,
    "summary": MAX_SUMMARY,
    "license": MAX_LICENSE,
    "attribution": MAX_ATTRIBUTION,
    "language": MAX_LANGUAGE,
    "slug": MAX_SLUG,
}
_PROSE = ("title", "summary", "attribution")  # always written in quotes
_MOST_LINES = 50  # a `---` further down is a line of the lesson, not the end of this

_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]*:(?:[ \t](.*)|)")
_YAML_MARKS = tuple("'|>[]{}&*!%@`#,?")
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")


def read_front_matter(
    source: SourceFile, keys: tuple[str, ...]
) -> tuple[dict[str, str], int] | None:
    """The values that stand there, and the row after the front matter.

    None, with the problem reported, where it does not begin or end.
    """
    end = _end_row(source)
    if end is None:
        return None
    values: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row in range(1, end):
        if is_blank(source.lines[row]):
            continue
        pair = _read_pair(source, row, keys)
        if pair is None:
            continue
        key, value = pair
        if key in rows:
            message = _("“{key}” stands on line {line} already. Keep one of them.")
            source.report(row, message.format(key=key, line=rows[key] + 1))
        rows.setdefault(key, row)
        values.setdefault(key, value)
    for key in _REQUIRED:
        if key not in rows:
            message = _('The front matter has no {key}. Add a line {key}: "…".')
            source.report(0, message.format(key=key))
    return values, end + 1


def _end_row(source: SourceFile) -> int | None:
    lines = source.lines
    if lines[0].rstrip() != "---":
        message = _(
            "The front matter is missing. Begin the file with a line ---, "
            "then title: and summary:, then a line ---."
        )
        source.report(0, message)
        return None
    for row in range(1, min(len(lines), _MOST_LINES)):
        if lines[row].rstrip() == "---":
            return row
    source.report(0, _("The front matter is never closed. End it with a line ---."))
    return None


def _read_pair(
    source: SourceFile, row: int, keys: tuple[str, ...]
) -> tuple[str, str] | None:
    """Key and value of one line; every fault of the value is reported, and it is kept."""
    found = _PAIR.fullmatch(source.lines[row].strip())
    if found is None:
        message = _("This line is not of the form “key: value”. Correct it.")
        source.report(row, message)
        return None
    key = found[1]
    if key not in keys:
        source.report(row, _unknown_key(key, keys))
        return None
    value = _read_value(source, row, (found[2] or "").strip())
    if value is not None:
        _check_value(source, row, key, value)
    return key, value or ""


def _unknown_key(key: str, keys: tuple[str, ...]) -> str:
    if key == "slug":
        return _(
            "A lesson takes its slug from the name of its file. Take this line out."
        )
    message = _("The key “{key}” is unknown. Use one of: {keys}.")
    return message.format(key=shortened(key), keys=", ".join(keys))


def _read_value(source: SourceFile, row: int, written: str) -> str | None:
    if written.startswith(_YAML_MARKS):
        message = _("A value cannot begin with {mark}. Put it in double quotes.")
        source.report(row, message.format(mark=written[0]))
        return None
    if not written.startswith('"'):
        return written
    try:
        value = json.loads(written, strict=False)
    except ValueError:
        message = _(
            'This quoted value is broken. End it with ", and write \\" and \\\\ '
            "for a quotation mark and a backslash inside it."
        )
        source.report(row, message)
        return None
    return str(value).strip()


def _check_value(source: SourceFile, row: int, key: str, value: str) -> None:
    if not value:
        message = _("“{key}” has no value. Give it one, or take the line out.")
        source.report(row, message.format(key=key))
        return
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        message = _("“{key}” holds a control character. Take it out.")
        source.report(row, message.format(key=key))
    source.limit(row, f"“{key}”", value, _MOST[key])
    if key == "language" and not is_language(value):
        message = _("“{value}” is not a language tag. Write one like en or pt-BR.")
        source.report(row, message.format(value=shortened(value)))
    if key == "slug" and not SLUG.fullmatch(value):
        message = _(
            "“{value}” cannot be a slug. "
            "Use small letters a to z, digits and hyphens, such as ai-fundamentals."
        )
        source.report(row, message.format(value=shortened(value)))


def write_front_matter(values: Mapping[str, str]) -> str:
    """The canonical block, in the order of the keys; a key without a value is left out.

    Prose is always in double quotes; a licence, language or slug where it is not one word.
    """
    pairs = [
        f"{key}: {_written(key, values[key])}" for key in TRACK_KEYS if values.get(key)
    ]
    return "\n".join(["---", *pairs, "---"])


def _written(key: str, value: str) -> str:
    if key not in _PROSE and _BARE.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
