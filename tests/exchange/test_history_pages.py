"""The history of a track, a lesson and a question, as the admin shows it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Lesson, Track
from exchange.keeping import Occasion, keep_found, keep_lessons
from exchange.models import Version, What
from exchange.saving import Terms, import_track, import_track_folder
from exchange.track_folder import read_track_folder
from quizzes.models import Question
from tests.admin_forms import admin_client, fields_in, fields_of
from tests.exchange.folders import LOAM, PEAT, write_folder
from tests.factories import make_lesson, make_question, make_track
from tests.quizzes.mending import answer, own

pytestmark = pytest.mark.django_db


def address(page: str, *args: object) -> str:
    return reverse(f"admin:{page}", args=args)


def read(client, url: str, **query: str) -> str:
    """The page's words, one space between them."""
    response = client.get(url, query)
    assert response.status_code == 200, url
    return " ".join(response.content.decode().split())


def save(client, lesson: Lesson, **typed: str) -> None:
    url = address("courses_lesson_change", lesson.pk)
    assert client.post(url, fields_of(client, url) | typed).status_code == 302


def last(row: Track | Lesson) -> Version:
    key = {"lesson": None} if isinstance(row, Track) else {"lesson": row.pk}
    version = Version.objects.filter(**key).order_by("pk").last()
    assert version is not None
    return version


@pytest.fixture
def client(iris):
    return admin_client(iris)


def test_a_save_stands_in_the_history_with_its_time_person_and_words(lesson, iris):
    with time_machine.travel("2027-03-14 15:09:26+00:00"):
        client = admin_client(iris)
        save(client, lesson, title="Probe deep")
        page = read(client, address("courses_lesson_history", lesson.pk))

    assert 'datetime="2027-03-14T15:09:2' in page
    assert "When (UTC)" in page
    assert "Iris" in page
    assert "Changed Title" in page
    assert address("courses_lesson_version", lesson.pk, last(lesson).pk) in page


def test_the_newest_comes_first(lesson, client):
    for day, title in enumerate(["First title", "Second title", "Third title"]):
        with time_machine.travel(timezone.now() + timedelta(days=day)):
            save(client, lesson, title=title)

    page = read(client, address("courses_lesson_history", lesson.pk))

    places = [
        page.index(address("courses_lesson_version", lesson.pk, pk))
        for pk in Version.objects.filter(lesson=lesson)
        .order_by("-pk")
        .values_list("pk", flat=True)
    ]
    assert len(places) == 4
    assert places == sorted(places)


def test_what_changed_no_text_stands_there_too(lesson, client):
    client.post(address("courses_lesson_close", lesson.pk))

    page = read(client, address("courses_lesson_history", lesson.pk))

    assert "The lesson is a draft again." in page


class TestPublication:
    """Whoever opens or closes a lesson, in whatever way: the lesson's history says so."""

    def said(self, client, lesson: Lesson) -> list[str]:
        read(client, address("courses_lesson_history", lesson.pk))
        entries = LogEntry.objects.filter(object_id=str(lesson.pk)).order_by("-pk")
        return [entry.get_change_message() for entry in entries]

    @pytest.fixture
    def draft(self, soil) -> Lesson:
        lesson = make_lesson(soil, "draft", published=False)
        make_question(lesson, right=("Yes",))
        return lesson

    def test_from_the_list(self, draft, lesson, client):
        url = address("courses_lesson_changelist")
        chosen = {"_selected_action": [draft.pk, lesson.pk]}

        client.post(url, chosen | {"action": "publish", "seen": "1"})
        assert self.said(client, draft) == ["The lesson is published."]
        assert self.said(client, lesson) == []
        client.post(url, chosen | {"action": "unpublish"})

        assert self.said(client, draft)[0] == "The lesson is a draft again."
        assert self.said(client, lesson) == ["The lesson is a draft again."]

    def test_with_a_save(self, draft, client):
        url = address("courses_lesson_change", draft.pk)
        fields = fields_of(client, url)
        client.post(url, fields | {"courses_lesson_publish_now": "1"})

        assert self.said(client, draft)[0] == "The lesson is published."

    def test_with_its_track(self, soil, draft, client):
        url = f"/admin/courses/track/{soil.pk}/publication/"
        client.post(url, {"action": "now", "lessons": [draft.pk]})

        assert self.said(client, draft) == ["Published: 1 lesson."]

    def test_by_an_import(self, tmp_path, ruth):
        folder = write_folder(tmp_path)
        import_track_folder(folder, publish=True)
        (folder / "02-peat.md").unlink()
        terms = Terms(by=ruth, retires=lambda _name: True)

        import_track(read_track_folder(folder), terms)

        peat = Lesson.objects.get(slug="peat")
        said = self.said(admin_client(ruth), peat)
        assert said == ["The lesson is a draft again."]


