"""What a person sends to import a zip: the file, and then the yes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from exchange.zip_files import MAX_ARCHIVE_BYTES


class ZipForm(forms.Form):
    folder = forms.FileField(
        label=_("Zip of a track folder"),
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text=_("At most 64 MB. Nothing is stored in a track before you agree."),
    )

    def clean_folder(self) -> Any:
        folder: UploadedFile[bytes] = self.cleaned_data["folder"]
        if (folder.size or 0) > MAX_ARCHIVE_BYTES:
            raise ValidationError(_("This zip is larger than 64 MB."))
        return folder


class _Names(forms.MultipleChoiceField):
    """Names of what is missing; one that is not missing has no effect."""

    def valid_value(self, value: Any) -> bool:
        return True


class AgreedForm(forms.Form):
    agreed = forms.RegexField(r"^[0-9a-f]{64}\Z")
    retire = _Names(required=False)
