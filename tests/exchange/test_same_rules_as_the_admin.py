"""The admin's pages and track folders hold texts and questions to the same rules."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from courses.models import Lesson, Track
from exchange.stored import export_track
from exchange.track_folder import TrackFolderError, parse_track, write_track
from quizzes.models import Question, Respondent
from quizzes.rules import Draft, flaws_of
from tests.admin_forms import added_row, admin_client, fields_in, fields_of
from tests.factories import make_question

TRACK = b'---\ntitle: "Soil"\nsummary: "All about soil."\n---\n'
LESSON = '---\ntitle: "Probe"\nsummary: "How."\n---\n\n## Check your understanding\n\n'

DRAFTS = [
    Draft("single", ["A", "B"], [True, False]),
    Draft("single", ["A", "B"], [False, False]),
    Draft("single", ["A"], [True]),
    Draft("single", ["A", "B", "C"], [True, True, False]),
    Draft("single", ["A", "A"], [True, False]),
    Draft("single", ["A", "a"], [True, False]),
    Draft("single", ["A", "B"], [True, False], None, "No."),
    Draft("single", [f"{number}" for number in range(50)], [True, *[False] * 49]),
    Draft("single", [f"{number}" for number in range(51)], [True, *[False] * 50]),
    Draft("multiple", ["A", "B", "C"], [True, True, False]),
    Draft("multiple", ["A", "B"], [True, False]),
    Draft("multiple", ["A", "B"], [True, True]),
    Draft("multiple", ["A", "B"], [False, False]),
    Draft("text", ["act 1", "one"], [True, True]),
    Draft("text", ["act 1"], [True], None, "Read it again."),
    Draft("text", ["act 1", "act 1"], [True, True]),
    Draft("text", ["a" * 200], [True]),
    Draft("text", ["a" * 201], [True]),
    Draft("number", ["2.5"], [True]),
    Draft("number", ["-2"], [True], Decimal("0.1"), "Count again."),
    Draft("number", ["2.5", "3"], [True, True]),
    Draft("number", ["2,5"], [True]),
    Draft("number", ["2.5 m"], [True]),
    Draft("number", ["1e3"], [True]),
    Draft("number", ["٢"], [True]),
    Draft("number", ["2."], [True]),
    Draft("number", ["9" * 20], [True]),
    Draft("number", ["9" * 21], [True]),
    Draft("number", ["0." + "9" * 10], [True]),
    Draft("number", ["0." + "9" * 11], [True]),
    Draft("number", ["2"], [True], Decimal(-1)),
]


def written(draft: Draft) -> bytes:
    """The question as its author would write it in a lesson's file."""
    marks = [
        "=" if draft.is_written else "x" if right else " " for right in draft.rights
    ]
    texts = list(draft.texts)
    if draft.tolerance is not None:
        texts = [f"{text} ± {draft.tolerance}" for text in texts]
    lines = [f"- [{mark}] {text}" for mark, text in zip(marks, texts, strict=True)]
    if draft.other_feedback:
        lines += ["- [*]", f"  > {draft.other_feedback}"]
    block = "\n".join(lines)
    return f"{LESSON}### Well? {{#well .{draft.kind}}}\n\n{block}\n".encode()


def is_read(draft: Draft) -> bool:
    try:
        parse_track({"track.md": TRACK, "01-probe.md": written(draft)}, "soil")
    except TrackFolderError:
        return False
    return True


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: repr(draft)[:60])
def test_what_the_page_takes_the_folder_takes(draft):
    assert (not flaws_of(draft)) == is_read(draft)


# On the pages themselves


@pytest.fixture
def lesson_page(iris, soil, lesson, probe):
    """Of a draft with one question: address, client and what its form would send."""
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    client = admin_client(iris)
    url = reverse("admin:courses_lesson_change", args=[lesson.pk])
    return url, client, fields_of(client, url)


def said_at(response, field: str) -> str:
    """The errors that the page draws at this field, or at this block of a question."""
    assert response.status_code == 200
    form = response.context["adminform"].form
    formset = response.context["inline_admin_formsets"][0].formset
    for row in formset.forms:
        for each in [row, *row.nested_formsets[0].formset.forms]:
            if field.startswith(f"{each.prefix}-"):
                name = field.removeprefix(f"{each.prefix}-")
                if name in each.fields:
                    return " ".join(each.errors.get(name, []))
    return " ".join(form.errors.get(field, []))


