"""JSON that a stranger sent: read in one way only, or not at all. Pure.

Python's parser takes the last of two equal keys, NaN, and numbers without end. Whoever
checks a signature must not read another text than the one beside him does.
"""

import json
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

MAX_DEPTH = 32  # a certificate has 5
LONGEST_NUMBER = 32  # digits

_STRING = re.compile(
    r'"(?:[^"\\]|\\.)*+"?', re.DOTALL
)  # possessive: it never tries twice


class StrictJsonError(ValueError):
    """The text is not JSON that reads in one way; str() says why."""


def read_object(text: str) -> dict[str, object]:
    """The object that a text is.

    Raises:
        StrictJsonError
    """
    _refuse_depth(text)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_number,
        )
    except json.JSONDecodeError as error:
        message = _("This is not JSON: line {line}, column {column} is wrong.")
        raise StrictJsonError(
            message.format(line=error.lineno, column=error.colno)
        ) from None
    if not isinstance(found, dict):
        raise StrictJsonError(_("This JSON is no certificate."))
    _refuse_half_characters(found)
    return found


def _refuse_depth(text: str) -> None:
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise StrictJsonError(_("This JSON is nested too deeply."))


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            message = _("This JSON says “{key}” twice, so it can be read in two ways.")
            raise StrictJsonError(message.format(key=key[:60]))
        found[key] = value
    return found


def _number(written: str) -> int | float:
    """As Python reads it; a certificate of ours holds no number at all."""
    if len(written) > LONGEST_NUMBER or written.lstrip("-") in {"NaN", "Infinity"}:
        raise StrictJsonError(_("This JSON holds a number that cannot be read."))
    number = float(written) if re.search("[.eE]", written) else int(written)
    if number in {float("inf"), float("-inf")}:
        raise StrictJsonError(_("This JSON holds a number that cannot be read."))
    return number


def _refuse_half_characters(found: object) -> None:
    """Half of a pair of escapes, "\\ud800", is no text: it cannot be written again."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise StrictJsonError(_("This JSON holds half a character.")) from None
