"""What this room knows of a person."""

from accounts.models import User
from quizzes.models import Answer, WrittenAnswer


def export_person(user: User) -> dict[str, object]:
    """Every answer with what was picked or written, oldest first."""
    answers = (
        Answer.objects.filter(respondent__learner=user)
        .select_related("question__lesson__track", "written")
        .prefetch_related("picks__choice")
        .order_by("answered_at", "pk")
    )
    return {"answers": [_answer(answer) for answer in answers]}


def _answer(answer: Answer) -> dict[str, object]:
    lesson = answer.question.lesson
    written = getattr(answer, "written", None)
    return {
        "answered_at": answer.answered_at,
        "track": lesson.track.slug,
        "lesson": lesson.slug,
        "question": answer.question.prompt,
        "picked": [pick.choice.text for pick in answer.picks.all()],
        "written": written.text if written else None,
        "credit": str(answer.credit),
    }


def erase_person(user: User) -> None:
    """What was typed goes; which choices were picked and the credits stay."""
    WrittenAnswer.objects.filter(answer__respondent__learner=user).delete()