def test_a_lessons_page_leads_to_the_history_of_each_question(lesson, probe, client):
    page = read(client, address("courses_lesson_change", lesson.pk))

    assert address("quizzes_question_history", probe.pk) in page


def test_an_import_by_a_command_stands_there_without_a_person(tmp_path, ruth):
    import_track_folder(write_folder(tmp_path))
    loam = Lesson.objects.get(slug="loam")

    page = read(admin_client(ruth), address("courses_lesson_history", loam.pk))

    assert "Imported" in page
    assert "A command" in page


def test_a_deleted_account_leaves_its_changes_without_a_name(lesson, client, ruth):
    save(client, lesson, title="Probe deep")
    client.post("/me/delete/", {"password": "a-long-pass-phrase"})

    page = read(admin_client(ruth), address("courses_lesson_history", lesson.pk))

    assert "A deleted account" in page
    assert "Iris" not in page


def test_a_version_shows_what_it_changed_word_by_word(lesson, probe, client):
    save(client, lesson, title="Probe the deep soil")

    page = read(client, address("courses_lesson_version", lesson.pk, last(lesson).pk))

    assert "What changed in this version" in page
    assert "<ins>deep </ins>" in page
    assert 'data-sign="−"' in page
    assert 'data-sign="+"' in page
    assert "Removed:" in page
    assert "lines are the same" in page


def test_a_version_is_compared_with_how_it_is_now(lesson, client):
    save(client, lesson, title="Second title")
    second = last(lesson)
    save(client, lesson, title="Third title")
    url = address("courses_lesson_version", lesson.pk, second.pk)

    assert "<ins>Third" not in read(client, url)
    page = read(client, url, **{"with": "now"})
    assert "What changed since this version" in page
    assert "<ins>Third</ins>" in page


def test_what_an_author_wrote_is_shown_and_never_run(lesson, client):
    save(client, lesson, markdown="<script>alert(1)</script> & more")

    page = read(client, address("courses_lesson_version", lesson.pk, last(lesson).pk))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "<script>alert" not in page


def test_a_track_has_the_history_of_its_own_texts(soil, client):
    url = address("courses_track_change", soil.pk)
    client.post(url, fields_of(client, url) | {"summary": "All of it."})

    page = read(client, address("courses_track_history", soil.pk))

    assert "Changed Summary" in page
    version = address("courses_track_version", soil.pk, last(soil).pk)
    assert version in page
    assert "<ins>of it</ins>" in read(client, version)


def test_a_track_shows_which_lessons_it_had(soil, lesson, probe, client):
    client.post(address("courses_lesson_delete", lesson.pk), {"post": "yes"})

    page = read(client, address("courses_track_history", soil.pk))
    assert "Deleted lessons" in page
    assert "<td>Probe the soil</td>" in page
    assert "<td>Iris</td>" in page
    version = address("courses_track_version", soil.pk, last(lesson).pk)
    assert version in page
    assert "Where does the probe go?" in read(client, version)


