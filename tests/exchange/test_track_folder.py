"""Track folders are read and written: the same text out as in, the same track in as out."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.track_folder import (
    ChoiceSource,
    LessonSource,
    TrackFolderError,
    TrackSource,
    parse_track,
    read_track_folder,
    save_track_folder,
    write_track,
)
from tests.exchange.samples import (
    FRONT,
    LESSON_FRONT,
    QUESTION,
    folder,
    lesson_text,
    read_lesson,
    read_question,
)
from tests.exchange.strategies import SIGNS, tracks

ROOT = Path(__file__).resolve().parents[2]
CONTENT = sorted(path for path in (ROOT / "content").glob("*") if path.is_dir())
REAL = ROOT.parent / "shared" / "real" / "iot-for-beginners"

CANONICAL = """\
---
title: "How models are trained (and why it matters to you)"
summary: "Pre-training, instruction tuning, alignment."
---

The lesson, in Markdown…

## Check your understanding

### Which training phase accounts for most of a model's raw capability? {#raw-capability}

- [x] Pre-training
  > Yes: nearly all the compute goes there.
- [ ] Instruction tuning

The explanation shown after answering.

### When does refusing begin? {#refusing}

- [=] act 3
- [=] alignment
  > Yes.
  >
  > That act.
- [*]
  > Think of the last act.

### How many dials? {#dials .number}

