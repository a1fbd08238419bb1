import io
import json

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent, User
from accounts.person import erase_person, export_person
from tests.factories import make_admin, make_user

NAME = "Zo\u00eb Marker"
EMAIL = "zoe@example.org"


@pytest.fixture
def zoe(db) -> User:
    user = make_admin("Zoe")
    user.name = NAME
    user.is_superuser = True
    user.save()
    return user


def log(user: User, about: Model, repr_: str, message: object = "") -> LogEntry:
    return LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=repr_,
        action_flag=CHANGE,
        change_message=json.dumps(message) if message else "",
    )


def task(arguments: list[object], *, status: str = "SUCCESSFUL", trace: str = ""):
    return DBTaskResult.objects.create(
        status=status,
        args_kwargs={"args": arguments, "kwargs": {}},
        task_path="accounts.tasks.none",
        backend_name="default",
        run_after=timezone.now(),
        exception_class_path="",
        traceback=trace,
    )


def dump() -> str:
    """Every table as text, sessions unpacked."""
    out = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = (row.replace("\\\\", "\\") for (row,) in cursor.fetchall())
            out.writelines(f"{table}: {row}\n" for row in rows)
    for session in Session.objects.all():
        content = session.get_decoded()
        out.write(json.dumps(content, ensure_ascii=False) + json.dumps(content))
    return out.getvalue()


def traces(text: str) -> list[str]:
    forms = [NAME, json.dumps(NAME)[1:-1], EMAIL]
    return [line for line in text.splitlines() if any(form in line for form in forms)]


def leave_traces(zoe: User, soil) -> None:
    Client().force_login(zoe)
    log(zoe, zoe, str(zoe), [{"changed": {"fields": ["Name"]}}])
    added = {"added": {"name": "instructor", "object": f"{NAME} teaches Soil"}}
    log(zoe, soil, "Soil", [added, {"changed": {"fields": ["Title"]}}])
    log(zoe, soil, f"{NAME} \u2013 Soil")
    log(zoe, soil, "Soil", [{"added": {"name": "address", "object": EMAIL}}])
    task([EMAIL])
    task([EMAIL], status="READY")
    task([1], status="FAILED", trace=f"SMTPRecipientsRefused: {EMAIL}")


def test_erasing_leaves_no_name_and_no_address(zoe, soil):
    leave_traces(zoe, soil)
    assert len(traces(dump())) >= 9

    erase_person(zoe)

    assert traces(dump()) == []


def test_the_account_stays_and_is_empty(zoe):
    erase_person(zoe)

    row = User.objects.get(pk=zoe.pk)
    assert (row.name, row.email, row.last_login) == ("", None, None)
    assert row.erased_at is not None
    assert not row.has_usable_password()
    assert not row.is_staff
    assert not row.is_superuser
    assert not row.groups.exists()


def test_a_sign_up_not_yet_confirmed_goes_with_the_account(
    client, sign_up, django_user_model
):
    sign_up(client, name=NAME, email=EMAIL)
    erase_person(django_user_model.objects.get(email=EMAIL))

    assert traces(dump()) == []


def test_every_session_of_the_person_ends_and_no_other(zoe, ada):
    mine, other = Client(), Client()
    mine.force_login(zoe)
    other.force_login(ada)

    erase_person(zoe)

    assert [s.get_decoded()["_auth_user_id"] for s in Session.objects.all()] == [
        str(ada.pk)
    ]


def test_the_admins_history_keeps_what_is_not_about_the_person(zoe, soil):
    added = {"added": {"name": "instructor", "object": f"{NAME} teaches Soil"}}
    mixed = log(zoe, soil, "Soil", [added, {"changed": {"fields": ["Title"]}}])
    other = log(zoe, soil, "Markers of soil", [{"changed": {"fields": ["Title"]}}])
    zoe.name = "Marker"
    zoe.save()

    erase_person(zoe)

    mixed.refresh_from_db()
    other.refresh_from_db()
    assert mixed.object_repr == "Soil"
    assert json.loads(mixed.change_message) == [
        {"added": {"name": "instructor", "object": ""}},
        {"changed": {"fields": ["Title"]}},
    ]
    assert other.object_repr == "Markers of soil"


def test_tasks_of_others_stay(zoe):
    kept = task(["ada@example.org"])
    erase_person(zoe)

    assert list(DBTaskResult.objects.all()) == [kept]


def test_the_erased_cannot_sign_in_and_the_address_is_free_again(
    client, zoe, sign_in, sign_up, confirm
):
    erase_person(zoe)

    assert sign_in(client, EMAIL).status_code == 422
    sign_up(client, email=EMAIL)
    assert confirm(client).status_code == 302
    assert User.objects.filter(email=EMAIL).count() == 1


def test_two_erased_accounts_stand_side_by_side(db):
    erase_person(make_user("Ada"))
    erase_person(make_user("Ben"))

    assert User.objects.filter(email=None).count() == 2


def test_the_export_holds_the_person_and_nothing_of_others(zoe, ada):
    AuditEvent.objects.create(actor=ada, person=zoe, what="made an admin")
    AuditEvent.objects.create(actor=zoe, person=ada, what="made an instructor")
    log(zoe, ada, str(ada))

    given = json.dumps(export_person(zoe), cls=DjangoJSONEncoder, ensure_ascii=False)

    assert NAME in given
    assert EMAIL in given
    assert "made an admin" in given
    assert "made an instructor" in given
    assert ada.name not in given
    assert ada.email not in given
