"""Who may no longer have what they asked for."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from accounts.models import REPORT_READER, User
from certificates.reports import export_job
from certificates.reports.export_job import work_on
from certificates.reports.export_model import ExportFault
from certificates.reports.export_store import store_file
from courses.models import Enrollment, TrackInstructor
from tests.certificates.exporting import (
    IN_THE_DATABASE,
    again,
    ask,
    content_of,
    files_in,
    names_in,
)
from tests.factories import make_track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_who_lost_the_right_meanwhile_gets_no_file(waiting, ruth, media):
    ruth.groups.clear()

    assert not work_on(waiting.pk)

    assert again(waiting).fault == ExportFault.RIGHT
    assert files_in(media) == []


def test_an_instructor_gets_the_tracks_that_are_taught_when_it_is_written(
    ada, ben, iris, soil, settings, media
):

    iris.groups.add(Group.objects.get(name=REPORT_READER))
    stars = make_track("stars")
    TrackInstructor.objects.create(track=stars, user=iris)
    Enrollment.objects.create(learner=ben, track=stars)
    settings.TASKS = IN_THE_DATABASE
    export = ask(User.objects.get(pk=iris.pk))
    iris.taught.filter(track=stars).delete()

    work_on(export.pk)

    assert names_in(content_of(export, media)) == ["Ada"]
    assert again(export).tracks == [soil.pk]


@pytest.mark.parametrize("is_taken_away", [True, False])
def test_the_file_holds_the_tracks_that_its_row_names_whatever_changes_meanwhile(
    ada, ben, iris, soil, settings, media, monkeypatch, is_taken_away
):
    """Its link is for who teaches them all: one more in the file would be let slip."""
    iris.groups.add(Group.objects.get(name=REPORT_READER))
    stars = make_track("stars")
    role = TrackInstructor(track=stars, user=iris)
    Enrollment.objects.create(learner=ben, track=stars)
    if is_taken_away:
        role.save()
    settings.TASKS = IN_THE_DATABASE
    export = ask(User.objects.get(pk=iris.pk))

    def change_and_store(name: str, file: Path) -> None:
        role.delete() if is_taken_away else role.save()
        store_file(name, file)

    monkeypatch.setattr(export_job, "store_file", change_and_store)

    assert work_on(export.pk)

    title = {soil.pk: "Ada", stars.pk: "Ben"}
    held = sorted(names_in(content_of(export, media)))
    named = again(export).tracks
    assert named is not None
    assert held == sorted(title[track] for track in named)
