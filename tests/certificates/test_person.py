"""One person's part of the certificates: given out whole, and let go."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from certificates.models import Certificate, CertificateDocument
from certificates.person import erase_person, export_person
from certificates.services import (
    claim_certificate,
    hide,
    issue_anew,
    revoke,
    supersede,
)
from certificates.tasks import mail_certificate
from courses.services import mark_done
from gradus.me import erase_account
from tests.certificates.stage import status_in, text_of


@pytest.fixture
def corrected(held) -> Certificate:
    return supersede(held, "Ada Byron", "the name was corrected")


def read_back(user: User) -> Any:
    """The export as the person gets it."""
    return json.loads(json.dumps(export_person(user)))


def test_the_export_holds_every_certificate_document_and_event(ada, held, corrected):
    hide(corrected)

    exported = read_back(ada)

    old, new = sorted(exported["certificates"], key=lambda row: row["issued_at"])
    assert (old["code"], new["code"]) == (held.code, corrected.code)
    assert [row["name"] for row in old["documents"]] == ["Ada Sample"]
    assert [row["what"] for row in old["events"]] == ["superseded", "hidden"]
    assert new["documents"][0]["credential"]["name"] == "Soil"


def test_the_export_holds_nothing_of_others(ada, ben, finished, held, ruth):
    for lesson in finished.lessons.all():
        mark_done(ben, lesson)
    other = claim_certificate(ben, finished, "Ben Sample")
    revoke(other, ruth, "it was issued to the wrong account")

    exported = json.dumps(export_person(ada))

    assert other.code not in exported
    assert "Ben" not in exported


def test_an_admins_export_holds_what_they_decided(held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")

    (decision,) = read_back(ruth)["certificate_decisions"]

    assert (decision["certificate"], decision["what"]) == (held.code, "revoked")


def emptied(user: User) -> None:
    """What accounts does with the row."""
    User.objects.filter(pk=user.pk).update(
        erased_at=timezone.now(), name="", email=None
    )


def test_certificates_that_are_kept_outlive_the_account(client, ada, held):
    page = client.get(held.get_absolute_url()).content

    erase_person(ada, withdraw=False)
    emptied(ada)

    assert client.get(held.get_absolute_url()).content == page


def test_certificates_that_are_withdrawn_leave_no_name(client, ada, held, corrected):
    erase_person(ada, withdraw=True)
    emptied(ada)

    assert not CertificateDocument.objects.exists()
    for row in (held, corrected):
        response = client.get(row.get_absolute_url())
        assert status_in(response) == "withdrawn"
        assert "Ada" not in text_of(response)


@pytest.mark.parametrize("withdraw", [True, False])
def test_the_admins_history_forgets_names_that_were_printed(
    ada, iris, soil, held, corrected, withdraw
):
    """Somebody put her into a group when she was called otherwise."""
    member = {"name": "group member", "object": "Ada Sample"}
    LogEntry.objects.log_actions(
        user_id=iris.pk,
        queryset=[soil],
        action_flag=CHANGE,
        change_message=[{"added": member}, {"changed": {"fields": ["Title"]}}],
        single_object=True,
    )
    ada.refresh_from_db()
    assert ada.name != "Ada Sample"

    erase_account(ada, withdraw=withdraw)

    said = LogEntry.objects.get().change_message
    assert "Ada" not in said
    assert "Title" in said


def test_erasing_twice_is_erasing_once(ada, held):
    erase_person(ada, withdraw=True)
    erase_person(ada, withdraw=True)

    assert held.events.count() == 1


def test_others_keep_theirs(ada, ben, finished, held):
    for lesson in finished.lessons.all():
        mark_done(ben, lesson)
    other = claim_certificate(ben, finished, "Ben")

    erase_person(ada, withdraw=True)

    assert other.documents.exists()
    assert not other.events.exists()


def test_tasks_that_may_name_the_person_go(ada, held, settings):

    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}
    }
    mail_certificate.enqueue(held.pk)
    mail_certificate.enqueue(held.pk + 1)
    DBTaskResult.objects.update(traceback="refused: ada@example.org")

    erase_person(ada, withdraw=False)

    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [
        [held.pk + 1]
    ]


def test_an_admin_may_issue_anew_for_an_erased_account_without_a_fingerprint(
    ada, held, ruth
):

    revoke(held, ruth, "it was issued to the wrong account")
    erase_person(ada, withdraw=False)
    emptied(ada)

    new = issue_anew(held, ruth, "the revocation was a mistake")

    subject = json.loads(new.documents.get().credential)["credentialSubject"]
    assert [row["identityType"] for row in subject["identifier"]] == ["name"]
