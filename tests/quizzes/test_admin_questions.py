"""A lesson with its questions and their choices on one page of the admin."""

from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import Lesson
from quizzes.grading import Reply
from quizzes.models import Answer, Question, Respondent
from quizzes.services import (
    QuestionChangedError,
    key_of,
    record_answer,
    retire_question,
)
from tests.admin_forms import added_row, admin_client, fields_in, fields_of, in_thread
from tests.factories import make_lesson, make_question, make_track
from tests.quizzes.mending import revise


def address(lesson: Lesson) -> str:
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def answer_it(question: Question, respondent: Respondent | None = None) -> Answer:
    return Answer.objects.create(
        respondent=respondent or Respondent.objects.create(),
        question=question,
        question_revision=Question.objects.get(pk=question.pk).revision,
        submission=respondent.pk if respondent else question.uuid,
        credit=1,
    )


def new_question(number: int, prompt: str, *choices: str, **fields: str):
    """The fields of a question added on the page; a right choice begins with "+"."""
    prefix = f"questions-{number}"
    sent = {
        f"{prefix}-kind": "single",
        f"{prefix}-prompt": prompt,
        f"{prefix}-choices-TOTAL_FORMS": str(len(choices)),
        f"{prefix}-choices-INITIAL_FORMS": "0",
    }
    for index, text in enumerate(choices):
        sent[f"{prefix}-choices-{index}-text"] = text.removeprefix("+")
        if text.startswith("+"):
            sent[f"{prefix}-choices-{index}-is_right"] = "on"
    return sent | {f"{prefix}-{name}": value for name, value in fields.items()}


@pytest.fixture
def lesson_page(iris, lesson, probe):
    """The lesson's page as its instructor sees it: address, client and fields."""
    client = admin_client(iris)
    return address(lesson), client, fields_of(client, address(lesson))


def errors_in(response) -> str:
    assert response.status_code == 200
    page: str = response.content.decode()
    return page


def test_a_page_saved_untouched_changes_nothing(lesson_page, lesson, probe):
    url, client, fields = lesson_page
    before = Lesson.objects.values().get(pk=lesson.pk)

    assert client.post(url, fields).status_code == 302

    assert Lesson.objects.values().get(pk=lesson.pk) == before
    assert Question.objects.get().revision == probe.revision


def test_a_question_with_its_choices_is_added_in_one_save(lesson_page, lesson):
    url, client, fields = lesson_page
    fields |= new_question(1, "Which moon is ours?", "Io", "+The Moon", "Titan")
    fields["questions-TOTAL_FORMS"] = "2"

    assert client.post(url, fields).status_code == 302

    question = lesson.questions.get(position=2)
    assert question.prompt == "Which moon is ours?"
    assert question.handle.startswith("q-")
    assert list(question.choices.values_list("position", "text", "is_right")) == [
        (1, "Io", False),
        (2, "The Moon", True),
        (3, "Titan", False),
    ]


@pytest.mark.parametrize("who", ["iris", "ruth"])
def test_a_new_lesson_takes_questions_with_their_choices(who, request, soil):
    """With the rows of the page as it is drawn, which "Add a question" puts in place."""
    client = admin_client(request.getfixturevalue(who))
    url = reverse("admin:courses_lesson_add")
    row = added_row(client, url, "questions", 0)
    assert row["questions-0-choices-TOTAL_FORMS"] == "3"
    assert row["questions-0-choices-MAX_NUM_FORMS"] == "50"
    assert "questions-0-choices-__prefix__-text" in row
    typed = {
        "track": str(soil.pk),
        "title": "Mulch",
        "slug": "mulch",
        "summary": "All of it.",
        "questions-TOTAL_FORMS": "1",
        "questions-0-prompt": "Which moon is ours?",
        "questions-0-choices-0-text": "The Moon",
        "questions-0-choices-0-is_right": "on",
        "questions-0-choices-2-text": "Io",
    }
    drawn = fields_of(client, url) | row
    assert typed.keys() - drawn.keys() == {"questions-0-choices-0-is_right"}  # ticked

    response = client.post(url, drawn | typed)

    assert response.status_code == 302
    question = soil.lessons.get(slug="mulch").questions.get()
    assert [choice.text for choice in question.choices.order_by("position")] == [
        "The Moon",
        "Io",
    ]


