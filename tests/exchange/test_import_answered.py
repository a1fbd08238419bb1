"""What an import does to a question that has answers: it is revised, or stays itself."""

from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

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
from tests.quizzes.mending import by_map
from tests.threads import wait_until_somebody_waits

ONE = "1 person has answered it; that answer stays, and counts as it did"


def answer(handle: str, written: str = "") -> None:
    """Somebody answers: what is right, or these words."""
    question = Question.objects.current().select_related("lesson").get(handle=handle)
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
def test_what_answers_were_judged_by_is_revised(earth, tmp_path, old, new, place):
    assert old in LOAM + PEAT
    answered = Answer.objects.order_by("pk").values_list("question", "credit")
    before = list(answered)
    write_folder(tmp_path, loam=LOAM.replace(old, new), peat=PEAT.replace(old, new))

    report = import_track_folder(earth)

    (change,) = [c for c in report.changes if c.what == "revised"]
    assert str(change).startswith(f"{place}: question revised “{change.name}” (")
    assert str(change).endswith(f": {ONE}")
    now = Question.objects.select_related("replaces").get(
        handle=change.name, position__isnull=False
    )
    old_one = now.replaces
    assert old_one is not None
    assert (old_one.handle, old_one.position) == (change.name, None)
    assert (old_one.lineage, old_one.retired_at) == (now.lineage, None)
    assert old_one.answers.count() == 1
    assert now.answers.count() == 0
    assert list(answered) == before
    assert "nothing changed" in run("import_track", earth)[0]


def test_a_revised_question_says_what_the_folder_says(earth, tmp_path):
    changed = LOAM.replace("is finest?", "is the finest?").replace(
        "- [ ] Sand\n- [ ] Silt\n", "- [ ] Silt\n- [ ] Gravel\n  > Coarse.\n"
    )
    write_folder(tmp_path, loam=changed)

    import_track_folder(earth)

    question = Question.objects.get(prompt="Which grain is the finest?")
    assert question.position == 1
    assert question.prompt_html == "Which grain is the finest?"
    choices = question.choices.order_by("position")
    assert list(choices.values_list("text", "is_right", "feedback")) == [
        ("Clay", True, "Below 2 µm."),
        ("Silt", False, ""),
        ("Gravel", False, "Coarse."),
    ]
    old = question.replaces
    assert old is not None
    assert sorted(old.choices.values_list("text", flat=True)) == [
        "Clay",
        "Sand",
        "Silt",
    ]


def test_a_dry_run_says_who_answered_and_that_the_answers_stay(earth, tmp_path):
    answer("finest")
    before = places_of_rows()
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is the finest?"))

    out, _err = run("import_track", earth, "--dry-run")

    assert out.splitlines() == [
        "01-loam.md:12: question revised “finest” (question): 2 people have answered "
        "it; their answers stay, and count as they did",
        "Earth: 2 lessons and 4 questions would be imported (1 question revised).",
    ]
    assert places_of_rows() == before


def test_a_revised_question_may_move_to_another_lesson(earth, tmp_path):
    carbon = PEAT[PEAT.index("### How many") :].replace("55 ± 5", "55 ± 6")
    write_folder(
        tmp_path,
        loam=LOAM.replace("### Which grain", f"{carbon}\n### Which grain"),
        peat=PEAT[: PEAT.index("## Check")],
    )

    report = import_track_folder(earth)

    moved = Question.objects.select_related("lesson", "replaces").get(
        handle="carbon", position__isnull=False
    )
    assert (moved.lesson.slug, moved.position) == ("loam", 1)
    assert moved.replaces
    assert {c.what for c in report.changes if c.name == "carbon"} == {
        "revised",
        "moved",
    }


def test_a_revised_question_is_revised_once_more_when_it_was_answered_again(
    earth, tmp_path
):
    for words in ["is the finest?", "is the very finest?"]:
        write_folder(tmp_path, loam=LOAM.replace("is finest?", words))
        import_track_folder(earth)
        answer("finest")

    versions = Question.objects.filter(handle="finest").order_by("pk")
    assert [v.position for v in versions] == [None, None, 1]
    assert len({v.lineage for v in versions}) == 1


def test_what_earlier_answers_are_graded_by_is_revised_though_nobody_answered_it(
    earth, tmp_path, ruth
):
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is the finest?"))
    import_track_folder(earth)
    first, second = Question.objects.filter(handle="finest").order_by("pk")
    by_map(first, second, ruth)
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is very fine?"))

    import_track_folder(earth)

    third = Question.objects.current().get(handle="finest")
    assert (third.prompt, third.replaces) == ("Which grain is very fine?", second)


def test_many_revisions_take_as_many_statements_as_one(tmp_path, db):
    counts = []
    for number in (1, 40):
        folder = write_folder(tmp_path, loam=_with_questions(number))
        import_track_folder(folder, publish=True)
        for each in range(number):
            answer(f"many-{each}")
        changed = _with_questions(number).replace("Which", "Which one")
        write_folder(tmp_path, loam=changed)
        with CaptureQueriesContext(connection) as captured:
            report = import_track_folder(folder)
        assert [c.what for c in report.changes] == ["revised"] * number
        counts.append(len(captured))

    assert counts[0] == counts[1]


def _with_questions(number: int) -> str:
    head = LOAM[: LOAM.index("### Which grain")]
    asked = "### Which is it? {{#many-{0}}}\n\n- [x] This\n- [ ] That\n"
    return head + "\n".join(asked.format(each) for each in range(number))


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


def in_a_thread(work) -> tuple[Thread, list[object]]:
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


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_an_answer_and_then_revises_its_question(tmp_path):
    folder = write_folder(tmp_path)
    import_track_folder(folder, publish=True)
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is the finest?"))

    with transaction.atomic():
        answer("finest")
        thread, results = in_a_thread(lambda: import_track_folder(folder))
        wait_until_somebody_waits()
    thread.join()

    (report,) = results
    assert "1 question revised" in str(report)
    old, new = Question.objects.filter(handle="finest").order_by("pk")
    assert old.prompt == "Which grain is finest?"
    assert old.answers.get().question_revision == old.revision
    assert (new.replaces_id, new.prompt) == (old.pk, "Which grain is the finest?")


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
        thread, results = in_a_thread(send)
        wait_until_somebody_waits()
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
        thread, results = in_a_thread(lambda: import_track_folder(folder))
        wait_until_somebody_waits()
    thread.join()

    assert not isinstance(results[0], Exception)
    assert "a mix;" in Lesson.objects.get(slug="loam").markdown
    assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_new_track_at_once_give_one_track(tmp_path):
    folder = write_folder(tmp_path)

    with transaction.atomic():
        import_track_folder(folder)
        thread, results = in_a_thread(lambda: import_track_folder(folder))
        wait_until_somebody_waits()
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
        thread, results = in_a_thread(lambda: import_track_folder(folder))
        wait_until_somebody_waits()
    thread.join()

    assert str(results[0]) == (
        "track.md: The track was edited at the same moment. Import it once more."
    )
    slugs = Lesson.objects.order_by("position").values_list("slug", flat=True)
    assert list(slugs) == ["loam", "peat", "silt"]
