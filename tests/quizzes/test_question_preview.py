"""The preview on the page that revises a question: open and answered, nothing stored."""

import re

import pytest
from django.contrib.admin import helpers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from unfold.forms import BaseAdminForm, BaseFieldline

from quizzes.models import Question
from tests.admin_forms import admin_client, fields_of
from tests.factories import make_question, make_user
from tests.quizzes.mending import answer, own

pytestmark = pytest.mark.django_db


def address(page: str, question: Question) -> str:
    return reverse(f"admin:quizzes_question_{page}", args=[question.pk])


def words(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def answered(ada, probe):
    answer(own(ada), probe, "Right")
    return probe


@pytest.fixture
def at_probe(iris, answered):
    """Iris' client, and the fields of the page that revises the question."""
    client = admin_client(iris)
    return client, fields_of(client, address("revise", answered))


def test_the_page_frames_its_preview(at_probe, answered):
    page = words(at_probe[0].get(address("revise", answered)))

    assert f'data-preview="{address("preview", answered)}"' in page
    assert "js/preview.js" in page


def test_the_page_looks_alike_in_a_process_that_served_no_other_form(
    at_probe, answered, monkeypatch
):
    """Unfold puts its own form in the place of Django's when the first page asks."""
    client, _fields = at_probe
    later = client.get(address("revise", answered)).content.count(b"<label")
    monkeypatch.setattr(helpers, "AdminForm", BaseAdminForm)
    monkeypatch.setattr(helpers, "Fieldline", BaseFieldline)

    page = words(client.get(address("revise", answered)))

    assert page.count("<label") == later
    assert re.search(r"Question<span [^>]*>\*</span></label>", page)


def test_the_open_question_is_as_learners_see_it(at_probe, answered, client):
    lesson = words(client.get(answered.lesson.get_absolute_url()))
    number = r'<span class="question__no">.*?</legend>'

    page = words(at_probe[0].get(address("preview", answered)))

    asked = re.search(number, lesson)
    assert asked
    assert asked[0] in page


def test_what_is_typed_is_shown_with_what_comes_after_an_answer(at_probe, answered):
    client, fields = at_probe
    fields |= {
        "prompt": "How **wet**?\r\n\r\nSee $x^2$.",
        "explanation": "It *rained*.",
        "choices-0-text": "Quite `wet`",
        "choices-0-feedback": "Well **seen**.",
        "choices-1-feedback": "It *dripped*.",
    }

    with CaptureQueriesContext(connection) as captured:
        page = words(client.post(address("preview", answered), fields))

    for part in (
        "How <strong>wet</strong>?",
        "<math",
        "<em>rained</em>",
        "Quite <code>wet</code>",
        "Well <strong>seen</strong>.",
        "It <em>dripped</em>.",
        "After an answer",
    ):
        assert part in page
    told = [query["sql"] for query in captured.captured_queries]
    assert not [sql for sql in told if re.search(r"\b(INSERT|UPDATE|DELETE)\b", sql)]


@pytest.mark.parametrize(
    ("kind", "accepted", "shown"),
    [
        ("number", "31", "31, or anything from 29 to 33"),
        ("number", "many", "It *is* many"),
        ("text", "Lehm", "Lehm"),
    ],
)
def test_a_written_one_shows_what_is_accepted(iris, ada, lesson, kind, accepted, shown):
    question = make_question(lesson, kind="number", right=("30",))
    answer(own(ada), question, "30")
    client = admin_client(iris)
    fields = fields_of(client, address("revise", question))
    fields |= {"kind": kind, "choices-0-text": accepted, "tolerance": "2"}
    fields |= {"other_feedback": "Look *again*.", "prompt": "It *is* many"}

    page = words(client.post(address("preview", question), fields))

    assert shown.replace("*is*", "<em>is</em>") in page
    assert "Look <em>again</em>." in page


@pytest.mark.parametrize(
    "fields", [{}, {"choices-TOTAL_FORMS": "many"}, {"kind": "riddle", "prompt": ""}]
)
def test_a_form_without_its_fields_is_no_error(at_probe, answered, fields):
    client, _fields = at_probe

    assert client.post(address("preview", answered), fields).status_code == 200


def test_only_who_teaches_the_track_sees_it(answered, omar, ruth, ada):
    for user, status in (omar, 404), (ruth, 200), (ada, 302):
        client = admin_client(user)
        for send in client.get, client.post:
            assert send(address("preview", answered)).status_code == status


def test_it_is_framed_by_this_site_alone_and_every_control_is_disabled(
    at_probe, answered
):
    response = at_probe[0].get(address("preview", answered))

    policy = response["Content-Security-Policy"]
    assert "sandbox allow-same-origin;" in f"{policy};"
    assert "form-action 'none'" in policy
    assert "no-store" in response["Cache-Control"]
    page = words(response)
    before, _start, rest = page.partition('<fieldset class="inactive" disabled>')
    inside, _end, after = rest.rpartition("</fieldset>")
    assert "<button" in inside
    for outside in before, after:
        assert not re.search("<(button|input|select|textarea|script)", outside)


def test_it_takes_as_many_queries_with_many_choices_and_answers(iris, probe):
    client = admin_client(iris)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address("preview", probe))
        return len(captured)

    few = count()
    choices = probe.choices
    choices.bulk_create(
        choices.model(question=probe, text=f"More {n}", position=n)
        for n in range(4, 14)
    )
    probe.refresh_from_db()
    for number in range(20):
        answer(own(make_user(f"Learner {number}")), probe, "Not so")
    assert count() == few <= 12
