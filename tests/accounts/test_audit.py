"""The audit log itself: written with the deed, kept, and free of persons."""

import json

import pytest
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction

from accounts.audit import Deed, record
from accounts.models import AuditEvent, AuditReason, User
from accounts.person import erase_person, export_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def revoked(ruth, ada) -> AuditEvent:
    """Ruth did something to Ada, for a reason that names her."""
    return record(
        Deed.REVOKED,
        actor=ruth,
        about=ada,
        target="certificate:7K4M-9QXT-2HWD-5VPN",
        reason="it was Ada's sister who answered",
        details={"track": "Soil"},
    )


class TestTheDeed:
    def test_is_in_the_log_with_its_reason(self, revoked, ruth, ada):
        kept = AuditEvent.objects.select_related("given_reason").get()

        assert (kept.actor_id, kept.person_id, kept.what) == (
            ruth.pk,
            ada.pk,
            "revoked",
        )
        assert kept.target == "certificate:7K4M-9QXT-2HWD-5VPN"
        assert kept.details == {"track": "Soil"}
        assert kept.reason == "it was Ada's sister who answered"

    def test_that_is_taken_back_leaves_no_entry(self, ruth, ada):
        with transaction.atomic():
            record(Deed.REVOKED, actor=ruth, about=ada, reason="a mistake")
            transaction.set_rollback(True)

        assert not AuditEvent.objects.exists()
        assert not AuditReason.objects.exists()

    def test_of_a_command_has_no_actor_and_names_the_command(self, db):
        made = record(Deed.MADE_KEY, actor=None, details={"command": "issuer_keys"})

        assert AuditEvent.objects.get(actor=None) == made

    def test_of_an_operator_who_makes_the_first_admin_is_in_it(self, db):
        call_command(
            "createsuperuser",
            email="ruth@example.org",
            name="Ruth",
            interactive=False,
            verbosity=0,
        )

        made = AuditEvent.objects.get()
        assert (made.what, made.actor) == ("made admin", None)
        assert made.person_id == User.objects.get(email="ruth@example.org").pk
        assert made.details == {"command": "createsuperuser"}

    def test_of_nobody_is_refused(self, ada):
        with pytest.raises(IntegrityError, match="done_by_somebody_or_a_command"):
            record(Deed.REVOKED, actor=None, about=ada)

    def test_without_a_reason_says_so(self, ruth, ada):
        record(Deed.ACTIVATED, actor=ruth, about=ada)

        assert AuditEvent.objects.select_related("given_reason").get().reason is None


class TestTheLogOnlyGrows:
    @pytest.mark.parametrize(
        "harm",
        [
            lambda: AuditEvent.objects.update(details={}),
            lambda: AuditEvent.objects.update(actor=None),
            lambda: AuditReason.objects.update(text="it was not so"),
            lambda: AuditReason.objects.all().delete(),
            lambda: connection.cursor().execute("DELETE FROM accounts_auditreason"),
            lambda: connection.cursor().execute("TRUNCATE accounts_auditreason"),
            lambda: connection.cursor().execute("TRUNCATE accounts_auditevent CASCADE"),
        ],
    )
    def test_nothing_in_it_is_changed_or_deleted(self, revoked, harm):
        connection.check_constraints()  # what waits for the end would keep it, too
        with pytest.raises(IntegrityError, match="audit log"), transaction.atomic():
            harm()

        assert AuditEvent.objects.get().details == {"track": "Soil"}
        assert AuditReason.objects.get().text == "it was Ada's sister who answered"

    def test_but_a_reason_may_be_emptied(self, revoked):
        AuditReason.objects.update(text="")

        assert AuditEvent.objects.select_related("given_reason").get().reason == ""


class TestErasing:
    def test_empties_each_reason_that_names_the_person_and_no_other(
        self, revoked, ruth, ada, ben
    ):
        record(Deed.REVOKED, actor=ruth, about=ben, reason="mail from ADA@example.org")
        record(Deed.REVOKED, actor=ruth, about=ben, reason="an adamant request")

        erase_person(ada)

        reasons = AuditReason.objects.order_by("pk").values_list("text", flat=True)
        assert list(reasons) == ["", "", "an adamant request"]

    def test_empties_a_reason_about_the_person_for_a_part_of_the_name(
        self, ruth, ada, ben
    ):
        User.objects.filter(pk=ada.pk).update(name="Ada Byron")
        ada.refresh_from_db()
        for person in ada, ben:
            record(Deed.REVOKED, actor=ruth, about=person, reason="a twin of Byron's")

        erase_person(ada)

        reasons = AuditReason.objects.order_by("pk").values_list("text", flat=True)
        assert list(reasons) == ["", "a twin of Byron's"]

    def test_keeps_whom_it_was_about_by_key_alone(self, revoked, ada):
        erase_person(ada)

        kept = AuditEvent.objects.get(what="revoked")
        assert kept.person_id == ada.pk
        assert AuditEvent.objects.get(what="erased").actor_id == ada.pk
        assert User.objects.get(pk=ada.pk).email is None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e::text || r::text FROM accounts_auditevent e"
                " JOIN accounts_auditreason r ON r.event_id = e.id"
            )
            (said,) = cursor.fetchone()
        assert "Ada" not in said


def test_the_export_gives_what_was_done_to_a_person_and_by_them(
    revoked, ruth, ada, ben
):
    record(Deed.ACTIVATED, actor=ruth, about=ben)
    record(Deed.HID, actor=ada, about=ada)

    of_ada = json.loads(json.dumps(export_person(ada), cls=DjangoJSONEncoder))
    of_ruth = export_person(ruth)

    assert [
        (entry["what"], entry["reason"]) for entry in of_ada["audit_log_about_me"]
    ] == [("hid", None), ("revoked", "it was Ada's sister who answered")]
    assert of_ada["audit_log_of_what_i_did"] == []
    assert [entry["what"] for entry in of_ruth["audit_log_of_what_i_did"]] == [  # type: ignore[attr-defined]
        "activated",
        "revoked",
    ]
