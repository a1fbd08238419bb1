"""The rosette: one code, one drawing."""

import hashlib
import re
from xml.etree import ElementTree as ET

from certificates.codes import new_code
from certificates.rosette import bands_of, rosette_svg

CODE = "7K4M-9QXT-2HWD-5VPN"


def paths_of(svg: str) -> list[str]:
    """Of the waves and the stair, which the code and the look decide."""
    return re.findall(r'(?:id="[^"]*"|class="step") d="([^"]*)"', svg)


def test_the_drawing_of_a_code_never_changes():
    """The hash was taken from the look's own drawing of this code."""
    drawn = "".join(paths_of(rosette_svg(CODE, 4)))

    assert hashlib.sha256(drawn.encode()).hexdigest() == (
        "b548d44716bd5a4fb61543ac35345f06ef5c9d66f8fc252dddb69c24163dc131"
    )


def test_another_code_gives_another_drawing():
    codes = [f"{number:04}-0000-0000-0000" for number in range(100)]
    drawings = {tuple(bands_of(code)) for code in codes}

    assert len(drawings) == 100
    assert paths_of(rosette_svg(codes[0], 4)) != paths_of(rosette_svg(codes[1], 4))


def test_each_lesson_is_a_pearl():
    for lessons in (0, 1, 4, 24, 25, 250):
        assert pearls_of(rosette_svg(CODE, lessons)).count("M") == lessons


def test_pearls_that_would_touch_are_a_ring():
    assert rosette_svg(CODE, 251) == rosette_svg(CODE, 2000)
    assert '<circle r="113"' in rosette_svg(CODE, 251)


def pearls_of(svg: str) -> str:
    [pearls] = re.findall(r'class="pearls"[^>]* d="([^"]*)"', svg)
    return str(pearls)


def test_the_small_one_has_the_same_waves_and_half_of_their_turns():
    full, small = rosette_svg(CODE, 4), rosette_svg(CODE, 4, small=True)

    assert paths_of(full) == paths_of(small)
    assert small.count("<use ") < full.count("<use ") / 1.5
    assert "rosette--small" in small


def test_a_void_one_differs_by_its_class_alone():
    void = rosette_svg(CODE, 4, void=True)

    assert void.replace(" rosette--void", "") == rosette_svg(CODE, 4)


def test_several_on_one_page_share_no_id():
    page = [rosette_svg(new_code(), 4) for _number in range(20)]
    page += [rosette_svg(CODE, 4), rosette_svg(CODE, 4, small=True)]
    ids = re.findall(r' id="([^"]*)"', "".join(page))

    assert len(ids) == len(set(ids)) == 22 * 4


def test_the_drawing_is_well_formed_and_has_no_style_or_script():
    svg = rosette_svg(CODE, 4)

    ET.fromstring(svg)
    assert "style" not in svg
    assert "script" not in svg
    assert len(svg) < 12_000
