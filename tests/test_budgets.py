"""The statements each page may run: DESIGN's budgets, in one table.

Counted warm, without BEGIN, COMMIT, SAVEPOINT, RELEASE and SET; session, user and
throttle count. The counts are the same with 10 rows and with 1,000.
"""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.services import claim_certificate
from courses.groups import GroupMember, LearnerGroup, TrackGroup
from courses.models import Enrollment, Track
from courses.services import mark_done
from quizzes.models import Objection, Question
from tests.admin_table import ADMIN_TABLE
from tests.crowd import fill, make_crowd
from tests.factories import make_admin, make_track, make_user

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
    return make_crowd("full")


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


class TestATrackForGroups:
    """One statement more: the short one finds what is everybody's, then the rule is asked."""

    @pytest.fixture
    def member(self, full, learner):
        group = LearnerGroup.objects.create(name="Class 7")
        GroupMember.objects.bulk_create(
            GroupMember(group=group, learner=user) for user in User.objects.all()
        )
        TrackGroup.objects.create(track=full, group=group)
        Track.objects.filter(pk=full.pk).update(audience="groups")
        return learner

    def test_a_lesson(self, question, member):
        answer(member, question)

        assert_within(8, reading(member, "/tracks/full/first/"))

    def test_an_answer(self, question, member):
        answer(member, question)

        assert_within(10, lambda: sending(member, question))

    @pytest.mark.parametrize("address", ["/", "/tracks/full/"])
    def test_the_catalogue_and_the_track_as_any_other(self, question, member, address):
        answer(member, question)

        assert_within(6, reading(member, address))


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


@pytest.fixture
def outgrown(question, learner) -> str:
    """The page of a certificate that its holder could update."""
    user = User.objects.get(name="Ada")
    track = question.lesson.track
    Enrollment.objects.filter(learner=user).update(completed_at=timezone.now())
    address = claim_certificate(user, track, "Ada Sample").get_absolute_url()
    answer(learner, question)
    mark_done(user, track.lessons.get(slug="lesson-3"))
    for page in (address, "/tracks/full/"):
        assert "It would say" in learner.get(page).text
    return address


def test_a_track_and_a_certificate_that_can_be_updated(outgrown, learner):
    assert_within(6, reading(learner, "/tracks/full/"))


@pytest.mark.parametrize(("page", "budget"), [("", 8), ("update/", 7)])
def test_a_certificate_that_its_holder_can_update(outgrown, learner, page, budget):
    assert_within(budget, reading(learner, outgrown + page))


@pytest.mark.parametrize("kind", [".pdf", ".png", "/picture.png"])
def test_the_files_of_a_certificate(full, client, kind):
    user = make_user("Ada")
    mark_done(user, full.lessons.get(slug="lesson-2"))
    Enrollment.objects.filter(learner=user).update(completed_at=timezone.now())
    address = claim_certificate(user, full, "Ada").get_absolute_url().rstrip("/")
    client.get(address + kind)  # the emblem is drawn once

    assert_within(2, reading(client, address + kind))


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


@pytest.mark.parametrize(
    "place", [name for name in ADMIN_TABLE if name.endswith("_changelist")]
)
def test_each_list_of_the_admin(full, question, signed_in, place):
    client = signed_in(make_admin("Ruth"))

    def ready():
        people = User.objects.filter(objections=None)
        Objection.objects.bulk_create(
            Objection(question=question, learner=learner, text="Hm.")
            for learner in people
        )
        client.get(reverse(place))
        return lambda: client.get(reverse(place))

    assert_within(14, ready)
