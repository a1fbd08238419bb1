"""Whether a question's key has to stay as it is, and why, for the pages of the admin."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from quizzes.models import Answer, Choice, Question
from quizzes.regrade_models import Regrade


def grades_earlier_answers() -> Any:
    """Whether answers to an earlier version were graded by this one's key."""
    by_key = Regrade.objects.filter(
        target=OuterRef("pk"), target_revision__isnull=False
    )
    return Exists(by_key)


def asked_of_people(track_id: int) -> str:
    """The HTML of all that answered questions of the track ask and offer, in any version.

    The track's questions are locked: none is answered for the first time meanwhile.
    """
    of_track = Question.objects.filter(lesson__track=track_id)
    list(of_track.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    given = Answer.objects.filter(question=OuterRef("pk"))
    asked = of_track.filter(Exists(given) | grades_earlier_answers())
    prompts = asked.values_list("prompt_html", "details_html")
    choices = Choice.objects.filter(question__in=asked).values_list("text_html")
    return "".join(html for row in (*prompts, *choices) for html in row)


def is_answered(question: Any) -> bool:
    """Of a question read with answered_by and the above: its key stays. A new one is free."""
    return bool(
        getattr(question, "answered_by", 0)
        or getattr(question, "grades_earlier", False)
    )


def answered_words(question: Any) -> str:
    """ "12 people have answered it." Nothing while nobody has."""
    count = question.answered_by
    if not count:
        return ""
    said = ngettext(
        "%(count)s person has answered it.",
        "%(count)s people have answered it.",
        count,
    )
    return said % {"count": count}
