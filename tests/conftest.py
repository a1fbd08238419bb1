"""The cast and the stage of the tests; everything else comes from tests.factories."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from courses.models import Enrollment, Lesson, Track
from quizzes.models import Question
from tests.allowed_skips import ALLOWED_SKIPS
from tests.browser import chromium
from tests.certificates import judges
from tests.emptying import empty_by_delete
from tests.factories import (
    make_admin,
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.signing_key import keep_key_published

keep_key_published()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test's database, whose statistics do not depend on when autovacuum came by."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)')
        empty_by_delete()


@pytest.fixture
def soil(db) -> Track:
    """A published track of two lessons; the first asks `probe`."""
    track = make_track("soil")
    make_lesson(track, "probe-the-soil")
    make_lesson(track, "water-it")
    return track


@pytest.fixture
def lesson(soil: Track) -> Lesson:
    return soil.lessons.get(slug="probe-the-soil")


@pytest.fixture
def probe(lesson: Lesson) -> Question:
    return make_question(lesson, "Where does the probe go?")


@pytest.fixture
def ada(soil: Track) -> User:
    """A learner on the track."""
    user = make_user("Ada")
    Enrollment.objects.create(learner=user, track=soil)
    return user


@pytest.fixture
def ben(db) -> User:
    """A learner who is not on the track."""
    return make_user("Ben")


@pytest.fixture
def iris(soil: Track) -> User:
    """The instructor of `soil`."""
    return make_instructor("Iris", soil)


@pytest.fixture
def omar(db) -> User:
    """An instructor of another track."""
    return make_instructor("Omar", make_track("stars", lessons=1))


@pytest.fixture
def ruth(db) -> User:
    """An admin."""
    return make_admin("Ruth")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A client in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


_unlisted_skips: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In CI nothing is skipped but what tests/allowed_skips.py lists."""
    if (
        os.environ.get("CI") != "true"
        or not report.skipped
        or hasattr(report, "wasxfail")
    ):
        return
    if not any(report.nodeid.startswith(start) for start in ALLOWED_SKIPS):
        _unlisted_skips.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _unlisted_skips and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    chromium.say_what_was_skipped(terminalreporter)
    judges.say_what_was_skipped(terminalreporter)
    for nodeid in _unlisted_skips:
        terminalreporter.write_line(f"skipped in CI without a reason listed: {nodeid}")
