"""Which questions a lesson asks."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from quizzes.models import Question  # noqa: F401 (named as text below)


class QuestionQuerySet(models.QuerySet["Question"]):
    def current(self) -> Self:
        """Neither retired nor replaced: what its lesson shows."""
        return self.filter(position__isnull=False)

    def of_track(self, track_id: int) -> Self:
        """The track's questions: the current ones of its published lessons, now."""
        return self.current().filter(
            lesson__track=track_id, lesson__published_at__lte=timezone.now()
        )
