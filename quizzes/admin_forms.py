"""The forms of a lesson's questions and of their choices, in the admin.

A question that people have answered cannot change. Its fields are shown, not sent; where
they are sent all the same, because the answer came after the page, the form says so and
keeps what was typed.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from courses.ordered import OrderedForm, OrderedFormSet
from quizzes.answered import is_answered
from quizzes.models import Choice
from quizzes.rules import Draft, flaws_of

ANSWERED = _(
    "This question has just been answered, so it cannot change. Revise or retire it "
    "instead."
)
GRADES_EARLIER = _(
    "Earlier answers were graded by this question, so it cannot change. Revise or retire "
    "it instead."
)
QUESTION_KEY = ["prompt", "kind", "tolerance"]  # a text comes first: it is always sent
CHOICE_KEY = ["text", "is_right"]


def why_locked(question: Any) -> Any:
    """Of one that is_answered."""
    return ANSWERED if question.answered_by else GRADES_EARLIER


class ShortDecimal(forms.DecimalField):
    """A number without the zeros that its column adds: 0.01, not 0.0100000000."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class KeyForm(OrderedForm):
    """A form in which the fields of the key may be locked."""

    key: Sequence[str] = ()
    is_late = False  # the key was changed after all

    def lock(self, why: Any) -> None:
        """Show the key alone, unless another was sent: then that is an error."""
        self.why = why
        sent = self.is_bound and self.add_prefix(self.key[0]) in self.data
        self.is_late = sent and any(self._differs(name) for name in self.key)
        if not self.is_late:
            for name in self.key:
                self.fields[name].disabled = True

    def _differs(self, name: str) -> bool:
        field = self.fields[name]
        sent = field.widget.value_from_datadict(
            self.data, self.files, self.add_prefix(name)
        )
        return field.has_changed(self.get_initial_for_field(field, name), sent)

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.is_late:
            raise ValidationError(self.why)
        return cleaned


class QuestionForm(KeyForm):
    key = QUESTION_KEY


class ChoiceForm(KeyForm):
    """A row of the table of choices; its fields are named by the table's head alone."""

    key = CHOICE_KEY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "is_right", "feedback"):
            field = self.fields[name]
            field.widget.attrs["aria-label"] = field.label

    def clean_text(self) -> str:
        """One line, however many it was typed in."""
        return re.sub(r"[\r\n]+", " ", self.cleaned_data["text"])


class QuestionFormSet(OrderedFormSet):
    """The current questions of a lesson."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = False  # a row that was asked for is to be filled in
        if is_answered(form.instance):
            form.lock(why_locked(form.instance))
            if DELETION_FIELD_NAME in form.fields:
                form.fields[DELETION_FIELD_NAME].disabled = True
                form.is_late |= form.add_prefix(DELETION_FIELD_NAME) in form.data
        elif form.instance.replaces_id and DELETION_FIELD_NAME in form.fields:
            # answers to the version before count for it: it can only be retired
            form.fields[DELETION_FIELD_NAME].disabled = True


class ChoiceFormSet(OrderedFormSet):
    """The choices, or accepted answers, of one question."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        """Those of the hidden row that is copied for a new question are never sent."""
        if "__prefix__" in str(kwargs.get("prefix")):
            data = files = None
        super().__init__(data, files, **kwargs)

    def is_valid(self) -> bool:
        """Of a question that is gone, and is to go from the page, nothing is asked."""
        question = str(self.prefix).removesuffix("-choices")
        is_to_go = self.is_bound and f"{question}-{DELETION_FIELD_NAME}" in self.data
        if is_to_go and self.instance._state.adding and self.initial_form_count():
            return True
        return super().is_valid()

    def stored_rows(self) -> Any:
        """Those that came with all questions, so that it is one query for the page."""
        prefetched = getattr(self.instance, "_prefetched_objects_cache", {})
        if "choices" in prefetched:
            return prefetched["choices"]
        return super().stored_rows()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if is_answered(self.instance):
            form.lock(why_locked(self.instance))

    def clean(self) -> None:
        super().clean()
        question = self.instance
        if is_answered(question):
            if self.deleted_forms or any(
                form.has_changed() for form in self.extra_forms
            ):
                raise ValidationError(why_locked(question))
            return
        if any(self.errors) or self._is_untouched:
            return
        self._check(question)

    @property
    def _is_untouched(self) -> bool:
        """Of a new row that its own form refuses as empty."""
        return self.instance._state.adding and not (
            self.has_changed() or self.instance.prompt
        )

    def _check(self, question: Any) -> None:
        forms = self._kept()
        draft = Draft(
            kind=question.kind,
            texts=[form.cleaned_data["text"] for form in forms],
            rights=[form.cleaned_data["is_right"] for form in forms],
            tolerance=question.tolerance,
            other_feedback=question.other_feedback,
        )
        of_question = []
        for flaw in flaws_of(draft):
            if flaw.choice is None:
                of_question.append(ValidationError(flaw.message))
            else:
                forms[flaw.choice].add_error("text", flaw.message)
        if of_question:
            raise ValidationError(of_question)

    def save(self, commit: bool = True) -> Any:
        """Every accepted answer of a written kind is right, ticked or not."""
        saved = super().save(commit)
        question = self.instance
        is_ticked = all(row.is_right for row in self.rows)
        if commit and not question.has_choices and not is_ticked:
            Choice.objects.filter(question=question, is_right=False).update(
                is_right=True
            )
        return saved
