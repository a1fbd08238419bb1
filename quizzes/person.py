"""What this room knows of a person."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch

from accounts.models import User
from quizzes.models import Answer, Objection, WrittenAnswer
from quizzes.regrade_models import Regrade, RegradedAnswer

_REGRADED = Prefetch(
    "regraded", RegradedAnswer.objects.select_related("regrade").order_by("regrade_id")
)


def export_person(user: User) -> dict[str, object]:
    """Answers with what was picked or written, objections, regrades made; oldest first."""
    answers = (
        Answer.objects.filter(respondent__learner=user)
        .select_related("question__lesson__track", "written")
        .prefetch_related("picks__choice", _REGRADED)
        .order_by("answered_at", "pk")
    )
    objections = Objection.objects.filter(learner=user).select_related("question")
    made = Regrade.objects.filter(by=user).select_related("target").order_by("pk")
    return {
        "answers": [_answer(answer) for answer in answers],
        "reported_questions": [_objection(o) for o in objections.order_by("pk")],
        "replies_to_reports": [
            {"reply": reply, "replied_at": at}
            for reply, at in Objection.objects.filter(replied_by=user)
            .order_by("replied_at")
            .values_list("reply", "replied_at")
        ],
        "regrades": [_regrade(regrade) for regrade in made],
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
        "regraded": [
            {
                "made_at": row.regrade.made_at,
                "reason": row.regrade.reason,
                "credit": str(row.credit),
                "taken_back_at": row.regrade.taken_back_at,
            }
            for row in answer.regraded.all()
        ],
    }


def _regrade(regrade: Regrade) -> dict[str, object]:
    """One that this person made, as an instructor."""
    return {
        "made_at": regrade.made_at,
        "question": regrade.target.prompt,
        "reason": regrade.reason,
        "taken_back_at": regrade.taken_back_at,
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
    """What was typed goes; which choices were picked and the credits stay.

    The admin's history names an objection by its words: that it had a reply stays there.
    """
    objections = Objection.objects.filter(learner=user)
    said = [str(key) for key in objections.values_list("pk", flat=True)]
    kind = ContentType.objects.get_for_model(Objection)
    LogEntry.objects.filter(content_type=kind, object_id__in=said).update(
        object_repr=""
    )
    objections.delete()
    WrittenAnswer.objects.filter(answer__respondent__learner=user).delete()
