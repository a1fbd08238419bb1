"""The form by which a picture comes into a track."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from courses.markdown import is_unseen
from courses.models import Picture, Track
from courses.picture_services import add_taken
from courses.pictures import MAX_BYTES, PictureError, take_picture, tidy_name

MAX_DESCRIPTION = 500
ACCEPTED = "image/png,image/jpeg,image/webp,image/gif"
_MARKS = re.compile(r"([\\\[\]*_`<>&$~!])")


def picture_line(name: str, description: str) -> str:
    """What is written into a text to show a picture there."""
    words = _MARKS.sub(r"\\\1", " ".join(description.split()))
    return f"![{words}]({name})"


class TakesPictures(forms.ModelForm[Any]):
    """A form whose Markdown takes pictures; static/js/pictures.js reads what is put here."""

    pictures_in = "markdown"

    class Media:
        js = ["js/pictures.js"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.pictures_in not in self.fields:  # it is shown to be read alone
            return
        field = self.fields[self.pictures_in]
        track = self.pictures_track()
        add = reverse("admin:courses_picture_add")
        field.widget.attrs |= {"data-pictures": add, "data-track": track or ""}
        field.help_text = format_html(
            '<a class="to" href="{}" target="_blank" data-picture-link>{}</a>'
            "<span data-picture-hint hidden> {}</span>",
            f"{add}?track={track}" if track else add,
            gettext("Add a picture"),
            gettext("or drop it on the text, or paste it."),
        )

    def pictures_track(self) -> int | None:
        """The track that the pictures go to; None: the one chosen in the form."""
        track: int | None = self.instance.track_id
        return track


class PictureForm(forms.Form):
    """Track, file and description; after is_valid, save() adds the picture."""

    track = forms.ModelChoiceField(
        Track.objects.none(), label=_("Track"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("PNG, JPEG, WebP or GIF, at most 10 MB."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=MAX_DESCRIPTION,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "What the picture says, in words: for those who do not see it. One sentence "
            "that carries the point."
        ),
    )

    def __init__(self, tracks: "QuerySet[Track]", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["track"]
        field.queryset = tracks

    def clean_description(self) -> str:
        description: str = self.cleaned_data["description"]
        if is_unseen(description):
            field = self.fields["description"]
            raise forms.ValidationError(field.error_messages["required"])
        return description

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        name = tidy_name(file.name)
        try:
            # no more is read than shows that it is too large
            self.taken = take_picture(name, file.read(MAX_BYTES + 1))
        except PictureError as error:
            raise forms.ValidationError(str(error)) from error
        return file

    def save(self) -> Picture:
        """
        Raises:
            PictureError: the track has too many.
            PictureStorageError
        """
        return add_taken(self.cleaned_data["track"], self.taken)
