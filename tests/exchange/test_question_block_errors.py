"""What is wrong with a question is said with file and line, and what to do about it."""

import pytest

from tests.exchange.samples import QUESTION, folder, lesson_text, problems_in

NO_ID = "This question has no id. End the heading with one, such as {#raw-capability}."
BAD_ID = (
    "cannot be the id of a question. Use small letters a to z, digits and hyphens, "
    "such as {#raw-capability}."
)
BAD_KIND = (
    "Only one of .single, .multiple, .text, .number may follow the id. "
    "Correct the heading."
)
NO_RIGHT = "This question has no right choice. Mark one with [x]."
NO_WRONG = "This question has no wrong choice. Add one with [ ]."
NO_CHOICES = (
    "This question has no choices. "
    "Add a list of - [x] and - [ ], or of - [=], below it."
)
EMPTY = "This choice is empty. Write its text, or take it out."
ALMOST = (
    "This choice is not written as it should be. "
    "Write “- [x] text” or “- [ ] text”, with these spaces."
)
JOINED = (
    "This line is joined to the choice above. "
    "Put a blank line between the choices and the explanation."
)
ONE_LINE = "A choice is one line. Join this line to it, or begin it with > to make it feedback."
MIXED = (
    "This question mixes - [=] with - [x] and - [ ]. "
    "Use - [=] alone for a written answer."
)
NOT_A_NUMBER = (
    "is not a number. Write it like 2.5, or like 2.5 ± 0.1, and its unit in the prompt."
)
OTHERS_ONLY_WRITTEN = (
    "Only a written answer has feedback for every other answer. "
    "Take - [*] out, or use - [=]."
)
HEAD = "### Q {#q}\n\n"  # the choices below it start on line 12

