"""The storage of pictures: what is said while it fails, and what is pruned from it."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.db import transaction

from courses.models import Lesson, Picture, Track
from courses.picture_pruning import prune_files
from courses.picture_services import add_picture, copy_pictures, picture_row
from courses.picture_store import PictureMissingError, read_kept, store_files
from courses.pictures import TakenPicture, take_picture
from courses.publishing import render_lesson
from tests.admin_forms import admin_client
from tests.drawings import png
from tests.exchange.folders import run
from tests.factories import make_track
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

ADD = "/admin/courses/picture/add/"
WORDS = "The probe, ten centimetres deep"
WEEK = timedelta(days=7)
OUT_OF_REACH = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": "garden-school",
        "endpoint_url": "http://127.0.0.1:9",  # nobody listens there
        "region_name": "eu-central-1",
        "access_key": "key",
        "secret_key": "secret",
    },
}


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def shown(media: Path, lesson: Lesson) -> Picture:
    """A picture that the lesson shows to everybody."""
    picture = add_picture(lesson.track, "probe.png", png())
    lesson.markdown = f"![{WORDS}](probe.png)"
    render_lesson(lesson)
    lesson.save()
    return picture


def break_folder(media: Path) -> None:
    """As a disk that is gone: where the folder was, nothing can be read or written."""
    if media.exists():
        media.rename(media.with_name("elsewhere"))
    media.write_text("no folder")


def mend_folder(media: Path) -> None:
    media.unlink()
    if media.with_name("elsewhere").exists():
        media.with_name("elsewhere").rename(media)


def files_in(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def make_old(media: Path, age: timedelta = WEEK) -> None:
    then = (datetime.now() - age).timestamp()
    for path in media.rglob("*"):
        os.utime(path, (then, then))


# --- while it fails ---


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_an_upload_says_that_it_is_not_stored_and_keeps_the_words(
    iris, soil, media, settings, accept, kind
):
    if kind == "folder":
        break_folder(media)
    else:
        settings.STORAGES = settings.STORAGES | {"default": OUT_OF_REACH}
    form = {
        "track": soil.pk,
        "file": SimpleUploadedFile("probe.png", png()),
        "description": WORDS,
    }

    response = admin_client(iris).post(ADD, form, headers={"accept": accept})

    said = response.content.decode()
    assert response.status_code == 503
    assert "The picture is not stored" in said
    assert accept == "application/json" or f'value="{WORDS}"' in said
    assert not Picture.objects.exists()


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_picture_out_of_reach_is_for_later_and_no_cache_keeps_that(
    shown, media, settings, client, kind
):
    address = shown.shown.address(60)
    storages = settings.STORAGES
    if kind == "folder":
        break_folder(media)
    else:
        settings.STORAGES = storages | {"default": OUT_OF_REACH}

    response = client.get(address)

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response
    if kind == "folder":
        mend_folder(media)
    settings.STORAGES = storages
    assert client.get(address).status_code == 200


def test_an_import_and_an_export_say_it_and_do_nothing(
    shown, soil, iris, media, tmp_path
):
    run("export_track", soil.slug, tmp_path / "soil")
    (tmp_path / "soil" / "more.png").write_bytes(png(seed=5))
    break_folder(media)

    with pytest.raises(CommandError, match=r"more\.png: The site cannot reach"):
        run("import_track", tmp_path / "soil")
    with pytest.raises(CommandError, match=r"probe\.png: The site cannot reach"):
        run("export_track", soil.slug, tmp_path / "other")
    response = admin_client(iris).get(f"/admin/courses/track/{soil.pk}/zip/")

    assert response.status_code == 409
    assert "The site cannot reach" in response.content.decode()
    assert not Picture.objects.filter(name="more.png").exists()
    assert not (tmp_path / "other").exists()


# --- what nobody has ---


def test_files_without_a_picture_are_deleted_once_they_are_old(shown, soil, media):
    kept = files_in(media)
    store_files(take_picture("lost.png", png(seed=3)))  # and then the upload failed
    deleted = add_picture(soil, "deleted.png", png(seed=4))
    deleted.delete()
    assert run("prune_pictures")[0].startswith("0 files deleted")

    make_old(media)
    told = run("prune_pictures", "--dry-run")[0]
    assert told.startswith("4 files would be deleted, ")
    assert len(files_in(media)) == len(kept) + 4

    assert run("prune_pictures")[0].startswith("4 files deleted, ")
    assert files_in(media) == kept
    assert run("prune_pictures")[0].startswith("0 files deleted")


def test_a_file_that_two_tracks_share_stays_for_the_other(shown, soil, media):
    copy_pictures(soil, make_track("moss"))
    make_old(media)
    shown.delete()

    assert prune_files().files == 0

    Picture.objects.all().delete()
    assert prune_files().files == 2


def test_half_a_file_goes_though_its_picture_stays(shown, media):
    kept = files_in(media)
    (path,) = media.rglob("*.webp")
    path.with_name(f"{path.name}.new-4711").write_bytes(b"RIFF")
    assert prune_files().files == 0
    make_old(media)

    assert prune_files().files == 1
    assert files_in(media) == kept


def test_what_is_no_picture_s_file_is_left_alone(shown, media):
    (media / "pictures" / "aa").mkdir(exist_ok=True)
    (media / "pictures" / "aa" / "notes.txt").write_text("Mine.")
    (media / "notes.txt").write_text("Mine.")
    make_old(media)

    assert prune_files().files == 0


def test_where_no_picture_was_ever_there_is_nothing_to_prune(media):
    assert run("prune_pictures")[0].startswith("0 files deleted")


def test_pruning_says_that_the_storage_fails(media):
    break_folder(media)

    with pytest.raises(CommandError, match="storage of the pictures fails"):
        run("prune_pictures")


# --- at once ---


@pytest.fixture
def old_files(soil: Track, media: Path) -> TakenPicture:
    """Of a picture that has no row, and that somebody uploads just now."""
    taken = take_picture("probe.png", png(seed=6))
    store_files(taken)
    make_old(media)
    return taken


def test_control_who_writes_a_row_without_another_look_has_no_files(soil, old_files):
    store_files(old_files)  # they are there
    prune_files()
    picture = picture_row(soil, old_files, "a.png")
    picture.save()

    with pytest.raises(PictureMissingError):
        read_kept(picture)


@pytest.mark.django_db(transaction=True)
def test_an_upload_of_what_is_pruned_at_that_moment_has_its_files(
    soil, media, old_files
):
    """The files stand when the upload begins, and are gone before it writes its row."""
    is_held = Event()

    def upload() -> Picture:
        assert is_held.wait(20)
        return add_picture(soil, "a.png", old_files.content)

    def prune() -> int:
        with transaction.atomic():
            Track.objects.select_for_update().get(pk=soil.pk)  # uploads wait for it
            is_held.set()
            wait_until_somebody_waits()
            return prune_files().files

    picture, pruned = at_once([upload, prune])

    assert pruned == 2
    assert read_kept(picture) == old_files.content
    assert len(files_in(media)) == 2


@pytest.mark.django_db(transaction=True)
def test_pruning_waits_for_an_upload_that_has_written_its_row(soil, media, old_files):
    is_written = Event()

    def upload() -> Picture:
        with transaction.atomic():
            picture = add_picture(soil, "a.png", old_files.content)
            is_written.set()
            wait_until_somebody_waits()
        return picture

    def prune() -> int:
        assert is_written.wait(20)
        return prune_files().files

    picture, pruned = at_once([upload, prune])

    assert pruned == 0
    assert read_kept(picture) == old_files.content
