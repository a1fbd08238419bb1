"""Which questions a lesson asks, and which of them learners object to."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from courses.models import Lesson
from courses.querysets import plan_mode

if TYPE_CHECKING:
    from accounts.models import Reader, User
    from quizzes.models import Objection, Question  # noqa: F401 (named as text below)


def people_who_answered() -> Any:
    """How many people: learners, each once, and visitors nobody has claimed."""
    learner = "answers__respondent__learner"
    visitor = Q(answers__isnull=False, **{f"{learner}__isnull": True})
    return Count(learner, distinct=True) + Count(
        "answers__respondent", filter=visitor, distinct=True
    )


class QuestionQuerySet(models.QuerySet["Question"]):
    def current(self) -> Self:
        """Neither retired nor replaced: what its lesson shows."""
        return self.filter(position__isnull=False)

    def of_track(self, track_id: int) -> Self:
        """The track's questions: the current ones of its published lessons, now."""
        return self.current().filter(
            lesson__track=track_id, lesson__published_at__lte=timezone.now()
        )


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> Self:
        """Nobody has replied yet."""
        return self.filter(replied_at=None)

    def taught_by(self, reader: "Reader") -> Self:
        """To questions of the tracks this person may edit."""
        if not reader.is_authenticated or not reader.is_staff:
            return self.none()
        if reader.is_admin:
            return self
        return self.filter(question__lesson__track__instructors__user=reader)

    def made_by(self, learner: "User") -> Self:
        """The learner's own, the newest first, with what their page shows of them.

        is_open: whether the learner may see the lesson now.
        """
        lessons = Lesson.objects.visible_to(learner)
        return (
            self.filter(learner=learner)
            .annotate(is_open=Exists(lessons.filter(pk=OuterRef("question__lesson"))))
            .select_related("question__lesson__track")
            .only(
                "text",
                "made_at",
                "reply",
                "replied_at",
                "question__uuid",
                "question__prompt_html",
                "question__lesson__slug",
                "question__lesson__title",
                "question__lesson__language",
                "question__lesson__track__slug",
                "question__lesson__track__language",
            )
            .order_by("-pk")
            .fetch_mode(plan_mode())
        )