def test_a_choice_typed_on_two_lines_is_one(lesson_page, probe):
    url, client, fields = lesson_page
    fields["questions-0-choices-1-text"] = "Not\r\nso"

    assert client.post(url, fields).status_code == 302

    assert probe.choices.get(position=2).text == "Not so"


def test_a_long_question_is_named_by_its_beginning_and_dots():
    assert str(Question(prompt="Which way? " * 9)) == ("Which way? " * 9)[:79] + "…"
    assert str(Question(prompt="Which way?")) == "Which way?"


def test_texts_are_kept_with_plain_line_ends(lesson_page, lesson):
    url, client, fields = lesson_page
    fields["markdown"] = "\r\n## Second\r\n\r\nMore words.\r\n\r\n"

    client.post(url, fields)

    lesson.refresh_from_db()
    assert lesson.markdown == "## Second\n\nMore words."
    assert ">Second<" in lesson.body_html


def test_a_dead_link_is_a_warning_after_the_save(lesson_page, lesson):
    url, client, fields = lesson_page
    fields["markdown"] = "Dig.\n\n[Next](02-water-it.md), then [this](none.md)."

    page = client.post(url, fields, follow=True).content.decode()

    assert "Line 3: the link to none.md leads nowhere." in page
    lesson.refresh_from_db()
    assert 'href="/tracks/soil/water-it/"' in lesson.body_html


def test_a_text_that_is_too_long_is_an_error_of_its_field(lesson_page, lesson):
    url, client, fields = lesson_page
    fields["markdown"] = "a" * 100_001

    assert "at most 100000 characters" in errors_in(client.post(url, fields))


