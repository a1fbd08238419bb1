"""The page on which an answered question is revised: a copy of it, and a dry run."""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import display, helpers
from django.db import transaction
from django.forms import inlineformset_factory, modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AdminForm

from accounts.models import User
from courses.constraints import REFUSED
from courses.ordered import OrderedForm
from quizzes.answered import answered_words, is_answered
from quizzes.mend_admin import (
    find_version,
    is_to_be_done,
    lesson_address,
    mark_of,
    versions_address,
)
from quizzes.mend_forms import KEEP, MAP, EarlierForm
from quizzes.models import Choice, Question
from quizzes.move_chart import chart_of
from quizzes.preview import preview_field
from quizzes.regrade_models import RegradeMode
from quizzes.regrades import NothingToRegradeError, Way, outlook_of, regrade
from quizzes.regrading import WRITTEN, Outlook, can_map
from quizzes.revising import QuestionReplacedError, replace_question
from quizzes.services import key_of

FIELDS = ["kind", "prompt", "tolerance", "explanation", "other_feedback"]


@display(description=gettext_lazy("what learners see"))
def preview(question: Question) -> str:
    return preview_field(reverse("admin:quizzes_question_preview", args=[question.pk]))


SHOWN = ["kind", ("prompt", "explanation", "other_feedback", preview), "tolerance"]


