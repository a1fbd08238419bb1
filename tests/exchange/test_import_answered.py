"""What an import may still change once a question has answers, and what it may not."""

from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from courses.models import Lesson, Track
from exchange.saving import import_track_folder
from exchange.track_source import TrackFolderError
from quizzes.grading import Reply
from quizzes.models import Answer, Question, Respondent
from quizzes.services import QuestionChangedError, key_of, record_answer
from tests.exchange.folders import (
    FILES,
    LOAM,
    PEAT,
    TRACK,
    places_of_rows,
    run,
    write_folder,
)
from tests.factories import make_lesson

REFUSAL = (
    "This question has answers and cannot change. "
    "Retire it in the admin and give the new one another id."
)


def answer(handle: str, written: str = "") -> None:
    """Somebody answers: what is right, or these words."""
    question = Question.objects.select_related("lesson").get(handle=handle)
    key = key_of(question, list(question.choices.order_by("position")))
    reply = Reply(
        picked=key.right if question.has_choices else frozenset(), written=written
    )
    respondent = Respondent.objects.create()
    record_answer(question, key, reply, respondent.pk, uuid4())


@pytest.fixture
def earth(tmp_path: Path, db) -> Path:
    """The folder, imported; somebody answered `finest`, `german` and `carbon`."""
    folder = write_folder(tmp_path)
    import_track_folder(folder, publish=True)
    answer("finest")
    answer("german", "lehm")
    answer("carbon", "57")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("grain is finest?", "grain is the finest?", "01-loam.md:12"),
        ("{#finest}", "{#finest .multiple}", "01-loam.md:12"),
        ("- [ ] Silt\n\nClay", "- [ ] Gravel\n\nClay", "01-loam.md:12"),
        ("- [ ] Silt\n\nClay", "- [ ] Silt\n- [ ] Gravel\n\nClay", "01-loam.md:12"),
        ("- [ ] Silt\n\nClay", "\nClay", "01-loam.md:12"),
        ("- [ ] Sand", "- [ ] sand", "01-loam.md:12"),
        (
            "- [x] Clay\n  > Below 2 µm.\n- [ ] Sand",
            "- [ ] Clay\n- [x] Sand",
            "01-loam.md:12",
        ),
        ("- [=] Lehm", "- [=] Lehm\n- [=] Lehmboden", "01-loam.md:27"),
        ("55 ± 5", "55 ± 6", "02-peat.md:10"),
        ("55 ± 5", "55", "02-peat.md:10"),
        ("55 ± 5", "56 ± 5", "02-peat.md:10"),
    ],
)
def test_what_answers_were_judged_by_cannot_change(earth, tmp_path, old, new, place):
    before = places_of_rows()
    assert old in LOAM + PEAT
    write_folder(tmp_path, loam=LOAM.replace(old, new), peat=PEAT.replace(old, new))

    with pytest.raises(TrackFolderError) as refusal:
        import_track_folder(earth)

    assert str(refusal.value) == f"{place}: {REFUSAL}"
    assert places_of_rows() == before


def test_all_such_changes_are_named_at_once_and_nothing_is_stored(earth, tmp_path):
    before = places_of_rows()
    write_folder(
        tmp_path,
        loam=LOAM.replace("is finest?", "is?").replace("a mixture", "a mix"),
        peat=PEAT.replace("55", "54").replace("Peat burns", "It burns"),
    )

    with pytest.raises(TrackFolderError) as refusal:
        import_track_folder(earth)

    assert str(refusal.value).splitlines() == [
        f"01-loam.md:12: {REFUSAL}",
        f"02-peat.md:10: {REFUSAL}",
    ]
    assert places_of_rows() == before


def test_such_a_change_is_named_beside_the_mistakes_of_the_folder(earth, tmp_path):
    write_folder(
        tmp_path,
        loam=LOAM.replace("is finest?", "is?").replace("a mixture", "mix" * 40_000),
        peat=PEAT.replace("Half-rotten moss.", "m" * 501).replace("55", "54"),
        track=TRACK.replace("title:", "titel:"),
    )

    with pytest.raises(CommandError) as refusal:
        run("import_track", earth)

    heading, *lines = str(refusal.value).splitlines()
    assert heading == "Nothing was imported. Correct these 6, and import again:"
    assert [line.partition(": ")[0] for line in lines] == [
        "01-loam.md:6",
        "01-loam.md:12",
        "02-peat.md:3",
        "02-peat.md:10",
        "track.md:1",
        "track.md:2",
    ]
    assert lines[1] == f"01-loam.md:12: {REFUSAL}"
    assert lines[3] == f"02-peat.md:10: {REFUSAL}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- [ ] Sand", "- Sand"),  # read without it, so that it seems to be gone
        ("{#water}", "{#finest}"),
        ('title: "Loam"', 'title: "Loam"\nslug: x'),
    ],
)
def test_what_only_a_mistake_makes_look_changed_is_not_named(earth, tmp_path, old, new):
    write_folder(tmp_path, loam=LOAM.replace(old, new))

    with pytest.raises(TrackFolderError) as refusal:
        import_track_folder(earth)

    assert len(refusal.value.problems) == 1
    assert REFUSAL not in str(refusal.value)


@pytest.mark.parametrize("slug", [r'"a\u0000b"', r'"a\ud800b"', "Ä"])
def test_a_slug_that_no_track_can_have_is_looked_up_nowhere(earth, tmp_path, slug):
    write_folder(tmp_path, track=TRACK.replace("---\n\n", f"slug: {slug}\n---\n\n"))

    with pytest.raises(TrackFolderError, match=r"^track\.md:4: "):
        import_track_folder(earth)


