"""Texts that are long, hostile or real: what they cost and what comes of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from courses.markdown import (
    MAX_CHARACTERS,
    Remark,
    TextTooLongError,
    plain,
    render_blocks,
    render_inline,
    render_markdown,
)

from .harmless import faults_in

REAL = Path(__file__).parents[2].parent / "shared/real/iot-for-beginners"

PIECES = [
    *(
        "[",
        "![",
        "[^",
        "[a](",
        "[a]: ",
        "*_",
        "**a *a ",
        "`",
        "\\",
        "$a$ ",
        "<sub>a</sub>",
    ),
    *(">", "- a\n", "# a\n", "a|b\n-|-\n", "- $$ a\n", "$$ a\n# b\n", "[^a]: b\n"),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_hundred_thousand_characters_of_one_mark_take_no_more_than_seconds(piece):
    source = piece * (MAX_CHARACTERS // len(piece))
    start = time.process_time()

    render_markdown(source)

    assert time.process_time() - start < 4  # measured: 1.5 at most


@pytest.mark.parametrize("language", ["python", "js", "html", "yaml"])
@pytest.mark.parametrize("piece", ["(", "<", "a.", "`"])
def test_hostile_code_takes_no_more_than_seconds(language, piece):
    code = piece * (20_000 // len(piece) - 1)
    start = time.process_time()

    render_markdown(f"~~~{language}\n{code}\n~~~")

    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    "render", [render_markdown, render_inline, render_blocks, plain]
)
def test_a_text_of_ten_megabytes_is_refused(render):
    with pytest.raises(TextTooLongError):
        render("a" * 10_000_000)


def test_what_is_nested_too_deeply_is_left_out_and_a_remark():
    source = "> " * 30 + "a"

    rendered = render_markdown(source)

    assert rendered.text == ""
    assert rendered.remarks == (
        Remark(1, "what is nested deeper than here is left out"),
    )


# --- a real track ---

needs_real_lessons = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"NOT TESTED: there are no real lessons in {REAL}"
)


def real_lessons() -> list[str]:
    files = sorted(REAL.glob("[0-9]*.md"))
    assert len(files) == 24
    return [file.read_text().split("---\n", 2)[2] for file in files]


@needs_real_lessons
def test_the_real_lessons_render_to_plain_prose():
    for source in real_lessons():
        rendered = render_markdown(source)
        assert faults_in(rendered.html) == []
        assert rendered.headings
        assert "Code: Python" in rendered.html or "```python" not in source


@needs_real_lessons
def test_remarks_on_the_real_lessons_name_the_right_lines():
    for source in real_lessons():
        lines = source.splitlines()
        for remark in render_markdown(source).remarks:
            target = remark.message.split()[3].removesuffix("…")
            assert f"]({target}" in lines[remark.line - 1]


@needs_real_lessons
def test_only_three_links_to_headings_are_dead_in_the_real_lessons():
    dead = [
        remark.message.split()[3]
        for source in real_lessons()
        for remark in render_markdown(source).remarks
        if "no heading" in remark.message
    ]

    assert dead == [
        "#generate-and-use-an-x.509-certificates",
        "#defining-a-geofence",
        "#testing-points-against-a-geofence",
    ]


def test_threads_share_the_parser():
    sources = [
        f"## {n}\n\n[a](#{n}) [b](c{n}.md)[^1]\n\n[^1]: d{n}\n" for n in range(200)
    ]

    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(render_markdown, sources))

    assert at_once == [render_markdown(source) for source in sources]
