"""What is written in a track's language says so, on pages that are in another one."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from certificates.services import claim_certificate, revoke, withdraw
from courses.services import mark_done
from tests.factories import make_lesson, make_question, make_track

pytestmark = pytest.mark.django_db

ARABIC = re.compile(r"[\u0600-\u06ff]+")
VOID = {"br", "hr", "img", "input", "link", "meta"}
NO_MARKUP = {"title"}  # of the page, and of a drawing


class Texts(HTMLParser):
    """Each text with the language and the direction that it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str, str]] = [("", "", "")]
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            _tag, lang, direction = self.open[-1]
            given = dict(attrs)
            self.open.append(
                (tag, given.get("lang") or lang, given.get("dir") or direction)
            )

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, lang, direction = self.open[-1]
        if tag not in NO_MARKUP:
            self.found.append((data.strip(), lang, direction))


def arabic_in(response) -> Iterator[tuple[str, str, str]]:
    reader = Texts()
    reader.feed(response.content.decode())
    return (found for found in reader.found if ARABIC.search(found[0]))


@pytest.fixture
def turba():
    """A track in Arabic with one lesson and one question."""
    track = make_track("turba", title="التربة", summary="درس قصير.", language="ar")
    lesson = make_lesson(track, "majass", title="المجس", summary="كم عمقه؟")
    make_question(lesson, "كم عمق المجس؟", right=("١٠ سم",), wrong=("متر",))
    make_lesson(track, "maa", title="الماء", summary="متى؟")
    return track


@pytest.fixture
def client(signed_in, ada, turba):
    """Ada's, who answered the question."""
    client = signed_in(ada)
    question = turba.lessons.get(slug="majass").questions.get()
    client.post(question.answer_url, {"choice": question.choices.earliest("pk").pk})
    return client


def finish(learner, track):
    for lesson in track.lessons.all():
        mark_done(learner, lesson)


def begun(ada, turba, ruth):
    mark_done(ada, turba.lessons.get(slug="majass"))


def finished(ada, turba, ruth):
    finish(ada, turba)


def certified(ada, turba, ruth):
    finish(ada, turba)
    return claim_certificate(ada, turba, "Ada")


def withdrawn(ada, turba, ruth):
    withdraw(certified(ada, turba, ruth))


def revoked(ada, turba, ruth):
    revoke(certified(ada, turba, ruth), ruth, "it was issued by mistake")


CERTIFICATE, HOLDER, CORRECT = "certificate", "holder", "correct"
PAGES = [
    ("/", begun),
    ("/", finished),
    ("/me/", begun),
    ("/me/", finished),
    ("/me/", certified),
    ("/me/", withdrawn),
    ("/tracks/turba/score/", begun),
    ("/tracks/turba/certificate/", begun),
    ("/tracks/turba/certificate/", finished),
    ("/tracks/turba/certificate/", withdrawn),
    (CORRECT, certified),
    ("/search/?q=words", begun),
    (CERTIFICATE, certified),
    (CERTIFICATE, revoked),
    (CERTIFICATE, withdrawn),
    (HOLDER, certified),
]


@pytest.mark.parametrize(
    ("address", "arrange"),
    PAGES,
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_arabic_text_says_its_language_and_direction(
    client, ada, turba, ruth, address, arrange
):
    arrange(ada, turba, ruth)
    if address in {CERTIFICATE, HOLDER, CORRECT}:
        code = ada.enrollments.get(track=turba).certificates.get().code
        address = reverse(address, args=[code])

    response = client.get(address)

    found = list(arabic_in(response))
    assert response.status_code == 200
    assert found
    wrong = [one for one in found if one[1:] != ("ar", "rtl")]
    assert wrong == []
