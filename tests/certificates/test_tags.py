"""What other rooms' pages show of certificates."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template

from certificates.rosette import rosette_svg
from certificates.services import claim_certificate, hide, revoke, supersede, withdraw
from courses.services import mark_done
from tests.factories import make_track


def render(source: str, **context) -> str:
    return Template("{% load certificates %}" + source).render(Context(context))


MINE = (
    "{% my_certificate track as c %}"
    "{{ c.code }} {{ c.lesson_count }} {{ c.state }} {{ c.is_hidden }}"
)
ALL = "{% my_certificates as all %}{% for c in all.kept %}[{{ c.track_title }} {{ c.state }}]{% endfor %}"


def test_the_readers_current_certificate_of_a_track_in_one_statement(
    ada, soil, held, django_assert_num_queries
):
    new = supersede(held, "Ada Byron", "the name was corrected")
    hide(new)

    with django_assert_num_queries(1):
        said = render(MINE, user=ada, track=soil)

    assert said == f"{new.code} 2 valid True"


def test_others_have_no_certificate_and_cost_a_visitor_nothing(
    ben, soil, held, django_assert_num_queries
):
    assert "valid" not in render(MINE, user=ben, track=soil)
    with django_assert_num_queries(0):
        render(MINE + ALL, user=AnonymousUser(), track=soil)


@pytest.mark.parametrize("tracks", [2, 20])
def test_all_of_a_readers_certificates_in_one_statement(
    ada, held, tracks, django_assert_num_queries
):
    for number in range(tracks):
        track = make_track(f"track-{number}", lessons=1)
        mark_done(ada, track.lessons.get())
        claim_certificate(ada, track, "Ada")

    with django_assert_num_queries(1):
        said = render(ALL, user=ada)

    assert said.count("valid") == tracks + 1
    assert said.startswith(f"[Track {tracks - 1} valid]")


def test_a_revoked_one_is_listed_and_a_withdrawn_one_is_not(ada, held, ruth):
    revoke(held, ruth, "it was issued to the wrong account")
    assert render(ALL, user=ada) == "[Soil revoked]"

    withdraw(held)
    assert render(ALL, user=ada) == ""


def test_the_card_says_what_became_of_a_certificate(ada, held, ruth):
    card = "{% my_certificates as all %}{% for certificate in all.kept %}{% include 'certificates/_card.html' %}{% endfor %}"
    assert "rosette--void" not in render(card, user=ada)

    revoke(held, ruth, "it was issued to the wrong account")

    said = render(card, user=ada)
    assert "rosette--void" in said
    assert "Revoked" in said
    assert held.get_absolute_url() in said


def test_the_rosette_is_that_of_the_code():
    said = render("{% rosette code 4 small=True void=True %}", code="0" * 16)

    assert said == rosette_svg("0" * 16, 4, small=True, void=True)
