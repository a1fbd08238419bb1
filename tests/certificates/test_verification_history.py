"""verify_certificates: events, lines and the audit log tell one story, or one is named."""

import io

import pytest
from django.core.management import CommandError
from django.db import connection

from certificates import services
from certificates.models import Certificate
from tests.certificates.verifying import (
    corrupt,
    findings,
    finish,
    insert_event,
    verify,
)
from tests.factories import make_track

EVENTS = "certificates_certificateevent"


def codes_found() -> set[str]:
    with pytest.raises(CommandError, match="not agree"):
        verify(stderr=io.StringIO())
    return {code for code, _kind in findings()}


@pytest.fixture
def lines(held, others, ruth) -> dict[str, Certificate]:
    """Lines of several certificates, by what became of each."""
    anew, hidden = others
    second = services.supersede(held, "Ada Renamed", "the name was corrected")
    last = services.supersede(second, "Ada Byron", "the name was corrected")
    services.revoke(anew, ruth, "it was issued to the wrong account")
    reissued = services.issue_anew(anew, ruth, "revoking it was a mistake")
    for verb in services.hide, services.show, services.hide:
        verb(hidden)
    heir = services.supersede(hidden, "Dora Renamed", "the name was corrected")
    withdrawn = finish("Wim", make_track("ferns", lessons=2))
    gone = services.supersede(withdrawn, "Wim Renamed", "the name was corrected")
    services.withdraw(gone)
    return {
        "first": held,
        "second": second,
        "last": last,
        "revoked": anew,
        "reissued": reissued,
        "hidden": hidden,
        "heir": heir,
        "withdrawn": withdrawn,
        "gone": gone,
    }


def test_lines_of_all_kinds_agree(lines):
    assert f"{len(lines)} certificates agree" in verify()


@pytest.mark.parametrize(
    ("of", "change"),
    [
        (
            "hidden",  # the last of three
            f"DELETE FROM {EVENTS} WHERE id = (SELECT max(id) FROM {EVENTS} "
            "WHERE certificate_id = %(pk)s AND kind = 'hidden')",
        ),
        ("heir", f"DELETE FROM {EVENTS} WHERE certificate_id = %(pk)s"),
        (
            "revoked",
            f"DELETE FROM {EVENTS} WHERE certificate_id = %(pk)s AND kind = 'revoked'",
        ),
        (
            "withdrawn",
            f"DELETE FROM {EVENTS} "
            "WHERE certificate_id = %(pk)s AND kind = 'withdrawn'",
        ),
        (
            "revoked",  # the second of two comes first
            f"UPDATE {EVENTS} SET id = -id "
            "WHERE certificate_id = %(pk)s AND kind = 'superseded'",
        ),
        (
            "first",
            f"UPDATE {EVENTS} SET at = at - interval '1 day' "
            "WHERE certificate_id = %(pk)s",
        ),
        (
            "revoked",
            f"UPDATE {EVENTS} SET reason = 'it was bought' "
            "WHERE certificate_id = %(pk)s AND kind = 'revoked'",
        ),
        (
            "revoked",
            f"UPDATE {EVENTS} SET actor_id = 0 "
            "WHERE certificate_id = %(pk)s AND kind = 'revoked'",
        ),
        (
            "first",
            f"UPDATE {EVENTS} SET issued_at = NULL WHERE certificate_id = %(pk)s",
        ),
        (
            "second",
            "UPDATE certificates_certificate "
            "SET awarded_at = awarded_at - interval '1 day' WHERE id = %(pk)s",
        ),
        (
            "second",
            "UPDATE certificates_certificate "
            "SET cause = 'updated', correction = NULL WHERE id = %(pk)s",
        ),
        (
            "withdrawn",
            "UPDATE certificates_certificate "
            "SET issued_at = issued_at - interval '1 day' WHERE id = %(pk)s",
        ),
        (
            "withdrawn",
            "UPDATE certificates_certificate SET track_title = 'Sand' "
            "WHERE id = %(pk)s",
        ),
        (
            "withdrawn",
            "UPDATE certificates_certificate SET lesson_count = 9 WHERE id = %(pk)s",
        ),
        (
            "withdrawn",
            "DELETE FROM certificates_statusentry WHERE certificate_id = %(pk)s",
        ),
    ],
)
def test_whatever_is_changed_in_a_line_one_certificate_is_named(lines, of, change):
    corrupt(change, pk=lines[of].pk)

    assert codes_found() == {lines[of].code}


