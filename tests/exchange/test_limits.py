"""What a track folder cannot say for its size never comes to be, whichever way it is made."""

from typing import Any

import pytest
from django.test import Client

from courses.models import Lesson, Track
from courses.publishing import delete_lesson
from exchange.keeping import keep_found
from exchange.models import Version
from exchange.saving import Terms, import_track, import_track_folder
from exchange.stored import export_track_zip
from exchange.track_folder import parse_track
from exchange.track_source import TrackFolderError, TrackSource
from quizzes.models import Question
from tests.admin_forms import admin_client, fields_of
from tests.exchange.folders import FILES, LOAM, write_folder
from tests.exchange.test_uploads import agree, look, messages_of, said
from tests.exchange.zips import zip_of
from tests.factories import make_instructor

pytestmark = pytest.mark.django_db

FULL_TRACK = "A track has at most 500 lessons. Split it in two."
FULL_LESSON = "A lesson has at most 200 questions. Move some to another."
STAYING = (
    "01-loam.md: With the questions that are not in this folder the lesson has more"
)


def questions(start: str, count: int) -> str:
    """A file with so many questions."""
    blocks = [f"### Which? {{#{start}-{n} .number}}\n\n- [=] {n}" for n in range(count)]
    return "\n\n".join([LOAM[: LOAM.index("### Which grain")].rstrip(), *blocks]) + "\n"


def lessons(start: str, count: int) -> TrackSource:
    plain = '---\ntitle: "One"\nsummary: "One of many."\n---\n'
    files = {f"{n:03}-{start}-{n}.md": plain for n in range(3, count + 3)}
    texts = FILES | files
    return parse_track({name: text.encode() for name, text in texts.items()}, "earth")


@pytest.fixture
def full(db) -> Track:
    """It has 500 lessons."""
    import_track(lessons("first", 498))
    return Track.objects.get()


@pytest.fixture
def desk(full) -> Client:
    return admin_client(make_instructor("Uma", full))


class TestATrackOf500Lessons:
    def test_takes_no_other_in_the_admin(self, desk, full):
        url = "/admin/courses/lesson/add/"
        typed = {"title": "One more", "slug": "one-more", "summary": "One."}

        page = desk.post(url, fields_of(desk, url) | typed | {"track": str(full.pk)})

        assert FULL_TRACK in said(page)
        assert full.lessons.count() == 500
        assert export_track_zip(full)

    def test_takes_no_copy(self, desk, full):
        first = full.lessons.get(slug="loam")

        page = desk.post(f"/admin/courses/lesson/{first.pk}/duplicate/", follow=True)

        assert messages_of(page) == [FULL_TRACK]
        assert full.lessons.count() == 500

    def test_takes_none_by_an_import_that_keeps_what_is_missing(self, full):
        with pytest.raises(TrackFolderError, match="has more than 500"):
            import_track(lessons("second", 1))

        assert full.lessons.count() == 500

    def test_takes_no_deleted_one_back(self, desk, full):
        keep_found(full.pk)
        delete_lesson(full.lessons.get(slug="peat"))
        other = Lesson(track=full, slug="other", title="Other", summary="One.")
        other.position = 500
        other.save()
        kept = Version.objects.get(slug="peat")

        page = desk.get(f"/admin/courses/track/{full.pk}/history/{kept.pk}/restore/")

        assert "has more than 500" in said(page)


class TestALessonOf200Questions:
    @pytest.fixture
    def loam(self, tmp_path, db) -> Lesson:
        import_track_folder(write_folder(tmp_path, loam=questions("first", 200)))
        return Lesson.objects.select_related("track").get(slug="loam")

    @pytest.fixture
    def desk(self, loam) -> Client:
        return admin_client(make_instructor("Uma", loam.track))

    def test_takes_no_copy_of_one(self, desk, loam):
        one = loam.questions.get(position=1)
        url = f"/admin/courses/lesson/questions/{one.pk}/duplicate/"

        page = desk.post(url, follow=True)

        assert messages_of(page) == [FULL_LESSON]
        assert Question.objects.current().filter(lesson=loam).count() == 200

    def test_takes_none_by_an_import_that_keeps_what_is_missing(self, tmp_path, loam):
        other = write_folder(tmp_path, loam=questions("second", 1))

        assert STAYING in str(import_track_folder(other, dry_run=True).warnings[0])
        with pytest.raises(TrackFolderError, match="Retire some"):
            import_track_folder(other)
        assert Question.objects.current().filter(lesson=loam).count() == 200
        import_track_folder(other, retires=lambda name: name == "loam#first-0")
        assert Question.objects.current().filter(lesson=loam).count() == 200

    def test_may_have_some_ticked_that_are_missing(self, desk, loam):
        files: Any = FILES | {"01-loam.md": questions("second", 1)}
        page = look(desk, zip_of(files))
        assert STAYING in said(page)

        refused = agree(desk, page)
        assert refused.status_code == 409
        assert STAYING in said(refused)
        assert agree(desk, page, "loam#first-7").status_code == 302
        assert export_track_zip(loam.track)


def test_the_terms_of_a_plain_import_are_those_of_the_folder(full):
    """What is full already may be imported again."""
    report = import_track(lessons("first", 498), Terms(compares=True))

    assert report.changes == ()
