"""The lesson, and its self-check in every state."""

from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page

from certificates.services import withdraw
from courses.models import Track
from tests.browser.pages.entry import Entry
from tests.browser.stage import (
    LONG_WORD,
    Stage,
    archive,
    lessons_of,
    questions_of,
    revise,
)
from tests.factories import make_lesson, make_question

CHECK = "Check my answer"


def first_lesson(track: Track) -> str:
    return lessons_of(track)[0].get_absolute_url()


def unread(stage: Stage) -> str:
    return first_lesson(stage.soil())


def first_answer_of_a_visitor(stage: Stage) -> str:
    track = stage.soil()
    stage.answer(questions_of(track)[0], "10 cm")
    return first_lesson(track)


def done_by_a_visitor(stage: Stage) -> str:
    track = stage.soil()
    stage.mark_done(lessons_of(track)[0])
    return first_lesson(track)


def signed_in(stage: Stage) -> str:
    stage.sign_in()
    return first_lesson(stage.soil())


def all_right(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    stage.answer_all(track)
    return first_lesson(track)


def partly_right(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    single, multiple, text, number, _other = questions_of(track)
    stage.answer(single, "Not so")
    stage.answer(multiple, "Sun")
    stage.answer(text, "a stick")
    stage.answer(number, "60")
    return first_lesson(track)


def nothing_right(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    stage.answer_all(track, right=False)
    return first_lesson(track)


def practised(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    question = questions_of(track)[0]
    stage.answer(question, "Not so")
    stage.answer(question, "10 cm")
    return first_lesson(track)


def revised(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    question = questions_of(track)[0]
    stage.answer(question, "10 cm")
    revise(question, "How deep does the long probe go?")
    return first_lesson(track)


def open_again(stage: Stage) -> str:
    stage.sign_in()
    question = questions_of(stage.soil())[0]
    stage.answer(question, "Not so")
    return question.answer_url


def no_questions(stage: Stage) -> str:
    return lessons_of(stage.soil())[2].get_absolute_url()


def done(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    stage.mark_done(lessons_of(track)[0])
    return first_lesson(track)


def one_left(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    *first, last = lessons_of(track)
    stage.mark_done(*first)
    return last.get_absolute_url()


def none_left(stage: Stage) -> str:
    return lessons_of(stage.finished())[-1].get_absolute_url()


def none_left_for_a_visitor(stage: Stage) -> str:
    track = stage.soil()
    stage.finish(track)
    return lessons_of(track)[-1].get_absolute_url()


def certified(stage: Stage) -> str:
    stage.certified()
    return lessons_of(Track.objects.get())[-1].get_absolute_url()


def arabic(stage: Stage) -> str:
    return first_lesson(stage.arabic())


def arabic_answered(stage: Stage) -> str:
    track = stage.arabic()
    stage.answer(questions_of(track)[0], "متر")
    return first_lesson(track)


def arabic_done(stage: Stage) -> str:
    """Each kind of question answered, the last of two lessons left to do."""
    stage.sign_in()
    track = stage.arabic()
    lesson = lessons_of(track)[0]
    make_question(lesson, "كم؟", kind="number", right=("31",), tolerance=Decimal(2))
    make_question(lesson, "ما هو؟", kind="multiple", right=("شمس", "ريح"))
    make_lesson(track, "maa", title="الماء", summary="متى؟")
    stage.answer_all(track, right=False)
    stage.mark_done(lesson)
    return lesson.get_absolute_url()


def long_words(stage: Stage) -> str:
    return first_lesson(stage.long_words())


def long_words_answered(stage: Stage) -> str:
    stage.sign_in()
    track = stage.long_words()
    stage.answer_all(track, right=False)
    return first_lesson(track)


def by_preview_link(stage: Stage) -> str:
    return f"{stage.preview()}probe-the-soil/"


def draft(stage: Stage) -> str:
    return first_lesson(stage.draft())


def published_in_a_draft(stage: Stage) -> str:
    track = stage.draft()
    track.lessons.update(published_at=timezone.now())
    return first_lesson(track)


def withdrawn(stage: Stage) -> str:
    withdraw(stage.certified())
    return lessons_of(Track.objects.get())[-1].get_absolute_url()


def of_an_archived_track(stage: Stage) -> str:
    track = stage.half_way()
    archive(track)
    return first_lesson(track)


def send_nothing(number: int) -> Callable[[Page], None]:
    """Send the form of this question, 1 being the first, as it is."""

    def steps(page: Page) -> None:
        page.get_by_role("button", name=CHECK).nth(number - 1).click()

    return steps


def choose_and_send(page: Page) -> None:
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=CHECK).click()


LESSON = [
    Entry("lesson, visitor", "lesson", unread, "4-question self-check"),
    Entry("lesson, first answer", "lesson", first_answer_of_a_visitor, "Kept on this"),
    Entry("lesson, visitor, done", "lesson", done_by_a_visitor, "Undo"),
    Entry("lesson, first run", "lesson", signed_in, "0 of 3 done"),
    Entry("lesson, all right", "lesson", all_right, "Counts 100 %"),
    Entry("lesson, partly right", "lesson", partly_right, "Half right · counts 50 %"),
    Entry("lesson, nothing right", "lesson", nothing_right, "The right answers:"),
    Entry("lesson, practice", "lesson", practised, "Practice · does not count"),
    Entry("lesson, revised", "lesson", revised, "This question was revised."),
    Entry("lesson, open again", "answer", open_again, "1 of 4 answered"),
    *[
        Entry(f"lesson, no {kind}", "lesson", unread, says, 422, send_nothing(number))
        for number, (kind, says) in enumerate(
            [
                ("choice", "Choose one answer"),
                ("tick", "Tick at least one answer"),
                ("words", "Write an answer"),
                ("number", "Write a number, for example 2.5"),
            ],
            start=1,
        )
    ],
    Entry("lesson, no questions", "lesson", no_questions, "Mark lesson done"),
    Entry("lesson, done", "lesson", done, "Undo"),
    Entry("lesson, last, one left", "lesson", one_left, "1 lesson left"),
    Entry("lesson, last, none left", "lesson", none_left, "Claim your certificate"),
    Entry(
        "lesson, last, visitor",
        "lesson",
        none_left_for_a_visitor,
        "Sign in to claim your certificate",
    ),
    Entry("lesson, last, certified", "lesson", certified, "See your certificate"),
    Entry("lesson, right to left", "lesson", arabic, "المجس"),
    Entry("lesson, right to left, answered", "lesson", arabic_answered, "Not yet"),
    Entry("lesson, right to left, done", "lesson", arabic_done, "1 of 2 done"),
    Entry("lesson, long words", "lesson", long_words, LONG_WORD),
    Entry("lesson, long words, answered", "lesson", long_words_answered, "Why"),
    Entry("lesson, archived", "lesson", of_an_archived_track, "1 of 3 done"),
    Entry("lesson, last, withdrawn", "lesson", withdrawn, "You withdrew your"),
    Entry("lesson, draft track", "lesson", published_in_a_draft, "The track of this"),
    Entry("lesson, draft", "lesson", draft, "This lesson is a draft."),
    Entry("lesson, preview", "preview_lesson", by_preview_link, "This is a preview."),
    Entry(
        "lesson, draft, answered",
        "lesson",
        draft,
        "Preview: nothing is kept.",
        steps=choose_and_send,
    ),
]
