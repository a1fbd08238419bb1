"""What is wrong with a track folder is said with file and line, all of it at once."""

import os
import time

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

NO_ID = "This question has no id. End the heading with one, such as {#raw-capability}."
BAD_ID = (
    "cannot be the id of a question. Use small letters a to z, digits and hyphens, "
    "such as {#raw-capability}."
)
BAD_KIND = (
    "Only one of .single, .multiple, .text, .number may follow the id. "
    "Correct the heading."
)
NO_RIGHT = "This question has no right choice. Mark one with [x]."
NO_WRONG = "This question has no wrong choice. Add one with [ ]."
NO_CHOICES = (
    "This question has no choices. "
    "Add a list of - [x] and - [ ], or of - [=], below it."
)
EMPTY = "This choice is empty. Write its text, or take it out."
ALMOST = (
    "This choice is not written as it should be. "
    "Write “- [x] text” or “- [ ] text”, with these spaces."
)
JOINED = (
    "This line is joined to the choice above. "
    "Put a blank line between the choices and the explanation."
)
ONE_LINE = "A choice is one line. Join this line to it, or begin it with > to make it feedback."
MIXED = (
    "This question mixes - [=] with - [x] and - [ ]. "
    "Use - [=] alone for a written answer."
)
NOT_A_NUMBER = (
    "is not a number. Write it like 2.5, or like 2.5 ± 0.1, and its unit in the prompt."
)
OTHERS_ONLY_WRITTEN = (
    "Only a written answer has feedback for every other answer. "
    "Take - [*] out, or use - [=]."
)
HEAD = "### Q {#q}\n\n"  # the choices below it start on line 12