QUESTION_FAULTS = {
    "no id": ("### Q\n\n- [x] A\n- [ ] B\n", [(10, NO_ID)]),
    "braces that are no id": ("### Q {a}\n\n- [x] A\n- [ ] B\n", [(10, NO_ID)]),
    "upper case in the id": (
        "### Q {#Q}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“#Q” {BAD_ID}")],
    ),
    "a hyphen first": (
        "### Q {#-q}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“#-q” {BAD_ID}")],
    ),
    "no number sign": (
        "### Q {.single}\n\n- [x] A\n- [ ] B\n",
        [(10, f"“.single” {BAD_ID}")],
    ),
    "another kind": ("### Q {#q .essay}\n\n- [x] A\n- [ ] B\n", [(10, BAD_KIND)]),
    "two kinds": ("### Q {#q .text .number}\n\n- [=] 1\n", [(10, BAD_KIND)]),
    "a long id": (
        f"### Q {{#{'q' * 65}}}\n\n- [x] A\n- [ ] B\n",
        [(10, "This id is 65 characters long. Shorten it to 64 at most.")],
    ),
    "no prompt": (
        "### {#q}\n\n- [x] A\n- [ ] B\n",
        [(10, "This question has no prompt. Write it after the ###.")],
    ),
    "no list": ("### Q {#q}\n\nText.\n\n- item\n", [(10, NO_CHOICES)]),
    "a list in a code block": (
        "### Q {#q}\n\n```\n- [x] A\n- [ ] B\n```\n",
        [(10, NO_CHOICES)],
    ),
    "no right choice": (f"{HEAD}- [ ] A\n- [ ] B\n", [(10, NO_RIGHT)]),
    "no wrong choice": (f"{HEAD}- [x] A\n", [(10, NO_WRONG)]),
    "no wrong choice of several": (f"{HEAD}- [x] A\n- [x] B\n", [(10, NO_WRONG)]),
    "several right choices of a single": (
        "### Q {#q .single}\n\n- [x] A\n- [x] B\n- [ ] C\n",
        [
            (
                10,
                "A .single question has one right choice. "
                "Mark the others with [ ], or write .multiple.",
            )
        ],
    ),
    "an empty choice": (f"{HEAD}- [x]\n- [ ] B\n", [(12, EMPTY)]),
    "an empty accepted answer": (f"{HEAD}- [=] \n", [(12, EMPTY)]),
    "equal choices": (
        f"{HEAD}- [x] A\n- [ ] B\n- [ ] A\n",
        [(14, "Line 12 has this choice already. Take one of them out.")],
    ),
    "a choice without its space": (f"{HEAD}- [x]A\n- [ ] B\n", [(12, ALMOST)]),
    "a choice without its mark": (f"{HEAD}- [x] A\n- [] B\n", [(13, ALMOST)]),
    "a choice with another mark": (
        f"{HEAD}- [x] A\n- [v] B\n- [ ] C\n",
        [(13, "This choice has no mark. Begin it with - [x] or - [ ].")],
    ),
    "another mark first": (
        f"{HEAD}- [v] A\n- [x] B\n- [ ] C\n",
        [
            (
                12,
                "This line stands in the list of choices, but has no mark. "
                "Begin it with - [x] or - [ ], or put a blank line below it.",
            )
        ],
    ),
    "a choice of two lines": (
        f"{HEAD}- [x] A\n  and more\n- [ ] B\n",
        [(13, ONE_LINE)],
    ),
    "an indented choice": (f"{HEAD}- [x] A\n  - [ ] B\n- [ ] C\n", [(13, ONE_LINE)]),
    "an explanation without a blank line": (
        f"{HEAD}- [x] A\n- [ ] B\nBecause.\n",
        [(14, JOINED)],
    ),
    "an indented explanation": (
        f"{HEAD}- [x] A\n- [ ] B\n\n  Because.\n",
        [
            (
                15,
                "This line is indented below a choice, but is none. "
                "Begin it without spaces to make it part of the explanation.",
            )
        ],
    ),
    "feedback without indent": (
        f"{HEAD}- [x] A\n> Yes.\n- [ ] B\n",
        [(13, "Feedback is indented by two spaces. Put them before the >.")],
    ),
    "feedback with one space": (
        f"{HEAD}- [x] A\n > Yes.\n- [ ] B\n",
        [(13, "Feedback is indented by two spaces. Put one more before the >.")],
    ),
    "feedback after a blank line": (
        f"{HEAD}- [x] A\n\n  > Yes.\n- [ ] B\n",
        [
            (
                14,
                "Feedback stands directly below its choice. "
                "Take out the blank line above it.",
            )
        ],
    ),
    "a choice in the explanation": (
        f"{HEAD}- [x] A\n- [ ] B\n\nBecause.\n\n- [ ] C\n",
        [
            (
                17,
                "This choice stands in the explanation. "
                "Move it up to the others, or begin it with * to make it text.",
            )
        ],
    ),
    "choices and accepted answers": (f"{HEAD}- [x] A\n- [=] B\n", [(10, MIXED)]),
    "choices of a text": (
        "### Q {#q .text}\n\n- [x] A\n- [ ] B\n",
        [(10, "A .text question takes its accepted answer as - [=].")],
    ),
    "accepted answers of a single": (
        "### Q {#q .single}\n\n- [=] A\n",
        [(10, "A .single question takes its choices as - [x] and - [ ].")],
    ),
    "every other answer of a single": (
        f"{HEAD}- [x] A\n- [ ] B\n- [*]\n  > No.\n",
        [(14, OTHERS_ONLY_WRITTEN)],
    ),
    "every other answer alone": (
        f"{HEAD}- [*]\n  > No.\n",
        [(10, "This question accepts no answer. Add one with - [=].")],
    ),
    "every other answer without feedback": (
        f"{HEAD}- [=] A\n- [*]\n",
        [
            (
                13,
                "- [*] has no feedback. Add a line “  > …” below it, or take it out.",
            )
        ],
    ),
    "every other answer with a text": (
        f"{HEAD}- [=] A\n- [*] B\n  > No.\n",
        [(13, "- [*] stands alone. Write the text below it, as feedback.")],
    ),
    "every other answer twice": (
        f"{HEAD}- [=] A\n- [*]\n  > No.\n- [*]\n  > No.\n",
        [(15, "This question has a second - [*]. Join the two.")],
    ),
    "a number in words": (
        "### Q {#q .number}\n\n- [=] four\n",
        [(12, f"“four” {NOT_A_NUMBER}")],
    ),
    "a number with an exponent": (
        "### Q {#q .number}\n\n- [=] 1e3\n",
        [(12, f"“1e3” {NOT_A_NUMBER}")],
    ),
    "a number with a comma": (
        "### Q {#q .number}\n\n- [=] 2,5\n",
        [(12, f"“2,5” {NOT_A_NUMBER}")],
    ),
    "digits of another script": (
        "### Q {#q .number}\n\n- [=] ٣\n",
        [(12, f"“٣” {NOT_A_NUMBER}")],
    ),
    "a tolerance with a unit": (
        "### Q {#q .number}\n\n- [=] 2 ± 1 g\n",
        [(12, f"“1 g” {NOT_A_NUMBER}")],
    ),
    "a tolerance of nothing": (
        "### Q {#q .number}\n\n- [=] 2 ±\n",
        [(12, f"“” {NOT_A_NUMBER}")],
    ),
    "a negative tolerance": (
        "### Q {#q .number}\n\n- [=] 2 ± -1\n",
        [(12, "A tolerance cannot be negative. Take its sign out.")],
    ),
    "a number of too many digits": (
        f"### Q {{#q .number}}\n\n- [=] {'9' * 21}\n",
        [(12, "A number has at most 20 digits before its point and 10 after.")],
    ),
    "two numbers": (
        "### Q {#q .number}\n\n- [=] 2\n- [=] 3\n",
        [(13, "A .number question has one accepted value. Take this one out.")],
    ),
    "a long prompt": (
        f"### Q {{#q}}\n\n{'p' * 4998}\n\n- [x] A\n- [ ] B\n",
        [(10, "This prompt is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "a long choice": (
        f"{HEAD}- [x] {'a' * 501}\n- [ ] B\n",
        [(12, "This choice is 501 characters long. Shorten it to 500 at most.")],
    ),
    "a long accepted answer": (
        f"{HEAD}- [=] {'a' * 201}\n",
        [(12, "This answer is 201 characters long. Shorten it to 200 at most.")],
    ),
    "long feedback": (
        f"{HEAD}- [x] A\n  > {'a' * 5001}\n- [ ] B\n",
        [(12, "This feedback is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "a long explanation": (
        f"{QUESTION}\n{'a' * 5001}\n",
        [(15, "This explanation is 5001 characters long. Shorten it to 5000 at most.")],
    ),
    "too many choices": (
        HEAD + "- [x] A\n" + "".join(f"- [ ] {n}\n" for n in range(50)),
        [(62, "A question has at most 50 choices. Take some out.")],
    ),
    "too many questions": (
        "".join(f"### Q {{#q{n}}}\n- [x] A\n- [ ] B\n" for n in range(201)),
        [(610, "A lesson has at most 200 questions. Move some to another.")],
    ),
    "text before the first question": (
        f"Three questions.\n\n{QUESTION}",
        [
            (
                10,
                "This text stands before the first question. Move it above "
                "“Check your understanding”, or begin a question with ###.",
            )
        ],
    ),
    "no questions": (
        "",
        [(8, "No question follows. Write one, or take this heading out.")],
    ),
    "another section after the questions": (
        f"{QUESTION}\n## Sources\n",
        [
            (
                15,
                "Only questions stand under “Check your understanding”. "
                "Move this heading and its text above it.",
            )
        ],
    ),
    "an open code block": (
        f"{QUESTION}\n~~~~ python\nx\n~~~\n",
        [(15, "This code block is never closed. End it with a line ~~~~.")],
    ),
    "a second id": (
        f"{QUESTION}\n{QUESTION}",
        [(15, "The id “finest” is taken by 01-loam.md:10. Give each its own.")],
    ),
}


@pytest.mark.parametrize(
    ("text", "expected"), QUESTION_FAULTS.values(), ids=QUESTION_FAULTS.keys()
)
def test_a_fault_of_a_question_is_said_with_its_line(text, expected):
    found = problems_in(folder(lesson_text(text)))

    assert found == [f"01-loam.md:{line}: {message}" for line, message in expected]
