"""What learners say is wrong with a question, and what instructors reply."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from courses.constraints import broken_constraint
from quizzes.models import Answer, Objection, Question


def has_answered(question: Question, learner: User) -> bool:
    """Whether this version or an earlier one of the question has the learner's answer."""
    return Answer.objects.filter(
        question__lineage=question.lineage, respondent__learner=learner
    ).exists()


def open_objection(question: Question, learner: User) -> Objection | None:
    """What this learner has said about the question and nobody has replied to."""
    return Objection.objects.open().filter(question=question, learner=learner).first()


def object_to(question: Question, learner: User, text: str) -> Objection:
    """Keep what the learner says; a second click gets what the first one kept."""
    try:
        with transaction.atomic():
            return Objection.objects.create(
                question=question, learner=learner, text=text
            )
    except IntegrityError as error:
        if broken_constraint(error) != "one_open_objection_per_learner":
            raise
        # not the open one, as a reply may have come since
        said = Objection.objects.filter(question=question, learner=learner)
        return said.latest("pk")


@transaction.atomic
def reply_to(objection: Objection, text: str, by: User) -> None:
    """The reply that the learner will see; a later one stands in its place.

    Raises:
        Objection.DoesNotExist: the learner's account was erased meanwhile.
    """
    rows = Objection.objects.select_for_update(of=("self",))
    locked = rows.get(pk=objection.pk)
    locked.reply = text
    locked.replied_at = timezone.now()
    locked.replied_by = by
    locked.save(update_fields=["reply", "replied_at", "replied_by"])
