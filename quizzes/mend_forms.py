"""What becomes of the answers to earlier versions: chosen, and why."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from quizzes.regrade_models import RegradeMode
from quizzes.regrade_reasons import learner_in

KEEP = "keep"
FULL, MAP = RegradeMode.FULL.value, RegradeMode.MAP.value
WAYS = {
    KEEP: _("Keep them as they were"),
    FULL: _("Full credit for everybody who answered an earlier version"),
    MAP: _("Grade the answers to this version again, by the new one"),
}
GONE = ""  # what is no longer offered


class EarlierForm(forms.Form):
    """way, reason, and for each choice of the earlier version what it is in the new one.

    old: the earlier version's choices, id and text; none where its answers were typed.
    offered: of the new version, by a key of the page's own.
    track_id: of the question; the reason must name none of its learners.
    """

    way = forms.ChoiceField(
        label=_("Answers to earlier versions"), widget=UnfoldAdminRadioSelectWidget
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        required=False,
        help_text=_(
            "Learners read it beside their answer on the score page, when it is graded "
            "anew. It stays for good: name nobody."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Any,
        *,
        old: Sequence[tuple[UUID, str]],
        offered: Mapping[str, str],
        track_id: int,
        ways: Sequence[str] = tuple(WAYS),
        has_same_kind: bool = True,
    ) -> None:
        super().__init__(data, initial={"way": ways[0]})
        way: Any = self.fields["way"]
        way.choices = [(name, WAYS[name]) for name in ways]
        self.track_id = track_id
        self.old, self.offered, self.has_same_kind = old, offered, has_same_kind
        keys = {text: key for key, text in reversed(list(offered.items()))}
        options = [(GONE, _("No longer offered")), *offered.items()]
        for place, (_pk, text) in enumerate(old):
            self.fields[f"same_{place}"] = forms.CharField(
                label=text,
                required=False,
                initial=keys.get(text, GONE),
                widget=UnfoldAdminSelectWidget(choices=options),
            )

    @property
    def pairs(self) -> list[Any]:
        """The fields of the map, in the order of the earlier version's choices."""
        return [self[name] for name in self.fields if name.startswith("same_")]

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if found := learner_in(reason, self.track_id):
            said = _(
                "“%(found)s” names a person. The reason stays when the account is "
                "erased: say it without name and address."
            )
            raise forms.ValidationError(said % {"found": found})
        return reason

    def clean(self) -> Any:
        cleaned = super().clean()
        way = self.cleaned_data.get("way")
        reason = self.cleaned_data.get("reason")  # None: it was refused
        if way in {FULL, MAP} and reason is not None and not reason.strip():
            self.add_error("reason", _("Say why, so that learners can read it."))
        if way == MAP:
            self._check_map()
        return cleaned

    def _check_map(self) -> None:
        if not self.has_same_kind:
            self.add_error(
                "way",
                _(
                    "What was picked cannot be graded as if it had been typed, nor the "
                    "other way round. Choose another way."
                ),
            )
        for pair in self.pairs:
            if self.cleaned_data.get(pair.name, GONE) not in {GONE, *self.offered}:
                self.add_error(
                    pair.name, _("This choice was taken out. Choose another.")
                )

    def same(self, new: Mapping[str, UUID]) -> dict[UUID, UUID | None]:
        """The map; new: ids of the new choices by their keys."""
        return {
            pk: new.get(self.cleaned_data[pair.name])
            for (pk, _text), pair in zip(self.old, self.pairs, strict=False)
        }
