"""Nothing that is sent before answering tells a right choice from another one."""

import random
import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Choice, Question
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
SUBMISSION = re.compile(r'name="submission" value="[^"]+"')
QUESTIONS = 200


def neutral(response) -> str:
    """The body and headers, with the token and the submission keys made equal."""
    page = CSRF.sub("csrf", response.content.decode())
    page = SUBMISSION.sub("key", page)
    headers = {k: v for k, v in response.headers.items() if k != "Date"}
    return f"{sorted(headers.items())}\n{page}"


def turn_the_key(question: Question) -> None:
    """Make another choice right: what one may know before answering is the same."""
    choices = list(question.choices.order_by("position"))
    right = [choice.is_right for choice in choices]
    for choice, is_right in zip(choices, right[1:] + right[:1], strict=True):
        Choice.objects.filter(pk=choice.pk).update(is_right=is_right)


@pytest.fixture
def asked(db) -> list[Question]:
    """200 generated questions of random sizes, texts and keys, in ten lessons."""
    luck = random.Random(20260325)
    track = make_track("key")
    questions = []
    for _ in range(10):
        lesson = make_lesson(track)
        for _ in range(QUESTIONS // 10):
            kind = luck.choice(["single", "multiple"])
            count = luck.randint(2, 6)
            texts = [f"{luck.random()}" * luck.randint(1, 4) for _ in range(count)]
            right = 1 if kind == "single" else luck.randint(1, count - 1)
            question = make_question(
                lesson,
                f"Question {luck.random()}?",
                kind=kind,
                right=tuple(texts[:right]),
                wrong=tuple(texts[right:]),
                explanation=f"The secret is {luck.random()}.",
            )
            questions.append(question)
    return questions


@pytest.mark.parametrize("who", ["a visitor", "a learner"])
def test_pages_rendered_with_different_keys_are_equal_byte_for_byte(
    asked, who, request
):
    client = Client()
    if who == "a learner":
        client.force_login(request.getfixturevalue("ben"))
    lessons = sorted({question.lesson.get_absolute_url() for question in asked})
    fragments = [question.answer_url for question in asked]
    htmx = {"HX-Request": "true"}
    client.get(lessons[0])  # the CSRF cookie is set with the first page

    before = [neutral(client.get(page)) for page in lessons]
    before += [neutral(client.get(page, headers=htmx)) for page in fragments]
    for question in asked:
        turn_the_key(question)
    after = [neutral(client.get(page)) for page in lessons]
    after += [neutral(client.get(page, headers=htmx)) for page in fragments]

    assert len(before) == 10 + QUESTIONS
    assert before == after


@pytest.mark.parametrize("kind", ["text", "number"])
def test_an_accepted_answer_is_not_sent_before_answering(lesson, client, kind):
    question = make_question(lesson, "How many?", kind=kind, right=("173205",))

    page = client.get(lesson.get_absolute_url()).content.decode()
    fragment = client.get(question.answer_url, headers={"HX-Request": "true"})

    assert "173205" not in page
    assert "173205" not in fragment.content.decode()


def test_explanations_and_feedback_are_not_sent_before_answering(probe, client):
    page = client.get(probe.get_absolute_url()).content.decode()

    assert "Because it is so." not in page
    assert "About Right." not in page


def test_answering_one_question_shows_nothing_of_the_next(probe, lesson, client):
    other = make_question(lesson, "Another?", explanation="Another secret.")
    right = str(probe.choices.get(is_right=True).pk)

    response = client.post(
        probe.answer_url,
        {"submission": str(uuid4()), "choice": right},
        headers={"HX-Request": "true"},
    )

    page = client.get(lesson.get_absolute_url()).content.decode()
    assert "Because it is so." in response.content.decode()
    assert "Another secret." not in response.content.decode() + page
    assert str(other.uuid) not in response.content.decode()


def test_trying_again_shows_no_key_of_the_answered_question(probe, client):
    right = str(probe.choices.get(is_right=True).pk)
    client.post(probe.answer_url, {"submission": str(uuid4()), "choice": right})

    opened = client.get(probe.answer_url, headers={"HX-Request": "true"})

    assert "checked" not in opened.content.decode()
    assert "Because it is so." not in opened.content.decode()


def test_the_query_of_an_unanswered_question_never_selects_the_key(probe, client):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(probe.get_absolute_url())

    told = " ".join(query["sql"] for query in captured.captured_queries)
    assert "quizzes_choice" in told
    assert "is_right" not in told
    assert "feedback" not in told
    assert "explanation" not in told


def test_the_ids_of_choices_are_random(asked):
    ids = Choice.objects.values_list("pk", flat=True)

    assert all(isinstance(pk, UUID) and pk.version == 4 for pk in ids)


def test_choices_stand_in_the_authors_order(probe, client):
    page = client.get(probe.get_absolute_url()).content.decode()

    assert page.index("Right") < page.index("Not so") < page.index("Nor this")


def test_a_refused_answer_tells_nothing(probe, client):
    response = client.post(probe.answer_url, {"submission": str(uuid4())})

    assert "Because it is so." not in response.content.decode()
