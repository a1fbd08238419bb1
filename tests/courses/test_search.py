"""Finding lessons by their words, and nothing that is not open to everybody."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Lesson
from courses.search import clean_words, find_lessons, suggest_words
from tests.factories import make_lesson, make_question, make_track

VISITOR = AnonymousUser()
HOSTILE = [
    "'",
    '"',
    "''''\"",
    '"unclosed phrase',
    "\\",
    "a\\",
    "%",
    "100%",
    "%s %(x)s {0}",
    ":*",
    "a:*",
    "trainin:*A",
    "!!!",
    "& | ! ( )",
    "((((((((",
    "<-> <2>",
    "-",
    "--",
    "-a",
    "or or or",
    "'; SELECT pg_sleep(9); --",
    "\x00",
    "a\x00b",
    "\ue000\ue001",
    "\ufffe\uffff",
    "\u202e\u200b",
    "x" * 5000,
    "x " * 5000,
    '"' * 300,
    "<script>alert(1)</script>",
]


@pytest.fixture
def models(db):
    """A track on language models with four lessons."""
    track = make_track("models", title="Language models")
    make_lesson(
        track,
        "how-models-are-trained",
        title="How models are trained",
        summary="Three phases.",
        body="Training on text comes first. Pruning comes never.",
    )
    make_lesson(
        track,
        "tokens",
        title="Tokens, context windows & <limits>",
        summary="What fits.",
        body="Everything the model can see at once is its context.",
    )
    make_lesson(
        track,
        "prompts",
        title="Your first prompt",
        summary="Say it plainly.",
        body="Give the context and the task. "
        + "A context window is not needed. " * 40,
    )
    make_lesson(
        track,
        "gardens",
        title="Gardens",
        summary="The orchard in spring.",
        body="## Tools\n\nA spade, and a trained hand.",
    )
    return track


def slugs(words, page=1, reader=VISITOR):
    return [hit.lesson.slug for hit in find_lessons(reader, words, page).page]


def test_a_word_finds_its_other_forms(models):
    assert slugs("training") == ["how-models-are-trained", "gardens"]


def test_the_last_word_may_be_cut_short(models):
    assert slugs("trainin") == ["how-models-are-trained"]
    assert slugs("comes prun") == ["how-models-are-trained"]
    assert slugs("spade prun") == []


def test_a_word_that_is_left_out_or_stands_in_quotes_is_not_cut_short(models):
    assert slugs("context -promp") == ["tokens", "prompts"]
    assert slugs('context "promp"') == []
    assert slugs('"context wind') == []


def test_every_word_has_to_be_there_and_or_asks_for_one_of_them(models):
    assert slugs("spade context") == []
    assert slugs("spade or pruning") == ["how-models-are-trained", "gardens"]


def test_a_phrase_is_found_in_that_order_only(models):
    assert slugs('"context windows"') == ["tokens", "prompts"]
    assert slugs('"windows context"') == []


def test_a_minus_leaves_a_word_out(models):
    assert slugs("context -prompt") == ["tokens"]


def test_a_title_comes_before_a_text_that_says_it_forty_times(models):
    assert slugs("context") == ["tokens", "prompts"]


def test_each_lesson_is_searched_in_its_own_language(models):
    german = make_track("haeuser", title="Häuser", language="de-AT")
    make_lesson(german, "haus", title="Ein Haus", body="Die Häuser der Stadt.")
    make_lesson(german, "house", title="Houses", language="en", body="Of towns.")
    make_lesson(make_track("zh", language="zh"), "cheng", title="城市 houses")

    assert slugs("häusern") == ["haus"]
    assert slugs("house") == ["house", "cheng"]
    assert slugs("town -housing") == []


def test_the_words_are_marked_in_title_and_passage_and_all_else_is_escaped(models):
    (tokens, _prompts) = find_lessons(VISITOR, "contexts").page

    assert tokens.title == ("Tokens, <mark>context</mark> windows &amp; &lt;limits&gt;")
    assert tokens.passage == (
        "… Everything the model can see at once is its <mark>context</mark> …"
    )


def test_a_passage_says_what_comes_before_and_after_the_word(models):
    body = "first " * 100 + "then before walnut after that " + "last " * 100
    make_lesson(models, "long", body=body)
    (hit,) = find_lessons(VISITOR, "walnut").page

    assert "then before <mark>walnut</mark> after that" in hit.passage
    assert 15 <= len(hit.passage.split()) <= 35


def test_a_word_that_was_cut_short_is_marked_whole(models):
    (hit,) = find_lessons(VISITOR, "trainin").page

    assert "<mark>Training</mark> on text" in hit.passage


def test_where_the_text_does_not_say_it_the_summary_is_the_passage(models):
    (hit,) = find_lessons(VISITOR, "orchard").page

    assert hit.passage == "The <mark>orchard</mark> in spring."


def test_marks_of_an_authors_own_are_not_taken_for_ours(models):
    body = "Before \ue000<b>bold</b>\ue001 \ue001\ue000 walnut after"
    make_lesson(models, "odd", title="Odd \ue000<i>title\ue001 of walnut", body=body)
    (hit,) = find_lessons(VISITOR, "walnut").page

    assert "<b>" not in hit.passage
    assert "<i>" not in hit.title
    assert hit.passage.count("<mark>") == hit.passage.count("</mark>")
    assert "\ue000" not in hit.title + hit.passage
    assert "\ue001" not in hit.title + hit.passage


def test_a_text_cannot_mark_its_own_words(models):
    make_lesson(models, "sly", body="Before \ue000advertised\ue001 walnut after")
    (hit,) = find_lessons(VISITOR, "walnut").page

    assert hit.passage.count("<mark>") == 1
    assert "Before advertised <mark>walnut</mark> after" in hit.passage


@pytest.mark.parametrize(
    "title",
    [
        "The tags <b>bold</b> and <i>, walnut",
        "Walnut &amp; &copy; <!-- --> <br/>",
        "Walnut https://example.org/a/b.html?c=d&e=f#g ada@example.org",
        "Pre-walnut, walnut-free, 1.5e-3 /usr/bin -3 v1.2.3",
        "  Walnut   \u00a0 wide\tspaces ",
        "Noix 核桃 walnut ørken 🌰",
    ],
)
def test_a_title_is_shown_to_the_letter(models, title):
    make_lesson(models, "odd", title=title)
    (hit,) = find_lessons(VISITOR, "walnut").page

    assert "<mark>" in hit.title.lower()
    assert unescape(re.sub("</?mark>", "", hit.title)) == title


def test_drafts_archived_tracks_and_lessons_of_the_future_are_never_found(
    models, iris, ruth
):
    later = timezone.now() + timedelta(days=1)
    make_lesson(models, "draft", title="Walnut draft", published=False)
    make_lesson(models, "later", title="Walnut later", published_at=later)
    make_lesson(make_track("hidden", published=False), "hidden", title="Walnut hidden")
    gone = make_track("gone", archived_at=timezone.now())
    make_lesson(gone, "gone", title="Walnut gone")

    for reader in [VISITOR, iris, ruth]:
        assert slugs("walnut", reader=reader) == []
        assert suggest_words(reader, "walnutt") == ""


def test_questions_answers_and_explanations_are_never_found(client, models):
    make_question(
        models.lessons.get(slug="tokens"),
        "Where does the walnut grow?",
        right=("On a quince",),
        wrong=("Under a medlar",),
        explanation="Because of the pomegranate.",
    )
    for words in ["walnut", "quince", "medlar", "pomegranate"]:
        page = client.get("/search/", {"q": words}).content.decode()
        assert f"No lesson mentions “{words}”." in page


def test_a_misspelt_word_is_put_right_by_the_titles(client, models):
    page = client.get("/search/", {"q": "tokns"}).content.decode()

    assert re.search(r'Did you mean <a href="\?q=tokens">tokens</a>\?', page)
    assert suggest_words(VISITOR, "Tokns -prompt") == "tokens -prompt"
    assert suggest_words(VISITOR, '"contxt windws"') == '"context windows"'


def test_what_would_find_nothing_either_is_not_offered(models):
    assert suggest_words(VISITOR, "tokns spadee") == ""
    assert suggest_words(VISITOR, "tokens gardens") == ""
    assert suggest_words(VISITOR, "xyzzy") == ""
    assert suggest_words(VISITOR, "!!!") == ""


def test_without_words_there_are_a_field_and_help_alone(client, models):
    for address in ["/search/", "/search/?q=", "/search/?q=+%00+"]:
        page = client.get(address).content.decode()
        assert "Looking for an exact phrase?" in page
        assert "mention" not in page


def test_the_page_counts_the_lessons_and_keeps_the_words(client, models):
    page = client.get("/search/", {"q": 'context "window"'}).content.decode()

    assert "2 lessons mention “context &quot;window&quot;”" in page
    assert 'value="context &quot;window&quot;"' in page
    assert "Language models</span> · lesson 2" in page
    assert "<title>Search: context &quot;window&quot;" in page


def test_one_lesson_mentions(client, models):
    assert (
        "1 lesson mentions “spade”" in client.get("/search/?q=spade").content.decode()
    )


def test_no_hits_say_what_to_try(client, models):
    page = client.get("/search/", {"q": "xyzzy"}).content.decode()

    assert "No lesson mentions “xyzzy”." in page
    assert 'Try fewer words, or <a href="/">see all tracks</a>.' in page
    assert "Did you mean" not in page


def test_twenty_hits_a_page_and_a_way_to_the_next(client, db):
    track = make_track("many")
    for number in range(1, 24):
        make_lesson(track, f"walnut-{number}", title="Walnut")

    first = client.get("/search/", {"q": "walnut"}).content.decode()
    second = client.get("/search/", {"q": "walnut", "page": 2}).content.decode()

    assert "23 lessons mention" in first
    assert "23 lessons mention" in second
    links = [
        re.findall(r'/tracks/many/(walnut-\d+)/"', page) for page in (first, second)
    ]
    assert links[0] + links[1] == [f"walnut-{number}" for number in range(1, 24)]
    assert len(links[0]) == 20
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    "page",
    ["0", "-1", "2", "9999", "10000", "9" * 5000, "x", "", "1.5", "²", "١", "\0"],
)
def test_an_odd_page_is_missing(client, models, page):
    assert client.get("/search/", {"q": "context", "page": page}).status_code == 404


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(client, models, words):
    started = timezone.now()
    response = client.get("/search/", {"q": words})

    assert response.status_code == 200
    assert (timezone.now() - started).total_seconds() < 5
    assert b"<script>alert" not in response.content
    assert Lesson.objects.count() == 4


def test_bytes_that_are_no_text_are_answered(client, models):
    for raw in ["%ff%fe", "%ed%a0%80", "%c0%af", "%00%00"]:
        assert client.get(f"/search/?q={raw}").status_code == 200
    assert clean_words("a\ud800b\x85c\n d") == "a b c d"


def test_a_long_query_is_cut(models):
    assert clean_words("walnuts " * 100) == ("walnuts " * 25).strip()


def test_other_methods_are_refused(client, models):
    assert client.post("/search/", {"q": "context"}).status_code == 405


@time_machine.travel("2026-12-01 12:00:10Z", tick=False)  # within one minute
def test_searching_sixty_times_a_minute_is_enough(client, models):
    for _time in range(60):
        assert client.get("/search/?q=spade").status_code == 200
    refused = client.get("/search/?q=spade")

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "then do it again" in refused.content.decode()
    assert client.get("/search/").status_code == 200


def test_searching_makes_no_session_and_is_asked_for_again(client, models):
    response = client.get("/search/?q=context")

    assert not response.cookies
    assert not Session.objects.exists()
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]


def test_two_and_twenty_hits_take_the_same_statements(client, db):
    track = make_track("many")

    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/search/?q=walnut").status_code == 200
        return len(captured)

    for number in range(1, 3):
        make_lesson(track, f"walnut-{number}", title="Walnut")
    with_two = statements()
    for number in range(3, 21):
        make_lesson(track, f"walnut-{number}", title="Walnut")

    assert statements() == with_two == 4


def test_links_keep_words_of_any_kind(client, db):
    track = make_track("many")
    for number in range(1, 22):
        make_lesson(track, f"walnut-{number}", title="Walnut & co")
    page = client.get("/search/", {"q": 'walnut "& co"'}).content.decode()

    assert (
        f"?q={quote('walnut "& co"', safe='').replace('%20', '+')}&amp;page=2" in page
    )


LIBRARY = """
INSERT INTO courses_lesson (track_id, position, slug, title, summary, markdown,
    body_html, body_text, headings, minutes, language, license, attribution,
    published_at, revised_at)
