"""A lesson with many questions is one save, which writes only what changed."""

import re
import sys
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.groups import LearnerGroup, TrackGroup
from courses.models import Lesson
from quizzes.models import Choice, Question
from tests.admin_forms import admin_client, fields_in, fields_of
from tests.crowd import make_learners
from tests.factories import make_lesson, make_question, make_track

WRITTEN = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM) \"(\w+)\"")
QUESTIONS, CHOICES = 20, 4


def address(lesson: Lesson) -> str:
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def saving(client, url: str, fields: dict[str, str]) -> list[str]:
    """The statements of one save, which succeeds."""
    with CaptureQueriesContext(connection) as captured:
        response = client.post(url, fields)
    assert response.status_code == 302, response.content.decode()[:2000]
    return [query["sql"] for query in captured.captured_queries]


def writes(statements: list[str]) -> Counter[str]:
    """How many statements write to each of the tables of lessons and questions."""
    found = [match for sql in statements if (match := WRITTEN.match(sql))]
    told = Counter(f"{match[1].split()[0]} {match[2]}" for match in found)
    return Counter(
        {
            what: n
            for what, n in told.items()
            if "courses_" in what or "quizzes_" in what
        }
    )


def new_questions(questions: int, choices: int) -> dict[str, str]:
    """The fields of so many questions that were added on the page."""
    sent = {"questions-TOTAL_FORMS": str(questions), "questions-INITIAL_FORMS": "0"}
    for q in range(questions):
        sent |= {
            f"questions-{q}-prompt": f"Question {q}?",
            f"questions-{q}-kind": "single",
            f"questions-{q}-choices-TOTAL_FORMS": str(choices),
            f"questions-{q}-choices-INITIAL_FORMS": "0",
            f"questions-{q}-choices-0-is_right": "on",
        }
        for c in range(choices):
            prefix = f"questions-{q}-choices-{c}"
            sent |= {
                f"{prefix}-text": f"Choice {c}",
                f"{prefix}-feedback": "",
                f"{prefix}-position": str(c + 1),
            }
    return sent


@pytest.fixture
def full(iris, soil):
    """Iris' client, a lesson of 20 questions with 4 choices each, its page's fields."""
    lesson = make_lesson(soil, "full")
    for number in range(QUESTIONS):
        make_question(lesson, f"Question {number}?", wrong=("No", "Nor this", "Never"))
    client = admin_client(iris)
    return client, lesson, fields_of(client, address(lesson))


def test_twenty_questions_are_written_in_one_save(iris, soil, lesson):
    client = admin_client(iris)
    fields = fields_of(client, address(lesson)) | new_questions(QUESTIONS, CHOICES)

    told = saving(client, address(lesson), fields)

    assert lesson.questions.count() == QUESTIONS
    assert Choice.objects.filter(question__lesson=lesson).count() == 80
    reads = [sql for sql in told if sql.startswith("SELECT")]
    assert len(reads) < 30
    assert writes(told) == {
        "INSERT quizzes_question": QUESTIONS,
        "INSERT quizzes_choice": QUESTIONS * CHOICES,
        "UPDATE courses_lesson": 1,
    }


def test_a_save_without_a_change_writes_nothing(full):
    client, lesson, fields = full

    told = saving(client, address(lesson), fields)

    assert writes(told) == {}
    assert len(told) < 60


def test_a_save_without_a_change_costs_the_same_with_few_and_many_questions(
    full, soil, probe, lesson
):
    client, many, fields = full

    few = saving(client, address(lesson), fields_of(client, address(lesson)))

    assert len(saving(client, address(many), fields)) == len(few)


def test_one_changed_choice_is_one_written_choice(full):
    client, lesson, fields = full
    before = {row["id"]: row for row in Choice.objects.values()}
    fields["questions-7-choices-2-text"] = "Mended"

    told = saving(client, address(lesson), fields)

    assert writes(told) == {"UPDATE quizzes_choice": 1, "UPDATE courses_lesson": 1}
    after = {row["id"]: row for row in Choice.objects.values()}
    assert [after[k]["text"] for k in after if after[k] != before[k]] == ["Mended"]
    changed = [
        q.prompt for q in lesson.questions.order_by("position") if q.revision > 5
    ]
    assert len(changed) <= 1


def test_two_questions_that_swap_are_written_in_one_statement(full):
    client, lesson, fields = full
    fields |= {"questions-0-position": "2", "questions-1-position": "1"}

    told = saving(client, address(lesson), fields)

    assert writes(told) == {"UPDATE quizzes_question": 1}
    first = lesson.questions.get(position=1)
    assert first.prompt == "Question 1?"


