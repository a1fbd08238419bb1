"""The emblem of an edition, and the picture that a shared link shows."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from certificates.pictures import render_emblem, render_picture
from tests.certificates.papers import PAPER, paper

EDITION = "0123456789ab"


def opened(file: bytes) -> Any:  # Pillow types a pixel of every kind of picture
    return Image.open(BytesIO(file))


def test_the_emblem_is_square_and_stands_on_nothing():
    picture = opened(render_emblem(EDITION, 4))

    assert (picture.format, picture.size) == ("PNG", (512, 512))
    pixels = picture.convert("RGBA")
    assert pixels.crop((0, 0, 60, 60)).getextrema()[3] == (0, 0)
    assert all(low > 250 for low, _high in pixels.crop((250, 2, 262, 8)).getextrema())


def test_an_emblem_never_changes_and_another_edition_has_another():
    first = render_emblem(EDITION, 4)

    assert render_emblem(EDITION, 4) == first
    assert len({first, render_emblem(EDITION, 5), render_emblem("0" * 12, 4)}) == 3


@pytest.mark.parametrize("lessons", [1, 24, 300])
def test_pictures_are_small(lessons):
    assert len(render_emblem(EDITION, lessons)) < 100_000


def test_the_picture_of_a_link_has_the_size_that_sites_ask_for():
    file = render_picture(PAPER)

    assert opened(file).size == (1200, 630)
    assert len(file) < 100_000
    assert render_picture(PAPER) == file


@pytest.mark.parametrize(
    "name",
    ["W" * 200, "م" * 200, "Wolfeschlegel " * 14, "שרה כהן", "王小明", "#panic()"],
)
def test_any_name_fits_the_picture(name):
    picture = opened(render_picture(paper(name=name, track=name))).convert("RGBA")
    ground = picture.getpixel((3, 3))

    edge = [picture.getpixel((x, y)) for x in range(50, 1150, 3) for y in (46, 585)]
    assert set(edge) == {ground}
    above_the_issuer = [picture.getpixel((x, 517)) for x in range(92, 684)]
    assert set(above_the_issuer) == {ground}
