"""The admin's page of a lesson can be written on with a telephone."""

import pytest
from django.urls import reverse

from tests.browser.conftest import NewContext
from tests.browser.stage import LONG_WORD, Stage
from tests.factories import make_instructor, make_lesson, make_question, make_track

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TELEPHONE = {"width": 390, "height": 844}


def test_a_lesson_with_long_words_is_no_wider_than_a_telephone(
    stage: Stage, open_browser: NewContext
):
    track = make_track("soil")
    lesson = make_lesson(track)
    make_question(lesson, f"What is {LONG_WORD}?", wrong=(f"{LONG_WORD} here",))
    stage.sign_in(make_instructor("Iris", track))
    page = open_browser(viewport=TELEPHONE).new_page()
    stage.lend_cookies(page.context)

    page.goto(reverse("admin:courses_lesson_change", args=[lesson.pk]))

    assert page.locator("#questions-group textarea").count()
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
