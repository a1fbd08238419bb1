"""What works in a track, and who learns it, in the admin."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Enrollment, Lesson, Track
from courses.services import leave_track, mark_done
from quizzes.figures import read_figures
from quizzes.track_analysis import figures_of
from tests.admin_forms import admin_client
from tests.crowd import fill, make_crowd
from tests.factories import make_lesson, make_question, make_track, make_user
from tests.quizzes.answering import give_all
from tests.quizzes.mending import answer, own

pytestmark = pytest.mark.django_db


def address(page: str, track: Track) -> str:
    return reverse(f"admin:courses_track_{page}", args=[track.pk])


def shown(user: User, page: str, track: Track, **query: str) -> str:
    response = admin_client(user).get(address(page, track), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


class TestFigures:
    def test_a_track_that_nobody_can_read_leads_to_publishing(self, iris, soil):
        Lesson.objects.update(published_at=None)

        page = shown(iris, "figures", soil)

        assert "nobody can read it yet" in page
        assert address("publication", soil) in page

    def test_a_track_that_nobody_began_says_where_it_is(self, iris, soil, probe):
        page = shown(iris, "figures", soil)

        assert "Nobody has answered a question" in page
        assert "http://testserver/tracks/soil/" in page
        assert "<svg viewBox" not in page

    def test_a_track_without_questions_says_what_to_do(self, iris, soil, ada, lesson):
        mark_done(ada, lesson)

        assert "Add questions on a lesson's page" in shown(iris, "figures", soil)

    def test_below_20_answers_it_says_so_instead_of_numbers(self, iris, soil, probe):
        give_all(probe, ["Right"] * 19)

        page = shown(iris, "figures", soil)

        assert "19 answers so far; from 20 on there are figures." in page
        assert "Who picked what" not in page
        assert "100 % <br>" not in page

    def test_from_20_on_there_are_figures(self, iris, soil, probe):
        give_all(probe, ["Right"] * 16 + ["Not so"] * 4)

        page = shown(iris, "figures", soil)

        assert "80 %" in page
        assert "58 to 92 %" in page  # Wilson, of 16 in 20
        assert "Nobody picks C" in page
        assert "20 of visitors" in page
        head = page.partition(f'id="question-{probe.pk}"')[2].partition("</th>")[0]
        assert head.endswith("Where does the probe go?</a> ")  # and not who picked what
        assert "Who picked what" in page

    def test_the_few_with_other_answers_do_not_speak_for_all(
        self, iris, soil, lesson, probe
    ):
        """Of 21 one knows the other question, and picks what the other does not."""
        other = make_question(lesson, "And then?")
        *_, weak, strong = give_all(probe, ["Right"] * 20 + ["Not so"])
        answer(weak, other, "Not so")
        answer(strong, other, "Right")

        (found, _) = read_figures(soil).questions

        assert found.item.ranked == 2
        assert found.item.discrimination is None
        assert {c.strongest for c in found.item.choices} == {None}
        assert found.remark.words.startswith("Nearly everybody is right")

    def test_the_likely_wrong_ones_come_first_unless_asked_otherwise(
        self, iris, soil, lesson, probe
    ):
        hard = make_question(lesson, "What is loam made of?")
        give_all(probe, ["Right"] * 16 + ["Not so"] * 3 + ["Nor this"])
        give_all(hard, ["Right"] * 4 + ["Not so"] * 10 + ["Nor this"] * 10)

        first = shown(iris, "figures", soil)
        placed = shown(iris, "figures", soil, sort="place")
        odd = shown(iris, "figures", soil, sort="'; DROP TABLE")

        assert first.index("What is loam") < first.index("Where does the probe")
        assert placed.index("What is loam") > placed.index("Where does the probe")
        assert odd.index("What is loam") < odd.index("Where does the probe")

    def test_each_chart_has_its_numbers_in_a_table(
        self, iris, soil, lesson, probe, ada
    ):
        mark_done(ada, lesson)
        answer(own(ada), probe, "Right")

        page = shown(iris, "figures", soil)

        assert page.count('role="img"') == 3
        assert "Show the lessons as a table" in page
        assert "Show the scores as a table" in page
        row = page.partition("Probe the soil</a>")[2].partition("</tr>")[0]
        assert row.count('<td class="number">1</td>') == 3
        assert "100 %" in row

    def test_a_lessons_page_says_how_its_question_does(self, iris, soil, lesson, probe):
        give_all(probe, ["Right"] * 16 + ["Not so"] * 9)
        lesson_url = reverse("admin:courses_lesson_change", args=[lesson.pk])
        client = admin_client(iris)
        assert "first answers" not in client.get(lesson_url).content.decode()
        figures_of(soil.pk)

        page = client.get(lesson_url).content.decode()

        assert "64\N{NO-BREAK SPACE}% credit in 25 first answers" in page
        assert f"{address('figures', soil)}#question-{probe.pk}" in page

    def test_the_tracks_page_leads_to_both(self, iris, soil):
        url = reverse("admin:courses_track_change", args=[soil.pk])
        page = admin_client(iris).get(url).content.decode()

        assert address("figures", soil) in page
        assert address("learners", soil) in page

    def test_markup_in_a_question_comes_out_as_text(self, iris, soil, lesson):
        asked = make_question(lesson, "<img src=x>", right=("<b>Right</b>",))
        give_all(asked, ["<b>Right</b>"] * 20)

        page = shown(iris, "figures", soil)

        assert "<img src=x>" not in page
        assert "&lt;b&gt;Right&lt;/b&gt;" in page

    def test_a_thousand_learners_and_questions_cost_as_many_statements_as_ten(
        self, ruth
    ):
        track = make_crowd("full")
        client = admin_client(ruth)
        client.get(address("figures", track))
        counts = [statements_of(client, address("figures", track))]
        fill(track, 1000)
        counts.append(statements_of(client, address("figures", track)))
        kept = statements_of(client, address("figures", track))

        assert counts[0] == kept <= 12
        # made anew: the mark, the key, the log twice, the scores, the row
        assert counts[1] <= 20


def statements_of(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        if response.streaming:
            list(response.streaming_content)
    assert response.status_code == 200
    return len(captured)


# Learners


def names(page: str) -> list[str]:
    """The learners of the page, in its order; no-break spaces are spaces by then."""
    rows = page.partition("<tbody>")[2].split('<th scope="row">')[1:]
    return [row.partition("</th>")[0].strip() for row in rows]


def exported(user: User, track: Track, **query: str) -> list[dict[str, str]]:
    response: Any = admin_client(user).get(address("learners_file", track), query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def crew(soil, lesson, probe, ada, ben):
    """Ada finished and knows all; Ben began, and left; Cleo was erased."""
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        mark_done(ben, lesson)
        answer(own(ben), probe, "Not so")
    for each in soil.lessons.all():
        mark_done(ada, each)
    answer(own(ada), probe, "Right")
    leave_track(ben, soil)
    cleo = make_user("Cleo")
    Enrollment.objects.create(learner=cleo, track=soil)
    User.objects.filter(pk=cleo.pk).update(
        name="", email=None, erased_at=timezone.now()
    )
    return soil


class TestLearners:
    def test_each_stands_with_progress_score_and_coverage(self, iris, crew):
        page = shown(iris, "learners", crew, o="name")

        assert names(page) == ["Ada", "Ben", "Erased account"]
        ada = page.partition('<th scope="row">Ada')[2].partition("</tr>")[0]
        assert "ada@example.org" in ada
        assert "2 of 2" in ada
        assert "100 %" in ada
        assert "1 of 1" in ada
        cleo = page.partition("Erased account")[2].partition("</tr>")[0]
        assert "cleo" not in page.lower()
        assert "No score yet" in cleo

    @pytest.mark.parametrize(
        ("order", "first"),
        [
            ("name", "Ada"),
            ("-name", "Ben"),
            ("email", "Ada"),
            ("-email", "Ben"),
            ("enrolled", "Ben"),
            ("active", "Ben"),
            ("progress", "Erased account"),
            ("-progress", "Ada"),
            ("score", "Ben"),
            ("-score", "Ada"),
            ("coverage", "Erased account"),
        ],
    )
    def test_sorted_by_each_column_both_ways(self, iris, crew, order, first):
        assert names(shown(iris, "learners", crew, o=order))[0] == first
        rows = exported(iris, crew, o=order)
        assert (rows[0]["name"] or "Erased account") == first

    def test_sorted_by_certificate(self, iris, crew, ben):
        Enrollment.objects.filter(learner=ben).update(certified_at=timezone.now())

        for order in "certificate", "-certificate":
            assert names(shown(iris, "learners", crew, o=order))[0] == "Ben"

    @pytest.mark.parametrize(
        ("state", "found"),
        [
            ("finished", ["Ada"]),
            ("unfinished", ["Erased account"]),
            ("left", ["Ben"]),
            ("inactive", ["Ben"]),
            ("nonsense", ["Ada", "Ben", "Erased account"]),
        ],
    )
    def test_filtered_by_where_they_are(self, iris, crew, state, found):
        assert names(shown(iris, "learners", crew, o="name", state=state)) == found
        rows = exported(iris, crew, o="name", state=state)
        assert [row["name"] or "Erased account" for row in rows] == found

    @pytest.mark.parametrize(
        ("words", "found"),
        [("ad", ["Ada"]), ("BEN@", ["Ben"]), ("%", []), ("_", []), ("\\", [])],
    )
    def test_searched_by_name_and_address_word_for_word(self, iris, crew, words, found):
        page = shown(iris, "learners", crew, q=words)

        assert names(page) == found
        assert found or "No learner is like that." in page

    @pytest.mark.parametrize(
        "query", [{"p": "9"}, {"p": "-1"}, {"p": "0"}, {"p": "x"}, {"o": "x"}]
    )
    def test_an_odd_address_is_answered(self, iris, crew, query):
        shown(iris, "learners", crew, **query)

    def test_nobody_yet_says_how_somebody_appears(self, ruth):
        assert "Nobody has begun this track." in shown(
            ruth, "learners", make_track("moss")
        )

    def test_50_a_page(self, ruth):
        track = make_crowd("full")
        fill(track, 41)

        first = shown(ruth, "learners", track, o="name")
        second = shown(ruth, "learners", track, o="name", p="2")

        assert "51 learners" in first
        assert len(names(first)) == 50
        assert len(names(second)) == 1
        assert "Page 2 of 2" in second

    @pytest.mark.parametrize("order", ["name", "score"])
    @pytest.mark.parametrize(
        ("place", "budget"),
        [("learners", 10), ("learners_file", 13)],  # a file is in the audit log
    )
    def test_a_thousand_learners_cost_as_many_statements_as_ten(
        self, ruth, place, budget, order
    ):
        track = make_crowd("full")
        client = admin_client(ruth)
        url = f"{address(place, track)}?o={order}"
        statements_of(client, url)
        few = statements_of(client, url)
        fill(track, 1000)

        assert statements_of(client, url) == few <= budget


class TestTheFile:
    def test_every_fact_stands_in_its_column(self, iris, crew):
        ada, ben, cleo = exported(iris, crew, o="name")

        today = timezone.now().date().isoformat()
        assert ada == {
            "name": "Ada",
            "e-mail": "ada@example.org",
            "account": "",
            "enrolled": today,
            "last active": today,
            "lessons done": "2",
            "lessons": "2",
            "score": "100",
            "answered": "1",
            "questions": "1",
            "finished": today,
            "certificate": "",
            "left": "",
        }
        assert (ben["score"], ben["left"]) == ("0", today)
        assert (cleo["name"], cleo["e-mail"], cleo["account"]) == ("", "", "erased")
        assert cleo["score"] == ""

    def test_a_formula_is_made_inert(self, iris, crew, ada):
        User.objects.filter(pk=ada.pk).update(name='=HYPERLINK("x")')

        rows = exported(iris, crew, q="HYPERLINK")

        assert [row["name"] for row in rows] == ['\'=HYPERLINK("x")']

    def test_a_name_is_one_cell_where_a_spreadsheet_splits_at_semicolons(
        self, iris, crew, ada
    ):
        User.objects.filter(pk=ada.pk).update(name="Ada;=1+1;")

        response: Any = admin_client(iris).get(address("learners_file", crew))
        text = b"".join(response.streaming_content).decode("utf-8-sig")

        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        assert "=1+1" in text
        assert not any(cell.startswith("=") for line in cells for cell in line)

    def test_it_is_streamed_and_named_after_track_and_day(self, iris, crew):
        response = admin_client(iris).get(address("learners_file", crew))

        day = datetime.now(tz=timezone.get_default_timezone()).date()
        name = f'filename="learners-soil-{day}.csv"'
        assert name in response["Content-Disposition"]
        assert "no-store" in response["Cache-Control"]
        assert response.streaming


@pytest.mark.parametrize("place", ["figures", "learners", "learners_file"])
def test_a_track_of_somebody_else_is_as_one_that_is_not_there(soil, omar, place):
    client = admin_client(omar)
    missing = Track(pk=soil.pk + 1000)

    for track in soil, missing:
        assert client.get(address(place, track)).status_code == 404
    odd = address(place, soil).replace(f"/{soil.pk}/", "/x/")
    assert client.get(odd).status_code == 404


def test_the_scores_are_those_of_the_score_page(ada, iris, soil, lesson, probe):
    """A lesson taken back takes its questions from both."""
    other = make_question(make_lesson(soil, "third"))
    answer(own(ada), probe, "Right")
    answer(own(ada), other, "Not so")
    assert exported(iris, soil)[0]["score"] == "50"

    Lesson.objects.filter(pk=other.lesson_id).update(published_at=None)

    (row,) = exported(iris, soil)
    assert (row["score"], row["questions"]) == ("100", "1")
