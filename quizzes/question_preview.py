"""A question that is being revised, as learners will see it: open, and answered."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from courses.markdown import MAX_CHARACTERS
from courses.picture_access import pictures_of
from courses.rendering import render_blocks, render_inline
from courses.shown import Pictures
from gradus.http import framed
from quizzes.forms import AnswerForm
from quizzes.mend_admin import find_version
from quizzes.models import Kind
from quizzes.preview import asked_of
from quizzes.regrading import WRITTEN
from quizzes.revise_page import Revision
from quizzes.self_check import Asked, Item, Pick, Verdict
from quizzes.typed_lesson import TypedQuestion, decimal_of, typed_question

ANYTHING_ELSE = "\N{HORIZONTAL ELLIPSIS}"  # stands for what no accepted answer matches


def preview(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """GET: as it is stored. POST: as it is typed, valid or not. Nothing is stored."""
    old = find_version(admin, request, pk)
    page = Revision(admin, request, old)
    question = typed_question(page.form, [page.choices])
    pictures = pictures_of(old.lesson.track_id)
    with translation.override(old.lesson.page_language):
        asked = asked_of(old.position or 1, question, pictures)
        total = max(old.lesson.question_count, asked.number)
        answered = [
            Item(replace(asked, uuid=uuid4()), total, verdict=verdict)
            for verdict in _verdicts(asked, question, pictures)
        ]
    context = {
        "lesson": old.lesson,
        "track": old.lesson.track,
        "inert": True,
        "open": Item(asked, total, form=AnswerForm(asked)),
        "answered": answered,
    }
    return framed(render(request, "admin/quizzes/question_preview.html", context))


def _verdicts(
    asked: Asked, question: TypedQuestion, pictures: Pictures
) -> list[Verdict]:
    """On all that is right, and on all that is not, so that each feedback is seen."""
    is_written = asked.kind in WRITTEN
    picks = [
        Pick(
            html="" if is_written else render_inline(_cut(choice.text), pictures),
            text=choice.text,
            is_right=choice.is_right or is_written,
            feedback_html=render_blocks(_cut(choice.feedback), pictures),
        )
        for choice in question.choices
    ]
    right = [pick for pick in picks if pick.is_right]
    wrong = [pick for pick in picks if not pick.is_right]
    missed = right
    if is_written:
        other = render_blocks(_cut(question.other_feedback), pictures)
        wrong = [Pick("", ANYTHING_ELSE, False, other)]
        missed = [pick for pick in right[:1] if _is_said(asked.kind, pick.text)]
    why = render_blocks(_cut(question.explanation), pictures)
    tolerance = decimal_of(question.tolerance)
    return [
        Verdict(
            asked.number,
            asked.kind,
            Decimal(picked is right),
            picked,
            [] if picked is right else missed,
            why,
            answers=1,
            counts=False,
            counts_again_at=None,
            tolerance=tolerance,
            is_preview=True,
        )
        for picked in (right, wrong)
    ]


def _cut(text: str) -> str:
    return text[:MAX_CHARACTERS]


def _is_said(kind: str, text: str) -> bool:
    """A number can only be shown as a range once it is one."""
    return kind != Kind.NUMBER or decimal_of(text) is not None
