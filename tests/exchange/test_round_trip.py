"""Import and export undo each other, whatever the track says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Value
from django.db.models.functions import Replace
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from courses.models import Lesson, Track
from courses.pictures import take_picture
from exchange.saving import Terms, import_track, import_track_folder
from exchange.stored import export_track, export_track_folder, export_track_zip
from exchange.track_folder import parse_track, write_track
from exchange.track_source import QuestionSource, TrackSource
from exchange.zip_files import read_track_zip, unzip, write_track_zip
from quizzes.models import Choice, Question
from quizzes.publication import findings_in
from tests.drawings import png
from tests.exchange.folders import places_of_rows, real_folder, run
from tests.exchange.strategies import tracks

pytestmark = pytest.mark.django_db

CONTENT = sorted(path.parent for path in settings.BASE_DIR.glob("content/*/track.md"))


def bytes_in(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.iterdir() if path.suffix in {".md", ".png"}]
    return {path.name: path.read_bytes() for path in paths}


def export_twice(folder: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The export of this folder, imported, and the export of that export."""
    places = [tmp_path / "first" / folder.name, tmp_path / "second" / folder.name]
    for place, origin in zip(places, [folder, places[0]], strict=True):
        Track.objects.all().delete()
        import_track_folder(origin)
        export_track_folder(Track.objects.get(), place)
    return places[0], places[1]


@pytest.mark.parametrize("folder", CONTENT, ids=lambda folder: folder.name)
def test_our_own_tracks_come_back_as_the_files_they_are(folder, tmp_path):
    first, second = export_twice(folder, tmp_path)

    assert bytes_in(first) == bytes_in(folder)
    assert bytes_in(second) == bytes_in(folder)


@pytest.mark.parametrize("folder", CONTENT, ids=lambda folder: folder.name)
def test_our_own_tracks_do_what_they_teach(folder):
    """No remark of the import, nothing to look at before publishing."""
    report = import_track_folder(folder)

    assert not report.warnings
    lessons = list(Lesson.objects.select_related("track"))
    found = findings_in(lessons)
    assert {
        lesson.slug: found[lesson.pk] for lesson in lessons if found[lesson.pk]
    } == {}


def test_the_real_track_exports_the_same_bytes_again(tmp_path):
    first, second = export_twice(real_folder(), tmp_path)

    assert len(bytes_in(first)) == 25
    assert bytes_in(second) == bytes_in(first)


def test_the_example_of_the_documentation_is_in_the_form_that_is_exported():
    page = (settings.BASE_DIR / "docs" / "track-folders.md").read_text("utf-8")
    names = re.findall(r"`tea/([^`]+)`", page)
    texts = re.findall(r"^````markdown\n(.*?)^````$", page, re.DOTALL | re.MULTILINE)
    files = dict(zip(names, texts, strict=True))

    import_track(parse_track({name: files[name].encode() for name in files}, "tea"))

    assert write_track(export_track(Track.objects.get())) == files


@given(track=tracks())
@examples(max_examples=15, deadline=None)
def test_any_track_comes_back_from_the_database(track: TrackSource):
    with transaction.atomic():
        import_track(track)
        stored = export_track(Track.objects.get(slug=track.slug))
        transaction.set_rollback(True)

    assert write_track(stored) == write_track(track)


@given(track=tracks())
@examples(max_examples=15, deadline=None)
def test_any_track_imported_again_changes_nothing(track: TrackSource):
    with transaction.atomic():
        import_track(track, Terms(publish=True))
        before = places_of_rows()
        report = import_track(track, Terms(publish=True))
        after = places_of_rows()
        transaction.set_rollback(True)

    assert report.changes == ()
    assert after == before


@st.composite
def editions(draw: st.DrawFn) -> tuple[TrackSource, TrackSource]:
    """A track, and the same lessons and question ids in another order, partly rewritten."""
    old = draw(tracks())
    questions = [one for lesson in old.lessons for one in lesson.questions]
    others = [one for lesson in draw(tracks()).lessons for one in lesson.questions]
    dealt: list[list[QuestionSource]] = [[] for _lesson in old.lessons]
    for question in draw(st.permutations(questions)):
        other = draw(st.sampled_from([question, *others]))
        draw(st.sampled_from(dealt)).append(replace(other, id=question.id))
    lessons = zip(draw(st.permutations(old.lessons)), dealt, strict=True)
    new = (replace(lesson, questions=tuple(asked)) for lesson, asked in lessons)
    return old, replace(old, lessons=tuple(new))


@given(both=editions())
@examples(max_examples=12, deadline=None)
def test_an_import_makes_any_edition_of_a_track_into_any_other(both):
    old, new = both
    with transaction.atomic():
        import_track(old)
        before = set(Question.objects.values_list("handle", "pk"))
        import_track(new)
        after = set(Question.objects.values_list("handle", "pk"))
        stored = export_track(Track.objects.get())
        transaction.set_rollback(True)

    assert write_track(stored) == write_track(new)
    assert after == before


def store_with_crlf() -> None:
    """As in rows that are older than the forms that make LF of it."""
    texts: list[tuple[type[Model], list[str]]] = [
        (Track, ["description"]),
        (Lesson, ["markdown"]),
        (Question, ["prompt", "explanation", "other_feedback"]),
        (Choice, ["feedback"]),
    ]
    for model, names in texts:
        sent = {name: Replace(name, Value("\n"), Value("\r\n")) for name in names}
        model._default_manager.update(**sent)


@given(track=tracks(), seeds=st.sets(st.integers(1, 9), max_size=3))
@examples(max_examples=10, deadline=None)
def test_any_track_with_pictures_downloads_and_uploads_as_no_change(track, seeds):
    pictures = [take_picture(f"step-{seed}.png", png(seed=seed)) for seed in seeds]
    with transaction.atomic():
        import_track(replace(track, pictures=tuple(pictures)))
        store_with_crlf()
        first = export_track_zip(Track.objects.get())
        report = import_track(read_track_zip(first, "any.zip"), Terms(compares=True))
        again = export_track_zip(Track.objects.get())
        transaction.set_rollback(True)

    assert report.changes == ()
    assert report.before == report.after
    assert again == first


def through_zips(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    """What the zip of the track holds after import, zip, import and zip again."""
    run("import_track", folder)
    slug = Track.objects.get().slug
    zips = [tmp_path / f"{number}.zip" for number in range(3)]
    run("export_track", slug, zips[0])
    run("import_track", zips[0])
    run("export_track", slug, zips[1])
    Track.objects.all().delete()
    run("import_track", zips[1])
    run("export_track", slug, zips[2])
    archives = [each.read_bytes() for each in zips]
    assert len(set(archives)) == 1
    return unzip(archives[0], "any.zip").files


@pytest.mark.parametrize("folder", CONTENT, ids=lambda folder: folder.name)
def test_our_own_tracks_go_through_zips_as_the_files_they_are(folder, tmp_path):
    assert through_zips(folder, tmp_path) == bytes_in(folder)


def test_the_real_track_goes_through_zips_as_the_same_bytes(tmp_path):
    assert len(through_zips(real_folder(), tmp_path)) == 25


@given(tracks())
@examples(max_examples=10, deadline=None)
def test_any_track_comes_back_out_of_a_zip_under_any_address(track: TrackSource):
    files = {name: text.encode() for name, text in write_track(track).items()}

    read = read_track_zip(write_track_zip(files, track.slug), "other.zip")
    moved = read_track_zip(write_track_zip(files, "elsewhere"), "other.zip")

    assert read == track
    assert moved == replace(track, slug="elsewhere")
