"""What this room knows of a person."""

from accounts.models import User
from quizzes.models import Answer, Objection, WrittenAnswer


def export_person(user: User) -> dict[str, object]:
    """Every answer with what was picked or written, and every objection, oldest first."""
    answers = (
        Answer.objects.filter(respondent__learner=user)
        .select_related("question__lesson__track", "written")
        .prefetch_related("picks__choice")
        .order_by("answered_at", "pk")
    )
    objections = Objection.objects.filter(learner=user).select_related("question")
    return {
        "answers": [_answer(answer) for answer in answers],
        "reported_questions": [_objection(o) for o in objections.order_by("pk")],
    }


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


def _objection(objection: Objection) -> dict[str, object]:
    return {
        "question": objection.question.prompt,
        "said": objection.text,
        "said_at": objection.made_at,
        "reply": objection.reply or None,
        "replied_at": objection.replied_at,
    }


def erase_person(user: User) -> None:
    """What was typed goes; which choices were picked and the credits stay."""
    Objection.objects.filter(learner=user).delete()
    WrittenAnswer.objects.filter(answer__respondent__learner=user).delete()
