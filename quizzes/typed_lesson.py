"""A lesson with its questions as they stand in a form that was sent, right or not.

Nothing is checked or stored here: a preview shows what it can, and a page that stops a
save gives back what was typed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.forms.formsets import DELETION_FIELD_NAME

from courses.typed_text import tidied

LAST = 1_000_000  # where a row without a position goes


@dataclass(frozen=True)
class TypedChoice:
    """One choice, or accepted answer."""

    key: str  # of the stored choice; empty for a new one
    text: str
    is_right: bool
    feedback: str


@dataclass(frozen=True)
class TypedQuestion:
    """One question, its texts as they were typed."""

    key: str  # of the stored question; empty for a new one
    handle: str
    kind: str
    prompt: str
    tolerance: str
    other_feedback: str
    explanation: str
    choices: tuple[TypedChoice, ...]


def typed(form: Any, name: str) -> str:
    """What stands in this field; of one that is only shown, what is stored."""
    if name not in form.fields:
        return str(getattr(form.instance, name, None) or "")
    value = form[name].value()
    return "" if value is None else tidied(str(value))


def decimal_of(text: str) -> Decimal | None:
    """The number that was typed, if it is one."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def typed_questions(formset: Any) -> tuple[TypedQuestion, ...]:
    """The questions in the order that was wished for, without those to be deleted."""
    return tuple(
        typed_question(form, [nested.formset for nested in form.nested_formsets])
        for form in _in_order(formset)
    )


def typed_order(formset: Any) -> list[Any]:
    """The rows in the order that was wished for, without those to be deleted."""
    return [form.instance for form in _in_order(formset)]


def typed_question(form: Any, choices: Iterable[Any]) -> TypedQuestion:
    """choices: the formsets of its choices."""
    return TypedQuestion(
        key=_key(form),
        handle=form.instance.handle,
        kind=typed(form, "kind"),
        prompt=typed(form, "prompt"),
        tolerance=typed(form, "tolerance"),
        other_feedback=typed(form, "other_feedback"),
        explanation=typed(form, "explanation"),
        choices=tuple(_choices(choices)),
    )


def _choices(formsets: Iterable[Any]) -> Iterator[TypedChoice]:
    """An empty row that was never filled in is no choice."""
    for formset in formsets:
        for form in _in_order(formset):
            text, feedback = typed(form, "text"), typed(form, "feedback")
            if text.strip() or feedback or _key(form):
                is_right = bool(form["is_right"].value())
                yield TypedChoice(_key(form), text, is_right, feedback)


def _key(form: Any) -> str:
    return "" if form.instance._state.adding else str(form.instance.pk)


def _in_order(formset: Any) -> list[Any]:
    kept = [form for form in formset.forms if not _goes(form)]
    return sorted(kept, key=_place)


def _goes(form: Any) -> bool:
    is_offered = DELETION_FIELD_NAME in form.fields
    return is_offered and bool(form[DELETION_FIELD_NAME].value())


def _place(form: Any) -> int:
    wish = str(form["position"].value() or "")
    return int(wish) if wish.isascii() and wish.isdigit() and len(wish) < 6 else LAST
