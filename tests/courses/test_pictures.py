"""What is taken as a picture, what is kept of it, and what is refused with a reason."""

from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZipFile
from zlib import compress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from courses.picture_files import contents_of
from courses.pictures import (
    MAX_BYTES,
    PictureError,
    drawn_widths,
    take_picture,
    tidy_name,
    widths_of,
)
from tests.drawings import bomb, drawing, jpeg, png, saved, with_chunk

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!DOCTYPE html><script>alert(document.domain)</script>"


def archive(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "An archive.")
    return file.getvalue()


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        take_picture(name, data)
    return str(caught.value)


def opened(content: bytes) -> Any:
    """Untyped: what a pixel is depends on the picture's mode."""
    return Image.open(BytesIO(content))


def bare(content: bytes, kind: str) -> bool:
    return contents_of(content, kind).is_bare


# --- what is taken ---


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.jpeg", "JPEG"), ("a.webp", "WEBP")],
)
def test_a_file_of_pixels_alone_is_kept_as_it_is(name, kind):
    data = saved(drawing(), kind)

    taken = take_picture(name, data)

    assert taken.content == data
    assert (taken.width, taken.height) == (60, 40)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        (kind, mode)
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA")
        for kind in ("png", "gif", "webp", "jpeg")
        if kind != "jpeg" or mode in {"1", "L", "RGB"}
    ],
)
def test_every_kind_comes_back_bare_and_the_same_when_taken_again(kind, mode):
    picture = drawing(mode=mode)
    picture.info["comment"] = b"Ada was here"
    data = saved(picture, kind.upper())

    taken = take_picture(f"a.{kind}", data)

    assert bare(taken.content, kind)
    assert b"Ada" not in taken.content
    assert take_picture(f"a.{kind}", taken.content).content == taken.content


def test_where_a_photograph_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "A camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 12.0, 30.0)
    data = jpeg(exif=exif.tobytes())
    assert opened(data).getexif().get_ifd(ExifTags.IFD.GPSInfo)

    taken = take_picture("a.jpg", data)

    assert b"camera" not in taken.content
    assert b"Exif" not in taken.content
    assert dict(opened(taken.content).getexif()) == {}
    for _width, shown in drawn_widths(taken):
        assert dict(opened(shown).getexif()) == {}


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_taken_with_the_camera_on_its_side_stands_upright(kind):
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (0, 0, 60, 10))  # the top
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # its top is to be shown at the right
    taken = take_picture(f"a.{kind}", saved(picture, kind.upper(), exif=exif.tobytes()))

    assert (taken.width, taken.height) == (40, 60)
    shown = opened(taken.content).convert("RGB")
    assert shown.getpixel((38, 30))[2] > 200
    assert shown.getpixel((2, 30))[0] > 200


def test_words_in_a_png_are_dropped():
    data = with_chunk(png(), b"tEXt", b"Author\x00Ada Lovelace")

    taken = take_picture("a.png", data)

    assert b"Ada" not in taken.content
    assert list(opened(taken.content).get_flattened_data()) == list(
        opened(data).get_flattened_data()
    )


def test_colours_of_another_profile_become_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    taken = take_picture("a.jpg", jpeg(icc_profile=srgb))
    broken = take_picture("b.jpg", jpeg(icc_profile=profile.tobytes()))

    assert "icc_profile" not in opened(taken.content).info
    assert "icc_profile" not in opened(broken.content).info


def test_the_colours_of_print_become_those_of_a_screen():
    data = saved(drawing().convert("CMYK"), "JPEG")

    taken = take_picture("a.jpg", data)

    assert opened(taken.content).mode == "RGB"
    red, green, _blue = opened(taken.content).getpixel((5, 20))
    assert abs(red - 40) < 25
    assert abs(green - 90) < 25


