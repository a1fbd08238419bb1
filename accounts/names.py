"""A person's name, as it may stand on a certificate: what is typed, made honest.

A name is free text, so nothing is taken from it but what cannot be seen: characters
that hide, reverse or forge what is read.
"""

import unicodedata
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 200
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}  # control, format (bidi too), unassigned…
# letters, marks and a symbol that show nothing: joiners, fillers, an empty Braille cell
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_VIRAMA = 9  # the canonical combining class of the sign that joins two letters


def clean_name(typed: str) -> str:
    """The name in NFC, without what cannot be seen, 1 to LONGEST_NAME characters.

    Raises:
        ValidationError: nothing is left, no letter is in it, or it is too long.
    """
    name = clean_line(typed)
    if not name:
        raise ValidationError(_("Write your name"), code="required")
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("Shorten your name to %(most)s characters") % {"most": LONGEST_NAME},
            code="max_length",
        )
    if not any(character.isalpha() for character in name):
        raise ValidationError(_("Write your name with letters"), code="no_letter")
    return name


def clean_line(typed: str) -> str:
    """One line in NFC, without what cannot be seen."""
    return unicodedata.normalize("NFC", " ".join("".join(_visible(typed)).split()))


def _visible(typed: str) -> list[str]:
    """The characters that show, and spaces; a joiner only where it spells."""
    kept: list[str] = []
    for character, following in pairwise([*typed, ""]):
        if character.isspace():
            kept.append(" ")
        elif character in (_ZWNJ, _ZWJ):
            if kept and following and _spells(kept[-1], character, following):
                kept.append(character)
        elif character not in _BLANK and (
            unicodedata.category(character) not in _UNSEEN
        ):
            kept.append(character)
    return kept


def _spells(before: str, joiner: str, after: str) -> bool:
    """Sinhala and Malayalam names need a joiner after a virama, Persian ones a
    non-joiner between two letters; anywhere else either only hides.
    """
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return joiner == _ZWNJ and all(
        unicodedata.name(letter, "").startswith("ARABIC LETTER")
        for letter in (before, after)
    )