@pytest.mark.parametrize(
    ("choices", "fields", "message"),
    [
        (("A", "B"), {}, "Mark one choice as right."),
        (("+A", "+B"), {"kind": "multiple"}, "needs a choice that is not right."),
        (("+A", "+B", "C"), {}, "Mark one choice alone as right"),
        (("+A", "![](x.png)"), {}, "This choice is empty."),
        (("+A", "\u200b"), {}, "This choice is empty."),
        (("+A", "A"), {}, "Two choices are the same."),
        (("+A", "B"), {"tolerance": "1"}, "Only a number has a tolerance."),
        (("+A", "B"), {"other_feedback": "No."}, "Only a written answer has feedback"),
        ((), {"kind": "text"}, "Write an answer that is accepted."),
        (("a" * 201,), {"kind": "text"}, "Shorten this answer to 200 characters."),
        (("2,5",), {"kind": "number"}, "Write the value with digits, such as 2.5"),
        (("2.5", "3"), {"kind": "number"}, "A number has one accepted value."),
        (("2",), {"kind": "number", "tolerance": "-1"}, "cannot be negative."),
        (("+A", "B"), {"kind": ""}, "This field is required."),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    lesson_page, lesson, choices, fields, message
):
    url, client, sent = lesson_page
    sent |= new_question(1, "Well?", *choices, **fields) | {
        "questions-TOTAL_FORMS": "2"
    }

    page = errors_in(client.post(url, sent))

    assert message in page
    assert "Nothing is saved yet. Correct what is marked below." in page
    assert lesson.questions.count() == 1


def test_every_accepted_answer_of_a_written_question_is_right(lesson_page, lesson):
    url, client, fields = lesson_page
    fields |= new_question(1, "How deep?", "2.5", kind="number", tolerance="0.5")
    fields["questions-TOTAL_FORMS"] = "2"

    assert client.post(url, fields).status_code == 302

    assert lesson.questions.get(position=2).choices.get().is_right


def test_questions_are_numbered_in_the_order_they_were_dragged_to(lesson_page, lesson):
    url, client, _fields = lesson_page
    make_question(lesson, "Second?")
    make_question(lesson, "Third?")
    fields = fields_of(client, url)
    for row, wish in enumerate([2, 0, 1]):
        fields[f"questions-{row}-position"] = str(wish)
    revised_at = Lesson.objects.get(pk=lesson.pk).revised_at

    assert client.post(url, fields).status_code == 302

    prompts = lesson.questions.order_by("position").values_list("position", "prompt")
    assert list(prompts) == [
        (1, "Second?"),
        (2, "Third?"),
        (3, "Where does the probe go?"),
    ]
    assert Lesson.objects.get(pk=lesson.pk).revised_at == revised_at


def test_a_changed_choice_revises_its_question_and_its_lesson(
    lesson_page, lesson, probe
):
    url, client, fields = lesson_page
    fields["questions-0-choices-1-text"] = "Into the pot"
    before = timezone.now()

    assert client.post(url, fields).status_code == 302

    assert Question.objects.get().revision == probe.revision + 1
    assert Lesson.objects.get(pk=lesson.pk).revised_at >= before


def test_a_choice_and_a_question_are_deleted(lesson_page, lesson, probe):
    url, client, _fields = lesson_page
    make_question(lesson, "Second?")
    fields = fields_of(client, url)
    fields["questions-0-choices-2-DELETE"] = "on"
    fields["questions-1-DELETE"] = "on"

    assert client.post(url, fields).status_code == 302

    assert list(lesson.questions.all()) == [probe]
    assert probe.choices.count() == 2


def test_a_version_that_nobody_answered_yet_is_not_deleted(lesson_page, probe):
    """The answers to the version before count for it."""
    url, client, _fields = lesson_page
    answer_it(probe)
    newest = revise(probe)
    fields = fields_of(client, url)
    fields["questions-0-DELETE"] = "on"

    client.post(url, fields)

    newest.refresh_from_db()
    assert newest.position == 1


def test_a_row_that_was_deleted_in_another_window_is_said(lesson_page, lesson):
    url, client, fields = lesson_page
    Question.objects.all().delete()
    kept = fields_in(client.post(url, fields | {"title": "Mine"}))  # over theirs

    page = errors_in(client.post(url, kept))

    assert "A row is gone since this page was loaded. Delete it to go on." in page


# Answered questions


def test_an_answered_question_is_read_only_and_says_why(lesson_page, probe, ada):
    url, client, _fields = lesson_page
    own = Respondent.objects.create(learner=ada, is_own=True)
    Answer.objects.create(
        respondent=own,
        question=probe,
        question_revision=probe.revision,
        submission=probe.uuid,
        credit=0,
    )
    answer_it(probe, own)
    answer_it(probe)

    page = client.get(url).content.decode()
    fields = fields_of(client, url)

    assert "2 people have answered it. So it stays as it is." in page
    assert reverse("admin:quizzes_question_retire", args=[probe.pk]) in page
    assert not [
        name
        for name in fields
        if name.endswith(("-prompt", "-kind", "-tolerance", "-text", "-is_right"))
        and "-3-" not in name
    ]


def test_explanation_and_feedback_of_an_answered_question_stay_free(
    lesson_page, lesson, probe
):
    url, client, _fields = lesson_page
    answer_it(probe)
    fields = fields_of(client, url)
    fields["questions-0-explanation"] = "Because of the roots."
    fields["questions-0-choices-0-feedback"] = "There it measures."

    assert client.post(url, fields).status_code == 302

    changed = Question.objects.get()
    assert changed.explanation == "Because of the roots."
    assert changed.choices.get(position=1).feedback == "There it measures."
    assert changed.revision == probe.revision


@pytest.mark.parametrize(
    "change",
    [
        {"questions-0-prompt": "Where should it go?"},
        {"questions-0-kind": "multiple"},
        {"questions-0-choices-1-text": "Elsewhere"},
        {"questions-0-choices-1-is_right": "on"},
        {"questions-0-choices-1-DELETE": "on"},
        {"questions-0-DELETE": "on"},
        {"questions-0-choices-TOTAL_FORMS": "4", "questions-0-choices-3-text": "New"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_after_an_answer_is_refused_and_what_was_typed_is_kept(
    lesson_page, probe, change
):
    url, client, fields = lesson_page
    answer_it(probe)

    page = errors_in(client.post(url, fields | change))

    assert "This question has just been answered, so it cannot change." in page
    assert all(value in page for value in change.values())
    assert Question.objects.get().revision == probe.revision


def test_a_question_is_retired_after_it_was_confirmed(lesson_page, lesson, probe):
    url, client, _fields = lesson_page
    second = make_question(lesson, "Second?")
    answer_it(probe)
    retire = reverse("admin:quizzes_question_retire", args=[probe.pk])

    asked = client.get(retire).content.decode()
    assert "1 person has answered it." in asked
    assert Question.objects.get(pk=probe.pk).retired_at is None
    assert client.post(retire).url == url

    probe.refresh_from_db()
    second.refresh_from_db()
    assert (probe.retired_at is not None, probe.position, second.position) == (
        True,
        None,
        1,
    )
    assert "Where does the probe go?" not in fields_of(client, url).values()


def test_a_question_that_is_retired_already_is_said(lesson_page, probe):
    assert retire_question(probe)

    assert not retire_question(probe)


def test_only_who_teaches_the_track_retires_its_questions(probe, omar, ada, ruth):
    retire = reverse("admin:quizzes_question_retire", args=[probe.pk])

    assert admin_client(omar).post(retire).status_code == 404
    assert admin_client(ada).post(retire).status_code == 302  # to the sign-in
    assert Question.objects.get().retired_at is None
    assert admin_client(ruth).post(retire).status_code == 302
    assert Question.objects.get().retired_at is not None


def test_the_page_costs_as_many_statements_with_many_questions(lesson_page, lesson):
    url, client, _fields = lesson_page

    def count() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(url).status_code == 200
        return len(statements)

    before = count()
    for number in range(20):
        answer_it(make_question(lesson, f"Question {number}?"))

    assert count() == before


# Races


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_during_the_save_is_waited_for(lesson_page, probe):
    """The answer is being stored when the edit is sent: the edit waits and is refused."""
    url, client, fields = lesson_page
    fields["questions-0-prompt"] = "Where should it go?"
    pages = []
    with transaction.atomic():
        answer_it(probe)
        save = in_thread(lambda: pages.append(client.post(url, fields)))
        save.join(timeout=0.5)
        assert save.is_alive()
    save.join()

    page = errors_in(pages[0])
    assert "This question has just been answered, so it cannot change." in page
    assert "Where should it go?" in page
    assert Question.objects.get().prompt == "Where does the probe go?"


def test_the_questions_are_locked_before_the_form_is_compared_with_them(
    lesson_page, lesson
):
    url, client, fields = lesson_page

    with CaptureQueriesContext(connection) as statements:
        assert client.post(url, fields).status_code == 302

    ran = [statement["sql"] for statement in statements]
    reads = [sql for sql in ran if 'FROM "quizzes_question"' in sql]
    assert reads[0].endswith("FOR UPDATE")
    assert "answered_by" not in reads[0]
    assert any("answered_by" in sql for sql in reads[1:])
    assert str(lesson.pk) in reads[0]


@pytest.mark.django_db(transaction=True)
def test_an_answer_graded_before_the_save_is_not_stored_after_it(lesson_page, probe):
    """The edit holds its locks when the answer comes: the answer waits, and is refused."""
    refused: list[QuestionChangedError] = []

    def answer() -> None:
        try:
            record_answer(
                read,
                key_of(read, list(read.choices.all())),
                Reply(picked=frozenset([read.choices.get(position=1).pk])),
                respondent.pk,
                read.uuid,
            )
        except QuestionChangedError as error:
            refused.append(error)

    respondent = Respondent.objects.create()
    read = Question.objects.get()
    url, client, fields = lesson_page
    fields["questions-0-prompt"] = "Where should it go?"
    with transaction.atomic():
        assert client.post(url, fields).status_code == 302
        answering = in_thread(answer)
        answering.join(timeout=0.5)
        assert answering.is_alive()
    answering.join()

    assert len(refused) == 1
    assert not Answer.objects.exists()
    assert Question.objects.get().prompt == "Where should it go?"


@pytest.mark.django_db(transaction=True)
def test_of_those_who_drag_at_the_same_time_one_is_first(lesson_page, lesson):
    url, client, _fields = lesson_page
    for number in range(4):
        make_question(lesson, f"Question {number}?")
    fields = fields_of(client, url)
    orders = [[4, 3, 2, 1, 0], [1, 0, 3, 2, 4], [2, 0, 1, 9, 9]]
    barrier = Barrier(len(orders))
    statuses = []

    def save(order: list[int]) -> None:
        wishes = {f"questions-{row}-position": str(w) for row, w in enumerate(order)}
        barrier.wait()
        statuses.append(client.post(url, fields | wishes).status_code)

    threads = [in_thread(partial(save, order)) for order in orders]
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 409, 409]
    positions = lesson.questions.order_by("position").values_list("position", flat=True)
    assert list(positions) == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_a_lesson_address_taken_at_the_same_time_is_an_error_on_the_page(
    iris, soil, db
):
    """The other lesson is not visible yet when the form is checked."""
    client = admin_client(iris)
    url = reverse("admin:courses_lesson_add")
    fields = fields_of(client, f"{url}?track={soil.pk}")
    fields |= {"title": "Mulch", "slug": "mulch", "summary": "All of it."}
    fields["markdown"] = "What I wrote."
    pages = []
    with transaction.atomic():
        other = make_lesson(make_track("other"), "mulch")
        Lesson.objects.filter(pk=other.pk).update(track=soil, position=9)
        save = in_thread(lambda: pages.append(client.post(url, fields)))
        save.join(timeout=0.5)
        assert save.is_alive()
    save.join()

    page = errors_in(pages[0])
    assert "This track has a lesson at this address already. Choose another." in page
    assert "What I wrote." in page


# The answer log


def test_admins_read_the_answers_and_nobody_changes_them(ruth, iris, probe):
    answer = answer_it(probe)
    client = admin_client(ruth)
    url = reverse("admin:quizzes_answer_change", args=[answer.pk])

    log = client.get(reverse("admin:quizzes_answer_changelist")).content.decode()
    page = client.get(url).content.decode()

    for text in log, page:
        assert "Where does the probe go?" in text
        assert "A visitor" in text
    for place in "change", "delete":
        address = reverse(f"admin:quizzes_answer_{place}", args=[answer.pk])
        assert client.post(address, {"credit": "0", "post": "yes"}).status_code == 403
    assert admin_client(iris).get(url).status_code == 403
    assert Answer.objects.get().credit == 1


def test_the_answers_cost_as_many_statements_with_many_rows(ruth, probe):
    client = admin_client(ruth)
    counts = []
    for more in (2, 20):
        for _number in range(more):
            answer_it(probe)
        with CaptureQueriesContext(connection) as statements:
            client.get(reverse("admin:quizzes_answer_changelist"))
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_a_tolerance_is_shown_as_it_was_typed(iris, lesson):
    make_question(lesson, kind="number", right=("2.5",), tolerance=Decimal("0.01"))
    make_question(lesson, kind="number", right=("2",), tolerance=Decimal(100))

    sent = fields_of(admin_client(iris), address(lesson))

    assert sent["questions-0-tolerance"] == "0.01"
    assert sent["questions-1-tolerance"] == "100"
