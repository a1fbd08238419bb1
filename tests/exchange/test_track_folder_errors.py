"""What is wrong with a track folder is said with file and line, all of it at once."""

import os
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.track_folder import (
    Problem,
    TrackFolderError,
    parse_track,
    read_track_folder,
)
from tests.exchange.samples import (
    FRONT,
    LESSON_FRONT,
    QUESTION,
    folder,
    lesson_text,
    problems_in,
)
from tests.exchange.strategies import HAZARDS, SIGNS

NO_FRONT = (
    "The front matter is missing. Begin the file with a line ---, "
    "then title: and summary:, then a line ---."
)
UNCLOSED = "The front matter is never closed. End it with a line ---."
BROKEN = (
    'This quoted value is broken. End it with ", and write \\" and \\\\ '
    "for a quotation mark and a backslash inside it."
)
LESSON_KEYS = "title, summary, license, attribution, language"

FRONT_FAULTS = {
    "an empty file": ("", 1, NO_FRONT),
    "no front matter": ("# Loam\n", 1, NO_FRONT),
    "a blank line before it": (f"\n{LESSON_FRONT}", 1, NO_FRONT),
    "no end": ("---\ntitle: T\nsummary: S\n", 1, UNCLOSED),
    "an end too far down": (
        "---\ntitle: T\nsummary: S\n" + "\n" * 60 + "---\n",
        1,
        UNCLOSED,
    ),
    "no title": (
        "---\nsummary: S\n---\n",
        1,
        'The front matter has no title. Add a line title: "…".',
    ),
    "no summary": (
        "---\ntitle: T\n---\n",
        1,
        'The front matter has no summary. Add a line summary: "…".',
    ),
    "a title twice": (
        "---\ntitle: T\nsummary: S\ntitle: T\n---\n",
        4,
        "“title” stands on line 2 already. Keep one of them.",
    ),
    "another key": (
        "---\ntitle: T\nsummary: S\nauthor: A\n---\n",
        4,
        f"The key “author” is unknown. Use one of: {LESSON_KEYS}.",
    ),
    "a key in capitals": (
        "---\ntitle: T\nsummary: S\nLicense: MIT\n---\n",
        4,
        f"The key “License” is unknown. Use one of: {LESSON_KEYS}.",
    ),
    "the slug of a lesson": (
        "---\ntitle: T\nsummary: S\nslug: s\n---\n",
        4,
        "A lesson takes its slug from the name of its file. Take this line out.",
    ),
    "no pair": (
        "---\ntitle: T\nsummary: S\njust text\n---\n",
        4,
        "This line is not of the form “key: value”. Correct it.",
    ),
    "no space after the colon": (
        "---\ntitle: T\nsummary: S\nlicense:MIT\n---\n",
        4,
        "This line is not of the form “key: value”. Correct it.",
    ),
    "no value": (
        "---\ntitle:\nsummary: S\n---\n",
        2,
        "“title” has no value. Give it one, or take the line out.",
    ),
    "an empty value": (
        '---\ntitle: " "\nsummary: S\n---\n',
        2,
        "“title” has no value. Give it one, or take the line out.",
    ),
    "an open quotation": ('---\ntitle: "T\nsummary: S\n---\n', 2, BROKEN),
    "text after a quotation": ('---\ntitle: "T" x\nsummary: S\n---\n', 2, BROKEN),
    "another escape": ('---\ntitle: "\\x41"\nsummary: S\n---\n', 2, BROKEN),
    "a line end by escape": (
        '---\ntitle: "a\\nb"\nsummary: S\n---\n',
        2,
        "“title” holds a control character. Take it out.",
    ),
    "a NUL by escape": (
        '---\ntitle: "a\\u0000b"\nsummary: S\n---\n',
        2,
        "“title” holds a control character. Take it out.",
    ),
    "half a character by escape": (
        '---\ntitle: "a\\ud800b"\nsummary: S\n---\n',
        2,
        "“title” holds a control character. Take it out.",
    ),
    "single quotes": (
        "---\ntitle: 'T'\nsummary: S\n---\n",
        2,
        "A value cannot begin with '. Put it in double quotes.",
    ),
    "a block": (
        "---\ntitle: |\nsummary: S\n---\n",
        2,
        "A value cannot begin with |. Put it in double quotes.",
    ),
    "an alias": (
        "---\ntitle: *t\nsummary: S\n---\n",
        2,
        "A value cannot begin with *. Put it in double quotes.",
    ),
    "a long title": (
        f"---\ntitle: {'t' * 201}\nsummary: S\n---\n",
        2,
        "“title” is 201 characters long. Shorten it to 200 at most.",
    ),
    "a long summary": (
        f"---\ntitle: T\nsummary: {'s' * 501}\n---\n",
        3,
        "“summary” is 501 characters long. Shorten it to 500 at most.",
    ),
    "no language tag": (
        "---\ntitle: T\nsummary: S\nlanguage: English\n---\n",
        4,
        "“English” is not a language tag. Write one like en or pt-BR.",
    ),
    "a language with an underscore": (
        "---\ntitle: T\nsummary: S\nlanguage: pt_BR\n---\n",
        4,
        "“pt_BR” is not a language tag. Write one like en or pt-BR.",
    ),
    "a long body": (
        f"{LESSON_FRONT}\n{'b' * 100_001}\n",
        6,
        "This text is 100001 characters long. Shorten it to 100000 at most.",
    ),
    "a question without the heading": (
        f"{LESSON_FRONT}\n## Check Your Understanding\n\n{QUESTION}",
        8,
        "This question is part of the text. Put the heading "
        "“## Check your understanding” above it, in exactly this spelling.",
    ),
    "a control character": (
        f"{LESSON_FRONT}\nBell\x07\n",
        6,
        "This line holds the control character U+0007. Take it out.",
    ),
    "a NUL": (
        f"{LESSON_FRONT}\r\n\r\n\x00",
        7,
        "This line holds the control character U+0000. Take it out.",
    ),
}


