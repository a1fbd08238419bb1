"""Rows in an order: the formset numbers them 1…n, whatever the page sent.

Position is a wish, never a validated field: two rows swap, and a new one comes last.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from courses.row_renderer import ROW_RENDERER


class Place(forms.IntegerField):
    """Where the row is wished to stand: the formset writes that, and only where it moves."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class OrderedForm(forms.ModelForm[Any]):
    """One row. Its position is excluded from the model's own checks."""

    position = Place()

    class Meta:
        exclude = ["position"]  # noqa: DJ006 (the admin names the fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["position"] = self.instance.position

    def validate_constraints(self) -> None:
        """Not asked of the database row by row: it holds them when the row is written."""

    @property
    def says_something_new(self) -> bool:
        """Whether anything was changed; its place in the order is not part of it."""
        return self.has_changed()


class RowKey(forms.CharField):
    """The hidden id of a row: it finds the row, and is never itself a change."""

    def __init__(self, key: Any) -> None:
        super().__init__(initial=key, required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class OrderedFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """Numbers its rows; those that the page did not show come last.

    The inline may not paginate, and leaves out rows that have no position.
    """

    model: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.renderer = ROW_RENDERER
        super().__init__(*args, **kwargs)

    @cached_property
    def empty_form(self) -> Any:
        """Made once: a page asks for it four times a table."""
        return super().empty_form

    def add_fields(self, form: Any, index: int | None) -> None:
        """As Django's, but the key costs no query a row."""
        super().add_fields(form, index)
        key = self.model._meta.pk.name
        is_new = form.instance._state.adding
        form.fields[key] = RowKey(None if is_new else form.instance.pk)

    def stored_rows(self) -> Any:
        """What is stored now, in order."""
        return super().get_queryset()

    def get_queryset(self) -> Any:
        """On a page that comes back each form stands beside its own row.

        Django pairs them by place, and leaves forms out where a row is gone.
        """
        if self.is_bound and "forms" in vars(self):
            return [form.instance for form in self.initial_forms]
        return self.stored_rows()

    def clean(self) -> None:
        super().clean()
        gone = [form for form in self.initial_forms if self._is_gone(form)]
        for form in gone:
            form.add_error(None, _("Somebody took this row away. Delete it to go on."))
        if gone:
            raise ValidationError(
                _("A row is gone since this page was loaded. Delete it to go on.")
            )
        shown = {form.instance.pk for form in self.initial_forms}
        self.unseen = [row for row in self.stored_rows() if row.pk not in shown]
        self.rows = _number(form.instance for form in sorted(self._kept(), key=_wish))

    def _is_gone(self, form: Any) -> bool:
        """Whether its row is, and the form is not to go, too.

        Where what the rows belong to is gone itself, that is said there.
        """
        formset: Any = self
        is_to_go = self.can_delete and formset._should_delete_form(form)
        is_missing = form.instance._state.adding and not self.instance._state.adding
        return bool(is_missing and not is_to_go)

    def _kept(self) -> list[Any]:
        deleted = self.deleted_forms  # all forms are asked for it, each time
        return [
            form
            for form in self.forms
            if form not in deleted
            and (not form.instance._state.adding or form.has_changed())
        ]

    def save(self, commit: bool = True) -> list[Any]:
        saved = super().save(commit)
        if commit and self.instance.pk is not None:
            self._move()
        return saved

    def _move(self) -> None:
        """Write the positions that are others now, in one statement."""
        stored = {f.instance.pk: f.initial["position"] for f in self.initial_forms}
        stored |= {row.pk: row.position for row in self.unseen}
        rows = _number([*self.rows, *self.unseen])
        moved = [r for r in rows if stored.get(r.pk, r.position) != r.position]
        if moved:
            self.model._default_manager.bulk_update(moved, ["position"])
        known = [row for row, _fields in self.changed_objects]
        self.changed_objects += [(r, ["position"]) for r in moved if r not in known]


def _wish(form: Any) -> tuple[bool, int]:
    wish = form.cleaned_data.get("position")
    return wish is None, wish or 0


def _number(rows: Iterable[Any]) -> list[Any]:
    numbered = list(rows)
    for position, row in enumerate(numbered, start=1):
        row.position = position
    return numbered
