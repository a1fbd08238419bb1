"""The statements each page may run: DESIGN's budgets, in one table.

Counted warm, without BEGIN, COMMIT, SAVEPOINT, RELEASE and SET; session, user and
throttle count. The counts are the same with 10 rows and with 1,000.
"""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from certificates.services import claim_certificate
from courses.models import Enrollment, Lesson, Track
from courses.services import mark_done
from quizzes.models import Answer, Question, Respondent
from tests.factories import make_lesson, make_question, make_track, make_user

pytestmark = pytest.mark.django_db

UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET ", "ROLLBACK")


def statements(act) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = act()
    assert response.status_code in {200, 302}, response.status_code
    told = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in told if not sql.startswith(UNCOUNTED)]


def assert_within(budget: int, ready) -> None:
    """The act that `ready` prepares runs as many statements with 10 rows as with 1,000.

    ready: makes what is prepared beforehand, and returns the act to be counted.
    """
    few = statements(ready())
    fill(Track.objects.get(slug="full"), 1000)
    many = statements(ready())
    assert len(many) <= budget, "\n\n".join(many)
    assert len(few) == len(many), "\n\n".join([*few, "---", *many])


def reading(client, address: str):
    return lambda: lambda: client.get(address)


@pytest.fixture
def full(db) -> Track:
    """A track of 10 lessons, one of which asks 10 questions, and 10 learners."""
    track = make_track("full")
    first = make_lesson(track, "first")
    for _ in range(3):
        make_question(first)
    fill(track, 10)
    return track


def fill(track: Track, count: int) -> None:
    """That many lessons, questions in the first of them, and learners who answered."""
    first = track.lessons.get(slug="first")
    Lesson.objects.bulk_create(
        Lesson(
            track=track,
            position=number,
            slug=f"lesson-{number}",
            title=f"Lesson {number}",
            summary="A summary.",
            published_at=first.published_at,
        )
        for number in range(track.lessons.count() + 1, count + 1)
    )
    Question.objects.bulk_create(
        Question(lesson=first, position=number, prompt="What?", kind="text")
        for number in range(first.questions.count() + 1, count + 1)
    )
    make_learners(track, count)


def make_learners(track: Track, count: int) -> None:
    asked = Question.objects.get(lesson__track=track, lesson__slug="first", position=1)
    learners = User.objects.bulk_create(
        User(email=f"learner-{n}-of-{count}@example.org", name=f"Learner {n}")
        for n in range(count)
    )
    Enrollment.objects.bulk_create(
        Enrollment(learner=learner, track=track) for learner in learners
    )
    respondents = Respondent.objects.bulk_create(
        Respondent(learner=learner, is_own=True) for learner in learners
    )
    Answer.objects.bulk_create(
        Answer(
            respondent=respondent,
            question=asked,
            question_revision=asked.revision,
            submission=uuid4(),
            credit=1,
        )
        for respondent in respondents
    )


@pytest.fixture
def question(full) -> Question:
    return Question.objects.get(lesson__track=full, lesson__slug="first", position=1)


@pytest.fixture
def learner(full, signed_in):
    user = make_user("Ada")
    mark_done(user, full.lessons.get(slug="lesson-2"))
    client = signed_in(user)
    client.get("/")
    return client


def answer(client, question):
    return sending(client, question)()


def sending(client, question):
    """An answer made ready, to be sent while statements are counted."""
    choice = str(question.choices.first().pk)
    data = {"submission": str(uuid4()), "choice": choice}
    address, headers = question.answer_url, {"HX-Request": "true"}
    return lambda: client.post(address, data, headers=headers)


class TestALesson:
    def test_for_a_visitor_without_a_session(self, full, client):
        assert_within(4, reading(client, "/tracks/full/first/"))

    def test_for_a_visitor_who_has_answered(self, question, client):
        answer(client, question)

        assert_within(6, reading(client, "/tracks/full/first/"))

    def test_signed_in(self, question, learner):
        answer(learner, question)

        assert_within(7, reading(learner, "/tracks/full/first/"))


def test_a_track_signed_in(question, learner):
    answer(learner, question)

    assert_within(6, reading(learner, "/tracks/full/"))


def test_the_catalogue_signed_in(question, learner):
    answer(learner, question)

    assert_within(6, reading(learner, "/"))


def test_the_catalogue_for_a_visitor(full, client):
    assert_within(1, reading(client, "/"))


def test_an_answer(question, learner):
    answer(learner, question)

    assert_within(9, lambda: sending(learner, question))


def test_the_first_answer_in_a_track(full, question, signed_in):
    names = iter(["Ben", "Cleo"])

    assert_within(12, lambda: sending(signed_in(make_user(next(names))), question))


def test_the_public_certificate(full, client):
    user = make_user("Ada")
    mark_done(user, full.lessons.get(slug="lesson-2"))
    Enrollment.objects.filter(learner=user).update(completed_at=timezone.now())
    address = claim_certificate(user, full, "Ada").get_absolute_url()

    assert_within(2, reading(client, address))


@pytest.mark.parametrize(
    ("address", "budget"), [("/me/", 8), ("/tracks/full/score/", 6)]
)
def test_the_learners_own_pages(question, learner, address, budget):
    answer(learner, question)

    assert_within(budget, reading(learner, address))


def test_the_catalogue_is_the_same_with_2_and_with_20_tracks(learner, full):
    make_track("another", lessons=2)
    few = len(statements(lambda: learner.get("/")))
    for number in range(18):
        make_track(f"more-{number}", lessons=2)

    assert len(statements(lambda: learner.get("/"))) == few