- [=] 2.50 ± 0.1
"""


def encoded(files):
    return {name: text.encode() for name, text in files.items()}


def texts_in(path):
    return {
        file.name: file.read_bytes().decode()
        for file in path.glob("*.md")
        if file.name != "README.md"
    }


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(tracks())
def test_a_track_that_was_written_reads_back_the_same(track):
    assert parse_track(encoded(write_track(track)), track.slug) == track


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)
@given(tracks())
def test_export_import_export_gives_the_same_bytes(track):
    files = write_track(track)

    assert write_track(parse_track(encoded(files), track.slug)) == files


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: path.name)
def test_the_tracks_in_content_are_written_as_they_stand(path):
    assert write_track(read_track_folder(path)) == texts_in(path)


def test_content_holds_tracks():
    assert CONTENT


@pytest.mark.skipif(not REAL.is_dir(), reason=f"NO REAL TRACK: {REAL.name} is missing")
def test_a_real_track_is_read_whole_and_written_as_it_stands():
    track = read_track_folder(REAL)

    assert len(track.lessons) == 24
    assert sum(len(lesson.questions) for lesson in track.lessons) == 72
    assert write_track(track) == texts_in(REAL)


def test_a_lesson_is_written_in_the_form_of_the_design():
    files = folder(CANONICAL)

    assert write_track(parse_track(files, "soil"))["01-loam.md"] == CANONICAL


def test_a_question_is_read_with_all_its_parts():
    question = read_lesson(CANONICAL).questions[0]

    assert question.id == "raw-capability"
    assert question.kind == "single"
    assert question.prompt.startswith("Which training phase")
    assert question.choices == (
        ChoiceSource("Pre-training", True, "Yes: nearly all the compute goes there."),
        ChoiceSource("Instruction tuning", False),
    )
    assert question.explanation == "The explanation shown after answering."
    assert question.line == 10


def test_a_text_question_is_read_with_what_is_said_to_every_other_answer():
    question = read_lesson(CANONICAL).questions[1]

    assert question.kind == "text"
    assert [choice.text for choice in question.choices] == ["act 3", "alignment"]
    assert all(choice.is_right for choice in question.choices)
    assert question.choices[1].feedback == "Yes.\n\nThat act."
    assert question.other_feedback == "Think of the last act."


def test_a_number_keeps_its_digits_as_they_were_typed():
    question = read_lesson(CANONICAL).questions[2]

    assert question.kind == "number"
    assert question.choices == (ChoiceSource("2.50", True),)
    assert question.tolerance == Decimal("0.1")


@pytest.mark.parametrize(
    ("written", "value", "tolerance"),
    [
        ("2.5 ± 0.1", "2.5", "0.1"),
        ("2.5±0.1", "2.5", "0.1"),
        ("2.5 +/- 0.1", "2.5", "0.1"),
        ("-40", "-40", None),
        ("+007.10", "+007.10", None),
        ("3 ± 0", "3", "0"),
    ],
)
def test_a_number_is_read_with_its_tolerance(written, value, tolerance):
    question = read_question(f"### How many? {{#q .number}}\n\n- [=] {written}\n")

    assert question.choices[0].text == value
    assert question.tolerance == (None if tolerance is None else Decimal(tolerance))


def test_a_tolerance_is_written_without_the_zeros_of_a_database_column():
    track = parse_track(folder(CANONICAL), "soil")
    lesson = track.lessons[0]
    question = replace(lesson.questions[2], tolerance=Decimal("0.1000000000"))
    lesson = replace(lesson, questions=(*lesson.questions[:2], question))

    assert write_track(replace(track, lessons=(lesson,)))["01-loam.md"] == CANONICAL


def test_plus_or_minus_in_a_text_is_text():
    question = read_question("### What? {#q}\n\n- [=] 2.5 ± 0.1\n")

    assert (question.kind, question.choices[0].text) == ("text", "2.5 ± 0.1")


@pytest.mark.parametrize(
    ("class_", "marks", "kind"),
    [
        ("", "x ", "single"),
        ("", "xx ", "multiple"),
        ("", "Xx ", "multiple"),
        (" .single", "x ", "single"),
        (" .multiple", "x ", "multiple"),
        ("", "==", "text"),
        (" .text", "=", "text"),
    ],
)
def test_the_kind_follows_from_the_marks_unless_it_is_written(class_, marks, kind):
    choices = "\n".join(f"- [{mark}] {n}" for n, mark in enumerate(marks))

    assert read_question(f"### What? {{#q{class_}}}\n\n{choices}\n").kind == kind


def test_a_kind_is_written_only_where_the_marks_do_not_say_it():
    text = lesson_text(
        "### A {#a .single}\n\n- [x] 1\n- [ ] 2\n\n"
        "### B {#b .multiple}\n\n- [x] 1\n- [ ] 2\n\n"
        "### C {#c .text}\n\n- [=] 1\n"
    )
    written = write_track(parse_track(folder(text), "soil"))["01-loam.md"]

    headings = [line for line in written.split("\n") if line.startswith("### ")]
    assert headings == ["### A {#a}", "### B {#b .multiple}", "### C {#c}"]


def test_text_between_heading_and_list_belongs_to_the_prompt():
    question = read_question(
        "### What does this print? {#q}\n\n```python\n- [x] no choice\n### no\n```\n\n"
        "- [x] Nothing\n- [ ] Something\n"
    )

    assert question.prompt == (
        "What does this print?\n\n```python\n- [x] no choice\n### no\n```"
    )


def test_deeper_headings_and_fenced_questions_are_part_of_the_explanation():
    explanation = "#### Why\n\n~~~~\n### No {#no}\n~~~\n- [x] no\n~~~~"
    question = read_question(f"{QUESTION}\n{explanation}\n")

    assert question.explanation == explanation


def test_blank_lines_may_stand_between_choices():
    question = read_question("### What? {#q}\n- [x] A\n  > Yes.\n\n\n- [ ] B\n")

    assert question.choices == (
        ChoiceSource("A", True, "Yes."),
        ChoiceSource("B", False),
    )


@pytest.mark.parametrize("fence", ["```", "~~~", "````", "~~~~~ text", "  ```"])
def test_the_heading_of_the_self_check_does_not_count_in_a_code_block(fence):
    closing = fence.removesuffix(" text")
    body = f"{fence}\n## Check your understanding\n{closing}"
    lesson = read_lesson(lesson_text(body=body))

    assert lesson.body == body
    assert len(lesson.questions) == 1


def test_a_longer_fence_holds_a_shorter_one():
    body = "````\n```\n## Check your understanding\n```\n````"

    assert read_lesson(f"{LESSON_FRONT}\n{body}\n").body == body


def test_a_code_span_at_the_start_of_a_line_opens_no_code_block():
    lesson = read_lesson(lesson_text(body="```let x``` is code."))

    assert len(lesson.questions) == 1


@pytest.mark.parametrize(
    "heading",
    [
        "## check your understanding",
        "### Check your understanding",
        "Check your understanding",
    ],
)
def test_only_the_exact_heading_starts_the_questions(heading):
    lesson = read_lesson(f"{LESSON_FRONT}\n{heading}\n\nText.\n")

    assert (lesson.body, lesson.questions) == (f"{heading}\n\nText.", ())


def test_a_lesson_needs_no_questions_and_no_text():
    lesson = read_lesson(LESSON_FRONT)

    assert (lesson.body, lesson.questions) == ("", ())


def test_the_body_keeps_its_own_spacing():
    body = "    code first\n\n\n\nhard break  \nnext\u2028line\x85 \xa0"

    assert read_lesson(f"{LESSON_FRONT}\n\n\n{body}\n\n \n").body == body


def test_the_place_of_a_lesson_is_known():
    lesson = read_lesson(f"{LESSON_FRONT}\n\nText.\n")

    assert (lesson.file, lesson.body_line) == ("01-loam.md", 7)


def test_the_place_of_the_description_is_known():
    track = parse_track(folder(lesson_text(), track=f"{FRONT}\nAbout.\n"), "soil")

    assert (track.description, track.description_line) == ("About.", 6)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark_make_no_difference(end):
    text = "\ufeff" + CANONICAL.replace("\n", end)

    assert read_lesson(text.encode()) == read_lesson(CANONICAL)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Clay: the fine one", "Clay: the fine one"),
        ("1.0", "1.0"),
        ("no", "no"),
        ("2026-03-14", "2026-03-14"),
        ("C# and #1", "C# and #1"),
        ('"say \\"clay\\" \\\\ \\u00e9"', 'say "clay" \\ é'),
        ('" spaces "', "spaces"),
        ("   bare  ", "bare"),
        ("---", "---"),
    ],
)
def test_a_value_of_the_front_matter_is_always_text(written, value):
    lesson = read_lesson(LESSON_FRONT.replace('"Loam"', written))

    assert lesson.title == value


def test_front_matter_is_read_in_any_order():
    front = (
        "---\nlanguage: pt-BR\nlicense: CC BY-SA 4.0\n\nslug: earth\nsummary: S\n"
        'attribution: "After a talk"\ntitle: T\n---\n'
    )
    track = parse_track(folder(lesson_text(), track=front), "soil")

    assert write_track(track, "soil")["track.md"] == (
        '---\ntitle: "T"\nsummary: "S"\nlicense: "CC BY-SA 4.0"\n'
        'attribution: "After a talk"\nlanguage: pt-BR\nslug: earth\n---\n'
    )


def test_a_track_without_a_slug_is_called_after_its_folder():
    assert parse_track(folder(lesson_text()), "soil").slug == "soil"


def test_english_is_the_language_where_none_is_named():
    track = parse_track(folder(lesson_text()), "soil")

    assert (track.language, track.lessons[0].language) == ("en", "")
    assert "language" not in write_track(track)["track.md"]


def test_lessons_stand_in_the_order_of_their_numbers():
    files = {
        "track.md": FRONT.encode(),
        "10-c.md": LESSON_FRONT.encode(),
        "9-b.md": LESSON_FRONT.encode(),
        "001-a.md": LESSON_FRONT.encode(),
    }
    track = parse_track(files, "soil")

    assert [lesson.slug for lesson in track.lessons] == ["a", "b", "c"]
    assert list(write_track(track)) == ["track.md", "01-a.md", "02-b.md", "03-c.md"]


def test_a_hundred_lessons_have_numbers_of_three_digits():
    lessons = tuple(LessonSource(f"l-{n}", "T", "S", "") for n in range(100))
    files = write_track(TrackSource("soil", "T", "S", lessons=lessons))

    assert list(files)[1] == "001-l-0.md"
    assert list(files)[100] == "100-l-99.md"


def test_other_files_are_ignored(tmp_path):
    save_track_folder(parse_track(folder(lesson_text()), "soil"), tmp_path / "soil")
    for name in ["LICENSE", "README.md", ".hidden.md", "notes.txt"]:
        (tmp_path / "soil" / name).write_bytes(b"\xff")
    (tmp_path / "soil" / "02-drafts.md").mkdir()

    assert len(read_track_folder(tmp_path / "soil").lessons) == 1


def test_texts_from_forms_are_tidied_before_they_are_written():
    track = parse_track(folder(CANONICAL), "soil")
    lesson = track.lessons[0]
    first = lesson.questions[0]
    messy = replace(
        first,
        prompt=f" {first.prompt}\r\n",
        explanation=f"\r\n\r\n{first.explanation}\r\n",
        choices=(replace(first.choices[0], text=" Pre-training "), first.choices[1]),
    )
    lesson = replace(lesson, questions=(messy, *lesson.questions[1:]))

    assert write_track(replace(track, lessons=(lesson,)))["01-loam.md"] == CANONICAL


@pytest.mark.parametrize(
    "explanation",
    ["### New {#new}\n\n- [x] A\n- [ ] B", "## Section", "- [x] A", "```", "\ud800"],
)
def test_what_no_folder_can_say_is_refused_and_not_written(explanation, tmp_path):
    track = parse_track(folder(lesson_text()), "soil")
    lesson = track.lessons[0]
    question = replace(lesson.questions[0], explanation=explanation)
    lesson = replace(lesson, questions=(question,))

    with pytest.raises(TrackFolderError, match=r"^01-loam\.md"):
        save_track_folder(replace(track, lessons=(lesson,)), tmp_path / "soil")
    assert not (tmp_path / "soil").exists()


@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(st.text(st.sampled_from(SIGNS + "\n\r\x00ab"), max_size=60))
def test_any_text_of_an_author_is_written_faithfully_or_refused(text):
    track = parse_track(folder(lesson_text()), "soil")
    lesson = track.lessons[0]
    question = replace(lesson.questions[0], prompt=text, explanation=text)
    lesson = replace(lesson, body=text, questions=(question,))
    try:
        files = write_track(replace(track, description=text, lessons=(lesson,)))
    except TrackFolderError:
        return
    assert write_track(parse_track(encoded(files), "soil")) == files
    (again,) = parse_track(encoded(files), "soil").lessons[0].questions
    assert again.explanation.split() == text.split()


def test_a_saved_folder_reads_back_the_same(tmp_path):
    track = parse_track(folder(CANONICAL), "earth")
    save_track_folder(track, tmp_path / "new" / "soil")
    save_track_folder(track, tmp_path / "new" / "soil")

    assert read_track_folder(tmp_path / "new" / "soil") == track
    assert "slug: earth" in (tmp_path / "new" / "soil" / "track.md").read_text()


def test_saving_deletes_nothing_and_leaves_no_lesson_twice(tmp_path):
    track = parse_track(folder(lesson_text()), "soil")
    (tmp_path / "02-loam.md").write_text("mine")

    with pytest.raises(TrackFolderError, match=r"^02-loam\.md: The track has no such"):
        save_track_folder(track, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["02-loam.md"]


def test_saving_writes_through_no_symbolic_link(tmp_path):
    track = parse_track(folder(lesson_text()), "soil")
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "soil").mkdir()
    (tmp_path / "soil" / "01-loam.md").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(TrackFolderError, match="symbolic link"):
        save_track_folder(track, tmp_path / "soil")
    assert (tmp_path / "elsewhere").read_text() == "precious"
