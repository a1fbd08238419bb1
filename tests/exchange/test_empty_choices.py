"""A choice in which a reader sees nothing is refused, on the page and in a folder."""

import pytest

from quizzes.rules import Draft, flaws_of
from tests.exchange.samples import folder, lesson_text, problems_in

EMPTY = "This choice is empty. Write its text, or take it out."
NOTHING = [
    "",
    "![](x.png)",
    "![\u200b](x.png)",
    "[](x.md)",
    "\u200b",
    "&#8203;",
    "&nbsp;",
    "\u3164",
    "\u2800",
    "` `",
    "<br>",
]
SOMETHING = ["![moss](x.png)", "$x$", "`0`", "0", "\u200ba", "🌍\ufe0f", "<b>", "**"]


@pytest.mark.parametrize("text", NOTHING)
def test_a_choice_without_anything_to_see_is_refused(text):
    files = folder(lesson_text(f"### Which? {{#which}}\n\n- [x] Clay\n- [ ] {text}\n"))
    draft = Draft("single", ["Clay", text], [True, False])

    assert problems_in(files) == [f"01-loam.md:13: {EMPTY}"]
    assert [(flaw.message, flaw.choice) for flaw in flaws_of(draft)] == [(EMPTY, 1)]


@pytest.mark.parametrize("text", SOMETHING)
def test_a_choice_with_something_to_see_is_taken(text):
    files = folder(lesson_text(f"### Which? {{#which}}\n\n- [x] Clay\n- [ ] {text}\n"))
    draft = Draft("single", ["Clay", text], [True, False])

    assert problems_in(files) == []
    assert flaws_of(draft) == []


@pytest.mark.parametrize("text", ["\u200b", "\u3164"])
def test_an_accepted_answer_that_nobody_can_see_is_refused(text):
    files = folder(lesson_text(f"### What? {{#what}}\n\n- [=] {text}\n"))
    draft = Draft("text", [text], [True])

    assert problems_in(files) == [f"01-loam.md:12: {EMPTY}"]
    assert [(flaw.message, flaw.choice) for flaw in flaws_of(draft)] == [(EMPTY, 0)]


@pytest.mark.parametrize("text", ["<br>", "![](x.png)", "` `"])
def test_an_accepted_answer_may_be_markup(text):
    """The question may ask for it."""
    files = folder(lesson_text(f"### What? {{#what}}\n\n- [=] {text}\n"))

    assert problems_in(files) == []
    assert flaws_of(Draft("text", [text], [True])) == []