QUESTIONS_IN_TEXT = """Dig.

## Check your understanding

### Deep? {#deep}

- [x] Yes
- [ ] No"""


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("markdown", "```python\nx = 1", "This code block is never closed."),
        ("markdown", QUESTIONS_IN_TEXT, "This would read back as something else"),
        ("markdown", "## Check your understanding", "No question follows."),
        ("title", "Soil\x07", "“title” holds a control character."),
        ("summary", "All\x9f", "“summary” holds a control character."),
        ("attribution", "Ada\x7f", "“attribution” holds a control character."),
        ("license", "MIT\x1b", "“license” holds a control character."),
        ("slug", "Upper_case", "“Upper_case” cannot be a slug."),
        ("slug", "-x", "“-x” cannot be a slug."),
        ("language", "en-toolonglong", "is not a language tag."),
        ("language", "en-de-fr", "is not a language tag."),
        ("questions-0-prompt", "Well?\n\n~~~\nx", "This code block is never closed."),
        ("questions-0-prompt", "Well?\n\n- [x] Yes", "This would read back"),
        ("questions-0-prompt", "Well?\n\n### More\n\nx", "This question has no id."),
        ("questions-0-prompt", "Well?\n\n## More", "Only questions stand under"),
        ("questions-0-explanation", "### More", "This question has no id."),
        ("questions-0-explanation", "- [x] So", "This would read back"),
        ("questions-0-explanation", "So.\n\n- [x] So", "This choice stands in the"),
        ("questions-0-explanation", "    x", "This line is indented below"),
        ("questions-0-choices-1-text", "So\x07not", "the control character U+0007"),
    ],
)
def test_what_no_track_folder_can_say_is_an_error_beside_it(
    lesson_page, soil, field, typed, message
):
    url, client, fields = lesson_page
    before = export_track(soil)
    fields["questions-0-choices-0-feedback"] = "What I wrote."

    response = client.post(url, fields | {field: typed})

    assert message in said_at(response, field)
    assert not re.search(r"\.md:?\d*", said_at(response, field))
    kept = fields_in(response)
    assert kept[field].replace("\r\n", "\n") == typed
    assert kept["questions-0-choices-0-feedback"] == "What I wrote."
    assert export_track(soil) == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("markdown", "```python\n## Check your understanding\n```"),
        ("markdown", "## More\n\n- [x] done"),
        ("slug", "lower-case"),
        ("language", "de-CH-1901"),
        ("language", "zh-Hant-TW"),
        ("language", "en-x-a"),
        ("questions-0-prompt", "Well?\n\n```\n### More\n```"),
        ("questions-0-explanation", "#### More\n\n- and *more*"),
        ("questions-0-choices-1-text", "- [x] `{#no-id}`"),
        ("questions-0-choices-1-feedback", "```\n### More"),
    ],
)
def test_what_is_saved_can_be_exported(lesson_page, soil, field, typed):
    url, client, fields = lesson_page

    assert client.post(url, fields | {field: typed}).status_code == 302

    write_track(export_track(soil))
    assert typed in fields_of(client, url)[field].replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("title", "Moss\x07", "“title” holds a control character."),
        ("slug", "Upper_case", "“Upper_case” cannot be a slug."),
        ("slug", "-x", "“-x” cannot be a slug."),
        ("language", "en-de-fr", "is not a language tag."),
        ("description", "```\nx", "This code block is never closed."),
        ("description", "## Check your understanding", "Questions belong to a lesson."),
    ],
)
def test_a_track_that_no_folder_can_say_is_refused(iris, field, typed, message):
    client = admin_client(iris)
    url = reverse("admin:courses_track_add")
    fields = fields_of(client, url)
    fields |= {"title": "Moss", "slug": "moss", "summary": "All about moss."}

    response = client.post(url, fields | {field: typed})

    assert response.status_code == 200
    form = response.context["adminform"].form
    assert message in " ".join(form.errors[field])
    assert list(form.errors) == [field]
    assert not Track.objects.filter(summary="All about moss.").exists()


def test_a_lesson_takes_200_questions_and_no_more(lesson_page, lesson):
    url, client, fields = lesson_page
    row = added_row(client, url, "questions", 1) | {
        "questions-1-prompt": "One more?",
        "questions-1-choices-0-text": "Yes",
        "questions-1-choices-0-is_right": "on",
        "questions-1-choices-1-text": "No",
    }
    for number in range(1, 201):
        start = f"questions-{number}-"
        fields |= {name.replace("questions-1-", start): row[name] for name in row}

    response = client.post(url, fields | {"questions-TOTAL_FORMS": "201"})

    assert response.status_code == 200
    assert "A lesson has at most 200 questions." in response.content.decode()
    assert lesson.questions.count() == 1
    fields["questions-TOTAL_FORMS"] = "200"
    assert client.post(url, fields).status_code == 302
    assert lesson.questions.count() == 200


def test_an_older_question_that_cannot_be_exported_does_not_stop_another(
    lesson_page, lesson
):
    """It is untouched: the page saves, and export says what is wrong with it."""
    url, client, _fields = lesson_page
    make_question(lesson, "Well?\n\n### More")
    fields = fields_of(client, url)
    fields["questions-0-prompt"] = "Where does it go?"

    assert client.post(url, fields).status_code == 302

    assert Question.objects.filter(prompt="Where does it go?").exists()


def test_of_an_answered_question_only_what_can_change_is_looked_at(lesson_page, lesson):
    url, client, _fields = lesson_page
    old = make_question(lesson, "Well?\n\n### More")
    Respondent.objects.create().answers.create(
        question=old, question_revision=old.revision, submission=old.uuid, credit=1
    )
    fields = fields_of(client, url)
    explained = "questions-1-explanation"

    refused = client.post(url, fields | {explained: "### More"})
    assert "This question has no id." in said_at(refused, explained)
    assert client.post(url, fields | {explained: "So it is."}).status_code == 302

    old.refresh_from_db()
    assert old.explanation == "So it is."


def test_a_new_lesson_is_held_to_the_same_rules(iris, soil):
    client = admin_client(iris)
    url = reverse("admin:courses_lesson_add")
    fields = fields_of(client, url) | added_row(client, url, "questions", 0)
    fields |= {
        "track": str(soil.pk),
        "title": "Mulch",
        "slug": "mulch",
        "summary": "All of it.",
        "questions-TOTAL_FORMS": "1",
        "questions-0-prompt": "Well?\n\n### More",
        "questions-0-choices-0-text": "Yes",
        "questions-0-choices-0-is_right": "on",
        "questions-0-choices-1-text": "No",
    }

    response = client.post(url, fields)

    assert "This question has no id." in said_at(response, "questions-0-prompt")
    assert not Lesson.objects.filter(slug="mulch").exists()
