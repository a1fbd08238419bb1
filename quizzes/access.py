"""Look a question up for a reader; hidden and missing are the same 404."""

from uuid import UUID

from django.db.models import Subquery
from django.shortcuts import get_object_or_404

from accounts.models import Reader
from courses.models import Lesson
from courses.querysets import plan_mode
from quizzes.models import Question, Respondent


def get_question_for(
    reader: Reader, track_slug: str, lesson_slug: str, uuid: UUID
) -> Question:
    """A current question of a lesson this reader may see, at its own address.

    It carries `own_respondent`, the learner's id in the answer log, if there is one.
    """
    lessons = Lesson.objects.visible_to(reader).filter(
        slug=lesson_slug, track__slug=track_slug
    )
    own = Respondent.objects.filter(learner=reader.pk or 0, is_own=True)
    questions = (
        Question.objects.current()
        .filter(lesson__in=lessons)
        .annotate(own_respondent=Subquery(own.values("pk")[:1]))
        .select_related("lesson__track")
        .defer("lesson__body_html", "lesson__body_text", "lesson__markdown")
        .defer("lesson__search", "lesson__headings", "lesson__track__description_html")
    )
    return get_object_or_404(questions.fetch_mode(plan_mode()), uuid=uuid)
