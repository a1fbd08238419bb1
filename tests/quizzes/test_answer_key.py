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
    """Another key: what one may know before answering stays the same."""
    choices = list(question.choices.order_by("position"))
    if not question.has_choices:
        Choice.objects.filter(question=question).update(text="90210", feedback="Else.")
    right = [choice.is_right for choice in choices]
    for choice, is_right in zip(choices, right[1:] + right[:1], strict=True):
        Choice.objects.filter(pk=choice.pk).update(is_right=is_right)


def representations(client: Client, questions: list[Question]) -> list[str]:
    """Everything that is sent about these questions before one is answered."""
    htmx = {"HX-Request": "true"}
    lessons = {question.lesson_id: question for question in questions}.values()
    sent = [client.get(q.lesson.get_absolute_url()) for q in lessons]
    sent += [client.get(q.answer_url) for q in lessons]
    sent += [client.post(q.answer_url, {}) for q in lessons]  # 422, the whole page
    sent += [client.get(q.answer_url, headers=htmx) for q in questions]
    sent += [client.post(q.answer_url, {}, headers=htmx) for q in questions]
    sent += [client.get("/tracks/key/"), client.get("/search/?q=question")]
    return [neutral(response) for response in sent]


@pytest.fixture
def asked(db) -> list[Question]:
    """200 generated questions of random sizes, texts and keys, in ten lessons."""
    luck = random.Random(20260325)
    track = make_track("key")
    questions = []
    for _ in range(10):
        lesson = make_lesson(track)
        for _ in range(QUESTIONS // 10):
            kind = luck.choice(["single", "multiple", "text", "number"])
            count = luck.randint(2, 6)
            texts = [f"{luck.random()}" * luck.randint(1, 4) for _ in range(count)]
            right = luck.randint(1, count - 1) if kind == "multiple" else 1
            if kind == "number":
                texts[0] = str(luck.randint(1, 10**6))
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
    client.get("/tracks/key/")
    client.get(asked[0].lesson.get_absolute_url())  # the CSRF cookie comes with it

    before = representations(client, asked)
    for question in asked:
        turn_the_key(question)
    after = representations(client, asked)

    assert len(before) == 3 * 10 + 2 * QUESTIONS + 2
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
    with CaptureQueriesContext(connection) as captured:
        client.get(probe.get_absolute_url())
        client.get(probe.answer_url)
        client.get(probe.answer_url, headers={"HX-Request": "true"})
        client.post(probe.answer_url, {})

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