def test_an_unanswered_question_beside_them_may_change(earth, tmp_path):
    write_folder(tmp_path, loam=LOAM.replace("hold water", "hold any water"))

    report = import_track_folder(earth)

    assert [str(c) for c in report.changes] == [
        "01-loam.md:21: question changed “water” (question)"
    ]


def test_explanation_feedback_and_the_order_of_choices_stay_free(earth, tmp_path):
    before = Question.objects.get(handle="finest")
    changed = LOAM.replace("Below 2 µm.", "Far below.").replace(
        "Clay is", "Yes: clay is"
    )
    changed = changed.replace("- [ ] Sand\n- [ ] Silt\n", "- [ ] Silt\n- [ ] Sand\n")
    changed = changed.replace("It sounds alike.", "Listen.")
    write_folder(tmp_path, loam=changed)

    import_track_folder(earth)

    after = Question.objects.get(handle="finest")
    assert after.revision == before.revision
    assert after.explanation_html == "<p>Yes: clay is finest.</p>\n"
    choices = after.choices.order_by("position").values_list("text", "feedback_html")
    assert list(choices) == [
        ("Clay", "<p>Far below.</p>\n"),
        ("Silt", ""),
        ("Sand", ""),
    ]
    assert Question.objects.get(handle="german").other_feedback == "Listen."


def test_an_answered_question_may_move_and_keeps_its_answers(earth, tmp_path):
    carbon = PEAT[PEAT.index("### How many") :]
    changed = LOAM.replace("### Which grain", f"{carbon}\n### Which grain")
    write_folder(tmp_path, loam=changed, peat=PEAT[: PEAT.index("## Check")])

    import_track_folder(earth)

    moved = Question.objects.select_related("lesson").get(handle="carbon")
    assert (moved.lesson.slug, moved.position) == ("loam", 1)
    assert moved.answers.count() == 1


def test_spacing_that_a_form_stored_is_no_change_of_the_question(earth):
    Question.objects.filter(handle="water").update(
        prompt="Which of them hold water?\r\n"
    )
    answer("water")

    out, _err = run("import_track", earth)

    assert "nothing changed" in out


def _in_a_thread(work) -> tuple[Thread, list[object]]:
    """Run this on a connection of its own; what came of it, or its error, is appended."""
    results: list[object] = []

    def run_it() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = Thread(target=run_it)
    thread.start()
    return thread, results


def _wait_until_somebody_waits() -> None:
    """Until a transaction of this database waits for a lock of another."""
    until = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            sleep(0.01)
    pytest.fail("nobody waited")


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_an_answer_and_is_then_refused(tmp_path):
    folder = write_folder(tmp_path)
    import_track_folder(folder, publish=True)
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is the finest?"))

    with transaction.atomic():
        answer("finest")
        thread, results = _in_a_thread(lambda: import_track_folder(folder))
        _wait_until_somebody_waits()
    thread.join()

    (refusal,) = results
    assert str(refusal) == f"01-loam.md:12: {REFUSAL}"
    question = Question.objects.get(handle="finest")
    assert question.prompt == "Which grain is finest?"
    assert question.answers.get().question_revision == question.revision


@pytest.mark.django_db(transaction=True)
def test_an_answer_waits_for_an_import_and_is_then_refused(tmp_path):
    folder = write_folder(tmp_path)
    import_track_folder(folder, publish=True)
    question = Question.objects.select_related("lesson").get(handle="finest")
    key = key_of(question, list(question.choices.order_by("position")))
    respondent = Respondent.objects.create()
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is the finest?"))

    def send() -> None:
        record_answer(question, key, Reply(picked=key.right), respondent.pk, uuid4())

    with transaction.atomic():
        import_track_folder(folder)
        thread, results = _in_a_thread(send)
        _wait_until_somebody_waits()
    thread.join()

    assert [type(result) for result in results] == [QuestionChangedError]
    assert not Answer.objects.exists()
    assert Question.objects.get(handle="finest").prompt == "Which grain is the finest?"


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_an_import_that_leaves_its_question_alone_are_both_stored(
    tmp_path,
):
    folder = write_folder(tmp_path)
    import_track_folder(folder, publish=True)
    write_folder(tmp_path, loam=LOAM.replace("a mixture", "a mix"))

    with transaction.atomic():
        answer("finest")
        thread, results = _in_a_thread(lambda: import_track_folder(folder))
        _wait_until_somebody_waits()
    thread.join()

    assert not isinstance(results[0], Exception)
    assert "a mix;" in Lesson.objects.get(slug="loam").markdown
    assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_new_track_at_once_give_one_track(tmp_path):
    folder = write_folder(tmp_path)

    with transaction.atomic():
        import_track_folder(folder)
        thread, results = _in_a_thread(lambda: import_track_folder(folder))
        _wait_until_somebody_waits()
    thread.join()

    assert "nothing changed" in str(results[0])
    assert Lesson.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_lesson_added_at_the_same_moment_ends_in_a_plain_sentence(tmp_path):
    import_track_folder(write_folder(tmp_path))
    folder = write_folder(
        tmp_path, FILES | {"03-sand.md": PEAT.replace("carbon", "quartz")}
    )

    with transaction.atomic():
        make_lesson(Track.objects.get(), "silt")
        thread, results = _in_a_thread(lambda: import_track_folder(folder))
        _wait_until_somebody_waits()
    thread.join()

    assert str(results[0]) == (
        "track.md: The track was edited at the same moment. Import it once more."
    )
    slugs = Lesson.objects.order_by("position").values_list("slug", flat=True)
    assert list(slugs) == ["loam", "peat", "silt"]