SELECT track.id, number, 'lesson-' || number, 'Lesson ' || md5(number::text),
    'Summary', '', '', md5(number::text || 'text'), '[]', 1, '', '', '',
    track.published_at, track.published_at
FROM courses_track AS track, generate_series(1, 10000) AS number
WHERE track.slug = 'library'
"""


@pytest.fixture
def library(db):
    """A track of 10,000 lessons and one that says walnuts; the indexes are settled."""
    track = make_track("library")
    make_lesson(track, "walnuts", title="Walnuts", position=20000)
    with connection.cursor() as cursor:
        cursor.execute(LIBRARY)
        for index in ["lesson_search", "lesson_title_words"]:
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        cursor.execute("ANALYZE courses_lesson, courses_track")
    return track


def plans_of(act, operator):
    """The plan of each statement that this runs and that holds the operator."""
    with CaptureQueriesContext(connection) as captured:
        act()
    found = [query["sql"] for query in captured if operator in query["sql"]]
    plans = []
    with connection.cursor() as cursor:
        for statement in found:
            cursor.execute(f"EXPLAIN {statement}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


@pytest.mark.parametrize(
    "words", ["walnut", "waln", '"walnuts of" -tree wal', "a or b"]
)
def test_ten_thousand_lessons_are_searched_by_their_index(library, words):
    make_track("deutsch", language="de", lessons=1)
    ranked, *_rest = plans_of(lambda: find_lessons(VISITOR, words), "@@")

    assert "Bitmap Index Scan on lesson_search" in ranked
    assert "Seq Scan on courses_lesson" not in ranked


def test_misspelt_words_are_looked_up_by_the_index_of_titles(library):
    titles, *_rest = plans_of(lambda: suggest_words(VISITOR, "walnutz wallnuts"), "%>")

    assert "Bitmap Index Scan on lesson_title_words" in titles
    assert "Seq Scan on courses_lesson" not in titles
    assert suggest_words(VISITOR, "walntus") == "walnuts"
