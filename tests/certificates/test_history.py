"""What happened to a certificate, in words on its page."""

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.http import HttpResponse

from certificates.models import Certificate
from certificates.services import (
    claim_certificate,
    hide,
    issue_anew,
    revoke,
    show,
    supersede,
    withdraw,
)
from tests.certificates.stage import text_of

REASON = "the name was corrected"
HEADING = "What happened to it"


def at(day: int):
    return time_machine.travel(datetime(2027, 3, day, 12, tzinfo=UTC), tick=True)


def history_in(response: HttpResponse) -> str:
    """The words below its heading."""
    found = re.search(
        r'aria-labelledby="history-h">(.*?)</section>', response.text, re.DOTALL
    )
    words = re.sub(r"<[^>]+>", " ", found[1]) if found else ""
    return " ".join(html.unescape(words).split()).removeprefix(f"{HEADING} ")


@pytest.fixture
def dated(ada, finished) -> Certificate:
    with at(14):
        return claim_certificate(ada, finished, "Ada Sample")


def test_a_valid_one_was_issued_and_no_more(client, dated):
    page = client.get(dated.get_absolute_url())

    assert history_in(page) == "14 March 2027 Issued"


def test_each_event_stands_in_its_order_with_day_and_reason(client, ruth, dated):
    with at(15):
        revoke(dated, ruth, "it was issued to the wrong account")
    with at(16):
        new = issue_anew(dated, ruth, "revoking it was a mistake")

    old_page, new_page = (client.get(c.get_absolute_url()) for c in (dated, new))

    assert (
        "14 March 2027 Issued "
        "15 March 2027 Revoked, because it was issued to the wrong account "
        f"16 March 2027 Issued anew as {new.code} , because revoking it was a mistake"
    ) in history_in(old_page)
    assert new.get_absolute_url() in old_page.text
    assert (
        f"16 March 2027 Issued anew in the place of {dated.code} , which was revoked"
    ) in history_in(new_page)
    assert dated.get_absolute_url() in new_page.text
    assert "Ruth" not in old_page.text + new_page.text


def test_a_superseded_one_says_why_and_leads_to_the_current(client, dated):
    with at(15):
        new = supersede(dated, "Ada Byron", REASON)
    with at(16):
        newest = supersede(new, "Ada King", REASON)

    page = client.get(dated.get_absolute_url())

    said = "15 March 2027 Superseded by the current certificate , because the name was"
    assert said in history_in(page)
    assert newest.get_absolute_url() in page.text


def test_a_corrected_one_does_not_lead_others_to_the_old_name(
    signed_in, ada, client, dated
):
    with at(15):
        new = supersede(dated, "Ada Byron", REASON)

    page = client.get(new.get_absolute_url())
    own = signed_in(ada).get(new.get_absolute_url())

    assert dated.code not in page.text
    assert f"Issued in the place of {dated.code} , because {REASON}" in history_in(own)


def test_hiding_and_showing_are_the_holders_own_business(
    signed_in, ada, ben, client, dated
):
    with at(15):
        hide(dated)
    holder = signed_in(ada)
    hidden = history_in(holder.get(dated.get_absolute_url()))
    assert HEADING not in text_of(client.get(dated.get_absolute_url()))
    with at(16):
        show(dated)

    own = history_in(holder.get(dated.get_absolute_url()))

    assert "15 March 2027 You hid the details" in hidden
    assert "15 March 2027 You hid the details 16 March 2027 You showed the" in own
    for other in (client, signed_in(ben)):
        page = other.get(dated.get_absolute_url())
        assert history_in(page) == "14 March 2027 Issued"


def test_a_hidden_one_that_was_revoked_tells_its_holder_alone_why(
    signed_in, ada, client, ruth, dated
):
    hide(dated)
    revoke(dated, ruth, "it was issued to the wrong account")

    assert "wrong account" not in client.get(dated.get_absolute_url()).text
    own = history_in(signed_in(ada).get(dated.get_absolute_url()))
    assert "Revoked, because it was issued to the wrong account" in own


def test_a_withdrawn_one_has_no_history_left(signed_in, ada, client, dated):
    hide(dated)
    withdraw(dated)

    for reader in (client, signed_in(ada)):
        assert HEADING not in text_of(reader.get(dated.get_absolute_url()))


def test_a_reason_made_of_markup_is_text(client, ruth, dated):
    revoke(dated, ruth, "<b>it was a test</b>")

    page = client.get(dated.get_absolute_url())

    assert not re.search(r"<b>it was", page.text)
    assert "because <b>it was a test</b>" in history_in(page)
