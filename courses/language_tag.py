"""Language tags as BCP 47 writes them: one rule for the pages and for track folders."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 35  # RFC 5646, 4.4.1: no shorter buffer holds every sensible tag

# RFC 5646, 2.1, without the tags that only history explains.
_TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}"
    r"(-[a-z]{4})?"  # script
    r"(-([a-z]{2}|[0-9]{3}))?"  # region
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(-[a-wyz0-9](-[a-z0-9]{2,8})+)*"  # extensions
    r"(-x(-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)


def is_language(tag: str) -> bool:
    """Whether this is a well-formed BCP 47 language tag."""
    return len(tag) <= MAX_LENGTH and _TAG.fullmatch(tag) is not None


def check_language(tag: str) -> None:
    """Raises ValidationError where it is none."""
    if not is_language(tag):
        raise ValidationError(_("Write a language tag such as en, de or ar."))
