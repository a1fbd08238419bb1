"""What a folder lacks stays, is listed, and is retired only when somebody says so."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Lesson
from exchange.saving import import_track_folder
from quizzes.models import Question
from tests.exchange.folders import (
    LOAM,
    PEAT,
    TRACK,
    places_of_rows,
    run,
    write_folder,
)

pytestmark = pytest.mark.django_db

START, END = LOAM.index("### Which grain"), LOAM.index("### Which of them")
SHORTER = LOAM[:START] + LOAM[END:]  # without `finest`


@pytest.fixture
def earth(tmp_path: Path) -> Path:
    """Imported and published; then its folder lost `finest` and the lesson `peat`."""
    import_track_folder(write_folder(tmp_path), publish=True)
    return write_folder(tmp_path, {"track.md": TRACK, "01-loam.md": SHORTER})


def test_it_is_listed_and_stays(earth):
    report = import_track_folder(earth)

    assert [one.name for one in report.missing] == ["peat", "loam#finest"]
    assert Question.objects.current().count() == 4
    assert Lesson.objects.published().count() == 2


def test_only_what_was_ticked_is_retired(earth):
    report = import_track_folder(earth, retires={"loam#finest"}.__contains__)

    assert [one.name for one in report.missing] == ["peat"]
    assert ("retired", "finest") in [(c.what, c.name) for c in report.changes]
    retired = Question.objects.get(handle="finest")
    assert retired.position is None
    assert retired.retired_at is not None
    current = Question.objects.current().filter(lesson__slug="loam")
    assert list(current.order_by("position").values_list("position", "handle")) == [
        (1, "water"),
        (2, "german"),
    ]
    assert Lesson.objects.published().count() == 2


def test_a_lesson_that_was_ticked_becomes_a_draft_with_all_its_questions(earth):
    import_track_folder(earth, retires={"peat"}.__contains__)

    peat = Lesson.objects.get(slug="peat")
    assert (peat.published_at, peat.position) == (None, 2)
    assert Question.objects.current().filter(lesson=peat).count() == 1


def test_what_is_not_missing_is_never_retired(earth):
    named = {"loam", "loam#water", "earth", "", "peat#carbon"}

    import_track_folder(earth, retires=named.__contains__)

    assert Question.objects.current().count() == 4
    assert Lesson.objects.published().count() == 2


def test_the_command_retires_all_that_is_missing_when_it_is_told_to(earth):
    out, err = run("import_track", earth, "--retire-missing")

    assert "1 lesson made a draft" in out
    assert "1 question retired" in out
    assert err == ""
    again, err = run("import_track", earth)
    assert "nothing changed" in again
    assert err == (
        "track.md: The track has the lesson “peat”, which has no file here. "
        "It stays a draft.\n"
    )


def test_a_dry_run_says_what_would_be_retired_and_retires_nothing(earth):
    before = places_of_rows()

    out, _err = run("import_track", earth, "--retire-missing", "--dry-run")

    assert "01-loam.md: question retired “finest”\n" in out
    assert "track.md: lesson made a draft “peat”\n" in out
    assert places_of_rows() == before


def test_a_published_lesson_that_is_missing_may_be_made_a_draft(earth):
    _out, err = run("import_track", earth)

    assert err.splitlines()[0] == (
        "track.md: The track has the lesson “peat”, which has no file here. "
        "It stays, unless it is made a draft."
    )


def test_a_retired_lesson_says_that_it_was_revised(earth):
    import_track_folder(earth)
    before = timezone.now()

    import_track_folder(earth, retires={"loam#finest"}.__contains__)

    assert Lesson.objects.get(slug="loam").revised_at > before


def test_many_are_retired_in_as_many_statements_as_one(tmp_path):
    counts = []
    for number in (1, 60):
        asked = "### Which? {{#of-{1}-{0}}}\n\n- [x] This\n- [ ] That\n"
        many = "\n".join(asked.format(n, number) for n in range(number))
        folder = write_folder(tmp_path, peat=f"{PEAT}\n{many}")
        import_track_folder(folder, publish=True)
        write_folder(tmp_path)
        with CaptureQueriesContext(connection) as captured:
            report = import_track_folder(folder, retires=lambda _name: True)
        assert sum(change.what == "retired" for change in report.changes) == number
        counts.append(len(captured))

    assert counts[0] == counts[1]
