"""Whether a question's key has to stay as it is, and why, for the pages of the admin."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from quizzes.regrade_models import Regrade


def grades_earlier_answers() -> Any:
    """Whether answers to an earlier version were graded by this one's key."""
    by_key = Regrade.objects.filter(
        target=OuterRef("pk"), target_revision__isnull=False
    )
    return Exists(by_key)


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
