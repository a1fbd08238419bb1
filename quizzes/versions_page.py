"""The versions of a question, its regrades, and making and taking back one later."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import User
from courses.constraints import REFUSED
from quizzes.answered import answered_words
from quizzes.mend_admin import (
    find_version,
    is_to_be_done,
    lesson_address,
    mark_of,
    versions_address,
)
from quizzes.mend_forms import FULL, MAP, EarlierForm
from quizzes.models import Choice, Question
from quizzes.move_chart import chart_of
from quizzes.querysets import people_who_answered
from quizzes.regrade_models import Regrade, RegradeMode
from quizzes.regrades import (
    NothingToRegradeError,
    Way,
    outlook_of,
    outlook_without,
    take_back,
    way_of,
)
from quizzes.regrades import regrade as make_regrade
from quizzes.regrading import WRITTEN, Outlook, can_map
from quizzes.revising import QuestionReplacedError


@dataclass(frozen=True)
class Version:
    """One version as the page shows it; the oldest is number 1."""

    number: int
    question: Any
    answered: str
    is_current: bool
    may_regrade: bool


def versions(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """All versions of the question, the latest first, and its regrades."""
    found = find_version(admin, request, pk)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Versions of a question"),
        "subtitle": str(found.lesson),
        "opts": admin.opts,
        "original": found.lesson,
        "versions": _versions_of(found),
        "regrades": _regrades_of(found),
        "lesson_url": lesson_address(found.lesson_id),
    }
    return TemplateResponse(request, "admin/quizzes/versions.html", context)


def _versions_of(question: Question) -> list[Version]:
    choices = Prefetch("choices", Choice.objects.order_by("position"))
    rows: list[Any] = list(
        Question.objects.filter(lineage=question.lineage)
        .annotate(answered_by=people_who_answered())
        .prefetch_related(choices)
        .order_by("pk")
    )
    has_current = any(row.position is not None for row in rows)
    listed = [
        Version(
            number,
            row,
            answered_words(row) or _("Nobody has answered it."),
            row.position is not None,
            has_current and row.position is None and row.answered_by > 0,
        )
        for number, row in enumerate(rows, start=1)
    ]
    return listed[::-1]


def _regrades_of(question: Question) -> list[Regrade]:
    return list(
        Regrade.objects.filter(lineage=question.lineage)
        .annotate(answer_count=Count("answers"))
        .select_related("by", "taken_back_by")
        .order_by("-pk")
    )


def regrade(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The answers to an earlier version, graded anew by the current one."""
    source = find_version(admin, request, pk)
    current = Question.objects.current().filter(lineage=source.lineage)
    target = current.select_related("lesson__track").first()
    if source.position is not None or target is None:
        messages.info(request, _("There is no later version to grade it by."))
        return redirect(versions_address(source.pk))
    page = _Regrading(admin, request, source, target)
    if request.method == "POST" and page.form.is_valid():
        if not is_to_be_done(request):
            page.outlook = outlook_of(target.lesson.track_id, page.way())
        elif page.apply():
            return redirect(versions_address(target.pk))
    return page.render()


class _Regrading:
    def __init__(
        self, admin: Any, request: HttpRequest, source: Any, target: Question
    ) -> None:
        self.admin, self.request = admin, request
        self.source, self.target = source, target
        self.outlook: Outlook | None = None
        self.status = 200
        old, self.new = (
            list(
                Choice.objects.filter(question=question)
                .order_by("position")
                .values_list("pk", "text")
            )
            for question in (source, target)
        )
        self.form = EarlierForm(
            request.POST if request.method == "POST" else None,
            old=[] if source.kind in WRITTEN else old,
            offered={str(pk): text for pk, text in self.new},
            track_id=target.lesson.track_id,
            ways=[FULL, MAP],
            has_same_kind=can_map(source.kind, target.kind),
        )

    def way(self) -> Way:
        mode = RegradeMode(self.form.cleaned_data["way"])
        same = self.form.same({str(pk): pk for pk, _text in self.new})
        return way_of(mode, self.target, self.source, same)

    def apply(self) -> bool:
        by = self.request.user
        assert isinstance(by, User)  # noqa: S101 (the admin lets nobody else in)
        reason = self.form.cleaned_data["reason"]
        try:
            with transaction.atomic():
                make_regrade(self.target, self.way(), by, reason)
                said = _("Answers to earlier versions of “%(question)s” are regraded.")
                said %= {"question": self.target}
                self.admin.log_change(
                    self.request, self.target.lesson, f"{said} {reason}"
                )
        except QuestionReplacedError:
            self._refuse(_("The question has just been changed. See its versions."))
        except NothingToRegradeError:
            self._refuse(_("Nobody has answered this version."))
        except REFUSED as error:
            self._refuse(self.admin._refusal(error))
        else:
            messages.success(self.request, said)
            return True
        return False

    def _refuse(self, why: str) -> None:
        self.form.add_error(None, why)
        self.status = 409

    def render(self) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": _("Regrade the answers to this version"),
            "subtitle": str(self.target.lesson),
            "opts": self.admin.opts,
            "original": self.target.lesson,
            "question": self.source,
            "target": self.target,
            "answered": answered_words(self.source),
            "earlier": self.form,
            "errors": [_("Not saved")] if self.form.errors else [],
            "outlook": self.outlook,
            "chart": chart_of(self.outlook.moves) if self.outlook else None,
            "seen": mark_of(self.request) if self.outlook else "",
            "versions_url": versions_address(self.target.pk),
            "lesson_url": lesson_address(self.target.lesson_id),
        }
        return TemplateResponse(
            self.request, "admin/quizzes/regrade.html", context, status=self.status
        )


def take_back_view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, with what would change, and with a POST takes the regrade back."""
    made = get_object_or_404(Regrade.objects.select_related("target", "by"), pk=pk)
    target = find_version(admin, request, made.target_id)
    if made.taken_back_at is not None:
        if request.method == "POST":
            messages.info(request, _("It was taken back before."))
            return redirect(versions_address(target.pk))
        raise Http404
    if request.method == "POST":
        try:
            _take_back(admin, request, made, target)
        except REFUSED as error:
            messages.error(request, admin._refusal(error))
        return redirect(versions_address(target.pk))
    outlook = outlook_without(target.lesson.track_id, made)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Take back this regrade?"),
        "subtitle": str(target.lesson),
        "opts": admin.opts,
        "original": target.lesson,
        "question": target,
        "regrade": made,
        "outlook": outlook,
        "chart": chart_of(outlook.moves),
        "versions_url": versions_address(target.pk),
        "lesson_url": lesson_address(target.lesson_id),
    }
    return TemplateResponse(request, "admin/quizzes/take_back.html", context)


def _take_back(admin: Any, request: HttpRequest, made: Regrade, target: Any) -> None:
    by = request.user
    assert isinstance(by, User)  # noqa: S101 (the admin lets nobody else in)
    with transaction.atomic():
        if not take_back(made, by):
            messages.info(request, _("It was taken back before."))
            return
        said = _("The regrade of “%(question)s” is taken back: %(reason)s")
        said %= {"question": target, "reason": made.reason}
        admin.log_change(request, target.lesson, said)
    messages.success(request, said)
