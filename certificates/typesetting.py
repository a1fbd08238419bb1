"""Typst, kept between one document and the next, and the fonts it may use.

Values reach a template through sys.inputs alone, never as its source. A kept compiler
takes a tenth of a new one's time but serves one thread at a time, so they stand in line.
Typst and fontTools are imported where they work: most web workers never set a page.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.utils.translation import get_language

from certificates.packing import pack

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent / "typst"
FONTS = Path(__file__).parent / "fonts"
SERIF, SANS, MONO = "Gentium Plus", "Inter", "Noto Sans Mono"
ARABIC, HEBREW = "Noto Naskh Arabic", "Noto Serif Hebrew"
_OURS = (SERIF, ARABIC, HEBREW, SANS)

_one_at_a_time = Lock()


def typeset_pdf(template: str, inputs: Mapping[str, str]) -> bytes:
    """The document as PDF/A-3a and PDF/UA-1: readable for ever, and by ear."""
    return pack(_compile(template, inputs, "pdf", ["a-3a", "ua-1"]))


def typeset_png(template: str, inputs: Mapping[str, str]) -> bytes:
    """The one page as a picture; a pixel is a point of the template."""
    return _compile(template, inputs, "png", [])


def fingerprint(template: str) -> str:
    """Of what else decides the bytes: another version, font or language may differ."""
    fonts = serif_families() + sans_families()
    return f"{_source(template)} {version('typst')} {fonts} {get_language()}"


def serif_families() -> list[str]:
    """Names of font families, in the order in which a letter is looked up in them."""
    return [*_OURS, *_others(settings.CERTIFICATE_FONTS)]


def sans_families() -> list[str]:
    return [SANS, SERIF, ARABIC, HEBREW, *_others(settings.CERTIFICATE_FONTS)]


def can_write(letter: str) -> bool:
    """Whether one family has all characters of the letter, in each of its faces."""
    codes = {ord(character) for character in letter}
    folder = settings.CERTIFICATE_FONTS
    return any(codes <= _alphabet(family, folder) for family in serif_families())


def _compile(
    template: str,
    inputs: Mapping[str, str],
    kind: Literal["pdf", "png"],
    standards: "Sequence[typst.PDFStandard]",
) -> bytes:
    with _one_at_a_time:
        made = _compiler(template, settings.CERTIFICATE_FONTS).compile(
            format=kind, ppi=72, sys_inputs=dict(inputs), pdf_standards=list(standards)
        )
        _forget()
    if not isinstance(made, bytes):
        raise TypeError(f"{template} gives no single file")
    return made


def _forget() -> None:
    """Let typst drop what it remembers of the parts of the last documents.

    It keeps them for ten more, 30 MB each with 300 lessons, and no other certificate
    has the same parts. Empty documents count, and take 3 ms in all.
    """
    for _turn in range(12):
        _empty().compile(b" ", format="pdf")


@cache
def _empty() -> "typst.Compiler":
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)
    return typst.Compiler(b" ", root=TEMPLATES, font_paths=fonts)


@cache
def _source(template: str) -> str:
    return sha256((TEMPLATES / template).read_bytes()).hexdigest()


@cache
def _compiler(template: str, folder: Path | None) -> "typst.Compiler":
    import typst

    return typst.Compiler(
        TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(folder)
    )


@cache
def _fonts(folder: Path | None) -> "typst.Fonts":
    """Ours and those of the operator's folder; never those of the machine."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[FONTS, folder] if folder else [FONTS],
    )


@cache
def _others(folder: Path | None) -> list[str]:
    """The families that the operator added."""
    if folder is None:
        return []
    return sorted({*_fonts(folder).families()} - {*_OURS, MONO})


@cache
def _alphabet(family: str, folder: Path | None) -> frozenset[int]:
    """The characters that each face of the family has."""
    from fontTools.ttLib import TTFont

    alphabets = []
    for face in _fonts(folder).fonts():
        if face.family == family and face.path is not None:
            with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
                alphabets.append(frozenset(font.getBestCmap() or ()))
    return frozenset.intersection(*alphabets)
