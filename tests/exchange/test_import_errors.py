"""A broken folder through the command: every problem is named, and nothing is stored."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from courses.models import Track
from exchange.saving import import_track_folder
from quizzes.models import Question
from tests.exchange.folders import FILES, LOAM, PEAT, TRACK, run, write_folder

pytestmark = pytest.mark.django_db

HEADING = "Nothing was imported. Correct this, and import again:"


def refused(folder: Path) -> list[str]:
    """The lines of the command's refusal, without its heading; nothing was stored."""
    with pytest.raises(CommandError) as error:
        run("import_track", folder)
    heading, *lines = str(error.value).splitlines()
    assert heading.startswith("Nothing was imported.")
    assert error.value.returncode == 1
    assert not Track.objects.exists()
    return lines


def places(lines: list[str]) -> list[str]:
    return [line.partition(": ")[0] for line in lines]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('summary: "Sand, silt and clay."\n', "", "01-loam.md:1", "has no summary"),
        ("---\n", "", "01-loam.md:1", "front matter is missing"),
        ('title: "Loam"', 'title: "Loam"\nauthor: x', "01-loam.md:3", "is unknown"),
        ("{#water}", "{#finest}", "01-loam.md:21", "is taken by 01-loam.md:12"),
        ("{#water}", "{#carbon}", "02-peat.md:10", "is taken by 01-loam.md:21"),
        ("{#water}", "", "01-loam.md:21", "has no id"),
        ("[x] Clay\n  >", "[ ] Clay\n  >", "01-loam.md:12", "no right choice"),
        ("- [ ] Gravel", "- [x] Gravel", "01-loam.md:21", "no wrong choice"),
        ("- [ ] Gravel", "- [ ]", "01-loam.md:25", "is empty"),
        ("- [ ] Gravel", "- [ ] ![](x.png)", "01-loam.md:25", "is empty"),
        ("- [ ] Gravel", "- [ ] \u200b", "01-loam.md:25", "is empty"),
        ("a mixture", "a\x07mixture", "01-loam.md:8", "control character"),
    ],
)
def test_one_mistake_is_named_with_file_and_line(tmp_path, old, new, place, words):
    assert old in LOAM

    lines = refused(write_folder(tmp_path, loam=LOAM.replace(old, new)))

    assert places(lines)[0] == place
    assert words in lines[0]


def test_bytes_that_are_no_utf8_are_named_with_their_line(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "02-peat.md").write_bytes(
        PEAT.replace("burns", "bürns").encode("latin-1")
    )

    (line,) = refused(folder)

    assert line.startswith("02-peat.md:6: ")
    assert "UTF-8" in line


def test_a_lesson_of_10_mb_is_refused(tmp_path):
    (line,) = refused(write_folder(tmp_path, peat=PEAT + "x" * 10_000_000))

    assert line.startswith("02-peat.md: This file is larger than 2 MB.")


def test_a_symbolic_link_out_of_the_folder_is_refused(tmp_path):
    outside = tmp_path / "secret.md"
    outside.write_text(PEAT, encoding="utf-8")
    folder = write_folder(tmp_path)
    (folder / "03-secret.md").symlink_to(outside)

    (line,) = refused(folder)

    assert line.startswith("03-secret.md: This is a symbolic link.")


def test_a_text_too_long_to_be_rendered_is_named_where_it_starts(tmp_path):
    long = "word " * 20_001
    folder = write_folder(
        tmp_path,
        peat=PEAT.replace("Peat burns.", long),
        track=TRACK.replace("Two lessons", long),
    )

    lines = refused(folder)

    assert places(lines) == ["02-peat.md:6", "track.md:6"]
    assert "100005 characters long" in lines[0]


def test_a_text_of_just_the_most_characters_is_imported(tmp_path):
    start = "Peat burns."
    folder = write_folder(
        tmp_path, peat=PEAT.replace(start, start + "x" * (100_000 - len(start)))
    )

    assert "2 lessons" in run("import_track", folder)[0]


def test_a_folder_without_track_md_is_refused(tmp_path):
    folder = write_folder(tmp_path, {"01-loam.md": LOAM})

    assert places(refused(folder)) == ["track.md"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "There is no such folder."), ("a-file", "This is not a folder.")],
)
def test_what_is_no_folder_is_refused(tmp_path, name, words):
    (tmp_path / "a-file").write_text("x", encoding="utf-8")

    (line,) = refused(tmp_path / name)

    assert line == f"{tmp_path / name}: {words}"


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path):
    folder = write_folder(
        tmp_path,
        track=TRACK.replace("title:", "titel:"),
        loam=LOAM.replace("{#finest}", ""),
        peat=PEAT.replace("55 ± 5", "many"),
    )

    with pytest.raises(CommandError) as error:
        run("import_track", folder)

    heading, *lines = str(error.value).splitlines()
    assert heading == "Nothing was imported. Correct these 4, and import again:"
    assert places(lines) == [
        "01-loam.md:12",
        "02-peat.md:12",
        "track.md:1",
        "track.md:2",
    ]


def test_a_text_too_long_is_named_beside_mistakes_of_every_other_kind(tmp_path):
    folder = write_folder(
        tmp_path,
        track=TRACK.replace('summary: "What', 'summary: "What' + "t" * 500),
        loam=LOAM.replace("a mixture", "a mixture" * 20_000),
        peat=PEAT.replace("- [=] 55 ± 5", "- [ ] 55\n- [ ]"),
    )
    (folder / "03-Sand.md").write_text(PEAT, encoding="utf-8")
    (folder / "04-clay.md").write_bytes(b"---\n\xff")

    lines = refused(folder)

    assert places(lines) == [
        "01-loam.md:6",
        "02-peat.md:10",
        "02-peat.md:13",
        "03-Sand.md",
        "04-clay.md:2",
        "track.md:3",
    ]
    assert "Shorten it to 100000 at most." in lines[0]


def test_a_mistake_leaves_the_stored_track_as_it_was(tmp_path):
    folder = write_folder(tmp_path)
    import_track_folder(folder)
    write_folder(
        tmp_path, FILES | {"03-sand.md": PEAT}, loam=LOAM.replace("mixture", "mix")
    )

    with pytest.raises(CommandError, match=r"is taken by 02-peat\.md:10"):
        run("import_track", folder)

    assert Question.objects.count() == 4
    assert "mixture" in Track.objects.get().lessons.get(slug="loam").markdown
