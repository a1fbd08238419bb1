"""Answering a question, and the page that explains the score."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.throttle import TooOftenError, client_of, count_one
from courses.access import get_lesson_for, get_track_for
from courses.marks import keep
from courses.progress import outline_of
from courses.views import kept_by_readers, render_lesson
from quizzes.access import (
    choices_of,
    get_question_for,
    get_successor_for,
    offered_by,
)
from quizzes.forms import AnswerForm
from quizzes.grading import Key
from quizzes.log import Person
from quizzes.models import Choice, Question
from quizzes.people import RESPONDENT, new_visitor, person_of, visitor_in
from quizzes.report import score_report
from quizzes.self_check import (
    Asked,
    Item,
    Pick,
    Verdict,
    preview_verdict,
    state_of,
    verdicts_of,
)
from quizzes.services import (
    AnswerRefusedError,
    QuestionChangedError,
    key_of,
    learner_respondent,
    record_answer,
    visitor_respondent,
)

ANSWERS_A_MINUTE = 120


@require_http_methods(["GET", "HEAD", "POST"])
def answer(
    request: HttpRequest, track_slug: str, lesson_slug: str, question_id: UUID
) -> HttpResponse:
    """GET: the question open to answer. POST: grade the answer and keep it."""
    address = (track_slug, lesson_slug, question_id)
    try:
        question = get_question_for(request.user, *address)
    except Http404:
        return _show_successor(request, *address)
    asked = _asked(question)
    if request.method != "POST":
        return _show_open(request, question, AnswerForm(asked))
    form = AnswerForm(asked, request.POST)
    if not form.is_valid():
        return _show_open(request, question, form, status=422)
    try:
        count_one("answer", client_of(request), limit=ANSWERS_A_MINUTE, seconds=60)
    except TooOftenError as error:
        return _show_open(request, question, form.refused(_wait(error)), status=429)
    choices = choices_of(question)  # the key: read for nobody who has not answered
    if not question.lesson.is_published:
        return _show_preview(request, question, form, choices)
    try:
        person = _record(request, question, choices, form)
    except AnswerRefusedError as error:
        if question.position is None:  # it was replaced or retired at this moment
            return _show_successor(request, *address)
        return _show_open(
            request, question, form.refused(str(error)), status=error.status
        )
    return _show_verdict(request, question, asked, person)


def _asked(question: Question) -> Asked:
    """The question as it is offered."""
    return Asked(
        question.pk,
        question.uuid,
        question.position or 1,
        question.kind,
        question.prompt_html,
        question.details_html,
        offered_by(question) if question.has_choices else [],
    )


def _wait(error: TooOftenError) -> str:
    return ngettext(
        "That was a great many answers. Wait %(n)s second, then send it again.",
        "That was a great many answers. Wait %(n)s seconds, then send it again.",
        error.retry_after,
    ) % {"n": error.retry_after}


def _record(
    request: HttpRequest, question: Question, choices: list[Choice], form: AnswerForm
) -> Person:
    """Store the answer under the learner's or the visitor's name in the log.

    A question that was edited since it was read is read and graded once more.
    """
    user = request.user if request.user.is_authenticated else None
    if user is not None:
        respondent = learner_respondent(user, question.own_respondent)  # type: ignore[attr-defined]
        person = Person(learner_id=user.pk)
    else:
        kept = visitor_in(request)
        visitor = kept or new_visitor(request)
        respondent = visitor_respondent(visitor, is_kept=kept is not None)
        person = Person(respondent_id=respondent)
    submission = form.cleaned_data["submission"]
    try:
        key = key_of(question, choices)
        record_answer(question, key, form.reply(), respondent, submission, user)
    except QuestionChangedError:
        key = _read_again(question, form)
        record_answer(question, key, form.reply(), respondent, submission, user)
    if user is None:
        request.session[RESPONDENT] = str(respondent)
        keep(request.session)
    return person


def _read_again(question: Question, form: AnswerForm) -> Key:
    """The key of the question as it is now, if the answer still fits it."""
    question.refresh_from_db(fields=["revision", "kind", "tolerance", "position"])
    choices = choices_of(question)
    is_same = question.kind == form.asked.kind and question.position is not None
    if not is_same or not form.reply().picked <= {choice.pk for choice in choices}:
        raise QuestionChangedError
    return key_of(question, choices)


def _show_open(
    request: HttpRequest, question: Question, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        item = Item(form.asked, question.lesson.question_count, form=form)
        context = {"item": item, "lesson": question.lesson}
        return render(request, "quizzes/_question.html", context, status=status)
    return _lesson_page(request, question, status=status, open_form=form)


def _show_successor(
    request: HttpRequest, track_slug: str, lesson_slug: str, question_id: UUID
) -> HttpResponse:
    """To who has a page on which the question is an earlier version, or not yet retired."""
    found = get_successor_for(request.user, track_slug, lesson_slug, question_id)
    if found is None:
        messages.info(
            request, _("This question is no longer asked: no answer to it is kept.")
        )
        lesson = reverse("lesson", args=[track_slug, lesson_slug])
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(headers={"HX-Redirect": lesson})
        return redirect(lesson)
    form = AnswerForm(_asked(found))
    if request.method != "POST":
        return _show_open(request, found, form)
    error = QuestionChangedError()
    return _show_open(request, found, form.refused(str(error)), status=error.status)


def _show_preview(
    request: HttpRequest,
    question: Question,
    form: AnswerForm,
    choices: list[Choice],
) -> HttpResponse:
    """In a draft: the verdict, and nothing kept."""
    picks = [
        (c.pk, Pick(c.text_html, c.text, c.is_right, c.feedback_html)) for c in choices
    ]
    verdict = preview_verdict(
        form.asked,
        key_of(question, choices),
        form.reply(),
        picks,
        explanation_html=question.explanation_html,
        other_feedback_html=question.other_feedback_html,
    )
    if request.htmx:  # type: ignore[attr-defined]
        item = Item(form.asked, question.lesson.question_count, verdict=verdict)
        context = {"item": item, "lesson": question.lesson}
        return render(request, "quizzes/_question.html", context)
    return _lesson_page(request, question, preview=(question.pk, verdict))


def _lesson_page(
    request: HttpRequest, question: Question, *, status: int = 200, **extra: object
) -> HttpResponse:
    lesson = question.lesson
    found = get_lesson_for(request.user, lesson.track.slug, lesson.slug)
    return render_lesson(request, found, status=status, **extra)


def _show_verdict(
    request: HttpRequest, question: Question, asked: Asked, person: Person
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(question.get_absolute_url())
    lesson = question.lesson
    verdicts = verdicts_of(person, lesson.pk)
    found = verdicts.get(question.pk)
    verdict = found if isinstance(found, Verdict) else None
    form = None if verdict else AnswerForm(asked)
    item = Item(asked, lesson.question_count, verdict=verdict, form=form)
    context = {
        "item": item,
        "lesson": lesson,
        "state": state_of(verdicts.values(), lesson.question_count),
    }
    return HttpResponse(render_to_string("quizzes/_answered.html", context, request))


@require_safe
def score(request: HttpRequest, track_slug: str) -> HttpResponse:
    """Which answers counted and why, so that the score can be added up by hand."""
    track = get_track_for(request.user, track_slug)
    report = None
    if request.user.is_authenticated:
        outline = outline_of(track, request.user)
        report = score_report(person_of(request), track, outline)
    context = {"track": track, "report": report, "room": "tracks"}
    return kept_by_readers(render(request, "quizzes/score.html", context), track)
