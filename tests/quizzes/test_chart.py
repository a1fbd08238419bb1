"""What the drawing of the scores says to those who do not see it."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest

from quizzes.models import Answer, Respondent
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

CREDITS = {"right": Decimal(1), "half": Decimal("0.5")}


@pytest.mark.parametrize(
    ("answered", "lessons", "said"),
    [
        (
            ["half"],
            1,
            "Score in percent for lesson 1 of Stars. 1 lesson has answers, at 50 percent.",
        ),
        (
            ["half"],
            3,
            "Score in percent for lessons 1 to 3 of Stars."
            " 1 lesson has answers, at 50 percent.",
        ),
        (
            ["right", "right"],
            3,
            "Score in percent for lessons 1 to 3 of Stars."
            " 2 lessons have answers, all at 100 percent.",
        ),
        (
            ["half", "right"],
            2,
            "Score in percent for lessons 1 to 2 of Stars."
            " 2 lessons have answers, between 50 and 100 percent.",
        ),
    ],
)
def test_the_title_says_no_range_of_one_number(ada, signed_in, answered, lessons, said):
    track = make_track("stars")
    respondent = Respondent.objects.create(learner=ada, is_own=True)
    client = signed_in(ada)
    for number in range(lessons):
        question = make_question(make_lesson(track, f"lesson-{number}"))
        if number < len(answered):
            Answer.objects.create(
                respondent=respondent,
                question=question,
                question_revision=question.revision,
                submission=uuid4(),
                credit=CREDITS[answered[number]],
            )
    client.post("/tracks/stars/lesson-0/done/", {"done": "1"})

    page = client.get("/me/").content.decode()

    title = re.search(r'<title id="chart-t">(.*?)</title>', page, re.DOTALL)
    assert title
    assert title[1] == f"{said} The table below has every number."
