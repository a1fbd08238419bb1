"""An answer's life: sent, graded, kept once, shown."""

from fractions import Fraction
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from certificates.services import claim_certificate
from courses.models import Enrollment
from courses.services import mark_done
from quizzes.models import Answer, Question
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db


def pick(question: Question, *texts: str) -> list[str]:
    return [str(c.pk) for c in question.choices.all() if c.text in texts]


def send(client: Client, question: Question, *texts: str, **extra):
    data = {"submission": str(uuid4()), "choice": pick(question, *texts)} | extra
    return client.post(question.answer_url, data)


def test_a_right_answer_comes_back_to_the_question_and_says_correct(
    probe, ada, signed_in
):
    client = signed_in(ada)

    response = send(client, probe, "Right")

    assert response.status_code == 302
    assert response.url == probe.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "Correct" in page
    assert "Because it is so." in page


def test_htmx_gets_the_verdict_and_the_state_alone(probe, ada, signed_in):
    client = signed_in(ada)
    data = {"submission": str(uuid4()), "choice": pick(probe, "Not so")}

    response = client.post(probe.answer_url, data, headers={"HX-Request": "true"})

    block = response.content.decode()
    assert "<html" not in block
    assert "Not yet" in block
    assert "The right answer:" in block
    assert "1 of 1 answered" in block


def test_a_blank_answer_is_refused_in_place_and_nothing_is_stored(probe, client):
    response = send(client, probe)

    assert response.status_code == 422
    assert "Choose one answer" in response.content.decode()
    assert Answer.objects.count() == 0


def test_a_refused_answer_still_shows_the_holder_the_certificate(
    soil, probe, ada, signed_in
):
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    claim_certificate(ada, soil, "Ada")

    page = send(signed_in(ada), probe).content.decode()

    assert "See your certificate" in page
    assert "Claim your certificate" not in page


def test_a_choice_of_another_question_is_refused(probe, lesson, client):
    other = make_question(lesson, "Another?", right=("Elsewhere",))

    response = send(client, probe, choice=pick(other, "Elsewhere"))

    assert response.status_code == 422
    assert Answer.objects.count() == 0


def test_two_choices_for_a_single_question_are_refused(probe, client):
    assert send(client, probe, "Right", "Not so").status_code == 422
    assert Answer.objects.count() == 0


def test_fields_that_name_a_result_change_nothing(probe, ada, ben, signed_in):
    send(signed_in(ada), probe, "Not so", correct="1", score="100", user=str(ben.pk))

    answer = Answer.objects.get()
    assert answer.credit == 0
    assert answer.respondent.learner == ada


def test_the_same_submission_again_keeps_the_stored_verdict(probe, ada, signed_in):
    client, key = signed_in(ada), str(uuid4())
    send(client, probe, "Not so", submission=key)

    response = send(client, probe, "Right", submission=key)

    assert response.status_code == 302
    assert Answer.objects.get().credit == 0


def test_a_submission_used_for_another_question_is_refused(
    probe, lesson, ada, signed_in
):
    other, client, key = make_question(lesson, "Another?"), signed_in(ada), str(uuid4())
    send(client, probe, "Right", submission=key)

    response = send(client, other, "Right", submission=key)

    assert response.status_code == 422
    assert Answer.objects.count() == 1


def test_another_persons_submission_key_is_independent(probe, ada, ben, signed_in):
    key = str(uuid4())

    send(signed_in(ada), probe, "Right", submission=key)
    send(signed_in(ben), probe, "Not so", submission=key)

    assert sorted(Answer.objects.values_list("credit", flat=True)) == [0, 1]


def test_an_answer_enrols_the_learner(probe, ben, signed_in):
    send(signed_in(ben), probe, "Right")

    assert Enrollment.objects.get(learner=ben).track == probe.lesson.track


def test_an_answer_takes_a_left_track_up_again(probe, ada, signed_in, soil):
    Enrollment.objects.filter(learner=ada).update(left_at="2026-01-01T00:00Z")

    send(signed_in(ada), probe, "Right")

    assert Enrollment.objects.get(learner=ada).left_at is None


def test_an_answer_in_a_draft_is_a_preview_and_kept_nowhere(soil, iris, signed_in):
    draft = make_lesson(soil, "draft", published=False)
    question = make_question(draft)

    response = send(signed_in(iris), question, "Right")

    assert response.status_code == 200
    assert "Preview: nothing is kept." in response.content.decode()
    assert "Correct" in response.content.decode()
    assert Answer.objects.count() == 0
    assert not Enrollment.objects.filter(learner=iris).exists()