class TestATrackWithItsLessons:
    def url(self, track: Track) -> str:
        return address("courses_track_history", track.pk)

    def diff(self, lesson: Lesson) -> str:
        return address("courses_lesson_version", lesson.pk, last(lesson).pk)

    def test_lists_whose_edit_it_was_of_which_lesson_and_leads_to_what_changed(
        self, soil, lesson, client, ruth
    ):
        save(admin_client(ruth), lesson, title="Probe deep")

        page = read(client, self.url(soil))

        (row,) = [each for each in page.split("<tr>") if self.diff(lesson) in each]
        history_of_it = address("courses_lesson_history", lesson.pk)
        assert f'<a href="{history_of_it}">Probe deep</a>' in row
        assert "<td>Ruth</td>" in row
        assert "Changed Title" in row
        assert "<ins>deep</ins>" in read(client, self.diff(lesson))

    def test_lists_both_newest_first(self, soil, lesson, client):
        changed = address("courses_track_change", soil.pk)
        start = timezone.now()
        with time_machine.travel(start + timedelta(days=1)):
            save(client, lesson, title="Probe deep")
        with time_machine.travel(start + timedelta(days=2)):
            client.post(changed, fields_of(client, changed) | {"summary": "All of it."})
        with time_machine.travel(start + timedelta(days=3)):
            client.post(address("courses_lesson_close", lesson.pk))

        page = read(client, self.url(soil))

        said = "The lesson is a draft again.", "Changed Summary", "Changed Title"
        places = [page.index(each) for each in said]
        assert places == sorted(places)

    def test_lists_its_own_text_alone_when_asked(self, soil, lesson, client):
        changed = address("courses_track_change", soil.pk)
        client.post(changed, fields_of(client, changed) | {"summary": "All of it."})
        save(client, lesson, title="Probe deep")

        page = read(client, self.url(soil), own="1")

        assert "Changed Summary" in page
        assert "Changed Title" not in page
        assert self.diff(lesson) not in page
        assert "?own=1" in read(client, self.url(soil))

    def test_keeps_what_was_asked_on_its_next_page(self, soil, lesson, client):
        _fill(soil, 120)

        page = read(client, self.url(soil), own="1", p="2")

        assert 'href="?own=1&amp;p=3"' in page
        assert 'href="?p=' not in page

    def test_a_deleted_lesson_is_listed_with_what_it_said(self, soil, lesson, client):
        save(client, lesson, title="Probe deep")
        client.post(address("courses_lesson_delete", lesson.pk), {"post": "yes"})

        page = read(client, self.url(soil))

        (row,) = [each for each in page.split("<tr>") if "Changed Title" in each]
        version = address("courses_track_version", soil.pk, last(lesson).pk)
        assert "Probe deep (deleted)" in row
        assert version in row
        assert client.get(version).status_code == 200

    def test_lists_nothing_of_another_track(self, soil, lesson, client, ruth):
        other = make_lesson(make_track("moss"), "dry-it")
        save(admin_client(ruth), other, title="Dry it well")

        assert "Dry it" not in read(client, self.url(soil))

    def test_lists_an_import_of_its_lessons(self, tmp_path, ruth):
        import_track_folder(write_folder(tmp_path))
        loam = Lesson.objects.get(slug="loam")

        page = read(admin_client(ruth), self.url(loam.track))

        assert page.count("<td>A command</td>") == 3
        assert self.diff(loam) in page


def test_a_lesson_that_is_there_is_no_version_of_its_track(soil, lesson, client):
    keep_found(soil.pk)

    url = address("courses_track_version", soil.pk, last(lesson).pk)
    assert client.get(url).status_code == 404


def test_a_version_of_another_lesson_is_not_found(soil, lesson, client):
    keep_found(soil.pk)
    other = last(soil.lessons.get(slug="water-it"))

    url = address("courses_lesson_version", lesson.pk, other.pk)
    assert client.get(url).status_code == 404


