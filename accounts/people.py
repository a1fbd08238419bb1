"""What an admin does to a person's account; each leaves a line in the audit log."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit import Deed, record
from accounts.forms import ResetPasswordForm
from accounts.models import ADMIN, INSTRUCTOR, REPORT_READER, User


class PersonRefusedError(Exception):
    """The change is not made; str() tells the admin why."""


def admin_in(request: HttpRequest) -> User | None:
    """Who makes this request, if it is an admin."""
    user = request.user
    return user if user.is_authenticated and user.is_staff and user.is_admin else None


def changes_for(actor: User, person: User) -> list[Deed]:
    """What this admin can do to this person now, in the order of the buttons."""
    if person.erased_at is not None:
        return []
    teaches = INSTRUCTOR in person.group_names
    roles = [Deed.ENDED_INSTRUCTOR if teaches else Deed.MADE_INSTRUCTOR]
    if teaches and not person.is_admin:  # admins read them anyway
        reads = REPORT_READER in person.group_names
        roles.append(Deed.ENDED_READER if reads else Deed.MADE_READER)
    if person.pk == actor.pk:
        return [*roles, Deed.SENT_RESET]
    roles.append(Deed.ENDED_ADMIN if person.is_admin else Deed.MADE_ADMIN)
    if not person.is_active:
        return [*roles, Deed.ACTIVATED]
    return [*roles, Deed.SENT_RESET, Deed.DEACTIVATED]


@transaction.atomic
def change_person(
    actor: User, person: User, change: Deed, request: HttpRequest, reason: str = ""
) -> None:
    """Make the change and note who did it and why; where it holds already, do nothing.

    Both rows are locked, in one order: of two admins who end each other one stays.
    A reset mail leaves after the commit.

    Raises:
        PersonRefusedError: nobody ends the own role or account; an erased account
            and one who is no admin any more do nothing.
    """
    rows = User.objects.select_for_update(no_key=True).filter(
        pk__in={actor.pk, person.pk}
    )
    locked = {row.pk: row for row in rows.order_by("pk")}
    actor, person = locked[actor.pk], locked[person.pk]
    _refuse(actor, person, change)
    if change not in changes_for(actor, person):
        return
    if change == Deed.SENT_RESET:
        transaction.on_commit(partial(_send_reset, person, request))
    else:
        _MAKE[change](person)
    record(change, actor=actor, about=person, reason=reason)


def _refuse(actor: User, person: User, change: Deed) -> None:
    if not (actor.is_active and actor.is_admin):
        raise PersonRefusedError(_("You are no longer an admin."))
    if person.erased_at is not None:
        raise PersonRefusedError(_("This account was erased. Nothing can change it."))
    if person.pk == actor.pk and change == Deed.ENDED_ADMIN:
        raise PersonRefusedError(
            _("You cannot take your own admin role away. Another admin can.")
        )
    if person.pk == actor.pk and change == Deed.DEACTIVATED:
        raise PersonRefusedError(
            _("You cannot deactivate your own account. Another admin can.")
        )


def _give(role: str, person: User) -> None:
    person.groups.add(Group.objects.get(name=role))
    _settle(person)


def _take(role: str, person: User) -> None:
    """Who teaches no more reads no more reports: to teach again is not to read again."""
    taken = {INSTRUCTOR: [INSTRUCTOR, REPORT_READER]}.get(role, [role])
    person.groups.remove(*Group.objects.filter(name__in=taken))
    if role == ADMIN:
        person.is_superuser = False
    _settle(person)


def _settle(person: User) -> None:
    """Who has a role may enter the admin, and nobody else."""
    has_role = person.groups.filter(name__in=[INSTRUCTOR, ADMIN]).exists()
    person.is_staff = has_role or person.is_superuser
    person.save(update_fields=["is_staff", "is_superuser"])


def _activate(is_active: bool, person: User) -> None:
    """An inactive person's sessions end: each request asks."""
    person.is_active = is_active
    person.save(update_fields=["is_active"])


def _send_reset(person: User, request: HttpRequest) -> None:
    """The mail that a person asks for on the sign-in page."""
    form = ResetPasswordForm({"email": person.email})
    if form.is_valid():
        form.save(request)


_MAKE: dict[Deed, Callable[[User], None]] = {
    Deed.MADE_INSTRUCTOR: partial(_give, INSTRUCTOR),
    Deed.ENDED_INSTRUCTOR: partial(_take, INSTRUCTOR),
    Deed.MADE_READER: partial(_give, REPORT_READER),
    Deed.ENDED_READER: partial(_take, REPORT_READER),
    Deed.MADE_ADMIN: partial(_give, ADMIN),
    Deed.ENDED_ADMIN: partial(_take, ADMIN),
    Deed.DEACTIVATED: partial(_activate, False),
    Deed.ACTIVATED: partial(_activate, True),
}
