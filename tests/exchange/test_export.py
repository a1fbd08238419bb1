"""Exporting a track: which rows are written, and where to."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.utils import timezone

from courses.models import Lesson, Track
from exchange.saving import import_track_folder
from exchange.stored import export_track
from quizzes.grading import Reply
from quizzes.models import Question, Respondent
from quizzes.services import key_of, record_answer, retire_question
from tests.exchange.folders import FILES, LOAM, PEAT, TRACK, run, write_folder
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db


@pytest.fixture
def earth(tmp_path: Path) -> Track:
    import_track_folder(write_folder(tmp_path))
    return Track.objects.get(slug="earth")


def files_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_export_writes_the_very_files_that_were_imported(earth, tmp_path):
    out, _err = run("export_track", "earth", tmp_path / "new" / "earth")

    assert files_in(tmp_path / "new" / "earth") == FILES
    assert out == f"Earth is exported to {tmp_path / 'new' / 'earth'}.\n"


def test_another_name_of_the_folder_puts_the_slug_into_the_file(earth, tmp_path):
    run("export_track", "earth", tmp_path / "copy")

    assert "slug: earth\n" in files_in(tmp_path / "copy")["track.md"]


def test_drafts_are_exported_and_retired_questions_are_not(earth):
    Lesson.objects.filter(slug="loam").update(published_at=timezone.now())
    retire_question(Question.objects.get(handle="water"))

    loam, peat = export_track(earth).lessons

    assert [question.id for question in loam.questions] == ["finest", "german"]
    assert peat.slug == "peat"


def test_publishing_and_answers_leave_no_trace_in_the_files(earth, tmp_path):
    run("export_track", "earth", tmp_path / "before" / "earth")
    now = timezone.now()
    Track.objects.update(published_at=now)
    Lesson.objects.update(published_at=now, revised_at=now)
    question = Question.objects.select_related("lesson").get(handle="finest")
    key = key_of(question, list(question.choices.all()))
    reply, respondent = Reply(picked=key.right), Respondent.objects.create()
    record_answer(question, key, reply, respondent.pk, uuid4())

    run("export_track", "earth", tmp_path / "after" / "earth")

    after = files_in(tmp_path / "after" / "earth")
    assert after == files_in(tmp_path / "before" / "earth")


def test_lessons_and_questions_are_written_in_their_order(earth):
    loam, peat = earth.lessons.order_by("position")
    loam.position, peat.position = 2, 1
    Lesson.objects.bulk_update([loam, peat], ["position"])

    assert [lesson.slug for lesson in export_track(earth).lessons] == ["peat", "loam"]


def test_the_export_takes_three_statements(earth, django_assert_num_queries):
    with django_assert_num_queries(3):
        export_track(earth)


def test_the_tracks_own_folder_is_written_over(earth, tmp_path):
    folder = tmp_path / "earth"
    Track.objects.update(title="Soil")

    run("export_track", "earth", folder)

    assert files_in(folder) == FILES | {"track.md": TRACK.replace("Earth", "Soil")}


def test_a_folder_that_holds_something_else_is_refused(earth, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(CommandError, match=r"notes|no such file"):
        run("export_track", "earth", other)

    assert files_in(other) == {"notes.txt": "mine"}


def test_a_folder_that_holds_another_track_is_refused(earth, tmp_path):
    make_lesson(make_track("stars"), "sun")

    with pytest.raises(CommandError, match="holds another track"):
        run("export_track", "stars", tmp_path / "earth")

    assert files_in(tmp_path / "earth") == FILES


def test_work_in_progress_in_the_tracks_own_folder_is_not_lost(earth, tmp_path):
    write_folder(tmp_path, peat=PEAT.replace("{#carbon .number}", ""))

    with pytest.raises(CommandError, match=r"02-peat\.md:10: This question has no id"):
        run("export_track", "earth", tmp_path / "earth")

    assert "{#carbon" not in files_in(tmp_path / "earth")["02-peat.md"]


def test_a_file_is_refused_as_a_folder(earth, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(CommandError, match="This is not a folder"):
        run("export_track", "earth", tmp_path / "file")


def test_hidden_files_do_not_count(earth, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ".gitignore").write_text("", encoding="utf-8")

    run("export_track", "earth", tmp_path / "new")

    assert (tmp_path / "new" / "01-loam.md").read_text(encoding="utf-8") == LOAM


def test_an_unknown_track_is_named(tmp_path, db):
    with pytest.raises(CommandError, match="There is no track “moon”"):
        run("export_track", "moon", tmp_path / "moon")


def test_what_no_folder_can_say_is_refused_and_nothing_is_written(earth, tmp_path):
    make_question(Lesson.objects.get(slug="peat"), "Two?", right=("Same", "Same"))

    with pytest.raises(CommandError, match=r"02-peat\.md:"):
        run("export_track", "earth", tmp_path / "new")

    assert not (tmp_path / "new").exists()
