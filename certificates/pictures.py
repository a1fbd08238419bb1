"""The pictures of a certificate: what a shared link shows, and the emblem. Pure."""

import json
from io import BytesIO

from django.utils.translation import get_language_bidi, gettext

from certificates.paper import Paper
from certificates.paper_text import language_value, name_value, title_value
from certificates.rosette import rosette_file
from certificates.typesetting import sans_families, serif_families, typeset_png

COLOURS = 64


def render_emblem(seed: str, lessons: int) -> bytes:
    """The rosette as PNG, 512 pixels square, on a white disc on nothing.

    seed: the edition of a track; lessons: how many pearls stand on the rim.
    """
    emblem = rosette_file(seed, lessons, on_white=True)
    return _in_few_colours(typeset_png("emblem.typ", {"emblem": emblem}))


def render_picture(paper: Paper) -> bytes:
    """The Open Graph picture as PNG, 1200 x 630 pixels: who finished what, and where."""
    values = {
        "language": language_value(),
        "rtl": get_language_bidi(),
        "serif": serif_families(),
        "sans": sans_families(),
        "name": name_value(paper.name),
        "track": title_value(paper.track, paper.language),
        "issuer": name_value(paper.issuer),
        "host": paper.host,
        "emblem": rosette_file(paper.code, len(paper.lessons)),
        "words": {
            "certifies": gettext("This certifies that"),
            "finished": gettext("finished the track"),
        },
    }
    text = json.dumps(values, ensure_ascii=False)
    return _in_few_colours(typeset_png("picture.typ", {"paper": text}))


def _in_few_colours(picture: bytes) -> bytes:
    """The same PNG from a palette: thin lines in two inks need no more, and it takes a
    quarter of the bytes.
    """
    from PIL import Image  # only where a picture is drawn, as in courses.pictures

    file = BytesIO()
    with Image.open(BytesIO(picture)) as drawn:
        few = drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
        few.save(file, "PNG", optimize=True)
    return file.getvalue()
