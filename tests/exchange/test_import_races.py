"""Imports at the same moment as publishing, as each other, and as their own double click."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from courses.models import Lesson, Track
from courses.publishing import place_last, publish_lessons, publish_track
from exchange.models import TrackUpload
from exchange.report import ImportReport
from exchange.saving import TrackChangedError, import_track_folder
from exchange.uploads import (
    UploadGoneError,
    apply_upload,
    keep_upload,
    look_at,
    open_upload,
)
from quizzes.models import Choice, Question
from quizzes.revising import replace_question
from tests.exchange.folders import FILES, LOAM, PEAT, TRACK, write_folder
from tests.exchange.test_import_answered import answer, in_a_thread
from tests.exchange.zips import zip_of
from tests.factories import make_instructor, make_lesson
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

CHANGED = {"loam": LOAM.replace("a mixture", "a mix"), "peat": PEAT.replace("55", "54")}
ROUNDS = 5


@pytest.fixture
def earth(tmp_path: Path) -> Path:
    """The folder, imported as a draft, then changed in all its lessons."""
    import_track_folder(write_folder(tmp_path))
    return write_folder(tmp_path, FILES, **CHANGED)


def publish() -> None:
    publish_track(Track.objects.get(slug="earth"))
    publish_lessons(list(Lesson.objects.values_list("pk", flat=True)))


def as_if_nothing_happened(folder: Path) -> None:
    """A draft again, with the texts of the first day."""
    import_track_folder(write_folder(folder.parent))
    Track.objects.update(published_at=None)
    Lesson.objects.update(published_at=None)
    write_folder(folder.parent, FILES, **CHANGED)


class TestPublishingWhileImporting:
    def test_loses_neither(self, earth):
        for _ in range(ROUNDS):
            results = at_once([lambda: import_track_folder(earth), publish])

            assert not [each for each in results if isinstance(each, Exception)]
            assert "a mix;" in Lesson.objects.get(slug="loam").markdown
            assert Lesson.objects.published().count() == 2
            as_if_nothing_happened(earth)

    def test_loses_none_when_the_import_publishes_as_well(self, earth):
        Lesson.objects.filter(slug="loam").update(published_at=timezone.now())
        since = Lesson.objects.get(slug="loam").published_at

        at_once([lambda: import_track_folder(earth, publish=True), publish])

        assert Lesson.objects.published().count() == 2
        assert Lesson.objects.get(slug="loam").published_at == since

    def test_a_publication_that_is_not_over_is_waited_for(self, earth):
        """The import publishes, too, and leaves what was just opened as it is."""
        with transaction.atomic():
            publish()
            since = dict(Lesson.objects.values_list("slug", "published_at"))
            thread, results = in_a_thread(
                lambda: import_track_folder(earth, publish=True)
            )
            wait_until_somebody_waits()
        thread.join()

        assert isinstance(results[0], ImportReport), results
        assert dict(Lesson.objects.values_list("slug", "published_at")) == since
        assert "a mix;" in Lesson.objects.get(slug="loam").markdown

    def test_one_that_comes_while_it_imports_is_kept_with_the_new_text(self, earth):
        track = Track.objects.get(slug="earth")  # as a page has read it
        write_folder(earth.parent, FILES, **CHANGED, track=TRACK.replace("Two", "2"))
        with transaction.atomic():
            import_track_folder(earth)
            thread, results = in_a_thread(
                lambda: publish_track(track, track.lessons.values_list("pk", flat=True))
            )
            wait_until_somebody_waits()
        thread.join()

        assert results == [2]
        track.refresh_from_db()
        assert track.is_published
        assert "2 lessons" in track.description
        assert "a mix;" in Lesson.objects.get(slug="loam").markdown
        assert Lesson.objects.published().count() == 2

    def test_the_naive_way_loses_the_publication(self, earth):
        """The control: who reads rows without a lock and writes them whole undoes it."""
        barrier = Barrier(2)

        def naively() -> None:
            lesson = Lesson.objects.get(slug="loam")
            lesson.markdown = CHANGED["loam"]
            barrier.wait(timeout=45)
            barrier.wait(timeout=45)
            lesson.save()

        def publish_between() -> None:
            barrier.wait(timeout=45)
            publish()
            barrier.wait(timeout=45)

        at_once([naively, publish_between])

        assert Lesson.objects.get(slug="loam").published_at is None


class TestTwoImportsOfOneTrack:
    def test_end_as_one_after_the_other(self, earth):
        for _ in range(ROUNDS):
            results = at_once([lambda: import_track_folder(earth)] * 4)

            assert all(isinstance(each, ImportReport) for each in results)
            assert sum(bool(each.changes) for each in results) == 1
            assert Question.objects.count() == 4
            positions = Lesson.objects.order_by("position").values_list("position")
            assert list(positions) == [(1,), (2,)]
            as_if_nothing_happened(earth)

    def test_of_a_new_one_make_one(self, tmp_path):
        folder = write_folder(tmp_path)

        results = at_once([lambda: import_track_folder(folder)] * 4)

        assert sum(bool(each.changes) for each in results) == 1
        assert Track.objects.count() == 1
        assert Lesson.objects.count() == 2

    def test_by_two_people_is_one_persons_and_refused_to_the_other(self):
        archive = zip_of(folder="moon/")
        yeses = [yes(make_instructor(name), archive) for name in ["Uma", "Vera"]]

        results = at_once(yeses)

        assert sorted(type(each).__name__ for each in results) == [
            "ImportReport",
            "TrackFolderError",
        ]
        assert Track.objects.get().instructors.count() == 1
        assert Lesson.objects.count() == 2


def yes(person: User, archive: bytes) -> Callable[[], Any]:
    """This person looked at the zip, and is about to apply it."""
    upload = keep_upload(person, "moon.zip", archive)
    agreed = look_at(upload, person).fingerprint
    source = open_upload(person, upload.pk)
    return lambda: apply_upload(person, upload.pk, source, agreed, [])


class TestADoubleClickOnApply:
    def test_stores_once(self):
        uma = make_instructor("Uma")
        clicks = [yes(uma, zip_of(FILES, folder="moon/"))] * 5

        results = at_once(clicks)

        assert sum(isinstance(each, ImportReport) for each in results) == 1
        assert sum(isinstance(each, UploadGoneError) for each in results) == 4
        assert Lesson.objects.count() == 2
        assert not TrackUpload.objects.exists()

    def test_without_the_lock_is_let_through_twice(self):
        """The control: two that both look before either drops the upload."""
        uma = make_instructor("Uma")
        yes(uma, zip_of(FILES, folder="moon/"))
        barrier = Barrier(2)

        def naively() -> bool:
            with transaction.atomic():
                is_there = TrackUpload.objects.waiting_for(uma).exists()
                barrier.wait(timeout=45)
                TrackUpload.objects.waiting_for(uma).delete()
            return is_there

        assert at_once([naively, naively]) == [True, True]


def test_an_edit_between_the_look_and_the_yes_is_never_overwritten_unseen():
    """The lesson is saved at the same moment: it is either kept, or was saved after."""
    uma = make_instructor("Uma")
    for number in range(ROUNDS):
        folder = f"moon-{number}/"
        yes(uma, zip_of(folder=folder))()
        changed = FILES | {"01-loam.md": CHANGED["loam"]}
        click = yes(uma, zip_of(changed, folder=folder))
        loam = Lesson.objects.get(slug="loam", track__slug=f"moon-{number}")

        def edit(pk: int = loam.pk) -> None:
            Lesson.objects.filter(pk=pk).update(summary="Mended by somebody.")

        at_once([click, edit])

        loam.refresh_from_db(fields=["summary"])
        assert loam.summary == "Mended by somebody."


@pytest.mark.parametrize(
    ("model", "text", "name", "changed"),
    [
        (Lesson, "markdown", "01-loam.md", CHANGED["loam"]),
        (Track, "description", "track.md", TRACK.replace("Two", "2")),
    ],
)
def test_an_edit_that_is_not_over_is_waited_for_and_refuses_the_yes(
    model, text, name, changed
):
    uma = make_instructor("Uma")
    yes(uma, zip_of(folder="moon/"))()
    click = yes(uma, zip_of(FILES | {name: changed}, folder="moon/"))
    row = model.objects.order_by("pk")[0]
    with transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{text: "Uma's words."})
        thread, results = in_a_thread(click)
        wait_until_somebody_waits()
    thread.join()

    assert isinstance(results[0], TrackChangedError), results
    row.refresh_from_db()
    assert getattr(row, text) == "Uma's words."


def test_a_lesson_that_is_being_added_is_waited_for_and_stands_beside_the_new_one(
    earth,
):
    track = Track.objects.get(slug="earth")
    (earth / "03-clay.md").write_text(PEAT.replace("carbon}", "c}").split("##")[0])
    with transaction.atomic():
        added = make_lesson(track, "sand", position=9)
        place_last(added)
        added.save()
        thread, results = in_a_thread(lambda: import_track_folder(earth))
        wait_until_somebody_waits()
    thread.join()

    assert isinstance(results[0], ImportReport), results
    slugs = Lesson.objects.order_by("position").values_list("slug", "position")
    assert list(slugs) == [("loam", 1), ("peat", 2), ("clay", 3), ("sand", 4)]


class TestRevisingWhileImporting:
    def test_ends_with_what_the_folder_says_of_the_new_version(self, earth):
        """The import waits for the revision, and goes on from there."""
        answer("finest")
        with transaction.atomic():
            _revise("finest", "Which grain is smallest?")
            thread, results = in_a_thread(lambda: import_track_folder(earth))
            wait_until_somebody_waits()
        thread.join()

        (report,) = results
        assert isinstance(report, ImportReport), report
        first, second = Question.objects.filter(handle="finest").order_by("pk")
        assert (first.position, second.position) == (None, 1)
        assert second.replaces_id == first.pk
        assert second.prompt == "Which grain is finest?"  # nobody answered it: changed
        assert not report.warnings

    def test_revises_once_more_when_the_new_version_was_answered(self, earth):
        answer("finest")
        write_folder(earth.parent, loam=LOAM.replace("is finest?", "is the finest?"))
        with transaction.atomic():
            _revise("finest", "Which grain is smallest?")
            answer("finest")
            thread, results = in_a_thread(lambda: import_track_folder(earth))
            wait_until_somebody_waits()
        thread.join()

        (report,) = results
        assert "1 question revised" in str(report)
        prompts = Question.objects.filter(handle="finest").order_by("pk")
        assert [each.prompt for each in prompts] == [
            "Which grain is finest?",
            "Which grain is smallest?",
            "Which grain is the finest?",
        ]


def _revise(handle: str, prompt: str) -> None:
    old = Question.objects.current().get(handle=handle)
    choices = [Choice(text="Clay", is_right=True), Choice(text="Sand")]
    replace_question(old, Question(prompt=prompt, kind=old.kind), choices)


def test_a_lock_that_is_not_had_in_time_ends_in_a_plain_sentence(earth):
    def impatiently() -> ImportReport:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        return import_track_folder(earth)

    with transaction.atomic():
        Question.objects.select_for_update().get(handle="finest")
        thread, results = in_a_thread(impatiently)
        thread.join()

    assert str(results[0]) == (
        "track.md: The track was edited at the same moment. Import it once more."
    )
    assert "a mixture" in Lesson.objects.get(slug="loam").markdown
