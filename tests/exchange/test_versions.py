"""Every change of a text is kept: when, by whom, and what it said."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Lesson, Track
from exchange.keeping import Occasion, keep_found, keep_lessons, lesson_versions
from exchange.models import Version, What
from exchange.person import export_person
from exchange.saving import Terms, import_track, import_track_folder
from exchange.stored import export_track
from exchange.track_folder import read_track_folder, write_track
from quizzes.models import Question
from tests.admin_forms import admin_client, fields_in, fields_of, in_thread
from tests.exchange.folders import LOAM, PEAT, TRACK, write_folder
from tests.factories import make_lesson, make_question, make_track
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db


def change(row: Track | Lesson) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_change", args=[row.pk])


def save(user, row: Track | Lesson, **typed: str) -> None:
    client = admin_client(user)
    sent = fields_of(client, change(row)) | typed
    response = client.post(change(row), sent)
    assert response.status_code == 302, response.content.decode()


def last(row: Track | Lesson) -> Version:
    key = {"lesson": None} if isinstance(row, Track) else {"lesson": row.pk}
    version = Version.objects.filter(**key).order_by("pk").last()
    assert version is not None
    return version


def kept(row: Track | Lesson) -> list[tuple[str, str]]:
    """Oldest first: what was done, and the title that the text has."""
    versions = Version.objects.filter(
        track=row.pk if isinstance(row, Track) else row.track_id,
        lesson=None if isinstance(row, Track) else row.pk,
    )
    return list(versions.order_by("pk").values_list("what", "title"))


class TestInTheAdmin:
    def test_the_first_save_keeps_what_was_there_before(self, lesson, probe, iris):
        save(iris, lesson, title="Probe deep")

        before, after = Version.objects.filter(lesson=lesson).order_by("pk")
        assert (before.what, before.title, before.by) == ("found", lesson.title, None)
        assert (after.what, after.title, after.by) == ("saved", "Probe deep", iris)
        assert "Where does the probe go?" in before.text

    def test_a_save_without_a_change_keeps_no_version(self, lesson, probe, iris):
        save(iris, lesson)
        save(iris, lesson)

        assert kept(lesson) == [("found", lesson.title)]

    def test_a_version_is_what_the_export_writes(self, soil, lesson, probe, iris):
        save(iris, lesson, summary='A "new" summary')
        save(iris, soil, description="All of it.\r\n\r\nReally.")

        files = write_track(export_track(Track.objects.get(pk=soil.pk)))
        assert last(lesson).text == files["01-probe-the-soil.md"]
        assert last(soil).text == files["track.md"]

    def test_publishing_keeps_no_version(self, lesson, soil, iris):
        keep_found(soil.pk)
        client = admin_client(iris)
        for row in lesson, soil:
            url = reverse(f"admin:courses_{row._meta.model_name}_close", args=[row.pk])
            client.post(url)

        assert {what for what, _title in kept(lesson) + kept(soil)} == {"found"}
        assert LogEntry.objects.count() == 2

    def test_retiring_a_question_keeps_a_version(self, lesson, probe, iris):
        keep_found(lesson.track_id)

        client = admin_client(iris)
        client.post(reverse("admin:quizzes_question_retire", args=[probe.pk]))

        version = last(lesson)
        assert version.what == "saved"
        assert version.questions == {}
        assert (
            "is retired" in LogEntry.objects.get(version=version).get_change_message()
        )

    def test_a_new_lesson_begins_with_its_first_version(self, soil, iris):
        client = admin_client(iris)
        address = reverse("admin:courses_lesson_add")
        fields = fields_of(client, address) | {
            "track": soil.pk,
            "title": "Moss",
            "slug": "moss",
            "summary": "All about moss.",
            "markdown": "It is green.",
        }
        client.post(address, fields)

        assert kept(Lesson.objects.get(slug="moss")) == [("saved", "Moss")]

    def test_a_deleted_lesson_leaves_its_last_version(self, soil, lesson, probe, iris):
        client = admin_client(iris)
        address = reverse("admin:courses_lesson_delete", args=[lesson.pk])
        client.post(address, {"post": "yes"})

        assert not Lesson.objects.filter(pk=lesson.pk).exists()
        assert "Where does the probe go?" in Version.objects.get(lesson=lesson.pk).text

    def test_the_entry_of_the_admin_belongs_to_the_version(self, lesson, iris):
        save(iris, lesson, title="Probe deep")

        entry = LogEntry.objects.get()
        assert last(lesson).entry == entry
        assert "Title" in entry.get_change_message()

    def test_a_track_that_comes_with_lessons_keeps_theirs_too(self, soil, lesson, iris):
        """As a duplicate does."""
        model_admin: Any = admin.site.get_model_admin(Track)
        request: Any = RequestFactory().post("/")
        request.user = iris

        model_admin.log_addition(request, soil, "Duplicated.")

        versions = Version.objects.select_related("by")
        assert {(v.what, v.by) for v in versions} == {("saved", iris)}
        assert versions.filter(entry=None).count() == soil.lessons.count() == 2


class TestImporting:
    def test_keeps_the_texts_of_the_files(self, tmp_path, ruth):
        source = read_track_folder(write_folder(tmp_path))
        import_track(source, Terms(by=ruth))

        versions = Version.objects.order_by("pk")
        assert [v.what for v in versions] == ["imported"] * 3
        assert {v.text for v in versions} == {TRACK, LOAM, PEAT}
        assert {v.by for v in versions.select_related("by")} == {ruth}

    def test_again_keeps_what_is_new_alone(self, tmp_path):
        import_track_folder(write_folder(tmp_path))
        import_track_folder(write_folder(tmp_path))
        changed = PEAT.replace("Peat burns", "Peat glows")
        import_track_folder(write_folder(tmp_path, peat=changed))

        assert Version.objects.filter(lesson__slug="loam").count() == 1
        assert Version.objects.filter(lesson=None).count() == 1
        peat = Version.objects.filter(lesson__slug="peat").order_by("pk")
        assert [version.text for version in peat] == [PEAT, changed]

    def test_over_what_has_no_versions_keeps_what_was_there(self, tmp_path):
        track = make_track("earth", title="Ground")
        make_lesson(track, "loam", title="Loam of old")

        import_track_folder(write_folder(tmp_path))

        assert kept(track) == [("found", "Ground"), ("imported", "Earth")]
        loam = Lesson.objects.get(slug="loam")
        assert kept(loam) == [("found", "Loam of old"), ("imported", "Loam")]

    def test_a_dry_run_keeps_nothing(self, tmp_path):
        import_track_folder(write_folder(tmp_path), dry_run=True)

        assert not Version.objects.exists()


class TestInTheDatabase:
    @pytest.fixture
    def version(self, soil) -> Version:
        keep_found(soil.pk)
        return Version.objects.order_by("pk")[0]

    def test_a_version_never_changes(self, version):
        with pytest.raises(IntegrityError, match="versions are kept"):
            Version.objects.filter(pk=version.pk).update(text="Another.")

    def test_a_version_is_not_deleted_while_its_track_is_there(self, version):
        with pytest.raises(IntegrityError, match="versions are kept"):
            Version.objects.filter(pk=version.pk).delete()

    def test_a_track_takes_its_versions_along(self, version, soil):
        soil.delete()

        assert not Version.objects.exists()


def test_what_is_there_when_the_history_begins_is_kept(soil, lesson, probe):
    """The migration says what the application says."""
    migration = import_module("exchange.migrations.0002_first_versions")
    make_question(lesson, "How deep?", kind="number", right=("10",), wrong=())
    migration.keep_what_is_there(apps, None)
    by_migration = list(
        Version.objects.order_by("pk").values("lesson", "text", "digest", "questions")
    )

    soil_again = Track.objects.get(pk=soil.pk)
    files = write_track(export_track(soil_again))
    assert [row["text"] for row in by_migration] == list(files.values())
    keep_found(soil.pk)
    for row in soil.lessons.all():
        keep_lessons([row.pk], Occasion(What.SAVED))
    assert Version.objects.count() == len(by_migration)
    ids = by_migration[1]["questions"]
    assert set(ids) == set(lesson.questions.values_list("handle", flat=True))


@pytest.mark.parametrize("what", ["lessons", "versions"])
def test_many_are_kept_in_as_many_statements_as_few(soil, lesson, probe, what):
    keep_found(soil.pk)
    counts = []
    for _round in range(2):
        Lesson.objects.filter(track=soil).update(summary=f"Round {_round}.")
        lessons = list(soil.lessons.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            keep_lessons(lessons, Occasion(What.SAVED))
        counts.append(len(captured))
        if what == "lessons":
            for number in range(30):
                make_question(make_lesson(soil, f"more-{_round}-{number}"))
        else:
            old = Version.objects.filter(lesson=lesson)[0]
            for number in range(30):
                old.pk, old.digest = None, str(number)
                old.save(force_insert=True)

    assert counts[0] == counts[1]


def test_a_person_gets_a_list_of_the_versions_they_made(lesson, iris, omar):
    save(iris, lesson, title="Probe deep")

    exported: Any = export_person(iris)
    (made,) = exported["versions_i_made"]
    assert (made["title"], made["track_slug"]) == ("Probe deep", "soil")
    assert export_person(omar)["versions_i_made"] == []


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_leave_both_versions_in_order(soil, lesson, iris, ruth):
    keep_found(soil.pk)
    sent = []
    for user, title in (iris, "By Iris"), (ruth, "By Ruth"):
        client = admin_client(user)
        sent.append((client, fields_of(client, change(lesson)) | {"title": title}))

    results = at_once(
        [partial(client.post, change(lesson), fields) for client, fields in sent]
    )

    assert sorted(response.status_code for response in results) == [302, 409]
    (stopped,) = [n for n, page in enumerate(results) if page.status_code == 409]
    client, _fields = sent[stopped]
    assert client.post(change(lesson), fields_in(results[stopped])).status_code == 302
    first, second, third = kept(lesson)
    assert first == ("found", lesson.title)
    assert {second[1], third[1]} == {"By Iris", "By Ruth"}
    lesson.refresh_from_db()
    assert lesson.title == third[1]


def save_as(lesson: Lesson, title: str) -> None:
    with transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(title=title)
        keep_lessons([lesson.pk], Occasion(What.SAVED))


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_leave_their_versions_in_order(soil, lesson):
    keep_found(soil.pk)
    titles = [f"Title {number}" for number in range(6)]

    at_once([partial(save_as, lesson, title) for title in titles])

    first, *others = kept(lesson)
    assert first == ("found", lesson.title)
    assert {title for _what, title in others} == set(titles)
    lesson.refresh_from_db()
    assert others[-1] == ("saved", lesson.title)


@pytest.mark.django_db(transaction=True)
def test_who_changes_another_question_meanwhile_waits_and_keeps_both(soil, lesson):
    """No row of the lesson itself is written, so only the lock makes the second wait."""
    first, second = (make_question(lesson, f"Question {n}?") for n in (1, 2))
    keep_found(soil.pk)

    def explain(question: Question) -> None:
        with transaction.atomic():
            Question.objects.filter(pk=question.pk).update(explanation="As said.")
            keep_lessons([lesson.pk], Occasion(What.SAVED))

    with transaction.atomic():
        explain(first)
        thread = in_thread(partial(explain, second))
        wait_until_somebody_waits()
    thread.join()

    assert last(lesson).text.count("As said.") == 2


def test_without_the_lock_the_last_version_would_not_be_what_stands(soil, lesson):
    """The control: who read before the other committed keeps an older text last."""
    keep_found(soil.pk)
    (stale,) = lesson_versions([lesson])  # read, and not locked
    stale.what = What.SAVED

    Lesson.objects.filter(pk=lesson.pk).update(title="Newer")
    keep_lessons([lesson.pk], Occasion(What.SAVED))
    stale.save()

    assert kept(lesson)[-1] == ("saved", lesson.title)
    lesson.refresh_from_db()
    assert lesson.title == "Newer"