@pytest.mark.parametrize("kind", ["hidden", "revoked", "withdrawn"])
def test_an_event_that_was_made_up_is_named(lines, ruth, kind):
    insert_event(lines["last"], kind, ruth)

    assert codes_found() == {lines["last"].code}


def test_a_code_that_was_changed_is_named_and_not_its_successors(lines):
    corrupt(
        "UPDATE certificates_certificate SET code = '0000-0000-0000-0000' "
        "WHERE id = %(pk)s",
        pk=lines["withdrawn"].pk,
    )

    assert codes_found() == {"0000-0000-0000-0000"}


def test_of_two_that_supersede_one_the_second_is_named(lines):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE certificates_certificate "
            "DROP CONSTRAINT certificate_superseded_at_most_once"
        )
    corrupt(
        "UPDATE certificates_certificate SET supersedes_id = %(first)s "
        "WHERE id = %(last)s",
        first=lines["first"].pk,
        last=lines["last"].pk,
    )

    assert codes_found() == {lines["last"].code}


def test_a_deed_that_was_taken_out_of_the_audit_log_is_noticed(lines):
    corrupt(
        "DELETE FROM accounts_auditreason WHERE text = "
        "'it was issued to the wrong account'"
    )
    corrupt("DELETE FROM accounts_auditevent WHERE what = 'revoked'")

    assert codes_found() == {lines["revoked"].code}


def test_a_reason_that_was_emptied_is_no_disagreement(lines):
    corrupt(
        "UPDATE accounts_auditreason SET text = '' "
        "WHERE text = 'it was issued to the wrong account'"
    )

    assert "certificates agree" in verify()


def test_of_one_from_before_the_audit_log_it_knows_what_happened_since(held):
    services.hide(held)
    for what in "hid", "issued":
        corrupt("DELETE FROM accounts_auditevent WHERE what = %(what)s", what=what)
    services.show(held)
    second = services.supersede(held, "Ada Renamed", "the name was corrected")
    assert "2 certificates agree" in verify()

    corrupt(f"DELETE FROM {EVENTS} WHERE kind = 'shown'")

    assert codes_found() == {held.code}
    assert second.supersedes_id == held.pk


def test_what_ended_twice_is_named(held, others, ruth):
    last = others.pop()
    services.withdraw(last)
    insert_event(last, "revoked", ruth)

    assert codes_found() == {last.code}


def test_a_lost_event_is_named(held, others):
    services.supersede(held, "Ada Renamed", "the name was corrected")
    corrupt("DELETE FROM certificates_certificateevent")

    assert codes_found() == {held.code}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM certificates_certificateevent WHERE kind = 'revoked'",
        "UPDATE certificates_certificateevent SET kind = 'hidden' "
        "WHERE kind = 'revoked'",
    ],
)
def test_a_revocation_that_only_the_audit_log_still_tells_is_named(
    held, others, ruth, change
):
    services.revoke(held, ruth, "it was issued to the wrong account")
    corrupt(change)

    assert codes_found() == {held.code}


@pytest.mark.parametrize(
    "change",
    ["cause = 'updated'", "cause = 'corrected', correction = 1"],
)
def test_a_cause_that_does_not_go_with_what_was_before_is_named(
    held, others, ruth, change
):
    services.revoke(held, ruth, "it was issued to the wrong account")
    new = services.issue_anew(held, ruth, "revoking it was a mistake")
    corrupt(
        f"UPDATE certificates_certificate SET {change} WHERE id = %(pk)s", pk=new.pk
    )

    assert codes_found() == {new.code}


def test_a_correction_counted_wrongly_is_named(held, others):
    new = services.supersede(held, "Ada Renamed", "the name was corrected")
    corrupt(
        "UPDATE certificates_certificate SET correction = 3 WHERE id = %(pk)s",
        pk=new.pk,
    )

    assert codes_found() == {new.code}