def revise(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """GET: a copy to edit. POST: a dry run, and once that was seen, the revision."""
    old = find_version(admin, request, pk)
    elsewhere = None if request.method == "POST" else _elsewhere(request, old)
    if elsewhere is not None:
        return redirect(elsewhere)
    page = Revision(admin, request, old)
    if request.method == "POST" and page.is_valid() and page.is_of_now():
        if not is_to_be_done(request):
            page.look()
        elif new := page.apply():
            # the browser then forgets the text it kept: see exchange.two_saves.saved
            return redirect(f"{versions_address(new.pk)}#saved")
    return page.render()


def _elsewhere(request: HttpRequest, old: Any) -> str | None:
    """Where to go instead: there is nothing to revise."""
    if old.position is None:
        messages.info(request, _("The lesson no longer asks this version."))
        return versions_address(old.pk)
    if not is_answered(old):
        messages.info(
            request, _("Nobody has answered this question: change it on this page.")
        )
        return lesson_address(old.lesson_id)
    return None


def _tell(form: Any, name: str, text: str) -> None:
    if form.cleaned_data.get(name) != text:
        form.add_error(name, _("Stored now: “%(text)s”") % {"text": text})


class _ChangedError(Exception):
    """Somebody wrote into the version that is replaced, since its copy was made."""


# What may change in a question that was answered, in the order of its state.
PARTS = {
    "explanation": gettext_lazy("the explanation"),
    "other_feedback": gettext_lazy("the feedback for every other answer"),
    "feedback": gettext_lazy("the feedback of a choice"),
    "order": gettext_lazy("the order of the choices"),
}


def state_of(question_id: int) -> str:
    """A digest of each of PARTS, as the copy was made from it, with spaces between."""
    texts = Question.objects.filter(pk=question_id)
    choices = Choice.objects.filter(question=question_id).order_by("position")
    rows = dict(choices.values_list("pk", "feedback"))
    ((explanation, other),) = texts.values_list("explanation", "other_feedback")
    parts = explanation, other, sorted(rows.items()), list(rows)
    return " ".join(hashlib.sha256(repr(p).encode()).hexdigest()[:20] for p in parts)


class Revision:
    """The copy, its choices, and what becomes of earlier answers."""

    def __init__(self, admin: Any, request: HttpRequest, old: Any) -> None:
        self.admin, self.request, self.old = admin, request, old
        self.outlook: Outlook | None = None
        self.status = 200
        data = request.POST if request.method == "POST" else None
        self.loaded = request.POST.get("as_loaded") or state_of(old.pk)
        choices = Choice.objects.filter(question=old).order_by("position")
        self.old_choices = list(choices.values_list("pk", "text"))
        questions = next(i for i in admin.inlines if i.model is Question)
        self.questions = questions(old.lesson.__class__, admin.admin_site)
        self.inline = self.questions.inlines[0](Question, admin.admin_site)
        draft = copy(old)  # the forms write into it, and it is never saved
        draft.answered_by, draft.grades_earlier = 0, False  # so nothing of it is locked
        self.form = self._form_class()(data, instance=draft)
        self.form.is_valid()  # the choices are checked against what it has filled in
        self.choices = self._choices_class()(
            data, instance=draft, queryset=choices, prefix="choices"
        )
        self.earlier = EarlierForm(
            data,
            old=[] if old.kind in WRITTEN else self.old_choices,
            offered=self._offered(),
            track_id=old.lesson.track_id,
            has_same_kind=can_map(old.kind, draft.kind),
        )

    def _form_class(self) -> Any:
        """With the widgets of the lesson's page."""
        callback = partial(self.questions.formfield_for_dbfield, request=self.request)
        return modelform_factory(
            Question, form=OrderedForm, fields=FIELDS, formfield_callback=callback
        )

    def _choices_class(self) -> Any:
        """As the lesson's page has it, but a choice that was picked may be left out."""
        inline = self.inline
        return inlineformset_factory(
            Question,
            Choice,
            form=inline.form,
            formset=inline.formset,
            fields=inline.fields,
            extra=0,
            max_num=inline.max_num,
            formfield_callback=partial(
                inline.formfield_for_dbfield, request=self.request
            ),
        )

    def _offered(self) -> dict[str, str]:
        """The texts of the copy's choices, by their row on the page."""
        found = {}
        for place, form in enumerate(self.choices.forms):
            text = form["text"].value() or ""
            is_out = "DELETE" in form.fields and form["DELETE"].value()
            if text and not is_out:
                found[str(place)] = text
        return found

    def is_valid(self) -> bool:
        parts = [self.form, self.choices, self.earlier]
        if not all([part.is_valid() for part in parts]):  # noqa: C419 (each says all)
            return False
        self.admin.refuse_unsayable(self.form, self.choices)
        return all(part.is_valid() for part in parts)

    def is_of_now(self) -> bool:
        """Else the page says what is stored; sent once more, the copy replaces that."""
        now = state_of(self.old.pk)
        if self.loaded == now:
            return True
        pairs = zip(PARTS, self.loaded.split(" "), now.split(" "), strict=False)
        changed = [name for name, before, after in pairs if before != after]
        self.loaded = now
        said = _(
            "Somebody has changed this question since you opened this page: %(parts)s. "
            "Nothing is stored yet; what you typed is still here."
        )
        words = ", ".join(str(PARTS[name]) for name in changed)
        self._refuse(said % {"parts": words})
        self._say_stored(changed)
        return False

    def _say_stored(self, changed: Sequence[str]) -> None:
        """Beside each field what is stored now, where something else was typed."""
        stored = Question.objects.get(pk=self.old.pk)
        for name in {"explanation", "other_feedback"} & set(changed):
            _tell(self.form, name, getattr(stored, name))
        choices = Choice.objects.filter(question=stored).order_by("position")
        rows = {choice.pk: choice for choice in choices}
        if "feedback" in changed:
            for form in self.choices.forms:
                if form.instance.pk in rows:
                    _tell(form, "feedback", rows[form.instance.pk].feedback)
        if "order" in changed:
            order = " · ".join(choice.text for choice in rows.values())
            self.form.add_error(
                None, _("Their order now: %(order)s") % {"order": order}
            )

    def _new(self) -> tuple[Question, dict[str, Choice]]:
        """The new version, unsaved, and its choices in order, by their row."""
        values = self.form.cleaned_data
        question = Question(**{name: values[name] for name in FIELDS})
        kept = self.choices._kept()
        rows = sorted(kept, key=lambda form: form.instance.position)
        place = {id(form): str(n) for n, form in enumerate(self.choices.forms)}
        return question, {
            place[id(form)]: Choice(
                text=form.cleaned_data["text"],
                is_right=form.cleaned_data["is_right"] or not question.has_choices,
                feedback=form.cleaned_data["feedback"],
            )
            for form in rows
        }

    def _way(self, new: Question, choices: dict[str, Choice]) -> Way | None:
        """None: earlier answers stay as they are."""
        way = self.earlier.cleaned_data["way"]
        if way == KEEP:
            return None
        if way != MAP:
            return Way(RegradeMode.FULL, self.old.lineage)
        key = key_of(new, list(choices.values()))
        same = self.earlier.same({place: c.pk for place, c in choices.items()})
        return Way(RegradeMode.MAP, self.old.lineage, None, self.old, key, same)

    def look(self) -> None:
        """The dry run: nothing is stored."""
        way = self._way(*self._new())
        track = self.old.lesson.track_id
        self.outlook = Outlook(0, []) if way is None else outlook_of(track, way)

    def apply(self) -> Question | None:
        """All of it or nothing; None: the page says why not."""
        new, choices = self._new()
        way = self._way(new, choices)
        try:
            with transaction.atomic():
                self.admin.lock(self.request, str(self.old.lesson_id))
                if self.loaded != state_of(self.old.pk):
                    raise _ChangedError
                replace_question(self.old, new, list(choices.values()))
                if way is not None:
                    self._regrade(new, way)
                self._log(new)
        except QuestionReplacedError:
            self._refuse(
                _(
                    "Somebody else has just revised or retired this question. What you "
                    "wrote is still here; see the versions before you go on."
                )
            )
        except _ChangedError:
            self.is_of_now()
        except NothingToRegradeError:
            self.earlier.add_error("way", _("Nobody has answered this version."))
        except REFUSED as error:
            self._refuse(self.admin._refusal(error))
        else:
            messages.success(self.request, _("The question is revised."))
            return new
        return None

    def _regrade(self, new: Question, way: Way) -> None:
        by = self.request.user
        assert isinstance(by, User)  # noqa: S101 (the admin lets nobody else in)
        reason = self.earlier.cleaned_data["reason"]
        regrade(new, replace(way, target=new.pk), by, reason)

    def _log(self, new: Question) -> None:
        said = _("The question “%(question)s” was revised. Earlier answers: %(way)s.")
        way = self.earlier.fields["way"]
        words = dict(way.choices)[self.earlier.cleaned_data["way"]]  # type: ignore[attr-defined]
        said %= {"question": new, "way": words}
        if reason := self.earlier.cleaned_data["reason"]:
            said = f"{said} {reason}"
        self.admin.log_change(self.request, self.old.lesson, said)

    def _refuse(self, why: str) -> None:
        self.form.add_error(None, why)
        self.status = 409

    def render(self) -> HttpResponse:
        rows = self._rows()
        parts = [self.form, self.earlier]
        is_faulty = any(part.errors for part in parts) or bool(
            self.choices.is_bound and not self.choices.is_valid()
        )
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": _("Revise this question"),
            "subtitle": str(self.old.lesson),
            "opts": self.admin.opts,
            "original": self.old.lesson,
            "media": self.admin.media + self.form.media + rows.media,
            "adminform": AdminForm(
                self.form,
                [(None, {"fields": SHOWN})],
                {},
                [preview],
                model_admin=self.questions,
            ),
            "inline_admin_formsets": [rows],
            "errors": [_("Not saved")] if is_faulty else [],
            "question": self.old,
            "as_loaded": self.loaded,
            "answered": answered_words(self.old),
            "earlier": self.earlier,
            "outlook": self.outlook,
            "chart": chart_of(self.outlook.moves) if self.outlook else None,
            "seen": mark_of(self.request) if self.outlook else "",
            "lesson_url": lesson_address(self.old.lesson_id),
        }
        return TemplateResponse(
            self.request, "admin/quizzes/revise.html", context, status=self.status
        )

    def _rows(self) -> Any:
        inline, draft = self.inline, self.form.instance
        return helpers.InlineAdminFormSet(
            inline,
            self.choices,
            list(inline.get_fieldsets(self.request, draft)),
            {},
            [],
            model_admin=self.admin,
            has_add_permission=True,
            has_change_permission=True,
            has_delete_permission=True,
            has_view_permission=True,
        )