def test_sixteen_bits_of_grey_are_scaled_and_not_cut():
    picture = Image.new("I;16", (30, 10), 65535 // 2)

    taken = take_picture("a.png", saved(picture, "PNG"))

    assert abs(opened(taken.content).convert("L").getpixel((5, 5)) - 127) <= 1


def test_what_shines_through_does_so_at_every_width():
    for mode in ("RGBA", "LA"):
        taken = take_picture("a.png", saved(drawing(600, 40, mode), "PNG"))
        for _width, shown in drawn_widths(taken):
            assert opened(shown).convert("RGBA").getpixel((0, 5))[3] == 0


def test_a_palette_with_a_clear_colour_stays_clear():
    picture = drawing(mode="P")
    picture.info["transparency"] = picture.getpixel((1, 1))
    data = saved(picture, "PNG", transparency=picture.getpixel((1, 1)))

    taken = take_picture("a.png", with_chunk(data, b"tEXt", b"a\x00b"))

    assert opened(taken.content).convert("RGBA").getpixel((1, 1))[3] == 0
    assert opened(taken.content).convert("RGBA").getpixel((5, 1))[3] == 255


@pytest.mark.parametrize(
    "behind",
    [
        b"\x00\x00\x00\x18ftypmp42 a short film",
        jpeg(20, 10, seed=7) + b"\x00\x00\x00\x18ftypmp42 and a film",
        bytes(800) + jpeg(20, 10, comment=b"a preview"),
        b"\x00\x00\x01\n\x0e\x00\x00\x00Image_UTC_Data1700SEFH\x6b\x00\x00\x00\x00\x00SEFT",
        b'vivo{"version":"2"}\x00',
        b'a raw one[{"offset":9}]jxrs\x1c\x00\x00\x00',
        b"CANON OPTIONAL DATA\x00 how it was developed",
        bytes(12),
    ],
)
def test_what_a_camera_adds_behind_a_photograph_is_dropped(behind):
    taken = take_picture("a.jpg", jpeg() + behind)

    assert behind not in taken.content
    assert bare(taken.content, "jpeg")
    assert take_picture("a.jpg", taken.content).content == taken.content


def test_what_a_telephone_adds_behind_a_picture_of_its_screen_is_dropped():
    taken = take_picture(
        "a.png", png() + b"\x00\x00\x01\n\x04\x00\x00\x00NameSEFH\x00\x00SEFT"
    )

    assert b"Name" not in taken.content
    assert list(opened(taken.content).get_flattened_data()) == list(
        opened(png()).get_flattened_data()
    )


@pytest.mark.parametrize(
    "behind",
    [
        b"anything",
        b"#!/bin/sh\necho",
        b"*/=1;alert(1)//",
        b"Rar!\x1a\x07\x01\x00",
        b"MZ\x90\x00\x03\x00",
        b"\x7fELF\x02\x01\x01",
        png(),
        archive(),
        archive("page.html"),
        PAGE,
    ],
)
def test_a_photograph_goes_not_on_as_something_else(behind):
    assert refusal("a.jpg", jpeg() + behind)
    assert refusal("a.jpg", jpeg() + bytes(40) + behind)


@pytest.mark.parametrize(
    "foreign", [PAGE, archive("page.html"), archive(), b"%PDF-1.7 a document", SVG]
)
def test_behind_a_second_picture_or_a_film_nothing_is_hidden_either(foreign):
    film = b"\x00\x00\x00\x18ftypmp42 a short film"

    for behind in (jpeg() + foreign, film + foreign, foreign + b"\x00\x00SEFT"):
        assert "another file" in refusal("a.jpg", jpeg() + behind)


def test_a_page_in_the_tables_of_the_pixels_is_found():
    """Tables that no pixel asks for, and colours of a palette, are parts of a bare file."""
    page = b"<script>alert(1)</script>".ljust(64, b"\x01")
    table = b"\xff\xdb\x00\x43\x03" + page
    picture = drawing(mode="P")
    picture.putpalette(page[:60])
    gif = saved(drawing(mode="P"), "GIF")

    assert "script" in refusal("a.jpg", jpeg()[:2] + table + jpeg()[2:])
    assert "script" in refusal("a.png", saved(picture, "PNG"))
    assert "script" in refusal("a.gif", gif[:13] + page[:30] + gif[43:])


def test_what_only_looks_foreign_by_chance_is_taken():
    """As three or four bytes of a film do, one in some hundred films."""
    film = b"\x00\x00\x00\x18ftypmp42 PK\x03\x04\xf0\x91 <sVg\x88\x01\xf3\x9a <Head\xaa"

    assert take_picture("a.jpg", jpeg() + film).width == 60


def test_nothing_stands_before_a_picture():
    for before in (b"\n", PAGE, b"#!/bin/sh\n", b"\x00"):
        for kind in ("PNG", "JPEG", "WEBP", "GIF"):
            name = f"a.{kind.lower()}"
            assert refusal(name, before + saved(drawing(mode="L"), kind))


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_of_a_picture_that_is_wider_than_anything_shown_less_is_kept(kind):
    taken = take_picture(f"a.{kind}", saved(drawing(5760, 900), kind.upper()))

    assert (taken.width, taken.height) == (2880, 450)
    assert opened(taken.content).size == (2880, 450)
    assert take_picture(f"a.{kind}", taken.content) == taken


def test_of_a_tall_picture_so_much_is_kept_that_it_can_be_read():
    """It gets no more pixels than a square one, and is no narrower than need be."""
    data = saved(Image.new("L", (2400, 10_000)), "PNG")

    taken = take_picture("a.png", data)

    assert (taken.width, taken.height) == (1410, 5878)
    assert take_picture("a.png", taken.content) == taken
    strip = take_picture("a.png", saved(Image.new("L", (800, 10_000)), "PNG"))
    assert (strip.width, strip.height) == (800, 10_000)


def test_a_picture_that_lay_on_its_side_is_narrowed_once_it_stands():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = saved(Image.new("L", (5760, 1200)), "PNG", exif=exif.tobytes())

    taken = take_picture("a.png", data)

    assert (taken.width, taken.height) == (1200, 5760)


def test_what_would_be_kept_in_more_than_may_be_uploaded_is_refused():
    """Of 256 colours in 3 MB come millions, if it is drawn anew: no folder could bring it."""
    noise = Image.frombytes("P", (1900, 1900), Random(7).randbytes(1900 * 1900))
    noise.putpalette(Random(8).randbytes(768))
    data = with_chunk(saved(noise, "PNG"), b"tEXt", b"a\x00b")

    assert len(data) < MAX_BYTES / 2
    assert "10 MB" in refusal("a.png", data)


def test_a_scan_in_black_and_white_stays_grey():
    data = with_chunk(saved(drawing(mode="1"), "PNG"), b"tEXt", b"a\x00b")

    assert opened(take_picture("a.png", data).content).mode == "L"


# --- the widths ---


def test_no_width_is_wider_than_the_picture():
    assert widths_of(1) == [1]
    assert widths_of(480) == [480]
    assert widths_of(700) == [480, 700]
    assert widths_of(1440) == [480, 960, 1440]
    assert widths_of(4000) == [480, 960, 1440]


def test_each_width_is_a_webp_of_that_width_in_the_same_proportion():
    taken = take_picture("a.png", png(1500, 1000))

    sizes = [
        (width, opened(shown).format, opened(shown).size)
        for width, shown in drawn_widths(taken)
    ]

    assert sizes == [
        (480, "WEBP", (480, 320)),
        (960, "WEBP", (960, 640)),
        (1440, "WEBP", (1440, 960)),
    ]


def test_a_drawing_keeps_its_pixels_exactly():
    data = png(400, 100)

    ((_width, shown),) = drawn_widths(take_picture("a.png", data))

    assert list(opened(shown).convert("RGB").get_flattened_data()) == list(
        opened(data).get_flattened_data()
    )


def test_a_line_keeps_a_height():
    taken = take_picture("a.png", png(3000, 2))

    assert [opened(shown).height for _width, shown in drawn_widths(taken)] == [1, 1, 1]


# --- what is refused ---


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.svgz"])
def test_svg_is_refused_whatever_it_is_called(name):
    assert "SVG is not taken" in refusal(name, SVG)
    assert "SVG is not taken" in refusal(
        name, b'\xef\xbb\xbf<?xml version="1.0"?>' + SVG
    )


def test_a_page_that_is_called_a_picture_is_refused():
    assert "web page" in refusal("a.png", PAGE)


@pytest.mark.parametrize(
    "data",
    [
        png() + PAGE,
        with_chunk(png(), b"tEXt", b"Comment\x00" + PAGE),
        with_chunk(png(), b"teSt", archive()),
        png() + archive(),
        png() + archive("page.html"),
        png() + b"%PDF-1.7 a document",
    ],
)
def test_a_picture_that_is_something_else_too_is_refused(data):
    assert "holds a page, a script or another file" in refusal("a.png", data)


def test_a_photograph_with_a_script_in_it_is_refused():
    assert "script" in refusal("a.jpg", jpeg(comment=b"<script>alert(1)</script>"))
    assert "script" in refusal("a.jpg", jpeg() + b"\n<?php system($_GET[0]); ?>")


def test_a_gif_that_is_a_program_too_is_refused():
    """GIF89a is the name of a variable, the pixels are a comment, then comes the script."""
    data = bytearray(saved(drawing(mode="P"), "GIF"))
    data[6:8] = b"/*"

    assert "goes on after the end" in refusal(
        "a.gif", saved(drawing(mode="P"), "GIF") + b"*/=1;alert(1)"
    )
    assert refusal("a.gif", bytes(data) + b"*/=1;alert(1)")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_what_follows_the_end_of_a_picture_is_refused(kind):
    data = saved(drawing(mode="P" if kind == "GIF" else "RGB"), kind)

    assert "goes on after the end" in refusal(f"a.{kind.lower()}", data + b"more")


@pytest.mark.parametrize(
    ("width", "height"),
    [(30_000, 30_000), (8_000, 8_000), (4_951, 4_950), (10_001, 1), (1, 60_000)],
)
def test_a_bomb_is_refused_before_its_pixels_are_made(width, height):
    assert "24.5 million pixels" in refusal("a.png", bomb(width, height))


def test_webp_may_have_fewer_pixels_as_it_takes_more_memory_for_each():
    data = saved(Image.new("L", (3700, 3600)), "WEBP", method=0)

    assert "13 million pixels" in refusal("a.webp", data)


def test_a_bomb_of_words_is_refused():
    words = b"Comment\x00\x00" + compress(bytes(80_000_000))
    picture = png()
    data = (
        picture[:33]
        + with_chunk(picture, b"zTXt", words)[len(picture) - 12 : -12]
        + picture[33:]
    )

    assert "broken" in refusal("a.png", data)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.jpg", png(), "PNG"),
        ("a.png", jpeg(), "JPEG"),
        ("a.png", saved(drawing(), "WEBP"), "WebP"),
        ("a", png(), "PNG"),
        ("a.html", png(), "PNG"),
    ],
)
def test_a_name_that_says_another_kind_is_refused(name, data, kind):
    assert f"this is a {kind} picture" in refusal(name, data)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "PCX"])
