"""Regrades and lists of learners in the audit log."""

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.audit import Deed
from accounts.models import AuditEvent
from courses.models import Enrollment
from quizzes.models import Question, Respondent
from quizzes.regrades import NothingToRegradeError, take_back
from tests.admin_forms import admin_client
from tests.factories import make_user
from tests.logged import logged
from tests.quizzes.mending import answer, full, own, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def mended(ada, probe) -> Question:
    """The question in its second version; Ada and a visitor answered the first."""
    answer(own(ada), probe, "Right")
    answer(Respondent.objects.create(), probe, "Right")
    return revise(probe)


class TestARegrade:
    def test_is_in_the_log_with_its_reason(self, iris, mended):
        full(mended, iris, "It misled people.")

        target = f"question:{mended.pk}"
        assert logged() == [("regraded", iris.pk, None, target, "It misled people.")]
        assert AuditEvent.objects.get().details == {
            "track": "Soil",
            "question": "Where does the probe go? Really?",
            "count": 2,
        }

    def test_taken_back_twice_is_in_the_log_once(self, iris, ruth, mended):
        made = full(mended, iris)

        assert [take_back(made, ruth), take_back(made, iris)] == [True, False]

        target = f"question:{mended.pk}"
        assert logged(Deed.TOOK_BACK) == [
            ("took back regrade", ruth.pk, None, target, None)
        ]

    def test_that_is_refused_leaves_no_entry(self, iris, probe):
        with pytest.raises(NothingToRegradeError), transaction.atomic():
            full(revise(probe), iris)

        assert logged() == []


class TestALearnersFile:
    def fetch(self, user, track, query=None, method="get"):
        url = reverse("admin:courses_track_learners_file", args=[track.pk])
        response = getattr(admin_client(user), method)(url, query)
        return b"".join(response.streaming_content).decode()

    def test_is_in_the_log_with_its_filters_and_rows(self, iris, soil, ada):
        file = self.fetch(iris, soil, {"state": "unfinished"})

        assert logged() == [("exported", iris.pk, None, f"track:{soil.pk}", None)]
        assert AuditEvent.objects.get().details == {
            "report": "learners",
            "format": "csv",
            "rows": 1,
            "filters": {"track": "Soil", "state": "unfinished"},
            "searched": False,
        }
        assert len(file.splitlines()) == 1 + 1

    def test_that_was_searched_says_so_and_not_for_whom(self, iris, soil, ada):
        for name in "Zoe", "Zora":
            learner = make_user(name)
            Enrollment.objects.create(learner=learner, track=soil)

        self.fetch(iris, soil, {"q": "zo", "state": "ada@example.org"})

        details = AuditEvent.objects.get().details
        assert (details["rows"], details["searched"]) == (2, True)
        assert details["filters"] == {"track": "Soil"}

    def test_asked_for_by_its_head_alone_is_no_export(self, iris, soil):
        self.fetch(iris, soil, method="head")

        assert logged() == []
