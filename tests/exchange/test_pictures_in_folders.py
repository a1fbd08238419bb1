"""Pictures in track folders and zips: checked, stored, shown, and written back as they were."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from PIL import ExifTags, Image

from courses.models import Lesson, Picture, Track
from courses.picture_services import MAX_PICTURES
from exchange.keeping import Occasion, keep_lessons
from exchange.models import What
from exchange.saving import import_track_folder
from exchange.stored import export_track_folder, export_track_zip
from exchange.track_folder import (
    TrackFolderError,
    read_track_folder,
    save_track_folder,
)
from quizzes.models import Question
from tests.drawings import bomb, drawing, jpeg, png, saved
from tests.exchange.folders import run
from tests.factories import make_pictures
from tests.quizzes.mending import answer, own, revise

pytestmark = pytest.mark.django_db

TRACK = """---
title: "Soil"
summary: "About it."
---

![The garden](garden.jpg)
"""
LESSON = """---
title: "Probe"
summary: "How."
---

First.

![The probe, ten centimetres deep](./probe.png)

## Check your understanding

### What is this? ![The probe](probe.png) {#what}

- [x] A probe ![The probe](probe.png)
- [ ] A spade

See ![The garden](garden.jpg)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A track with two pictures, both of pixels alone."""
    path = tmp_path / "soil"
    path.mkdir()
    (path / "track.md").write_text(TRACK)
    (path / "01-probe.md").write_text(LESSON)
    (path / "probe.png").write_bytes(png(700, 300))
    (path / "garden.jpg").write_bytes(jpeg(500, 400))
    return path


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def problems(folder: Path) -> list[str]:
    with pytest.raises(TrackFolderError) as caught:
        read_track_folder(folder)
    return [str(problem) for problem in caught.value.problems]


# --- in ---


def test_the_pictures_of_a_folder_come_in_and_are_shown(folder, client):
    report = import_track_folder(folder, publish=True)

    lesson = Lesson.objects.get()
    question = lesson.questions.get()
    assert report.warnings == ()
    assert "2 new pictures" in str(report)
    assert 'alt="The probe, ten centimetres deep"' in lesson.body_html
    assert "<img" in question.prompt_html
    assert "<img" in question.explanation_html
    assert "<img" in question.choices.get(is_right=True).text_html
    assert "<img" in Track.objects.get().description_html
    for picture in Picture.objects.all():
        assert client.get(picture.shown.address(picture.widths[0])).status_code == 200


def test_a_dry_run_stores_neither_rows_nor_files(folder, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"

    report = import_track_folder(folder, dry_run=True)

    assert "2 new pictures" in str(report)
    assert report.warnings == ()
    assert not Picture.objects.exists()
    assert not settings.MEDIA_ROOT.exists()


def test_importing_again_changes_nothing(folder):
    import_track_folder(folder)

    report = import_track_folder(folder)

    assert report.changes == ()


def test_another_picture_of_the_same_name_takes_its_place_wherever_it_is_shown(folder):
    import_track_folder(folder)
    track = Track.objects.get()
    (folder / "01-probe.md").rename(folder / "01-other.md")
    (folder / "probe.png").write_bytes(png(700, 300, seed=9))

    report = import_track_folder(folder)

    digest = Picture.objects.get(name="probe.png").digest
    assert "1 picture replaced" in str(report)
    assert Picture.objects.filter(track=track).count() == 2
    for lesson in Lesson.objects.all():
        assert digest in lesson.body_html


class TestAPictureThatAnAnsweredQuestionShows:
    """What was asked, and what could be chosen, stays as it was answered."""

    @pytest.fixture
    def answered(self, folder, ada):
        import_track_folder(folder)
        question = Question.objects.get()
        answer(own(ada), question, "A probe ![The probe](probe.png)")
        (folder / "probe.png").write_bytes(png(700, 300, seed=9))
        return question

    def test_is_not_replaced(self, folder, answered):
        before = Picture.objects.get(name="probe.png").digest

        for dry_run in True, False:
            with pytest.raises(TrackFolderError) as refused:
                import_track_folder(folder, dry_run=dry_run)

            (problem,) = refused.value.problems
            assert problem.file == "probe.png"
            assert "People have answered a question that shows it" in problem.message
        assert Picture.objects.get(name="probe.png").digest == before

    def test_is_not_replaced_where_an_earlier_version_shows_it(self, folder, answered):
        revise(answered, "+Yes", "No")
        keep_lessons([answered.lesson_id], Occasion(What.SAVED))

        with pytest.raises(TrackFolderError):
            import_track_folder(folder)

    def test_under_another_name_makes_it_a_revision(self, folder, answered):
        (folder / "probe.png").rename(folder / "probe-2.png")
        lesson = folder / "01-probe.md"
        lesson.write_text(lesson.read_text().replace("probe.png", "probe-2.png"))

        report = import_track_folder(folder)

        assert "1 question revised" in str(report)
        answered.refresh_from_db()
        digest = Picture.objects.get(name="probe.png").digest
        assert digest in answered.prompt_html

    def test_beside_it_another_is_replaced(self, folder, answered):
        """One that stands in the lesson or in an explanation alone."""
        (folder / "probe.png").write_bytes(png(700, 300))
        (folder / "garden.jpg").write_bytes(jpeg(500, 400, seed=9))

        assert "1 picture replaced" in str(import_track_folder(folder))


def test_a_picture_that_the_folder_lacks_stays(folder):
    import_track_folder(folder)
    (folder / "probe.png").unlink()

    report = import_track_folder(folder)

    assert report.changes == ()
    assert report.warnings == ()
    assert Picture.objects.count() == 2


def test_a_name_without_a_file_is_a_warning_with_its_line(folder):
    (folder / "probe.png").unlink()

    report = import_track_folder(folder)

    said = [str(warning) for warning in report.warnings]
    missing = "the track has no picture probe.png: its description stands in"
    assert f"01-probe.md:8: {missing}" in said
    assert f"01-probe.md:12: {missing}" in said


def test_all_that_is_refused_is_named_with_its_reason_at_once(folder):
    (folder / "a.svg").write_bytes(b"<svg/>")
    (folder / "b.png").write_bytes(jpeg())
    (folder / "c.gif").write_bytes(saved(drawing(mode="P"), "GIF") + b"*/=alert(1)")
    (folder / "d.png").write_bytes(bomb(30_000, 30_000))
    (folder / "e.jpg").write_bytes(jpeg()[:-300])
    (folder / "F G.png").write_bytes(png())
    (folder / "h.bmp").write_bytes(saved(drawing(), "BMP"))
    (folder / "i.png").write_bytes(png() + bytes(10_000_001))
    (folder / "01-probe.md").write_text(LESSON.replace("title", "titel"))

    said = problems(folder)

    for name, reason in {
        "a.svg": "SVG is not taken",
        "b.png": "this is a JPEG picture",
        "c.gif": "goes on after the end",
        "d.png": "24.5 million pixels",
        "e.jpg": "cut off",
        "F G.png": "not the name of a picture",
        "h.bmp": "no picture in PNG",
        "i.png": "larger than 10 MB",
        "01-probe.md:2": "titel",
    }.items():
        assert any(line.startswith(f"{name}: ") and reason in line for line in said), (
            name,
            said,
        )


def test_a_refused_picture_stops_the_import(folder):
    (folder / "probe.png").write_bytes(jpeg())

    with pytest.raises(CommandError, match=r"probe\.png: The name ends in"):
        run("import_track", folder)

    assert not Track.objects.exists()


def test_a_link_in_the_place_of_a_picture_is_refused(folder, tmp_path):
    (folder / "probe.png").rename(tmp_path / "probe.png")
    (folder / "probe.png").symlink_to(tmp_path / "probe.png")

    assert problems(folder) == [
        "probe.png: This is a symbolic link. Put the file itself in its place."
    ]


def test_pictures_in_a_folder_of_the_folder_are_not_read(folder):
    (folder / "more").mkdir()
    (folder / "more" / "x.png").write_bytes(b"no picture")

    assert len(read_track_folder(folder).pictures) == 2


def test_too_many_pictures_with_those_that_are_there_are_refused(folder):
    import_track_folder(folder)
    make_pictures(Track.objects.get(), MAX_PICTURES - 2)
    (folder / "one-more.png").write_bytes(png(seed=4))

    with pytest.raises(TrackFolderError, match="500 pictures"):
        import_track_folder(folder)

    assert Picture.objects.count() == MAX_PICTURES


# --- and out ---


def test_the_export_writes_the_pictures_byte_for_byte(folder, tmp_path):
    import_track_folder(folder)

    export_track_folder(Track.objects.get(), tmp_path / "out" / "soil")

    out = bytes_in(tmp_path / "out" / "soil")
    assert out["probe.png"] == (folder / "probe.png").read_bytes()
    assert out["garden.jpg"] == (folder / "garden.jpg").read_bytes()


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif"])
def test_export_import_export_gives_the_same_bytes_also_of_what_was_written_anew(
    folder, tmp_path, kind
):
    """A file with a camera's notes comes in changed, and from then on stays."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "A camera"
    exif[ExifTags.Base.Orientation] = 8
    written = "JPEG" if kind == "jpg" else kind.upper()
    options = (
        {"comment": b"Ada was here"} if kind == "gif" else {"exif": exif.tobytes()}
    )
    data = saved(drawing(90, 60, "P" if kind == "gif" else "RGB"), written, **options)
    (folder / f"photo.{kind}").write_bytes(data)
    import_track_folder(folder)
    export_track_folder(Track.objects.get(), tmp_path / "one" / "soil")
    once = bytes_in(tmp_path / "one" / "soil")
    assert once[f"photo.{kind}"] != data

    Track.objects.get().delete()
    import_track_folder(tmp_path / "one" / "soil")
    export_track_folder(Track.objects.get(), tmp_path / "two" / "soil")

    assert bytes_in(tmp_path / "two" / "soil") == once


def test_a_zip_carries_them_both_ways(folder, tmp_path):
    import_track_folder(folder)
    archive = export_track_zip(Track.objects.get())
    (tmp_path / "soil.zip").write_bytes(archive)
    Track.objects.get().delete()

    import_track_folder(tmp_path / "soil.zip")

    assert export_track_zip(Track.objects.get()) == archive
    assert Picture.objects.count() == 2
    assert "<img" in Lesson.objects.get().body_html


def test_a_picture_that_the_track_does_not_have_is_not_overwritten(folder):
    source = read_track_folder(folder)
    (folder / "mine.png").write_bytes(png())

    with pytest.raises(TrackFolderError, match=r"mine\.png: The track has no such"):
        save_track_folder(source, folder)


def test_a_picture_that_the_storage_lost_is_named(folder, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    import_track_folder(folder)
    for path in settings.MEDIA_ROOT.rglob("*.png"):
        path.unlink()

    with pytest.raises(TrackFolderError, match=r"probe\.png: The storage has lost"):
        export_track_folder(Track.objects.get(), tmp_path / "out")

    assert not (tmp_path / "out").exists()