QUESTION_FAULTS = {
    "no id": ("### Q\n\n- [x] A\n- [ ] B\n", [(10, NO_ID)]),
    "braces that are no id": ("### Q {a}\n\n- [x] A\n- [ ] B\n", [(10, NO_ID)]),
    "upper case in the id": (
        "### Q {#Q}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“#Q” {BAD_ID}")],
    ),
    "a hyphen first": (
        "### Q {#-q}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“#-q” {BAD_ID}")],
    ),
    "no number sign": (
        "### Q {.single}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“.single” {BAD_ID}")],
    ),
    "another kind": ("### Q {#q .essay}\n\n- [x] A\n- [ ] B\n", [(10, BAD_KIND)]),
    "two kinds": ("### Q {#q .text .number}\n\n- [=] 1\n", [(10, BAD_KIND)]),
    "a long id": (
        f"### Q {{#{'q' * 65}}}\n\n- [x] A\n- [ ] B\n",
        [(10, "This id is 65 characters long. Shorten it to 64 at most.")],
    ),
    "no prompt": (
        "### {#q}\n\n- [x] A\n- [ ] B\n",
        [(10, "This question has no prompt. Write it after the ###.")],
    ),
    "no list": ("### Q {#q}\n\nText.\n\n- item\n", [(10, NO_CHOICES)]),
    "a list in a code block": (
        "### Q {#q}\n\n```\n- [x] A\n- [ ] B\n```\n",
        [(10, NO_CHOICES)],
    ),
    "no right choice": (f"{HEAD}- [ ] A\n- [ ] B\n", [(10, NO_RIGHT)]),
    "no wrong choice": (f"{HEAD}- [x] A\n", [(10, NO_WRONG)]),
    "no wrong choice of several": (f"{HEAD}- [x] A\n- [x] B\n", [(10, NO_WRONG)]),
    "several right choices of a single": (
        "### Q {#q .single}\n\n- [x] A\n- [x] B\n- [ ] C\n",
        [
            (
                10,
                "A .single question has one right choice. "
                "Mark the others with [ ], or write .multiple.",
            )
        ],
    ),
    "an empty choice": (f"{HEAD}- [x]\n- [ ] B\n", [(12, EMPTY)]),
    "an empty accepted answer": (f"{HEAD}- [=] \n", [(12, EMPTY)]),
    "equal choices": (
        f"{HEAD}- [x] A\n- [ ] B\n- [ ] A\n",
        [(14, "Line 12 has this choice already. Take one of them out.")],
    ),
    "a choice without its space": (f"{HEAD}- [x]A\n- [ ] B\n", [(12, ALMOST)]),
    "a choice without its mark": (f"{HEAD}- [x] A\n- [] B\n", [(13, ALMOST)]),
    "a choice with another mark": (
        f"{HEAD}- [x] A\n- [v] B\n- [ ] C\n",
        [(13, "This choice has no mark. Begin it with - [x] or - [ ].")],
    ),
    "another mark first": (
        f"{HEAD}- [v] A\n- [x] B\n- [ ] C\n",
        [
            (
                12,
                "This line stands in the list of choices, but has no mark. "
                "Begin it with - [x] or - [ ], or put a blank line below it.",
            )
        ],
    ),
    "a choice of two lines": (
        f"{HEAD}- [x] A\n  and more\n- [ ] B\n",
        [(13, ONE_LINE)],
    ),
    "an indented choice": (f"{HEAD}- [x] A\n  - [ ] B\n- [ ] C\n", [(13, ONE_LINE)]),
    "an explanation without a blank line": (
        f"{HEAD}- [x] A\n- [ ] B\nBecause.\n",
        [(14, JOINED)],
    ),
    "an indented explanation": (
        f"{HEAD}- [x] A\n- [ ] B\n\n  Because.\n",
        [
            (
                15,
                "This line is indented below a choice, but is none. "
                "Begin it without spaces to make it part of the explanation.",
            )
        ],
    ),
    "feedback without indent": (
        f"{HEAD}- [x] A\n> Yes.\n- [ ] B\n",
        [(13, "Feedback is indented by two spaces. Put them before the >.")],
    ),
    "feedback with one space": (
        f"{HEAD}- [x] A\n > Yes.\n- [ ] B\n",
        [(13, "Feedback is indented by two spaces. Put one more before the >.")],
    ),
    "feedback after a blank line": (
        f"{HEAD}- [x] A\n\n  > Yes.\n- [ ] B\n",
        [
            (
                14,
                "Feedback stands directly below its choice. "
                "Take out the blank line above it.",
            )
        ],
    ),
    "a choice in the explanation": (
        f"{HEAD}- [x] A\n- [ ] B\n\nBecause.\n\n- [ ] C\n",
        [
            (
                17,
                "This choice stands in the explanation. "
                "Move it up to the others, or begin it with * to make it text.",
            )
        ],
    ),
    "choices and accepted answers": (f"{HEAD}- [x] A\n- [=] B\n", [(10, MIXED)]),
    "choices of a text": (
        "### Q {#q .text}\n\n- [x] A\n- [ ] B\n",
        [(10, "A .text question takes its accepted answer as - [=].")],
    ),
    "accepted answers of a single": (
        "### Q {#q .single}\n\n- [=] A\n",
        [(10, "A .single question takes its choices as - [x] and - [ ].")],
    ),
    "every other answer of a single": (
        f"{HEAD}- [x] A\n- [ ] B\n- [*]\n  > No.\n",
        [(14, OTHERS_ONLY_WRITTEN)],
    ),
    "every other answer alone": (
        f"{HEAD}- [*]\n  > No.\n",
        [(10, "This question accepts no answer. Add one with - [=].")],
    ),
    "every other answer without feedback": (
        f"{HEAD}- [=] A\n- [*]\n",
        [
            (
                13,
                "- [*] has no feedback. Add a line “  > …” below it, or take it out.",
            )
        ],
    ),
    "every other answer with a text": (
        f"{HEAD}- [=] A\n- [*] B\n  > No.\n",
        [(13, "- [*] stands alone. Write the text below it, as feedback.")],
    ),
    "every other answer twice": (
        f"{HEAD}- [=] A\n- [*]\n  > No.\n- [*]\n  > No.\n",
        [(15, "This question has a second - [*]. Join the two.")],
    ),
    "a number in words": (
        "### Q {#q .number}\n\n- [=] four\n",
        [(12, f"“four” {NOT_A_NUMBER}")],
    ),
    "a number with an exponent": (
        "### Q {#q .number}\n\n- [=] 1e3\n",
        [(12, f"“1e3” {NOT_A_NUMBER}")],
    ),
    "a number with a comma": (
        "### Q {#q .number}\n\n- [=] 2,5\n",
        [(12, f"“2,5” {NOT_A_NUMBER}")],
    ),
    "digits of another script": (
        "### Q {#q .number}\n\n- [=] ٣\n",
        [(12, f"“٣” {NOT_A_NUMBER}")],
    ),
    "a tolerance with a unit": (
        "### Q {#q .number}\n\n- [=] 2 ± 1 g\n",
        [(12, f"“1 g” {NOT_A_NUMBER}")],
    ),
    "a tolerance of nothing": (
        "### Q {#q .number}\n\n- [=] 2 ±\n",
        [(12, f"“” {NOT_A_NUMBER}")],
    ),
    "a negative tolerance": (
        "### Q {#q .number}\n\n- [=] 2 ± -1\n",
        [(12, "A tolerance cannot be negative. Take its sign out.")],
    ),
    "a number of too many digits": (
        f"### Q {{#q .number}}\n\n- [=] {'9' * 21}\n",
        [(12, "A number has at most 20 digits before its point and 10 after.")],
    ),
    "two numbers": (
        "### Q {#q .number}\n\n- [=] 2\n- [=] 3\n",
        [(13, "A .number question has one accepted value. Take this one out.")],
    ),
    "a long prompt": (
        f"### Q {{#q}}\n\n{'p' * 4998}\n\n- [x] A\n- [ ] B\n",
        [(10, "This prompt is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "a long choice": (
        f"{HEAD}- [x] {'a' * 501}\n- [ ] B\n",
        [(12, "This choice is 501 characters long. Shorten it to 500 at most.")],
    ),
    "a long accepted answer": (
        f"{HEAD}- [=] {'a' * 201}\n",
        [(12, "This answer is 201 characters long. Shorten it to 200 at most.")],
    ),
    "long feedback": (
        f"{HEAD}- [x] A\n  > {'a' * 5001}\n- [ ] B\n",
        [(12, "This feedback is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "a long explanation": (
        f"{QUESTION}\n{'a' * 5001}\n",
        [(15, "This explanation is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "too many choices": (
        HEAD + "- [x] A\n" + "".join(f"- [ ] {n}\n" for n in range(50)),
        [(62, "A question has at most 50 choices. Take some out.")],
    ),
    "too many questions": (
        "".join(f"### Q {{#q{n}}}\n- [x] A\n- [ ] B\n" for n in range(201)),
        [(610, "A lesson has at most 200 questions. Move some to another.")],
    ),
    "text before the first question": (
        f"Three questions.\n\n{QUESTION}",
        [
            (
                10,
                "This text stands before the first question. Move it above "
                "“Check your understanding”, or begin a question with ###.",
            )
        ],
    ),
    "no questions": (
        "",
        [(8, "No question follows. Write one, or take this heading out.")],
    ),
    "another section after the questions": (
        f"{QUESTION}\n## Sources\n",
        [
            (
                15,
                "Only questions stand under “Check your understanding”. "
                "Move this heading and its text above it.",
            )
        ],
    ),
    "an open code block": (
        f"{QUESTION}\n~~~~ python\nx\n~~~\n",
        [(15, "This code block is never closed. End it with a line ~~~~.")],
    ),
    "a second id": (
        f"{QUESTION}\n{QUESTION}",
        [(15, "The id “finest” is taken by 01-loam.md:10. Give each its own.")],
    ),
}


@pytest.mark.parametrize(
    ("text", "expected"), QUESTION_FAULTS.values(), ids=QUESTION_FAULTS.keys()
)
def test_a_fault_of_a_question_is_said_with_its_line(text, expected):
    found = problems_in(folder(lesson_text(text)))

    assert found == [f"01-loam.md:{line}: {message}" for line, message in expected]


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
        f"{LESSON_FRONT}\n{'b' * 1_000_001}\n",
        6,
        "This text is 1000001 characters long. Shorten it to 1000000 at most.",
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
        f"01-loam.md:10: {NO_ID}",
        f"01-loam.md:10: {NO_RIGHT}",
        "01-loam.md:13: Line 12 has this choice already. Take one of them out.",
        f"01-loam.md:15: {NO_CHOICES}",
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


def test_a_lesson_of_10_mb_is_refused_at_once(soil):
    (soil / "02-sand.md").write_bytes(b"\xff" * 10_000_000)
    started = time.monotonic()

    assert refusal(soil) == [
        "02-sand.md: This file is larger than 2 MB. Split it into shorter lessons."
    ]
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "unit",
    [b"\n", b"\x01\n", b"#", b"### \n", b"- [x] a\n", b"```\n", b"{", b"\t", b"  > \n"],
)
def test_the_worst_file_is_refused_in_seconds(unit):
    start = lesson_text(QUESTION + "\n").encode()
    content = start + unit * ((1_999_000 - len(start)) // len(unit))
    started = time.monotonic()

    problems_in(folder(content))
    assert time.monotonic() - started < 10


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