@pytest.mark.parametrize(
    ("text", "line", "message"), FRONT_FAULTS.values(), ids=FRONT_FAULTS.keys()
)
def test_a_fault_of_a_file_is_said_with_its_line(text, line, message):
    assert problems_in(folder(text)) == [f"01-loam.md:{line}: {message}"]


NOT_UTF_8 = "This line is not UTF-8. Save the file with the encoding UTF-8."


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_bytes_that_are_no_text_are_refused_with_their_line(end):
    lines = [b"\xef\xbb\xbf---", b"title: T", b"summary: S\xff", b"---"]

    assert problems_in(folder(end.join(lines))) == [f"01-loam.md:3: {NOT_UTF_8}"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("02-certificate.md", "“certificate” is an address of the track itself."),
        ("02-score.md", "“score” is an address of the track itself."),
        ("1-sand.md", "01-loam.md has the number 1 too."),
        ("02-loam.md", "01-loam.md has the slug “loam” too."),
        (f"02-{'s' * 81}.md", "The slug in this name is longer than 80."),
        ("sand.md", "This is not the name of a lesson."),
        ("02-Sand.md", "This is not the name of a lesson."),
        ("02--sand.md", "This is not the name of a lesson."),
        ("02 sand.md", "This is not the name of a lesson."),
        ("٢-sand.md", "This is not the name of a lesson."),
        ("02-sand.MD", "This is not the name of a lesson."),
        ("02-sand.md\n", ""),
    ],
)
def test_a_file_name_that_does_not_fit_is_refused(name, message):
    files = folder(lesson_text()) | {name: LESSON_FRONT.encode()}
    expected = [f"{name}: {message}"] if message else []

    found = problems_in(files)
    assert [line[: len(want)] for line, want in zip(found, expected, strict=True)] == (
        expected
    )


def test_an_id_taken_in_another_lesson_is_refused_with_both_places():
    files = folder(lesson_text(), sand=lesson_text())

    assert problems_in(files) == [
        "02-sand.md:10: The id “finest” is taken by 01-loam.md:10. Give each its own."
    ]


def test_a_folder_without_track_md_is_refused():
    files = {"01-loam.md": LESSON_FRONT.encode()}

    assert problems_in(files) == [
        "track.md: There is no such file. Add one, with the title of the track."
    ]


def test_a_folder_without_lessons_is_refused():
    assert problems_in({"track.md": FRONT.encode()}) == [
        "soil: This folder has no lessons. Add a file such as 01-first-steps.md."
    ]


def test_a_folder_whose_name_is_no_slug_needs_a_slug():
    assert problems_in(folder(lesson_text()), "My Soil") == [
        "track.md:1: The folder's name “My Soil” cannot be the slug of the track. "
        "Add a line slug: with small letters a to z, digits and hyphens."
    ]


def test_a_slug_in_capitals_is_refused():
    front = FRONT.replace("---\ntitle", "---\nslug: Soil\ntitle")

    assert problems_in(folder(lesson_text(), track=front)) == [
        "track.md:2: “Soil” cannot be a slug. "
        "Use small letters a to z, digits and hyphens, such as ai-fundamentals."
    ]


def test_questions_in_track_md_are_refused():
    front = f"{FRONT}\n## Check your understanding\n"

    assert problems_in(folder(lesson_text(), track=front)) == [
        "track.md:6: Questions belong to a lesson. Move them to the file of one."
    ]


def test_more_than_500_lessons_are_refused():
    files = {f"{n}-lesson-{n}.md": b"" for n in range(501)} | {"track.md": b""}

    assert problems_in(files) == [
        "soil: A track has at most 500 lessons. Split it in two."
    ]


