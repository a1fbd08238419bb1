"""A learner who finished a track, and her certificate; who may judge it."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from certificates.models import Certificate
from certificates.reports.export_model import ReportExport
from certificates.services import claim_certificate
from courses.models import Track
from courses.services import mark_done
from quizzes.models import Question
from tests.certificates.exporting import IN_THE_DATABASE, ask
from tests.certificates.judges import ARE_THERE, HOW_TO_GET_THEM
from tests.certificates.stage import answer
from tests.certificates.verifying import finish
from tests.factories import make_track


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the judges their tests are skipped; in CI they run, and fail."""
    if ARE_THERE or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("node"):
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_THEM))


@pytest.fixture
def finished(ada: User, soil: Track, probe: Question) -> Track:
    """The track of two lessons and one question, which ada finished, half right."""
    answer(ada, probe, credit=Decimal("0.5"))
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    return soil


@pytest.fixture
def held(ada: User, finished: Track) -> Certificate:
    """Ada's certificate."""
    return claim_certificate(ada, finished, "Ada Sample")


@pytest.fixture
def others(finished, held) -> list[Certificate]:
    """Two more, of another learner each, beside ada's."""
    return [finish("Cleo", finished), finish("Dora", make_track("moss", lessons=3))]


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own for files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def waiting(ada: User, ruth: User, media: Path, settings: Any) -> ReportExport:
    """Ruth's export of all enrolments, which no worker has begun."""
    settings.TASKS = IN_THE_DATABASE
    return ask(ruth)
