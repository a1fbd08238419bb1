"""Mending questions in the admin: where its pages are, and whose questions they show."""

import hashlib
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from courses.models import Lesson
from quizzes.answered import (
    grades_earlier_answers,
    is_answered,
)
from quizzes.models import Question
from quizzes.querysets import people_who_answered

UNREAD = {"csrfmiddlewaretoken", "seen", "do"}


def mending_urls(admin: Any) -> list[Any]:
    """The addresses of the pages, below those of lessons."""
    from quizzes import (  # they need this module
        question_preview,
        revise_page,
        versions_page,
    )

    pages = {
        "questions/<int:pk>/revise/": ("question_revise", revise_page.revise),
        "questions/<int:pk>/preview/": ("question_preview", question_preview.preview),
        "questions/<int:pk>/versions/": ("question_versions", versions_page.versions),
        "questions/<int:pk>/regrade/": ("question_regrade", versions_page.regrade),
        "regrades/<int:pk>/take-back/": (
            "regrade_take_back",
            versions_page.take_back_view,
        ),
    }
    return [
        path(
            address,
            admin.admin_site.admin_view(partial(view, admin)),
            name=f"quizzes_{name}",
        )
        for address, (name, view) in pages.items()
    ]


def ways_to_mend(question: Any) -> list[str]:
    """Links beside a question on its lesson's page, read with is_answered's columns."""
    links = {"retire": gettext("Retire")}
    if is_answered(question):
        links = {"revise": gettext("Revise")} | links
    if question.replaces_id is not None:
        links["versions"] = gettext("Versions")
    return [
        format_html(
            '<a class="to" href="{}">{}</a>',
            reverse(f"admin:quizzes_question_{name}", args=[question.pk]),
            said,
        )
        for name, said in links.items()
    ]


def find_version(admin: Any, request: HttpRequest, pk: int) -> Any:
    """A question of one's own tracks, current or not, with how many answered it.

    Raises:
        Http404: there is none, or it is not theirs.
        PermissionDenied: its lesson may be seen and not changed.
    """
    questions = Question.objects.filter(lesson__in=admin.get_queryset(request), pk=pk)
    found = (
        questions.annotate(
            answered_by=people_who_answered(), grades_earlier=grades_earlier_answers()
        )
        .select_related("lesson__track")
        .first()
    )
    if found is None:
        raise Http404
    if not admin.has_change_permission(request, found.lesson):
        raise PermissionDenied
    return found


def earlier_questions(lesson: Lesson) -> QuerySet[Question]:
    """What the lesson no longer asks: retired, and replaced by what was then retired too.

    One row a lineage is enough where a version is still asked: its page shows them all.
    """
    gone = Question.objects.filter(lesson=lesson, position=None).defer("details_html")
    return gone.annotate(answered_by=people_who_answered()).order_by("-pk")


def lesson_address(lesson_id: int) -> str:
    return reverse("admin:courses_lesson_change", args=[lesson_id])


def versions_address(pk: int) -> str:
    return reverse("admin:quizzes_question_versions", args=[pk])


def mark_of(request: HttpRequest) -> str:
    """Of all that was typed: the dry run was of the same page if the mark is the same.

    The map says nothing where another way was chosen.
    """
    is_mapped = request.POST.get("way") == "map"
    sent = sorted(
        (name, [value.replace("\r\n", "\n") for value in values])
        for name, values in request.POST.lists()
        if name not in UNREAD and (is_mapped or not name.startswith("same_"))
    )
    return hashlib.sha256(repr(sent).encode()).hexdigest()


def is_to_be_done(request: HttpRequest) -> bool:
    """Whether the button after the dry run was pressed, and nothing changed since it."""
    is_seen = request.POST.get("seen") == mark_of(request)
    return request.POST.get("do") == "mend" and is_seen