def test_other_kinds_are_refused(kind):
    said = refusal(f"a.{kind.lower()}", saved(drawing(), kind))

    assert said == "This is no picture in PNG, JPEG, WebP or GIF."


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif", b"mp42"])
def test_what_a_telephone_saves_in_a_kind_of_its_own_is_refused_with_a_way_out(brand):
    data = b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 200

    assert "Save the picture as JPEG." in refusal("img.heic", data)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_picture_that_moves_is_refused(kind):
    mode = "P" if kind == "GIF" else "RGB"
    frames = [drawing(mode=mode, seed=seed) for seed in (1, 90)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])

    assert "moves" in refusal(f"a.{kind.lower()}", data)


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_a_picture_that_is_cut_off_is_refused_wherever_it_is_cut(kind):
    mode = "P" if kind == "gif" else "RGB"
    data = saved(drawing(mode=mode), kind.upper())

    for length in range(1, len(data), 7):
        refusal(f"a.{kind}", data[:length])


def test_an_empty_and_a_huge_file_are_refused():
    assert refusal("a.png", b"") == "The file is empty."
    assert "10 MB" in refusal("a.png", png() + bytes(MAX_BYTES))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["png", "jpeg", "gif", "webp"]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    st.integers(0, 5000),
)
def test_a_damaged_picture_is_taken_bare_or_refused(kind, changes, cut):
    mode = "P" if kind == "gif" else "RGB"
    data = bytearray(saved(drawing(mode=mode), kind.upper()))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        taken = take_picture(f"a.{kind}", bytes(data[: len(data) - cut % 9]))
    except PictureError:
        return
    assert bare(taken.content, kind)
    assert take_picture(taken.name, taken.content).content == taken.content
    assert [width for width, _shown in drawn_widths(taken)] == widths_of(taken.width)


# --- names ---


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Soil Probe.PNG", "soil-probe.png"),
        ("C:\\photos\\Été (1).JPEG", "ete-1.jpeg"),
        ("../../etc/passwd.png", "passwd.png"),
        ("土.webp", "picture.webp"),
        (f"{'x' * 300}.png", f"{'x' * 90}.png"),
        ("_a_.gif", "a.gif"),
        ("", "picture"),
    ],
)
def test_a_file_s_name_becomes_one_that_a_text_can_say(typed, name):
    assert tidy_name(typed) == name
