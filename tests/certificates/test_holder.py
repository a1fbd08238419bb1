"""What the holder of a certificate may do on its page."""

import html
import re

import pytest
from django.urls import reverse

from certificates.services import claim_certificate, supersede, withdraw
from courses.services import mark_done
from tests.certificates.stage import status_in, text_of
from tests.factories import make_track


def holder_url(certificate) -> str:
    return reverse("holder", args=[certificate.code])


def test_the_holder_alone_sees_and_has_the_tools(signed_in, ada, ben, client, held):
    for other in (client, signed_in(ben)):
        page = other.get(held.get_absolute_url()).content.decode()
        assert "linkedin" not in page
        assert holder_url(held) not in page
    page = signed_in(ada).get(held.get_absolute_url()).content.decode()
    assert "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME" in page
    assert holder_url(held) in page


def test_linkedin_is_told_the_track_and_the_code_but_not_the_name(signed_in, ada, held):
    page = signed_in(ada).get(held.get_absolute_url()).content.decode()

    link = html.unescape(re.findall(r'href="(https://www\.linkedin[^"]*)"', page)[0])
    assert "name=Soil" in link
    assert f"certId={held.code}" in link
    assert "Ada" not in link


@pytest.mark.parametrize("action", ["hide", "show", "withdraw"])
def test_others_cannot_touch_a_certificate(signed_in, ben, client, held, action):
    assert signed_in(ben).post(holder_url(held), {"action": action}).status_code == 404
    assert signed_in(ben).get(holder_url(held)).status_code == 404
    assert client.post(holder_url(held), {"action": action}).status_code == 302
    assert not held.events.exists()


def test_the_holder_hides_shows_and_withdraws(signed_in, ada, held):
    client = signed_in(ada)

    states = []
    for action in ("hide", "hide", "show", "withdraw", "withdraw", "show"):
        assert client.post(holder_url(held), {"action": action}).status_code == 302
        states.append(status_in(client.get(held.get_absolute_url())))

    assert states == ["hidden", "hidden", "valid"] + ["withdrawn"] * 3
    assert client.post(holder_url(held), {"action": "odd"}).status_code == 302


def test_an_unknown_action_changes_nothing(signed_in, ada, held):
    assert signed_in(ada).post(holder_url(held), {"action": "x"}).status_code == 400
    assert signed_in(ada).post(holder_url(held)).status_code == 400
    assert not held.events.exists()


@pytest.mark.parametrize("name", ["holder", "correct", "update_certificate"])
def test_the_holder_s_pages_are_found_in_any_spelling(signed_in, ada, held, name):
    response = signed_in(ada).get(reverse(name, args=[held.code.lower()]))

    assert response.status_code == 301
    assert response["Location"] == reverse(name, args=[held.code])


def test_the_end_of_a_superseded_one_is_asked_of_all(signed_in, ada, held):
    """Its withdrawal takes the current one, too: that is what is asked for."""
    new = supersede(held, "Ada Byron", "the name was corrected")

    response = signed_in(ada).get(holder_url(held))

    assert response["Location"] == holder_url(new)


def test_withdrawing_asks_first(signed_in, ada, held):
    response = signed_in(ada).get(holder_url(held))

    assert "This cannot be undone" in text_of(response)
    assert not held.events.exists()


def test_the_old_name_can_be_hidden_on_its_own_page(signed_in, ada, held):
    supersede(held, "Ada Byron", "the name was corrected")
    client = signed_in(ada)

    page = client.get(held.get_absolute_url()).content.decode()
    assert "Hide the details" in page
    assert "Withdraw" not in page
    assert "linkedin" not in page
    client.post(holder_url(held), {"action": "hide"})

    assert "Ada Sample" not in client.get(held.get_absolute_url()).content.decode()


def test_a_line_of_several_is_hidden_and_withdrawn_at_once(signed_in, ada, held):
    new = supersede(held, "Ada Byron", "the name was corrected")
    newest = supersede(new, "Ada Lovelace", "the name was corrected")
    client = signed_in(ada)
    for action, state in (("hide", "hidden"), ("withdraw", "withdrawn")):
        client.post(holder_url(newest), {"action": action})

        assert status_in(client.get(newest.get_absolute_url())) == state
        for old in (held, new):
            page = text_of(client.get(old.get_absolute_url()))
            assert "Ada" not in page


def test_after_withdrawing_no_page_offers_a_certificate(signed_in, ada, soil, held):
    withdraw(held)
    client = signed_in(ada)

    for address in ("/me/", "/tracks/soil/", "/tracks/soil/water-it/"):
        said = text_of(client.get(address))
        assert "You withdrew your certificate" in said, address
        for offer in ("See your certificate", "Claim your", "You can claim one"):
            assert offer not in said, address


def test_my_learning_shows_the_others_beside_a_withdrawn_one(signed_in, ada, held):
    stars = make_track("stars", lessons=1)
    mark_done(ada, stars.lessons.get())
    other = claim_certificate(ada, stars, "Ada Sample")
    withdraw(held)

    page = signed_in(ada).get("/me/")

    assert other.get_absolute_url() in page.content.decode()
    assert "You withdrew your certificate for Soil" in text_of(page)
