"""Somebody's words, as the templates for paper take them. Pure but for the fonts."""

from django.utils.translation import get_language

from certificates.legible import MARK, first_direction, is_rtl, legible
from certificates.typesetting import ARABIC, HEBREW, can_write
from courses.models import text_direction

type Value = str | bool | int | list["Value"] | dict[str, "Value"] | None


def name_value(text: str) -> dict[str, Value]:
    """A text in whatever language it is in; its first letter says where it begins."""
    return _value(text, is_rtl(text), None)


def title_value(title: str, language: str) -> dict[str, Value]:
    """A text in the language of the track, a BCP 47 tag."""
    return _value(title, text_direction(language) == "rtl", language_value(language))


def _value(text: str, rtl: bool, language: dict[str, Value] | None) -> dict[str, Value]:
    return {
        "text": legible(text, can_write),
        "rtl": rtl,
        "language": language,
        "font": {"AL": ARABIC, "R": HEBREW}.get(first_direction(text)),
    }


def language_value(tag: str | None = None) -> dict[str, Value]:
    """Language and region of the tag, or of the site's own, as typst takes them."""
    language, *others = (tag or get_language() or "en").split("-")
    regions = [part.upper() for part in others if len(part) == 2]
    return {"lang": language.lower(), "region": regions[0] if regions else None}


def lacks(*texts: str) -> bool:
    """Whether paper shows the mark in one of these, for want of a letter."""
    return any(MARK in legible(text, can_write) for text in texts)
