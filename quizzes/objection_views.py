"""The page on which a learner says that something is wrong with a question."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.throttle import TooOftenError, client_of, count_one
from gradus.http import LearnerRequest
from quizzes.access import get_question_for, get_successor_for
from quizzes.forms import ObjectionForm
from quizzes.models import Question
from quizzes.objections import has_answered, object_to, open_objection

OBJECTIONS_AN_HOUR = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(
    request: LearnerRequest, track_slug: str, lesson_slug: str, question_id: UUID
) -> HttpResponse:
    """The form, for who has answered the question; POST keeps what is said.

    Of a question that was revised since, it is shown once more, with what was typed.
    """
    learner = request.user
    question = _asked_now(learner, track_slug, lesson_slug, question_id)
    if question is None:
        messages.info(request, _retired())
        return redirect("lesson", track_slug, lesson_slug)
    if not has_answered(question, learner):
        return redirect(question.get_absolute_url())
    kept = open_objection(question, learner)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if question.uuid != question_id and form.is_valid():
        form.add_error("text", _revised())
    if kept is None and form.is_valid() and _is_kept(request, question, form):
        said = gettext("Thank you. The reply will stand under “My learning”.")
        messages.success(request, said)
        return redirect(question.get_absolute_url())
    context = {
        "question": question,
        "lesson": question.lesson,
        "track": question.lesson.track,
        "kept": kept,
        "form": form,
        "room": "tracks",
    }
    status = 422 if form.errors and kept is None else 200
    return render(request, "quizzes/objection.html", context, status=status)


def _asked_now(
    learner: User, track_slug: str, lesson_slug: str, question_id: UUID
) -> Question | None:
    """The question, or what its lesson asks instead by now; None: nothing.

    Raises:
        Http404: there was no such question, or this learner may not see the lesson.
    """
    address = track_slug, lesson_slug, question_id
    try:
        return get_question_for(learner, *address)
    except Http404:
        return get_successor_for(learner, *address)


def _is_kept(request: LearnerRequest, question: Question, form: ObjectionForm) -> bool:
    """Keep what the form says; above the limit it gets an error instead."""
    try:
        count_one(
            "objection", client_of(request), limit=OBJECTIONS_AN_HOUR, seconds=3600
        )
    except TooOftenError as error:
        form.add_error("text", _wait(error))
        return False
    object_to(question, request.user, form.cleaned_data["text"])
    return True


def _retired() -> str:
    return gettext("This question is no longer asked: there is nothing to report.")


def _revised() -> str:
    return gettext(
        "This question has just been revised. If something is still wrong with it, send "
        "this again."
    )


def _wait(error: TooOftenError) -> str:
    minutes = -(-error.retry_after // 60)
    return ngettext(
        "You have reported many questions. Wait %(n)s minute, then send this again.",
        "You have reported many questions. Wait %(n)s minutes, then send this again.",
        minutes,
    ) % {"n": minutes}
