"""What the audit log's list can be narrowed to."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from accounts.audit import Deed
from accounts.models import User
from courses.typed_text import is_key
from gradus.audit_entries import concerning
from gradus.audit_words import called

COMMAND = "command"
MOST = 200  # people to choose among
FROM_TO = ["day_from", "day_to"]


class Chosen(admin.SimpleListFilter):
    """Drawn as a list to choose from; all filters are applied with one button."""

    template = "admin/accounts/choose.html"


class DeedFilter(Chosen):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Deed.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in Deed.values:
            raise IncorrectLookupParameters
        return queryset.filter(what=chosen)


class ActorFilter(Chosen):
    """Who may enter the admin today, and commands; learners are found by searching."""

    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        staff = User.objects.filter(is_staff=True).order_by("name", "pk")[:MOST]
        people = [(person.pk, called(person, {})) for person in staff]
        return [*people, (COMMAND, _("a command of the operator"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen == COMMAND:
            return queryset.filter(actor=None)
        return queryset.filter(actor=_key(chosen)) if chosen else queryset


class PersonFilter(Chosen):
    """Of the one person whose page led here; otherwise it is not shown."""

    title = _("done to or by")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        chosen = self.value()
        if not chosen:
            return []
        people = User.objects.filter(pk=_key(chosen))
        return [(person.pk, called(person, {})) for person in people]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        return concerning(queryset, _key(chosen)) if chosen else queryset


class DayFilter(admin.ListFilter):
    """Between two days of the site's time zone, both included; either may be left out."""

    title = _("day")
    parameter_name = "day"
    template = "admin/accounts/days.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.days = {name: params.pop(name, [""])[-1] for name in FROM_TO}
        self.used_parameters = {name: day for name, day in self.days.items() if day}

    def expected_parameters(self) -> list[str | None]:
        return [*FROM_TO]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield self.used_parameters

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Raises IncorrectLookupParameters where a day is none."""
        first, last = self.days.values()
        try:
            if first:
                queryset = queryset.filter(at__gte=_start_of(first))
            if last:
                end = _start_of(last) + timedelta(days=1)
                queryset = queryset.filter(at__lt=end)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error
        return queryset


def _start_of(day: str) -> datetime:
    return make_aware(datetime.combine(date.fromisoformat(day), time()))


def _key(chosen: str) -> int:
    if not is_key(chosen):
        raise IncorrectLookupParameters
    return int(chosen)
