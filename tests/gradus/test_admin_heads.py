"""The head of an admin page says where one is; a list says what is not there."""

import re
from html import unescape

import pytest
from django.urls import reverse

from tests.admin_forms import admin_client
from tests.factories import make_instructor

pytestmark = pytest.mark.django_db

# the address, and its head: the way there, then the page itself
HEADS = [
    ("index", "", "Home"),
    ("courses_track_changelist", "", "Home › Tracks"),
    ("courses_track_add", "", "Home › Tracks › Add track"),
    ("courses_track_change", "track", "Home › Tracks › Soil"),
    ("courses_track_figures", "track", "Home › Tracks › Soil › Figures"),
    ("courses_track_import_zip", "", "Home › Tracks › Import a track folder"),
    ("courses_lesson_history", "lesson", "Home › Lessons › Probe the soil › History"),
    (
        "courses_lesson_publication",
        "lesson",
        "Home › Lessons › Probe the soil › Publication",
    ),
    (
        "quizzes_question_retire",
        "probe",
        "Home › Lessons › Probe the soil › Retire this question?",
    ),
    (
        "quizzes_question_versions",
        "probe",
        "Home › Lessons › Probe the soil › Versions of a question",
    ),
]


def words_in(html: str) -> str:
    """The text, with a › between the parts."""
    parts = re.split(r"</(?:a|span)>", html)
    texts = [" ".join(unescape(re.sub(r"<[^>]*>", "", part)).split()) for part in parts]
    return " › ".join(text for text in texts if text)


@pytest.mark.parametrize(("name", "of", "head"), HEADS)
def test_one_heading_says_where_one_is(iris, soil, lesson, probe, name, of, head):
    keys = {"track": soil.pk, "lesson": lesson.pk, "probe": probe.pk}
    address = reverse(f"admin:{name}", args=[keys[of]] if of else [])

    page = admin_client(iris).get(address).content.decode()

    (heading,) = re.findall(r'<h1 class="trail.*?</h1>', page, re.DOTALL)
    assert words_in(heading) == head


def test_an_empty_list_says_what_to_do(db):
    client = admin_client(make_instructor("Iris"))

    page = client.get("/admin/courses/track/").content.decode()
    assert "Nothing is here yet." in page
    assert "Add track" in page
    assert "Show all" not in page


def test_a_search_without_hits_leads_back_to_all(iris, soil):
    page = admin_client(iris).get("/admin/courses/track/?q=zebra").content.decode()

    assert "Nothing is like that. Try fewer words, or:" in page
    assert "0 found" in page
    assert 'href="?">Show all</a>' in page


def test_a_list_of_all_does_not_offer_to_show_all(ruth):
    page = admin_client(ruth).get("/admin/accounts/user/").content.decode()

    assert "Show all" not in page