def test_a_written_question_left_alone_is_not_written(iris, lesson):
    make_question(lesson, "What is it called?", kind="text", right=("probe", "pin"))
    client = admin_client(iris)

    told = saving(client, address(lesson), fields_of(client, address(lesson)))

    assert writes(told) == {}


def test_lessons_of_a_track_that_stay_are_not_written(iris, soil):
    make_lesson(soil, "third")
    client = admin_client(iris)
    url = reverse("admin:courses_track_change", args=[soil.pk])
    fields = fields_of(client, url)

    assert writes(saving(client, url, fields)) == {}
    fields |= {"lessons-1-position": "3", "lessons-2-position": "2"}
    assert writes(saving(client, url, fields)) == {"UPDATE courses_lesson": 1}


def test_a_track_that_is_for_another_group_is_not_written_itself(iris, soil):
    one, other = (LearnerGroup.objects.create(name=name) for name in ("One", "Other"))
    TrackGroup.objects.create(track=soil, group=one)
    client = admin_client(iris)
    url = reverse("admin:courses_track_change", args=[soil.pk])

    chosen = {"learner_groups": str(other.pk)}
    told = saving(client, url, fields_of(client, url) | chosen)

    assert set(soil.groups.all()) == {other}
    assert writes(told) == {
        "DELETE courses_trackgroup": 1,
        "INSERT courses_trackgroup": 1,
    }


def test_a_group_of_learners_left_alone_is_not_written(ruth):
    group = LearnerGroup.objects.create(name="Class 7")
    client = admin_client(ruth)
    url = reverse("admin:courses_learnergroup_change", args=[group.pk])
    fields = fields_of(client, url)

    assert writes(saving(client, url, fields)) == {}
    told = saving(client, url, fields | {"name": "Class 8"})
    assert writes(told) == {"UPDATE courses_learnergroup": 1}


def test_a_button_beside_save_works_where_nothing_else_changed(iris, soil):
    draft = make_lesson(soil, "draft", published=False)
    client = admin_client(iris)
    fields = fields_of(client, address(draft)) | {"courses_lesson_publish_now": "1"}

    saving(client, address(draft), fields)

    draft.refresh_from_db()
    assert draft.published_at is not None


def test_a_hundred_questions_of_twenty_choices_can_be_saved(iris, lesson):
    client = admin_client(iris)
    fields = fields_of(client, address(lesson)) | new_questions(100, 20)

    assert client.post(address(lesson), fields).status_code == 302
    again = fields_of(client, address(lesson))
    assert len(again) > 10_000
    assert client.post(address(lesson), again).status_code == 302

    assert Choice.objects.filter(question__lesson=lesson).count() == 2000


@pytest.mark.parametrize("page", ["track", "lesson", "lessons"])
def test_a_page_costs_the_same_with_a_thousand_rows_of_others(
    iris, lesson, probe, page
):
    client = admin_client(iris)
    url = {
        "track": reverse("admin:courses_track_change", args=[lesson.track_id]),
        "lesson": address(lesson),
        "lessons": reverse("admin:courses_lesson_changelist"),
    }[page]

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = count()
    other = make_track("other")
    first = make_lesson(other, "first")
    make_question(first)
    make_learners(other, 10)
    Question.objects.bulk_create(
        Question(lesson=first, position=number, prompt="What?", kind="text")
        for number in range(2, 1000)
    )
    assert count() == few


def test_work_grows_with_the_questions_and_not_with_their_square(iris, soil):
    """Counted are all calls of functions: they are the same on a busy machine."""
    client = admin_client(iris)

    def work(questions: int) -> int:
        lesson = make_lesson(soil, f"with-{questions}")
        for number in range(questions):
            make_question(lesson, f"Question {number}?")
        fields = fields_of(client, address(lesson))
        calls = 0

        def count(_frame, event, _argument) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(count)
        try:
            response = client.post(address(lesson), fields)
        finally:
            sys.setprofile(None)
        assert response.status_code == 302
        return calls

    work(1)
    few, more, many = work(10), work(30), work(50)

    assert many - more < 1.2 * (more - few)


@pytest.mark.django_db(transaction=True)
def test_a_save_that_kept_the_database_waiting_says_so(iris, lesson, probe):
    client = admin_client(iris)
    fields = fields_of(client, address(lesson)) | {"title": "Probe it"}
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '1ms'")
    try:
        response = client.post(address(lesson), fields)
    finally:
        connection.close()

    assert response.status_code == 200
    assert "The site was too busy to save this." in response.content.decode()
    assert fields_in(response)["title"] == "Probe it"
    lesson.refresh_from_db()
    assert lesson.title == "Probe the soil"
    assert client.post(address(lesson), fields).status_code == 302