class TestAQuestion:
    def url(self, question: Question) -> str:
        return address("quizzes_question_history", question.pk)

    def test_shows_the_versions_in_which_it_says_something_else(
        self, lesson, probe, client
    ):
        keep_found(lesson.track_id)
        save(client, lesson, title="Another title")
        save(client, lesson, **{"questions-0-prompt": "Where does it go?"})
        save(client, lesson, **{"questions-0-explanation": "As deep as it goes."})

        page = read(client, self.url(probe))

        assert page.count('class="facts-section"') == 3
        assert "As deep as it goes." in page
        assert "<del>the probe</del>" in page
        assert "title: " not in page

    def test_of_a_retired_one_says_that_it_left(self, lesson, probe, client):
        keep_found(lesson.track_id)
        client.post(address("quizzes_question_retire", probe.pk))

        page = read(client, self.url(probe))

        assert page.count('class="facts-section"') == 2

    @pytest.mark.parametrize("handle", ["0", "contains", "a-b", "isnull"])
    def test_finds_it_by_whatever_id_it_has(self, lesson, client, handle):
        question = make_question(lesson, handle=handle)
        keep_found(lesson.track_id)

        assert read(client, self.url(question)).count('class="facts-section"') == 1

    def test_of_somebody_elses_track_is_not_found(self, probe, omar):
        assert admin_client(omar).get(self.url(probe)).status_code == 404

    def test_says_who_changed_it_before_anybody_answered_and_who_revised_it_then(
        self, lesson, probe, client, iris, ruth, ada
    ):
        save(client, lesson, **{"questions-0-prompt": "Where to?"})
        probe.refresh_from_db()
        answer(own(ada), probe, "Right")
        url = address("quizzes_question_revise", probe.pk)
        other = admin_client(ruth)
        fields = fields_of(other, url) | {"prompt": "Where does it go?"}
        seen = fields_in(other.post(url, fields | {"do": "look"}))
        sent = {n: v for n, v in seen.items() if "__prefix__" not in n}
        new = Question.objects.current().exclude(pk=probe.pk)
        assert other.post(url, sent | {"do": "mend"}).status_code == 302

        for question in probe, new.get():
            page = read(client, self.url(question))
            _top, revised, edited, _found = page.split('class="facts-section"')
            assert "Ruth: The question" in revised
            assert "was revised" in revised
            assert "Iris: Changed" in edited
            assert "<del>" in edited
            assert "<ins>" in edited

    def test_knows_it_from_before_it_moved_to_another_lesson(self, tmp_path, ruth):
        changed = LOAM.replace("grain is", "grain was")
        start, end = map(changed.index, ("### Which grain", "### Which of them"))
        loam = changed[:start] + changed[end:]
        peat = f"{PEAT}\n{changed[start:end]}".rstrip() + "\n"
        edited = peat.replace("grain was", "grain would be")
        for first, second in (
            (LOAM, PEAT),
            (changed, PEAT),
            (loam, peat),
            (loam, edited),
        ):
            folder = write_folder(tmp_path, loam=first, peat=second)
            import_track_folder(folder)
        question = Question.objects.get(handle="finest")
        assert question.lesson.slug == "peat"

        page = read(admin_client(ruth), self.url(question))

        _top, now, before, first = page.split('class="facts-section"')
        assert "<ins>would be</ins>" in now
        assert "<ins>was</ins>" in before
        assert "in the lesson “Loam”" in before
        assert "in the lesson" not in now
        assert first.count("/restore/") == before.count("/restore/") == 1

    def test_reads_no_text_that_it_does_not_show(self, tmp_path, ruth):
        import_track_folder(write_folder(tmp_path))
        for number in range(60):
            text = LOAM.replace("hold water", f"hold {number} drops")
            import_track_folder(write_folder(tmp_path, loam=text))
        client = admin_client(ruth)
        question = Question.objects.get(handle="water")

        page = read(client, self.url(question), p="2")

        assert page.count('class="facts-section"') == 20


def test_pages_cost_as_much_with_a_thousand_versions_as_with_ten(lesson, probe, client):
    keep_found(lesson.track_id)
    pages = [
        address("courses_lesson_history", lesson.pk),
        address("courses_lesson_version", lesson.pk, last(lesson).pk),
        address("quizzes_question_history", probe.pk),
        address("courses_track_history", lesson.track_id),
        address("courses_track_history", lesson.track_id) + "?own=1",
    ]
    counts = []
    for many in 10, 1000:
        _fill(lesson, many)
        for page in pages:
            client.get(page)
        counts.append([_statements(client, page) for page in pages])

    assert counts[0] == counts[1]
    assert max(counts[1]) <= 16


def _fill(row: Track | Lesson, many: int) -> None:
    """That many versions, every second one with an entry of the admin."""
    now = timezone.now()
    lesson = row if isinstance(row, Lesson) else None
    times = [now + timedelta(seconds=number) for number in range(many)]
    entries = LogEntry.objects.bulk_create(
        LogEntry(
            user=User.objects.order_by("-pk")[0],
            content_type=ContentType.objects.get_for_model(row),
            action_time=times[2 * number + 1],
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=2,
        )
        for number in range(many // 2)
    )
    Version.objects.bulk_create(
        Version(
            track_id=lesson.track_id if lesson else row.pk,
            lesson=lesson,
            slug=row.slug,
            title=row.title,
            text=f"Number {number}.",
            digest=str(number),
            questions={},
            what=What.SAVED,
            made_at=times[number],
            entry=entries[number // 2] if number % 2 else None,
        )
        for number in range(many)
    )
    if lesson:
        keep_lessons([lesson.pk], Occasion(What.SAVED))


def _statements(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