def test_a_question_of_a_draft_is_hidden_from_learners(soil, ada, signed_in):
    question = make_question(make_lesson(soil, "draft", published=False))

    assert send(signed_in(ada), question, "Right").status_code == 404


def test_a_question_through_another_lesson_is_missing(probe, soil, client):
    other = soil.lessons.get(slug="water-it")
    wrong = probe.answer_url.replace(probe.lesson.slug, other.slug)

    assert client.get(probe.answer_url).status_code == 200
    assert client.get(wrong).status_code == 404


def test_a_question_through_another_track_is_missing(probe, client):
    make_track("stars", lessons=1)

    assert client.get(probe.answer_url.replace("soil", "stars")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "right", "written", "said"),
    [
        ("text", ("Act 1",), "act 1", "Correct"),
        ("text", ("Act 1",), "Alignment", "An accepted answer:"),
        ("number", ("4000",), "4,000", "Correct"),
        ("number", ("4000",), "2250", "An accepted answer:"),
    ],
)
def test_written_kinds_are_answered_in_a_field(
    lesson, client, kind, right, written, said
):
    question = make_question(lesson, kind=kind, right=right)

    response = send(client, question, written=written)

    assert said in client.get(response.url).content.decode()
    assert Answer.objects.get().written.text == written


@pytest.mark.parametrize(
    ("kind", "written", "problem"),
    [
        ("text", "   ", "Write an answer"),
        ("text", "x" * 201, "Shorten your answer to 200 characters"),
        ("number", "about four", "Write a number, for example 2.5"),
        ("number", "", "Write a number, for example 2.5"),
    ],
)
def test_a_problem_with_what_was_written_stands_beside_it(
    lesson, client, kind, written, problem
):
    question = make_question(lesson, kind=kind, right=("4",))

    response = send(client, question, written=written)

    page = response.content.decode()
    assert response.status_code == 422
    assert problem in page
    assert 'aria-invalid="true"' in page
    assert f'value="{written}"' in page
    assert Answer.objects.count() == 0


def test_try_again_opens_the_question_and_another_answer_at_once_is_practice(
    probe, ada, signed_in
):
    client = signed_in(ada)
    send(client, probe, "Not so")

    opened = client.get(probe.answer_url).content.decode()
    assert "Check my answer" in opened

    send(client, probe, "Right")
    page = client.get(probe.get_absolute_url()).content.decode()
    assert "Practice · does not count" in page
    assert "Counts again from" in page
    assert "Your 2 answers to this question" in page


def test_a_visitors_answer_is_kept_in_this_browser_alone(probe, client):
    send(client, probe, "Right")

    assert "Correct" in client.get(probe.get_absolute_url()).content.decode()
    assert "Correct" not in Client().get(probe.get_absolute_url()).content.decode()


@given(st.data())
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_order_in_which_ticks_are_sent_does_not_matter(soil, data):
    question = make_question(
        soil.lessons.first(), kind="multiple", right=("A", "B", "C"), wrong=("X", "Y")
    )
    ticked = data.draw(st.sets(st.sampled_from("ABCXY"), min_size=1))
    ids = pick(question, *ticked)
    for order in (ids, data.draw(st.permutations(ids))):
        Client().post(
            question.answer_url, {"submission": str(uuid4()), "choice": order}
        )

    credits_stored = set(
        Answer.objects.filter(question=question).values_list("credit", flat=True)
    )
    right, wrong = len(ticked & set("ABC")), len(ticked & set("XY"))
    exact = max(Fraction(right, 3) - Fraction(wrong, 2), Fraction(0))
    assert len(credits_stored) == 1
    assert abs(Fraction(credits_stored.pop()) - exact) < Fraction(1, 10**6)


def test_a_get_changes_nothing(probe, client):
    assert client.get(probe.answer_url).status_code == 200
    assert Answer.objects.count() == 0


def test_one_learner_sees_nothing_of_anothers_answers(probe, ada: User, ben, signed_in):
    send(signed_in(ada), probe, "Right")

    page = signed_in(ben).get(probe.get_absolute_url()).content.decode()
    assert "Because it is so." not in page
