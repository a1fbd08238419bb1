"""What is said about a lesson before it is published: each finding, alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.models import Lesson
from courses.picture_services import add_picture
from courses.publishing import render_lesson
from quizzes.models import Choice, Question
from quizzes.pointing_choices import points_at_others
from quizzes.publication import findings_in, with_faults
from quizzes.publishing_checks import (
    AskedDraft,
    Finding,
    LessonDraft,
    Severity,
    findings_of,
)
from quizzes.rules import Draft
from tests.drawings import png
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db


def choices(*texts: str, kind: str = "single") -> Draft:
    """A right choice begins with "+"."""
    return Draft(
        kind=kind,  # type: ignore[arg-type]
        texts=[text.removeprefix("+") for text in texts],
        rights=[text.startswith("+") for text in texts],
    )


def asked(draft: Draft, prompt="What?", explanation="So.") -> AskedDraft:
    return AskedDraft(prompt, explanation, draft)


def said_of(*questions: AskedDraft) -> list[tuple[str, str, str]]:
    found = findings_of(LessonDraft(True, [], questions))
    return [(finding.severity, finding.message, finding.anchor) for finding in found]


SOUND = choices("+Right", "Not so")


# Questions


def test_a_sound_lesson_has_no_findings_and_needs_no_question():
    assert said_of(asked(SOUND)) == []
    assert said_of() == []


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (choices("One", "Two"), "Mark one choice as right."),
        (choices("+One", "+Two", kind="multiple"), "needs a choice that is not right."),
        (choices("One", kind="multiple"), "Mark one choice as right."),
        (choices("+One", "![]()"), "This choice is empty."),
        (Draft("text", [], []), "Write an answer that is accepted."),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_fault(draft, message):
    ((severity, said, anchor),) = said_of(asked(SOUND), asked(draft))

    assert severity == Severity.FAULT
    assert said.startswith("Question 2: ")
    assert message in said
    assert anchor == "id_questions-1-prompt"


@pytest.mark.parametrize("prompt", [" ", "\u200b", "![](x.png)"])
def test_an_empty_question_is_a_fault(prompt):
    assert said_of(asked(SOUND, prompt=prompt)) == [
        (
            "fault",
            "Question 1: It is empty. Write what you ask.",
            "id_questions-0-prompt",
        )
    ]


def test_a_missing_explanation_is_a_warning():
    assert said_of(asked(SOUND, explanation=" ")) == [
        ("warning", "Question 1: It has no explanation.", "id_questions-0-explanation")
    ]


def test_faults_come_first():
    found = said_of(asked(SOUND, explanation=""), asked(choices("One", "Two")))

    assert [severity for severity, _said, _anchor in found] == ["fault", "warning"]


# The longest


LONG = choices("+The right one, at length", "Short")
EVEN = choices("+Same", "Four")


def test_the_right_choice_is_the_longest_in_most_questions():
    found = said_of(asked(LONG), asked(EVEN), asked(LONG))

    assert found == [
        (
            "warning",
            "In 2 of 3 questions with choices the right one is the longest: 1, 3.",
            "id_questions-0-prompt",
        )
    ]


@pytest.mark.parametrize(
    "drafts",
    [
        [LONG, LONG],  # two are too few to tell
        [LONG, EVEN, EVEN],
        [LONG, LONG, EVEN, EVEN],  # half is not most
        [LONG, LONG, Draft("text", ["a long accepted answer"], [True])],
    ],
)
def test_so_it_is_not_said_of_few_or_of_half(drafts):
    assert said_of(*map(asked, drafts)) == []


def test_every_right_choice_has_to_be_longer_and_markup_does_not_count():
    some = choices("+The longest of all", "+No", "Wrong", kind="multiple")
    marked = choices("+`**Four**`", "[Five5](https://example.org/a-long-address)")

    assert said_of(*[asked(some)] * 3) == []
    assert said_of(*[asked(marked)] * 3) != []
    assert said_of(*[asked(choices("+**Four**", "Five5"))] * 3) == []


# The others


@pytest.mark.parametrize(
    "text",
    [
        "All of the above",
        "None of the above.",
        "*All* of the above!",
        "“None of these”",
        "both of them",
        "Neither of the above",
        "All the above",
        "All answers are correct",
        "None of the above is true",
        "None of the options above",
        "All of the answers listed",
        "All four of the above",
        "Two of the above",
        "More than one of the above",
        "Either of these",
        "Everything above",
        "Every answer above",
        "All are correct",
        "Both are true",
        "No answer is correct",
        "Options A and B",
        "A and B only",
        "A and B",
        "Both A and C",
        "A, B and C",
        "Alle oben genannten",
        "Alle Antworten sind richtig",
        "Keine der oben genannten Antworten",
        "Keine der Antworten ist richtig",
        "Nichts davon",
        "Alles davon trifft zu",
        "Beide Antworten",
        "Sowohl A als auch B",
        "A und B sind richtig",
        "Toutes les réponses sont correctes",
        "Toutes ces réponses",
        "Toutes les réponses ci-dessus",
        "Tout ce qui précède",
        "Aucune de ces réponses",
        "Aucune des réponses précédentes",
        "Aucune réponse n'est correcte",
        "Les deux réponses sont justes",
        "Les deux premières",
        "A et B",
        "À la fois A et C",
        "Ni A ni B",
        "Todas las anteriores",
        "Todas las respuestas anteriores",
        "Todas las opciones son correctas",
        "Ninguna de las anteriores",
        "Ninguna de estas respuestas",
        "Ninguna respuesta es correcta",
        "Todo lo anterior",
        "Ambas respuestas son correctas",
        "Las dos anteriores",
        "A y B",
        "Tanto A como B",
        "Tutte le precedenti",
        "Tutte le risposte precedenti",
        "Tutte le risposte sono corrette",
        "Nessuna delle precedenti",
        "Nessuna di queste",
        "Nessuna delle risposte precedenti",
        "Entrambe le risposte sono corrette",
        "A e B",
        "Sia A che B",
        "Né A né B",
        "Todas as anteriores",
        "Todas as alternativas estão corretas",
        "Nenhuma das anteriores",
        "Nenhuma das alternativas acima",
        "Nenhuma das alternativas",
        "Ambas as respostas estão certas",
        "Tanto A quanto B",
        "Alle bovenstaande antwoorden",
        "Al het bovenstaande",
        "Geen van bovenstaande",
        "Geen van de bovenstaande antwoorden",
        "Geen van deze",
        "Alle antwoorden zijn juist",
        "Beide antwoorden zijn goed",
        "A en B zijn juist",
        "Zowel A als B",
        "Wszystkie powyższe",
        "Wszystkie powyższe odpowiedzi",
        "Wszystkie odpowiedzi są poprawne",
        "Żadne z powyższych",
        "Żadna z powyższych odpowiedzi",
        "Żadna odpowiedź nie jest prawidłowa",
        "Z\u0307adne z powyższych",
        "Obie odpowiedzi są poprawne",
        "A i B",
        "Zarówno A, jak i B",
        "Ani A, ani B",
    ],
)
def test_a_choice_that_points_at_the_others_is_found(text):
    assert points_at_others(text)
    ((severity, said, _anchor),) = said_of(asked(choices("+Right", text)))
    assert severity == "warning"
    assert "says nothing of its own" in said


@pytest.mark.parametrize(
    "text",
    [
        "All of the above ground parts",
        "Above all",
        "All are plants",
        "Either of these two plants",
        "Every answer is kept",
        "Everything above the ground",
        "Two of the leaves above ground",
        "Vitamins A and B",
        "Both are true bugs",
        "None",
        "All",
        "Alle",
        "Beide",
        "Nothing happens",
        "A and a half",
        "Vitamin A and B",
        "Alle Antworten werden gespeichert",
        "Toutes les réponses sont conservées",
        "Toutes les réponses",
        "Aucune",
        "Les deux",
        "Tout ce qui précède la virgule",
        "Todas las respuestas se guardan",
        "Ninguna respuesta",
        "Ambas",
        "Todo lo anterior al año 1900",
        "Las dos anteriores guerras",
        "Tutte le risposte vengono salvate",
        "Nessuno",
        "Todas as respostas ficam guardadas",
        "Nenhuma",
        "Alle antwoorden worden bewaard",
        "Geen van deze planten",
        "f of g",
        "Wszystkie odpowiedzi są zapisywane",
        "Żadna",
        "Witamina A i B",
        "a i o",
        "",
    ],
)
def test_one_that_has_something_to_say_is_not(text):
    assert not points_at_others(text)


# The same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yes", "*yes*"),
        ("yes", "Yes"),
        ("yes", "ye\u200bs"),
        ("a  b", "a b"),
        ("`yes`", "yes"),
        ("[yes](https://example.org)", "**yes**"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_choices_that_look_alike_are_told(one, other):
    found = said_of(asked(choices("+No", one, "Other", other)))

    assert [(severity, anchor) for severity, _said, anchor in found] == [
        ("warning", "id_questions-0-choices-3-text")
    ]
    assert "looks like another choice" in found[0][1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x<sup>2</sup>", "x<sub>2</sub>"),
        ("`True`", "`true`"),
        ("$A$", "$a$"),
        ("~~yes~~", "yes"),
        ("x²", "x2"),
        ("O", "0"),
        ("every one", "everyone"),
        ("![a leaf](one.png)", "![a leaf](two.png)"),
    ],
)
def test_choices_that_a_reader_can_tell_apart_are_not(one, other):
    assert said_of(asked(choices("+No", one, other))) == []


def test_accepted_answers_may_look_alike_and_equal_choices_are_a_fault_alone():
    assert said_of(asked(Draft("text", ["yes", "Yes"], [True, True]))) == []
    ((severity, _said, _anchor),) = said_of(asked(choices("+No", "yes", "yes")))
    assert severity == "fault"


# The text


@pytest.fixture
def track():
    return make_track("moss")


def remarks(track, body: str, **fields) -> list[Finding]:
    lesson = make_lesson(track, "look", body=body, **fields)
    return findings_in([lesson])[lesson.pk]


def test_an_empty_lesson_is_a_fault_and_one_that_only_asks_a_warning(track):
    (empty,) = remarks(track, " \n\u200b")
    lesson = Lesson.objects.get()
    make_question(lesson)
    (asks,) = findings_in([lesson])[lesson.pk]

    assert (empty.is_fault, empty.anchor) == (True, "id_markdown")
    assert asks.message == "The lesson has no text, only questions."
    assert not asks.is_fault


@pytest.mark.parametrize(
    "body", ["[x]: https://example.org", "[x]: a.md\n\n[y]: b.md", "#", "---", "<br>"]
)
def test_a_text_that_shows_nothing_is_empty(track, body):
    found = remarks(track, body)

    assert [(each.is_fault, each.anchor) for each in found] == [(True, "id_markdown")]
    assert with_faults(Lesson.objects.all()).count() == 1


@pytest.mark.parametrize("body", ["![](loaf.png)", "$x$", "```\nx\n```"])
def test_one_that_shows_a_picture_a_formula_or_code_is_not(track, body):
    add_picture(track, "loaf.png", png())
    lesson = make_lesson(track, body=body)
    render_lesson(lesson)
    lesson.save()

    assert not any(each.is_fault for each in findings_in([lesson])[lesson.pk])
    assert with_faults(Lesson.objects.all()).count() == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("One\n\n[here](#nowhere)", "Line 3: the link to #nowhere leads nowhere"),
        ("[next](never.md)", "Line 1: the link to never.md leads nowhere"),
        ("[next](03-later.md)", "Line 1: the link to 03-later.md leads to a draft"),
        (
            "[next](/tracks/moss/never/)",
            "the link to /tracks/moss/never/ leads nowhere",
        ),
        ("[next](/tracks/moss/later/)", "the link to /tracks/moss/later/ leads to a"),
        ("[a](/tracks/none/)", "the link to /tracks/none/ leads nowhere"),
        ("[a](/tracks/hidden/lesson-1/)", "/tracks/hidden/lesson-1/ leads nowhere"),
        ("[a](/tracks/none)", "the link to /tracks/none leads nowhere"),
        ("[a](http://testserver/tracks/none/)", "/tracks/none/ leads nowhere"),
        ("[a](/no-such-page/)", "the link to /no-such-page/ leads nowhere"),
        ("![a loaf](loaf.png)", "Line 1: the track has no picture loaf.png"),
        ("![a](https://example.org/a.png)", "a picture of elsewhere is not shown"),
        ("One\n\n# Two", "Line 3: a heading of level 1 is the title's: begin with ##"),
        ("## Two\n\n#### Four", "Line 3: this heading skips a level: write ###"),
        ("### Three", "Line 1: this heading skips a level: write ##"),
    ],
)
def test_what_is_wrong_with_a_text_is_told_with_its_line(track, body, message):
    make_lesson(track, "later", published=False)
    make_track("hidden", published=False, lessons=1)

    (found,) = remarks(track, body)

    assert message in found.message
    assert (found.severity, found.anchor) == ("warning", "id_markdown")


def test_a_picture_without_a_description_is_told_with_its_line(track):
    add_picture(track, "loaf.png", png())

    (found,) = remarks(track, "One\n\n![](loaf.png)\n\n![A loaf](loaf.png)")

    assert "Line 3: the picture loaf.png has no description" in found.message


def test_sound_links_and_headings_are_not_remarked_on(track):
    make_lesson(track, "open")
    make_track("other", lessons=1)
    make_track("bare")
    body = (
        "[a](#two) [b](open.md) [c](/tracks/moss/open/#first) [d](https://example.org/tracks/x/)"
        " [e](/tracks/moss/score/) [f](/tracks/other/lesson-1/) [g](/tracks/other/) [h](/tracks/bare/)"
        " [k](/search/?q=a) [l](/verify) [m](/tracks/other) [n](/static/icon.svg)"
        " [p](http://testserver/tracks/other/) [q](/)"
        " `[i](#code)`\n\n## Two\n\n### Three\n\n## Two again\n\n#\n"
    )

    assert remarks(track, body) == []


@pytest.mark.parametrize(
    "target",
    [
        "02-open.md#nope",
        "open.md#first-1",
        "/tracks/moss/open/#s-nope",
        "http://testserver/tracks/moss/open/#s-nope",
        "/tracks/other/lesson-1/#s-nope",
        "look.md#nope",
    ],
)
def test_a_link_to_a_heading_that_another_lesson_lacks_is_told(track, target):
    make_lesson(track, "open")
    make_track("other", lessons=1)

    (found,) = remarks(track, f"One\n\n[here]({target})")

    assert found.message == (
        f"Line 3: the link to {target.removeprefix('http://testserver')} leads to a"
        " lesson without a heading of that name."
    )


@pytest.mark.parametrize(
    "target",
    [
        "02-open.md#first",
        "open.md#First",
        "open.md#überblick",
        "open.md#twice-1",
        "open.md#天",
        "open.md#",
        "/tracks/moss/open/#s-first",
        "/tracks/moss/open/#self-check",
        "/tracks/other/lesson-1/#s-first",
    ],
)
def test_one_to_a_heading_that_it_has_is_not(track, target):
    body = "## First\n\n## Überblick\n\n## Twice\n\n## Twice\n\n## 天\n"
    make_lesson(track, "open", body=body)
    make_track("other", lessons=1)

    assert remarks(track, f"[here]({target})") == []


def test_drafts_that_are_published_together_may_link_to_each_other(track):
    one = make_lesson(track, "one", body="[two](two.md)", published=False)
    two = make_lesson(track, "two", body="[one](one.md)", published=False)

    assert findings_in([one, two]) == {one.pk: [], two.pk: []}
    assert findings_in([one])[one.pk] != []
    assert findings_in([one], opening=[two.pk])[one.pk] == []


@pytest.mark.parametrize(
    ("field", "anchor"),
    [
        ("prompt", "prompt"),
        ("explanation", "explanation"),
        ("feedback", "choices-1-feedback"),
    ],
)
def test_the_texts_of_questions_are_looked_over_too(track, field, anchor):
    question = make_question(make_lesson(track))
    row = question.choices.get(position=2) if field == "feedback" else question
    setattr(row, field, "See [there](#above) and ![](loaf.png)")
    row.save()

    found = findings_in([question.lesson])[question.lesson_id]

    assert [(finding.message, finding.anchor) for finding in found] == [
        (f"Question 1: {said}", f"id_questions-0-{anchor}")
        for said in (
            "the link to #above leads nowhere: no heading has that name.",
            "the track has no picture loaf.png: its description stands in.",
        )
    ]


def test_links_to_pages_of_this_site_are_looked_at_in_questions_too(track):
    make_lesson(track, "later", published=False)
    make_track("other", lessons=1)
    question = make_question(
        make_lesson(track),
        explanation="[a](/tracks/none/) [b](/tracks/moss/later/) "
        "[c](/tracks/other/lesson-1/) [d](/tracks/moss/)",
    )

    found = findings_in([question.lesson])[question.lesson_id]

    assert [(finding.message, finding.anchor) for finding in found] == [
        (f"Question 1: {said}", "id_questions-0-explanation")
        for said in (
            "the link to /tracks/none/ leads nowhere.",
            "the link to /tracks/moss/later/ leads to a draft.",
        )
    ]


# From the database


def test_retired_questions_are_not_looked_at(track):
    lesson = make_lesson(track)
    make_question(lesson, right=(), explanation="")
    Question.objects.update(position=None)

    assert findings_in([lesson]) == {lesson.pk: []}


def test_it_reads_as_many_statements_for_many_lessons(track):
    counts = []
    for more in 1, 20:
        for _ in range(more):
            make_question(make_lesson(track, body="[a](/tracks/none/)"))
        lessons = list(Lesson.objects.select_related("track"))
        with CaptureQueriesContext(connection) as statements:
            found = findings_in(lessons)
        assert all(found.values())
        assert set(found) == {lesson.pk for lesson in lessons}
        counts.append(len(statements))

    assert counts == [5, 5]


def test_the_list_of_faulty_lessons_agrees_with_the_findings(track):
    sound = make_lesson(track, "sound")
    for kind in "single", "multiple", "text":
        make_question(sound, kind=kind)
    make_lesson(track, "silent", body=" \n")
    no_right = make_question(make_lesson(track, "no-right"))
    no_right.choices.update(is_right=False)
    all_right = make_question(make_lesson(track, "all-right"), kind="multiple")
    all_right.choices.update(is_right=True)
    no_answer = make_question(make_lesson(track, "no-answer"), kind="text")
    Choice.objects.filter(question=no_answer).delete()
    warned = make_question(make_lesson(track, "warned"), explanation="")

    lessons = list(Lesson.objects.select_related("track"))
    faulty = {
        lesson.slug
        for lesson in lessons
        if any(finding.is_fault for finding in findings_in([lesson])[lesson.pk])
    }
    listed = with_faults(Lesson.objects.all()).values_list("slug", flat=True)

    assert faulty == {"silent", "no-right", "all-right", "no-answer"}
    assert set(listed) == faulty
    assert warned.lesson.slug not in faulty
