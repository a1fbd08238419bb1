"""Pictures in a track's description, in questions, choices and explanations."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from courses.models import Lesson, Picture, Track
from courses.picture_services import add_picture
from quizzes.models import Question
from tests.admin_forms import admin_client, fields_of
from tests.drawings import png
from tests.factories import make_question

pytestmark = pytest.mark.django_db

SHOWN = "![The probe](probe.png)"


@pytest.fixture
def asked(lesson: Lesson) -> Question:
    """A question that speaks of a picture in each of its texts."""
    return make_question(
        lesson,
        f"What is this? {SHOWN}\n\n{SHOWN}",
        right=(f"A probe {SHOWN}",),
        wrong=("A spade",),
        explanation=f"See: {SHOWN}",
    )


def texts(question: Question) -> list[str]:
    question = Question.objects.get(pk=question.pk)
    choice = question.choices.get(is_right=True)
    return [
        question.prompt_html,
        question.details_html,
        question.explanation_html,
        choice.text_html,
    ]


def test_the_texts_of_a_question_show_pictures(lesson):
    add_picture(lesson.track, "probe.png", png())
    question = make_question(lesson, f"What is this? {SHOWN}", explanation=SHOWN)

    question.refresh_from_db()

    assert 'alt="The probe"' in question.prompt_html
    assert 'alt="The probe"' in question.explanation_html


def test_an_upload_shows_up_in_questions_that_name_it_answered_or_not(asked, reply_to):
    assert all("<img" not in html for html in texts(asked))
    reply_to(asked)

    add_picture(asked.lesson.track, "probe.png", png())

    assert all("<img" in html for html in texts(asked))
    again = Question.objects.get(pk=asked.pk)
    assert again.revision == asked.revision


@pytest.fixture
def reply_to(ada, signed_in):
    def reply(question: Question) -> None:
        right = question.choices.get(is_right=True)
        form = {"choice": right.pk, "submission": uuid4()}
        response = signed_in(ada).post(question.answer_url, form)
        assert response.status_code == 302

    return reply


def test_a_picture_of_a_question_stays_and_leads_to_the_lesson(asked, iris):
    picture = add_picture(asked.lesson.track, "probe.png", png())
    client = admin_client(iris)
    address = reverse("admin:courses_picture_delete", args=[picture.pk])

    response = client.post(address, {"post": "yes"})

    assert response.status_code == 409
    lesson = reverse("admin:courses_lesson_change", args=[asked.lesson_id])
    assert lesson in response.content.decode()


def test_a_picture_of_a_draft_s_question_is_hidden(asked, client, iris, signed_in):
    picture = add_picture(asked.lesson.track, "probe.png", png())
    address = picture.shown.address(60)
    assert client.get(address).status_code == 200

    Lesson.objects.filter(pk=asked.lesson_id).update(published_at=None)

    assert client.get(address).status_code == 404
    assert signed_in(iris).get(address).status_code == 200


def test_an_explanation_s_picture_is_not_named_before_the_answer(
    lesson, client, reply_to
):
    picture = add_picture(lesson.track, "answer.png", png())
    question = make_question(lesson, explanation="![It is so](answer.png)")
    page = client.get(lesson.get_absolute_url()).content.decode()

    assert picture.digest not in page
    assert "answer.png" not in page
    assert question.explanation_html


def test_the_description_shows_a_picture(soil, iris, client):
    add_picture(soil, "probe.png", png())
    admin = admin_client(iris)
    address = reverse("admin:courses_track_change", args=[soil.pk])

    admin.post(address, fields_of(admin, address) | {"description": SHOWN})

    page = client.get(soil.get_absolute_url()).content.decode()
    assert 'alt="The probe"' in page
    shown = Picture.objects.get().shown.address(60)
    assert client.get(shown).status_code == 200
    Track.objects.filter(pk=soil.pk).update(published_at=None)
    assert client.get(shown).status_code == 404


def test_an_upload_shows_up_in_a_description_that_names_it(soil):
    soil.description = SHOWN
    soil.save()
    assert "<img" not in soil.description_html

    add_picture(soil, "probe.png", png())

    assert "<img" in Track.objects.get(pk=soil.pk).description_html


def test_a_picture_in_a_draft_and_in_the_description_is_seen(soil, lesson, client):
    lesson.markdown = soil.description = SHOWN
    lesson.published_at = None
    lesson.save()
    soil.save()

    picture = add_picture(soil, "probe.png", png())

    assert client.get(picture.shown.address(60)).status_code == 200


def test_who_may_see_a_picture_is_asked_of_its_own_track_s_questions_alone(asked):
    """Whatever PostgreSQL knows of the tables, it never reads all choices there are."""
    picture = add_picture(asked.lesson.track, "probe.png", png())
    pictures = Picture.objects.filter(pk=picture.pk).visible_to(AnonymousUser())
    hashed: list[str] = []

    def collect(node: dict[str, Any]) -> None:
        if "hashed" in node.get("Filter", ""):
            hashed.append(node["Relation Name"])
        for part in node.get("Plans", []):
            collect(part)

    (found,) = json.loads(pictures.explain(format="json"))
    collect(found["Plan"])

    assert "courses_lesson" not in hashed
