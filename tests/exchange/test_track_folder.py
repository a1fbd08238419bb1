"""What stands in a track folder is read as it was meant."""

from decimal import Decimal

import pytest

from exchange.track_folder import (
    ChoiceSource,
    parse_track,
    read_track_folder,
    save_track_folder,
    write_track,
)
from tests.exchange.samples import (
    CANONICAL,
    FRONT,
    LESSON_FRONT,
    QUESTION,
    folder,
    lesson_text,
    read_lesson,
    read_question,
)


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


def test_a_fence_far_to_the_right_closes_no_code_block():
    body = "```\n    ```\n## Check your understanding\n```"

    assert read_lesson(f"{LESSON_FRONT}\n{body}\n").body == body


def test_a_code_block_in_a_list_is_closed_by_a_fence_further_in():
    lesson = read_lesson(lesson_text(body="1. Run:\n\n   ```\n   ls\n    ```"))

    assert len(lesson.questions) == 1


def test_a_question_may_be_indented_as_markdown_allows():
    lesson = read_lesson(lesson_text(f"   {QUESTION}"))

    assert lesson.questions[0].prompt == "Which is finest?"


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


def test_a_no_break_space_is_text():
    assert read_lesson(f"{LESSON_FRONT}\n\xa0\n").body == "\xa0"


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


def test_other_files_are_ignored(tmp_path):
    save_track_folder(parse_track(folder(lesson_text()), "soil"), tmp_path / "soil")
    for name in ["LICENSE", "README.md", ".hidden.md", "notes.txt"]:
        (tmp_path / "soil" / name).write_bytes(b"\xff")
    (tmp_path / "soil" / "02-drafts.md").mkdir()

    assert len(read_track_folder(tmp_path / "soil").lessons) == 1
