"""What a person answers with: one form a question, four kinds."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.grading import Reply, normalise_text, read_numbers
from quizzes.models import OBJECTION_LENGTH, WRITTEN_LENGTH, Kind
from quizzes.self_check import Asked

NOTHING_GIVEN = {
    Kind.SINGLE: _("Choose one answer"),
    Kind.MULTIPLE: _("Tick at least one answer"),
    Kind.TEXT: _("Write an answer"),
    Kind.NUMBER: _("Write a number, for example 2.5"),
}
TOO_LONG = _("Shorten your answer to 200 characters")
NOT_OF_THE_QUESTION = _("This question has other answers now. Choose again")
OLD_FORM = _("This form is out of date. Answer once more")


class AnswerForm(forms.Form):
    """Reads one answer; `asked` is the question with the choices it offers.

    The error stands in `problem`, one sentence; what was given stays in the form.
    """

    submission = forms.UUIDField(
        error_messages={"invalid": OLD_FORM, "required": OLD_FORM}
    )
    choice = forms.Field(required=False)
    written = forms.CharField(required=False, strip=True)

    def __init__(self, asked: Asked, data: Mapping[str, object] | None = None) -> None:
        super().__init__(data)
        self.asked = asked
        self.refusal = ""

    @property
    def key(self) -> UUID:
        """A new submission key for each form that is shown."""
        return uuid4()

    @property
    def given(self) -> list[str]:
        """The ids of the choices that were sent, for showing them again."""
        return self.data.getlist("choice") if self.is_bound else []  # type: ignore[attr-defined]

    @property
    def typed(self) -> str:
        return (
            str(self.data.get("written", ""))[: WRITTEN_LENGTH * 5]
            if self.is_bound
            else ""
        )

    @property
    def problem(self) -> str:
        """What to do about it, in one sentence; empty when all is well."""
        if self.refusal:
            return self.refusal
        return next((str(errors[0]) for errors in self.errors.values()), "")

    def refused(self, message: str) -> "AnswerForm":
        self.refusal = message
        return self

    def clean_choice(self) -> frozenset[UUID]:
        if self.asked.kind not in {Kind.SINGLE, Kind.MULTIPLE}:
            return frozenset()
        if not self.given:
            raise forms.ValidationError(NOTHING_GIVEN[Kind(self.asked.kind)])
        offered = {str(choice.id): choice.id for choice in self.asked.choices}
        if not set(self.given) <= set(offered):
            raise forms.ValidationError(NOT_OF_THE_QUESTION)
        if self.asked.kind == Kind.SINGLE and len(self.given) > 1:
            raise forms.ValidationError(NOTHING_GIVEN[Kind.SINGLE])
        return frozenset(offered[given] for given in self.given)

    def clean_written(self) -> str:
        written: str = self.cleaned_data["written"]
        if self.asked.kind not in {Kind.TEXT, Kind.NUMBER}:
            return ""
        if len(written) > WRITTEN_LENGTH:
            raise forms.ValidationError(TOO_LONG)
        is_blank = not normalise_text(written)
        if self.asked.kind == Kind.NUMBER:
            is_blank = not read_numbers(written)
        if is_blank:
            raise forms.ValidationError(NOTHING_GIVEN[Kind(self.asked.kind)])
        return written

    def reply(self) -> Reply:
        return Reply(self.cleaned_data["choice"], self.cleaned_data["written"])


class ObjectionForm(forms.Form):
    """One sentence, or a few, about what is wrong with a question."""

    use_required_attribute = False  # our own sentence says it, beside the field
    text = forms.CharField(
        label=_("What is wrong with it?"),
        help_text=_("A sentence is enough. Those who teach this track read it."),
        max_length=OBJECTION_LENGTH,
        error_messages={"required": _("Write what is wrong with the question")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
