"""Who teaches a track: each change of it is in the audit log."""

import pytest
from django.urls import reverse

from accounts.audit import Deed
from accounts.models import AuditEvent
from courses.models import Track, TrackInstructor
from courses.person import erase_person
from courses.teaching import let_teach
from quizzes.duplicating import duplicate_track
from tests.admin_forms import admin_client, fields_of
from tests.logged import logged

pytestmark = pytest.mark.django_db

COME_AND_GONE = [Deed.ASSIGNED, Deed.UNASSIGNED]


def place_of(track: Track) -> str:
    return reverse("admin:courses_track_change", args=[track.pk])


def test_an_admin_who_takes_one_away_and_adds_another_is_in_the_log(
    ruth, iris, omar, soil
):
    client = admin_client(ruth)
    fields = fields_of(client, place_of(soil)) | {
        "instructors-0-DELETE": "on",
        "instructors-TOTAL_FORMS": "2",
        "instructors-1-user": str(omar.pk),
    }

    client.post(place_of(soil), fields)

    target = f"track:{soil.pk}"
    assert logged() == [
        ("removed instructor", ruth.pk, iris.pk, target, None),
        ("assigned instructor", ruth.pk, omar.pk, target, None),
    ]
    assert AuditEvent.objects.latest("pk").details == {"track": "Soil"}


def test_one_put_in_the_place_of_another_is_both(ruth, iris, omar, soil):
    client = admin_client(ruth)
    fields = fields_of(client, place_of(soil)) | {"instructors-0-user": str(omar.pk)}

    client.post(place_of(soil), fields)

    assert soil.instructors.get().user == omar
    assert [(deed, about) for deed, _by, about, *_ in logged()] == [
        ("removed instructor", iris.pk),
        ("assigned instructor", omar.pk),
    ]


def test_a_save_that_changes_nobody_leaves_no_entry(ruth, iris, soil):
    client = admin_client(ruth)
    fields = fields_of(client, place_of(soil))

    client.post(place_of(soil), fields | {"title": "Soil and sand"})

    assert logged() == []


def test_a_refused_save_leaves_no_entry(ruth, iris, omar, soil):
    client = admin_client(ruth)
    fields = fields_of(client, place_of(soil)) | {
        "title": "",
        "instructors-0-user": str(omar.pk),
    }

    client.post(place_of(soil), fields)

    assert soil.instructors.get().user == iris
    assert logged() == []


def test_the_same_removal_sent_twice_is_one_entry(ruth, iris, soil):
    client = admin_client(ruth)
    fields = fields_of(client, place_of(soil)) | {"instructors-0-DELETE": "on"}

    for _press in range(2):
        client.post(place_of(soil), fields)

    assert len(logged(*COME_AND_GONE)) == 1


def test_who_creates_or_copies_a_track_assigned_themselves(iris, soil):
    let_teach(soil, iris)  # teaches it already
    copy = duplicate_track(soil, iris)

    assert logged() == [
        ("assigned instructor", iris.pk, iris.pk, f"track:{copy.pk}", None)
    ]


def test_who_erases_their_account_teaches_nothing_and_the_log_says_so(iris, soil):
    erase_person(iris)

    assert not TrackInstructor.objects.exists()
    assert logged() == [
        ("removed instructor", iris.pk, iris.pk, f"track:{soil.pk}", None)
    ]