def test_all_problems_are_reported_at_once_in_order():
    files = folder(
        lesson_text("### Q\n\n- [ ] A\n- [ ] A\n\n### R {#r}\n"),
        track="---\ntitel: Soil\n---\n",
        sand=b"\xff",
        Silt=LESSON_FRONT,
    )

    assert problems_in(files) == [
        "01-loam.md:10: This question has no id. "
        "End the heading with one, such as {#raw-capability}.",
        "01-loam.md:10: This question has no right choice. Mark one with [x].",
        "01-loam.md:13: Line 12 has this choice already. Take one of them out.",
        "01-loam.md:15: This question has no choices. "
        "Add a list of - [x] and - [ ], or of - [=], below it.",
        f"02-sand.md:1: {NOT_UTF_8}",
        "03-Silt.md: This is not the name of a lesson. Name it with a number, then "
        "small letters a to z, digits and hyphens, such as 03-tokens.md.",
        'track.md:1: The front matter has no summary. Add a line summary: "…".',
        'track.md:1: The front matter has no title. Add a line title: "…".',
        f"track.md:2: The key “titel” is unknown. Use one of: {LESSON_KEYS}, slug.",
    ]


def test_a_message_repeats_no_more_than_a_line_of_the_author():
    (problem,) = problems_in(folder(LESSON_FRONT.replace("summary", "k" * 100_000)))[1:]

    assert len(problem) < 200


def test_the_error_holds_its_problems():
    with pytest.raises(TrackFolderError) as caught:
        parse_track({}, "soil")

    assert caught.value.problems[0] == Problem(
        "soil", 0, "This folder has no lessons. Add a file such as 01-first-steps.md."
    )


def refusal(path):
    with pytest.raises(TrackFolderError) as caught:
        read_track_folder(path)
    return str(caught.value).splitlines()


@pytest.fixture
def soil(tmp_path):
    path = tmp_path / "soil"
    path.mkdir()
    for name, content in folder(lesson_text()).items():
        (path / name).write_bytes(content)
    return path


def test_a_file_is_not_a_folder(soil):
    assert refusal(soil / "track.md") == [f"{soil / 'track.md'}: This is not a folder."]


def test_a_missing_folder_is_refused(tmp_path):
    assert refusal(tmp_path / "no") == [f"{tmp_path / 'no'}: There is no such folder."]


def test_an_empty_folder_is_refused(tmp_path):
    assert len(refusal(tmp_path)) == 2


def test_a_symbolic_link_is_refused_with_the_other_problems(soil):
    (soil / "02-sand.md").symlink_to("/etc/hostname")
    (soil / "03-silt.md").write_text("")

    assert refusal(soil) == [
        "02-sand.md: This is a symbolic link. Put the file itself in its place.",
        f"03-silt.md:1: {NO_FRONT}",
    ]


def test_a_track_md_that_is_a_link_is_not_said_to_be_missing(soil):
    (soil / "track.md").rename(soil / "text")
    (soil / "track.md").symlink_to("text")

    assert refusal(soil) == [
        "track.md: This is a symbolic link. Put the file itself in its place."
    ]


def test_a_pipe_is_refused_and_not_waited_for(soil):
    os.mkfifo(soil / "02-sand.md")

    assert refusal(soil) == ["02-sand.md: This is not an ordinary file. Remove it."]


def test_a_name_that_is_no_text_is_refused(soil):
    with open(os.fsencode(soil) + b"/02-\xff\n.md", "wb"):  # noqa: PTH123
        pass

    assert refusal(soil)[0].startswith("02-��.md: This is not the name")


def test_a_lesson_of_10_mb_is_refused_unread(soil):
    (soil / "02-sand.md").write_bytes(b"\xff" * 10_000_000)
    tracemalloc.start()
    try:
        found = refusal(soil)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert found == [
        "02-sand.md: This file is larger than 2 MB. Split it into shorter lessons."
    ]
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "unit",
    [b"\n", b"\x01\n", b"#", b"### \n", b"- [x] a\n", b"```\n", b"{", b"\t", b"  > \n"],
)
def test_the_worst_file_is_refused_in_seconds(unit):
    start = lesson_text(QUESTION + "\n").encode()
    content = start + unit * ((1_999_000 - len(start)) // len(unit))
    started = time.process_time()  # not the clock: others may use the machine

    problems_in(folder(content))
    assert time.process_time() - started < 10


@pytest.mark.parametrize("unit", [b"\x01\n", b"- [x] a\n"])
def test_of_a_file_in_which_every_line_is_wrong_the_first_mistakes_are_named(unit):
    start = lesson_text(QUESTION + "\n").encode()

    found = problems_in(folder(start + unit * 2_000))

    more = "01-loam.md: This file has more than 500 mistakes. Correct these first."
    assert found[0] == more
    assert len(found) == 501


PIECES = st.sampled_from([*HAZARDS, "---", LESSON_FRONT, QUESTION, "```", "### Q {#q}"])


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["track.md", "01-a.md", "02-b.md", "x.md"])
        | st.text(max_size=8).map(lambda text: f"{text}.md"),
        st.binary(max_size=80)
        | st.lists(PIECES | st.text(SIGNS + "\n\r", max_size=20)).map(
            lambda parts: "\n".join([LESSON_FRONT, *parts]).encode()
        ),
        max_size=4,
    ),
    st.text(max_size=8),
)
def test_hostile_files_raise_nothing_but_the_one_error(files, name):
    for problem in problems_in(files, name):
        assert ": " in problem
