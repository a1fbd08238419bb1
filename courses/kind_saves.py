"""No save in the admin ends in a database error."""

import logging
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import InternalError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from courses.constraints import (
    REFUSED,
    broken_constraint,
    is_busy,
    is_cut_off,
    is_too_slow,
)

_log = logging.getLogger(__name__)


class SavesKindly(ModelAdmin):  # type: ignore[misc]
    """What the database refuses comes back as an error above the form, as it was typed.

    One transaction holds the locks, the reading of the form and the save.
    """

    refusals: ClassVar[dict[str, Any]] = {}  # by name of the constraint

    def lock(self, request: HttpRequest, object_id: str | None) -> None:
        """Lock what the form is about to be compared with."""

    def stop(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Under the lock: the page that comes instead of a save, if one has to."""
        return None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        view = super().changeform_view
        if request.method == "POST":
            try:
                with transaction.atomic():
                    self.lock(request, object_id)
                    saved: HttpResponse = self.stop(request, object_id) or view(
                        request, object_id, form_url, extra_context
                    )
                    return saved
            except REFUSED as error:
                request.refusal = self._refusal(error)  # type: ignore[attr-defined]
        page: HttpResponse = view(request, object_id, form_url, extra_context)
        return page

    def _refusal(self, error: Exception) -> Any:
        """What to tell the person; where the database is down, the page itself fails next."""
        cause: Any = error.__cause__
        if is_too_slow(error) or is_cut_off(error):
            return _("The site was too busy to save this. Try once more.")
        if isinstance(error, OperationalError | InternalError):
            if not is_busy(error):
                raise error
            return _("Somebody is saving this at the same time. Try once more.")
        constraint = broken_constraint(error)
        if constraint in self.refusals:
            return self.refusals[constraint]
        _log.warning("A save in the admin was refused by %s", constraint or cause)
        return _("Something changed in the meantime. Check this page and save again.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """A page that comes back says so at its top, also for errors of nested rows."""
        if request.method == "POST" and not context["errors"]:
            context["errors"] = [_("Not saved")]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        refusal: Any = getattr(request, "refusal", None)
        if refusal is None:
            return form

        class RefusedForm(form):  # type: ignore[misc]
            def clean(self) -> Any:
                super().clean()
                raise ValidationError(refusal)

        return RefusedForm
