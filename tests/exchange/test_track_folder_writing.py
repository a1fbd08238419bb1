"""Tracks are written in one form that reads back the same."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.track_folder import (
    LessonSource,
    TrackFolderError,
    TrackSource,
    parse_track,
    read_track_folder,
    save_track_folder,
    write_track,
)
from tests.exchange.samples import (
    CANONICAL,
    folder,
    lesson_text,
)
from tests.exchange.strategies import SIGNS, tracks

ROOT = Path(__file__).resolve().parents[2]
CONTENT = sorted(path for path in (ROOT / "content").glob("*") if path.is_dir())
REAL = ROOT.parent / "shared" / "real" / "iot-for-beginners"


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


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("0.1000000000", "0.1"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0E-10", "0"),
        ("1E-10", "0.0000000001"),
    ],
)
def test_a_tolerance_is_written_as_a_person_would(stored, written):
    track = parse_track(folder(CANONICAL), "soil")
    lesson = track.lessons[0]
    question = replace(lesson.questions[2], tolerance=Decimal(stored))
    lesson = replace(lesson, questions=(*lesson.questions[:2], question))
    files = write_track(replace(track, lessons=(lesson,)))

    assert files["01-loam.md"] == CANONICAL.replace("± 0.1", f"± {written}")


def test_a_kind_is_written_only_where_the_marks_do_not_say_it():
    text = lesson_text(
        "### A {#a .single}\n\n- [x] 1\n- [ ] 2\n\n"
        "### B {#b .multiple}\n\n- [x] 1\n- [ ] 2\n\n"
        "### C {#c .text}\n\n- [=] 1\n"
    )
    written = write_track(parse_track(folder(text), "soil"))["01-loam.md"]

    headings = [line for line in written.split("\n") if line.startswith("### ")]
    assert headings == ["### A {#a}", "### B {#b .multiple}", "### C {#c}"]


def test_a_hundred_lessons_have_numbers_of_three_digits():
    lessons = tuple(LessonSource(f"l-{n}", "T", "S", "") for n in range(100))
    files = write_track(TrackSource("soil", "T", "S", lessons=lessons))

    assert list(files)[1] == "001-l-0.md"
    assert list(files)[100] == "100-l-99.md"


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
