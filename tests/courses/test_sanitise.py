"""Nothing hostile passes: neither through Markdown nor, as HTML, through the second wall."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.links import is_allowed_address
from courses.markdown import plain, render_blocks, render_inline, render_markdown
from courses.sanitise import sanitise
from courses.shown import ShownPicture

from .harmless import faults_in
from .xss_corpus import PAYLOADS

FRAGMENTS = [
    *("<", ">", "[", "]", "(", ")", "!", "`", "```\n", "$", "$$", "*", "_", "~~", "|"),
    *(
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|-|\n",
        "[^a]",
        "[^a]: ",
        "&",
        "\\",
    ),
    *(
        "<sub>",
        "</sub>",
        "<kbd>",
        "</kbd>",
        "<br>",
        "> [!NOTE]\n",
        "[a]: ",
        "javascript:",
    ),
    *("https://a.example", "<script>", "</p>", "<!--", "-->", r"\frac{a}{b}", "text"),
    *("```python\n", "\x00", "\ud800", "\u202e", '"', "'", "=", "---\n"),
]
MIXES = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_text_renders_to_plain_prose(payload):
    assert faults_in(render_markdown(payload, resolve=str).html) == []
    assert faults_in(render_inline(payload)) == []
    assert faults_in(render_blocks(payload)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_html_does_not_pass_the_second_wall(payload):
    readable = payload.encode(errors="replace").decode()

    assert faults_in(sanitise(readable)) == []


def test_the_reader_of_these_tests_finds_faults():
    html = "<p onclick=x><img src=x><a href=javascript:x id=main>y</a><!-- z --></b>"

    assert faults_in(html) == [
        *("<p onclick='x'>", "<img src='x'>", "<a href='javascript:x'>"),
        *("<a id='main'>", "<!-- z -->", "</b> closes something else"),
    ]


def test_there_are_enough_hostile_texts():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 90


@settings(max_examples=400, deadline=None)
@given(MIXES)
def test_any_mix_of_markup_renders_to_plain_prose(text):
    assert faults_in(render_markdown(text, resolve=str).html) == []
    assert faults_in(render_blocks(text)) == []
    assert faults_in(render_inline(text)) == []


@settings(deadline=None)
@given(st.text())
def test_any_text_renders_to_plain_prose(text):
    rendered = render_markdown(text)

    assert faults_in(rendered.html) == []
    assert rendered == render_markdown(text)
    assert "\n" not in plain(text)


@settings(deadline=None)
@given(MIXES.map(lambda text: text.encode(errors="replace").decode()))
def test_cleaning_twice_is_cleaning_once(html):
    once = sanitise(html)

    assert faults_in(once) == []
    assert sanitise(once) == once


@pytest.mark.parametrize(
    "address",
    [
        *("https://a.example", "HTTP://a.example/b?c=d#e", "mailto:a@example.org"),
        *("/", "/tracks/soil/", "#s-act-1", "#fn-1", "#fnref-1-2"),
    ],
)
def test_an_address_may_be_a_site_a_mailbox_a_path_or_an_id_of_ours(address):
    assert is_allowed_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "x", "x.md", "//a.example", "/\\a.example", "/\t/a.example", "https:a"),
        *(
            "https:///a",
            "https://",
            "javascript:x",
            "data:,",
            "ftp://a",
            "#main",
            "#s-",
        ),
        *(" /", "/ ", "/a b", "https://a\n", "mailto:", "?x", "#s-Ä", "\x01https://a"),
    ],
)
def test_no_other_address_is_allowed(address):
    assert not is_allowed_address(address)


def test_the_frames_of_our_own_pass():
    frame = '<div class="table" role="region" tabindex="0" aria-label="Table: a"></div>'

    assert sanitise(frame) == frame


def test_a_class_of_the_site_is_not_an_authors_to_use():
    assert sanitise('<p class="skip admonition__label">x</p>') == (
        '<p class="admonition__label">x</p>'
    )


PICTURES = {"a.png": ShownPicture(3, "a" * 64, 900, 20, (480, 900))}


@pytest.mark.parametrize(
    "target",
    [
        *("https://a.example/b.png", "//a.example/b.png", "HTTP://a.example/a.png"),
        *("data:image/png;base64,AAAA", "javascript:alert(1)", "blob:x", "/a.png"),
        *("/media/3/x-480.webp", "../a.png", "a.png?x", "b/a.png", "A.PNG", ".a.png"),
    ],
)
def test_only_a_picture_of_the_track_is_shown(target):
    rendered = render_markdown(f"![What it shows](<{target}>)", pictures=PICTURES)

    assert rendered.html == "<p>What it shows</p>\n"
    assert len(rendered.remarks) == 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_description_stays_a_description(payload):
    for text in (payload, payload.replace("\n", " ").replace("]", "\\]")):
        html = render_markdown(f"![{text}](a.png)", pictures=PICTURES).html

        assert faults_in(html) == []


def test_a_picture_passes_the_second_wall_as_it_was_written():
    html = render_blocks('![A *fox* & "hare"](./a.png)', PICTURES)

    assert sanitise(html) == html
    assert faults_in(html) == []
    assert 'alt="A fox &amp; &quot;hare&quot;"' in html


@pytest.mark.parametrize(
    "attribute",
    [
        *('src="https://a.example/x.webp"', 'src="/media/3/../x.webp"', 'src="/a.png"'),
        *('srcset="https://a.example/x.webp 2x"', 'srcset="/a.png 480w"'),
        *('width="100%"', 'width="999999"', 'loading="eager"', 'onerror="alert(1)"'),
        *('style="a"', 'class="a"', 'id="s-a"', 'sizes="100vw"', 'usemap="#s-a"'),
    ],
)
def test_no_other_attribute_or_value_of_a_picture_passes(attribute):
    assert sanitise(f'<img {attribute} alt="a">') == '<img alt="a">'
