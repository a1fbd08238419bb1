"""The preview beside a lesson's text: what learners would see, and nothing is stored."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.markdown import MAX_CHARACTERS
from courses.models import Lesson
from quizzes.models import Question
from tests.admin_forms import added_row, admin_client, fields_of
from tests.factories import make_question

ADD = reverse("admin:courses_lesson_add")
OF_NEW = reverse("admin:courses_lesson_preview")
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|name=\"csrf\w+\" value=\"\w+\"")


def preview_of(lesson: Lesson) -> str:
    return reverse("admin:courses_lesson_preview", args=[lesson.pk])


def change(lesson: Lesson) -> str:
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def main_of(response) -> str:
    """What the page says, without keys that are new each time."""
    assert response.status_code == 200
    page = response.content.decode()
    return IDS.sub("", page[page.index("<article") : page.index("</article>")])


@pytest.fixture
def iris_at(iris, lesson, probe):
    """Iris' client, and the fields of the lesson's page."""
    client = admin_client(iris)
    return client, fields_of(client, change(lesson))


def test_the_preview_of_what_is_stored_is_the_learners_page(
    iris_at, lesson, probe, client
):
    learners = main_of(client.get(lesson.get_absolute_url()))

    previewed = main_of(iris_at[0].get(preview_of(lesson)))

    asked, _finish = learners.split('id="finish"')
    shown, _finish = previewed.split('id="finish"')
    notice = shown[shown.index('<fieldset class="inactive"') : shown.index("</legend>")]
    assert re.sub(r"\s+", " ", shown.replace(f"{notice}</legend>", "")) == re.sub(
        r"\s+", " ", asked
    )


def test_what_is_typed_is_shown_and_nothing_of_it_stored(iris_at, lesson, probe):
    client, fields = iris_at
    fields |= {"title": "Nothing yet", "markdown": "## Rain\n\nIt is **wet**, $x^2$."}
    fields |= {"questions-0-prompt": "How wet?", "questions-0-choices-1-text": "Very"}

    page = main_of(client.post(preview_of(lesson), fields))

    assert "<h1>Nothing yet</h1>" in page
    assert "<strong>wet</strong>" in page
    assert "<math" in page
    assert "How wet?" in page
    assert "Very" in page
    lesson.refresh_from_db()
    assert lesson.title == "Probe the soil"
    assert Question.objects.get().prompt == "Where does the probe go?"


def test_the_preview_writes_nothing(iris_at, lesson):
    client, fields = iris_at

    with CaptureQueriesContext(connection) as captured:
        client.post(preview_of(lesson), fields | {"title": "Other"})

    told = [query["sql"] for query in captured.captured_queries]
    assert told
    assert not [sql for sql in told if re.search(r"\b(INSERT|UPDATE|DELETE)\b", sql)]


def test_questions_added_moved_and_deleted_on_the_page_are_previewed(iris_at, lesson):
    client, fields = iris_at
    second = make_question(lesson, "And then?")
    fields = fields_of(client, change(lesson))
    new = added_row(client, change(lesson), "questions", 2)
    fields |= new | {
        "questions-TOTAL_FORMS": "3",
        "questions-2-prompt": "What is new?",
        "questions-2-kind": "text",
        "questions-2-choices-TOTAL_FORMS": "0",
        "questions-2-choices-INITIAL_FORMS": "0",
        "questions-0-DELETE": "on",
        "questions-1-position": "2",
        "questions-2-position": "1",
    }

    page = main_of(client.post(preview_of(lesson), fields))

    assert "Where does the probe go?" not in page
    assert page.index("What is new?") < page.index(second.prompt)
    assert 'name="written"' in page
    assert lesson.questions.count() == 2


def test_a_form_that_could_not_be_saved_is_previewed_all_the_same(iris_at, lesson):
    client, fields = iris_at
    fields |= {
        "title": "",
        "slug": "no address",
        "language": "klingon!",
        "markdown": "So far.",
        "questions-0-kind": "riddle",
        "questions-0-position": "²",
        "questions-0-prompt": "",
        "questions-0-choices-0-text": "",
    }

    page = main_of(client.post(preview_of(lesson), fields))

    assert "Untitled" in page
    assert "So far." in page


@pytest.mark.parametrize("fields", [{}, {"questions-TOTAL_FORMS": "many"}])
def test_a_form_without_its_fields_is_no_error(iris_at, lesson, fields):
    client, _fields = iris_at

    assert client.post(preview_of(lesson), fields).status_code == 200
    assert client.post(OF_NEW, fields).status_code == 200


def test_the_longest_text_and_a_longer_one_are_previewed(iris_at, lesson):
    client, fields = iris_at
    text = "So far. " * (MAX_CHARACTERS // 4)

    page = main_of(client.post(preview_of(lesson), fields | {"markdown": text}))

    assert "So far." in page


def test_a_lesson_that_is_not_stored_yet_is_previewed(iris, soil):
    client = admin_client(iris)
    fields = fields_of(client, ADD)
    fields |= {"track": str(soil.pk), "title": "Moss", "markdown": "[On](water-it.md)"}

    page = main_of(client.post(OF_NEW, fields))
    unchosen = main_of(client.post(OF_NEW, fields | {"track": "none"}))

    assert "/tracks/soil/water-it/" in page
    assert "No track yet" in unchosen
    assert "Untitled" in main_of(client.get(OF_NEW))
    assert not Lesson.objects.filter(title="Moss").exists()


def test_somebody_elses_track_is_not_to_be_chosen(omar, soil):
    client = admin_client(omar)
    fields = fields_of(client, ADD) | {"track": str(soil.pk), "title": "Moss"}

    assert "No track yet" in main_of(client.post(OF_NEW, fields))


def test_only_who_teaches_a_lesson_previews_it(lesson, omar, ruth, ada):
    for user, status in (omar, 404), (ruth, 200), (ada, 302):
        client = admin_client(user)
        for send in client.get, client.post:
            assert send(preview_of(lesson)).status_code == status


def test_no_key_comes_with_a_preview(iris_at, lesson, probe):
    Question.objects.filter(pk=probe.pk).update(explanation="A known explanation.")
    client, fields = iris_at

    page = main_of(client.post(preview_of(lesson), fields))

    assert "known explanation" not in page
    assert "About Right" not in page
    right, wrong = re.findall(r"<label class=\"choice\">.*?</label>", page, re.DOTALL)[
        :2
    ]
    plain = re.compile(r"id=\"-\d\"|<span>.*?</span>")
    assert plain.sub("", right) == plain.sub("", wrong)


def test_a_preview_is_framed_by_this_site_alone_and_sends_nothing(iris_at, lesson):
    client, fields = iris_at
    for response in [
        client.get(preview_of(lesson)),
        client.post(preview_of(lesson), fields),
        client.get(reverse("admin:courses_lesson_syntax")),
    ]:
        policy = response["Content-Security-Policy"]
        assert "sandbox allow-same-origin;" in f"{policy};"
        assert "form-action 'none'" in policy
        assert "script-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "no-store" in response["Cache-Control"]
        assert "<script" not in response.content.decode()
    around = client.get(change(lesson))["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in around
    assert "frame-src 'self'" in around


def test_every_control_of_a_preview_is_disabled(iris_at, lesson):
    client, fields = iris_at

    page = main_of(client.post(preview_of(lesson), fields))

    before, _start, rest = page.partition('<fieldset class="inactive" disabled>')
    inside, _end, after = rest.rpartition("</fieldset>")
    assert "<button" in inside
    for outside in before, after:
        assert not re.search("<(button|input|select|textarea)", outside)


def test_the_preview_takes_as_many_queries_with_many_questions(iris_at, lesson):
    client, _fields = iris_at

    def count() -> int:
        fields = fields_of(client, change(lesson))
        with CaptureQueriesContext(connection) as captured:
            assert client.post(preview_of(lesson), fields).status_code == 200
        return len(captured)

    few = count()
    for number in range(20):
        make_question(lesson, f"Number {number}?")
    assert count() == few


def test_the_help_shows_what_comes_of_each_sign(iris):
    page = admin_client(iris).get(reverse("admin:courses_lesson_syntax"))
    said = page.content.decode()

    for typed, seen in {
        "## Weigh the flour": "<h2",
        "| Depth | Moisture |": "<table",
        "```python": 'class="highlight"',
        "$$m =": "<math",
        "[^1]: Bakers": "footnote",
        "&gt; [!NOTE]": "admonition--note",
    }.items():
        assert typed in said
        assert seen in said
