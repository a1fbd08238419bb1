"""What this room knows of a person: to give it out, and to let it go."""

import json
import re
from collections.abc import Callable, Collection

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.audit import Deed, record
from accounts.models import AuditEvent, AuditReason, User
from accounts.reasons import named_in


def export_person(user: User) -> dict[str, object]:
    """The account with its addresses and roles, and what was done to it and with it."""
    return {
        "account": {
            "name": user.name,
            "email": user.email,
            "joined_at": user.created_at,
            "last_signed_in_at": user.last_login,
            "may_enter_the_admin": user.is_staff,
            "roles": sorted(user.group_names),
        },
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified")
        ),
        "audit_log_about_me": _entries(AuditEvent.objects.filter(person=user)),
        "audit_log_of_what_i_did": _entries(
            AuditEvent.objects.filter(actor=user).exclude(person=user)
        ),
        "changes_i_made_in_the_admin": list(
            LogEntry.objects.filter(user=user)
            .order_by("action_time")
            .values(at=F("action_time"), kind=F("content_type__model"))
        ),
    }


def _entries(events: QuerySet[AuditEvent]) -> list[object]:
    return list(
        events.values("at", "what", "target", "details", reason=F("given_reason__text"))
    )


@transaction.atomic
def erase_person(user: User) -> None:
    """Empty the row, which stays, and clear the person from all that surrounds it.

    Sign the person out afterwards: their session is gone. Rooms above erase theirs
    first, as they may need to know who it is.
    """
    forget_names(user, [user.name])
    _forget_tasks(_speaks_of(user.email or "", user.name))
    _end_sessions(user)
    EmailAddress.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.erased_at = timezone.now()
    record(Deed.ERASED, actor=user, about=user)
    user.name, user.email, user.last_login = "", None, None
    user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()


def _speaks_of(email: str, *names: str) -> Callable[[str], bool]:
    """Whether a text holds the address, or a name as whole words."""
    words = "|".join(re.escape(word) for word in (email, *names) if word)
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    return lambda text: bool(words) and pattern.search(text) is not None


def forget_names(user: User, names: Collection[str]) -> None:
    """The admin's history and the audit log lose the texts that name the person.

    names: the account's, or what was printed.
    """
    _clear_log(user, names)
    _clear_reasons(user, names)


def _clear_log(user: User, names: Collection[str]) -> None:
    """The admin's history keeps who changed which row and when, without the person.

    Entries about the account lose their texts; others only the texts that name it.
    """
    says = _speaks_of(user.email or "", *names)
    account = ContentType.objects.get_for_model(User)
    about = LogEntry.objects.filter(content_type=account, object_id=str(user.pk))
    about.update(object_repr="", change_message="")
    named = Q()
    for word in filter(None, (user.email, *names)):
        named |= Q(object_repr__icontains=word)
        # messages are JSON that escapes what is not ASCII
        named |= Q(change_message__icontains=json.dumps(word)[1:-1])
        named |= Q(change_message__icontains=word)
    for entry in LogEntry.objects.filter(named).iterator():
        if says(entry.object_repr):
            entry.object_repr = ""
        entry.change_message = _without(entry.change_message, says)
        entry.save(update_fields=["object_repr", "change_message"])


def _clear_reasons(user: User, names: Collection[str]) -> None:
    """The audit log keeps that there was a reason, and no word of one that names them.

    Of what was done to them a reason goes with any part of a name; else, as many people
    share a part, with the whole name or the address.
    """
    is_named = _speaks_of(user.email or "", *names)
    maybe = Q(event__person=user)
    for word in filter(None, (user.email, *names)):
        maybe |= Q(text__icontains=word)
    gone = [
        reason.pk
        for reason in AuditReason.objects.filter(maybe).select_related("event")
        if is_named(reason.text)
        or (
            reason.event.person_id == user.pk
            and named_in(reason.text, names, user.email)
        )
    ]
    AuditReason.objects.filter(pk__in=gone).update(text="")


def _without(message: str, says: Callable[[str], bool]) -> str:
    """The log's message with each text that names the person emptied."""

    def clean(value: object) -> object:
        match value:
            case str():
                return "" if says(value) else value
            case list():
                return [clean(item) for item in value]
            case dict():
                return {key: clean(item) for key, item in value.items()}
        return value

    try:
        return json.dumps(clean(json.loads(message))) if message else ""
    except ValueError:  # plain text, as older code wrote it
        return "" if says(message) else message


def _forget_tasks(says: Callable[[str], bool]) -> None:
    """Stored tasks whose arguments, result or error hold the person."""
    rows = DBTaskResult.objects.values_list(
        "pk", "args_kwargs", "return_value", "traceback"
    )
    gone = [pk for pk, *texts in rows.iterator() if says(str(texts))]
    DBTaskResult.objects.filter(pk__in=gone).delete()


def _end_sessions(user: User) -> None:
    """Wherever the person is signed in, or has begun to.

    A session's content is signed and packed, so each is opened: seconds for a
    hundred thousand, and an account is erased once.
    """
    mine = str(user.pk)
    ended = []
    for session in Session.objects.iterator():
        content = session.get_decoded()
        text = json.dumps(content, ensure_ascii=False, default=str)
        if content.get("_auth_user_id") == mine or (user.email and user.email in text):
            ended.append(session.pk)
    Session.objects.filter(pk__in=ended).delete()
