"""A version that is put back: the bytes of that day, and nobody's answers lost."""

import re
from decimal import Decimal
from functools import partial
from random import Random
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from courses.models import Lesson, Track, TrackInstructor
from courses.picture_services import add_picture
from courses.publishing import delete_lesson
from exchange.keeping import Occasion, digest, keep_lessons
from exchange.models import Version, What
from exchange.restoring import (
    NotRestoredError,
    Restored,
    TextChangedError,
    preview,
    restore,
)
from exchange.saving import import_track_folder
from exchange.stored import export_track
from exchange.track_folder import write_track
from exchange.track_source import TrackFolderError
from quizzes.log import scores_of_track
from quizzes.models import Answer, Question
from quizzes.services import retire_questions
from tests.admin_forms import admin_client, fields_in, fields_of, in_thread
from tests.drawings import png
from tests.exchange.folders import FILES, LOAM, PEAT, TRACK, write_folder
from tests.quizzes.mending import answer, by_map, own, revise
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

FINEST = LOAM[LOAM.index("### Which grain") : LOAM.index("### Which of them")]
WATER = LOAM[LOAM.index("### Which of them") : LOAM.index("### What is loam")]
GERMAN = LOAM[LOAM.index("### What is loam") :]


CLAY = """\
---
title: "Clay"
summary: "The finest grains."
---

Clay cracks.
"""


@pytest.fixture
def place(tmp_path, ruth):
    """An import of the folder "earth", with other texts if there are any."""

    def write(**changed: str) -> None:
        import_track_folder(write_folder(tmp_path, FILES, **changed), publish=True)

    write()
    return write


@pytest.fixture
def loam(place) -> Lesson:
    return Lesson.objects.select_related("track").get(slug="loam")


def file_of(slug: str) -> str:
    """What the export writes for this lesson now."""
    files = write_track(export_track(Track.objects.get(slug="earth")))
    return next(text for name, text in files.items() if name.endswith(f"-{slug}.md"))


def first(row: Track | Lesson) -> Version:
    lesson = None if isinstance(row, Track) else row.pk
    return Version.objects.filter(lesson=lesson).order_by("pk")[0]


def last(row: Track | Lesson) -> Version:
    lesson = None if isinstance(row, Track) else row.pk
    return Version.objects.filter(lesson=lesson).order_by("-pk")[0]


def put_back(version: Version, by: User) -> None:
    """As a person does: looks at it, and agrees."""
    restore(version, by, preview(version).before_digest)


def question(handle: str) -> Question:
    return Question.objects.current().get(handle=handle)


class TestALesson:
    def test_says_what_it_said_that_day(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud").replace("Silt", "Dust"))

        put_back(first(loam), ruth)

        assert file_of("loam") == LOAM
        loam.refresh_from_db()
        assert "Loam is a mixture" in loam.body_html

    def test_is_told_in_the_history(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))

        put_back(first(loam), ruth)

        version = last(loam)
        entry = LogEntry.objects.get()
        assert (version.what, version.by, version.entry) == ("restored", ruth, entry)
        assert version.restores == first(loam)
        assert version.text == LOAM
        assert "Restored the version of" in entry.get_change_message()

    def test_can_be_undone_by_restoring_once_more(self, loam, place, ruth):
        changed = LOAM.replace(WATER, "").replace("a mixture", "mud")
        retire_questions([question("water").pk])
        place(loam=changed)
        later = last(loam)
        put_back(first(loam), ruth)

        put_back(later, ruth)

        assert file_of("loam") == changed == later.text

    def test_keeps_its_address_place_and_publication(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))
        Lesson.objects.filter(pk=loam.pk).update(slug="earth", published_at=None)
        before = Lesson.objects.values("slug", "position", "published_at").get(
            pk=loam.pk
        )

        put_back(first(loam), ruth)

        assert file_of("earth") == LOAM
        after = Lesson.objects.values("slug", "position", "published_at")
        assert after.get(pk=loam.pk) == before
        assert Lesson.objects.get(slug="peat").position == 2

    def test_leaves_the_other_lessons_alone(self, loam, place, ruth):
        place(
            loam=LOAM.replace("a mixture", "mud"), peat=PEAT.replace("burns", "glows")
        )
        before = Version.objects.filter(lesson__slug="peat").count()

        put_back(first(loam), ruth)

        assert "Peat glows" in file_of("peat")
        assert Version.objects.filter(lesson__slug="peat").count() == before

    def test_shows_the_pictures_of_its_track(
        self, loam, place, ruth, settings, tmp_path
    ):
        settings.MEDIA_ROOT = tmp_path / "media"
        add_picture(loam.track, "probe.png", png())
        shown = LOAM.replace("Loam is", "![A probe](probe.png)\n\nLoam is")
        place(loam=shown)
        place()

        put_back(Version.objects.get(text=shown), ruth)

        assert file_of("loam") == shown
        loam.refresh_from_db()
        assert "<img" in loam.body_html

    def test_says_which_of_its_links_lead_nowhere_by_now(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))
        Lesson.objects.filter(slug="peat").update(slug="turf")

        seen = preview(first(loam))

        assert any("02-peat.md" in effect for effect in seen.effects)


class TestItsQuestions:
    def test_an_answered_one_that_changed_is_revised(self, loam, ben, ruth):
        finest = question("finest")
        answer(own(ben), finest, "Clay")
        newer = revise(finest, "Clay", "+Sand")
        keep_lessons([loam.pk], Occasion(What.SAVED))
        answer(own(ben), newer, "Sand")
        seen = preview(first(loam))

        restore(first(loam), ruth, seen.before_digest)

        assert file_of("loam") == LOAM
        now = question("finest")
        assert now.lineage == finest.lineage
        assert now.replaces == newer
        assert any("1 person has answered it" in effect for effect in seen.effects)

    def test_one_whose_key_grades_earlier_answers_is_revised_too(self, loam, ben, ruth):
        finest = question("finest")
        given = answer(own(ben), finest, "Sand")
        newer = revise(finest, "Clay", "+Sand", "Silt")
        by_map(finest, newer, ruth)
        keep_lessons([loam.pk], Occasion(What.SAVED))
        earned = scores_of_track(loam.track_id)

        put_back(first(loam), ruth)

        assert file_of("loam") == LOAM
        assert question("finest").replaces == newer
        assert Answer.objects.get() == given
        assert scores_of_track(loam.track_id) == earned == {ben.pk: (Decimal(1), 1)}

    def test_one_nobody_answered_is_changed_itself(self, loam, place, ruth):
        before = question("finest")
        place(loam=LOAM.replace("Sand", "Gravel"))

        put_back(first(loam), ruth)

        assert question("finest").pk == before.pk
        assert not Question.objects.filter(position=None).exists()

    def test_a_retired_one_comes_back_with_its_answers(self, loam, ben, ruth):
        water = question("water")
        answer(own(ben), water, "Clay", "Silt")
        retire_questions([water.pk])
        keep_lessons([loam.pk], Occasion(What.SAVED))
        seen = preview(first(loam))

        restore(first(loam), ruth, seen.before_digest)

        back = question("water")
        assert (back.pk, back.retired_at, back.position) == (water.pk, None, 2)
        assert back.answers.count() == 1
        assert any("no longer retired" in effect for effect in seen.effects)

    def test_a_retired_one_that_was_revised_before_comes_back_as_it_was(
        self, loam, ben, ruth
    ):
        finest = question("finest")
        answer(own(ben), finest, "Clay")
        newer = revise(finest, "Clay", "+Sand")
        answer(own(ben), newer, "Sand")
        retire_questions([newer.pk])
        keep_lessons([loam.pk], Occasion(What.SAVED))

        put_back(first(loam), ruth)

        assert file_of("loam") == LOAM
        assert question("finest").replaces == newer

    def test_a_version_that_was_replaced_since_is_asked_by_no_lesson_again(
        self, loam, place, ben, ruth
    ):
        place(loam=LOAM.replace("Which grain", "What grain"))
        then = last(loam)
        answer(own(ben), question("finest"), "Clay")
        retire_questions([question("finest").pk])
        keep_lessons([loam.pk], Occasion(What.SAVED))
        put_back(first(loam), ruth)  # by a second version, which then goes elsewhere
        moved = f"{PEAT}\n{FINEST}".rstrip() + "\n"
        place(loam=LOAM.replace(FINEST, ""), peat=moved)
        retire_questions([question("finest").pk])

        put_back(then, ruth)

        assert file_of("loam") == then.text
        assert revise(question("finest")).position == 1

    def test_one_that_was_added_since_is_retired(self, loam, place, ben, ruth):
        added = "\n### And sand? {#sand}\n\n- [x] Yes\n- [ ] No\n"
        place(loam=LOAM + added)
        answer(own(ben), question("sand"), "Yes")
        seen = preview(first(loam))

        restore(first(loam), ruth, seen.before_digest)

        assert file_of("loam") == LOAM
        gone = Question.objects.get(handle="sand")
        assert gone.retired_at is not None
        assert gone.answers.count() == 1
        assert any("“sand”" in effect for effect in seen.effects)

    def test_their_order_comes_back(self, loam, place, ruth):
        body = LOAM[: LOAM.index("### Which grain")]
        place(loam=f"{body}{GERMAN}\n{WATER}{FINEST}".rstrip() + "\n")

        put_back(first(loam), ruth)

        assert file_of("loam") == LOAM

    def test_one_that_moved_to_another_lesson_moves_back(self, loam, place, ben, ruth):
        answer(own(ben), question("finest"), "Clay")
        moved = f"{PEAT}\n{FINEST}".rstrip() + "\n"
        place(loam=LOAM.replace(FINEST, ""), peat=moved)
        peat = Lesson.objects.get(slug="peat")
        seen = preview(first(loam))

        restore(first(loam), ruth, seen.before_digest)

        assert file_of("loam") == LOAM
        assert file_of("peat") == PEAT
        assert last(peat).text == PEAT
        assert question("finest").answers.count() == 1
        assert any("from the lesson “Peat”" in effect for effect in seen.effects)

    def test_scores_stay_when_a_text_comes_back(self, loam, place, ben, ruth):
        answer(own(ben), question("finest"), "Clay")
        answer(own(ben), question("german"), "Lehm")
        place(loam=LOAM.replace("a mixture", "mud").replace("Below 2", "Under 2"))
        before = scores_of_track(loam.track_id)

        put_back(first(loam), ruth)

        assert file_of("loam") == LOAM
        assert scores_of_track(loam.track_id) == before == {ben.pk: (Decimal(2), 2)}


class TestATrack:
    def test_says_what_it_said_that_day(self, loam, place, ruth):
        place(track=TRACK.replace("Two lessons", "Many lessons").replace("What", "All"))
        track = loam.track

        put_back(first(track), ruth)

        track.refresh_from_db()
        assert write_track(export_track(track))["track.md"] == TRACK
        assert (last(track).what, last(track).text) == ("restored", TRACK)
        assert [lesson.slug for lesson in track.lessons.order_by("position")] == [
            "loam",
            "peat",
        ]


class TestADeletedLesson:
    @pytest.fixture
    def gone(self, loam) -> Version:
        delete_lesson(loam)
        return Version.objects.get(slug="loam")

    def test_comes_back_as_a_draft_behind_the_others(self, gone, ruth):
        put_back(gone, ruth)

        lesson = Lesson.objects.get(slug="loam")
        assert (lesson.pk, lesson.position) == (gone.lesson_id, 2)
        assert lesson.published_at is None
        assert file_of("loam") == LOAM
        assert [v.what for v in Version.objects.filter(lesson=lesson)] == ["imported"]
        assert LogEntry.objects.get().object_id == str(lesson.pk)

    def test_takes_a_free_address(self, gone, place, ruth):
        other = LOAM
        for handle in "finest", "water", "german":
            other = other.replace(f"{{#{handle}}}", f"{{#{handle}-2}}")
        place(loam=other)

        put_back(gone, ruth)

        assert file_of("loam-2") == LOAM
        assert file_of("loam") == other


class TestWhatCannotBe:
    def test_a_text_that_was_changed_meanwhile_is_not_overwritten(
        self, loam, place, ruth
    ):
        place(loam=LOAM.replace("a mixture", "mud"))
        seen = preview(first(loam)).before_digest
        place(loam=LOAM.replace("a mixture", "clay"))

        with pytest.raises(TextChangedError):
            restore(first(loam), ruth, seen)

        assert "Loam is clay" in file_of("loam")

    def test_a_version_that_cannot_be_read_any_more_changes_nothing(self, loam, ruth):
        odd = Version.objects.create(
            track=loam.track, lesson=loam, text="no front matter", what=What.SAVED
        )

        with pytest.raises(TrackFolderError):
            preview(odd)

    def test_a_version_that_would_read_otherwise_changes_nothing(self, loam, ruth):
        odd = Version.objects.create(
            track=loam.track,
            lesson=loam,
            text=LOAM.replace("\n\n", "\n\n\n"),
            what=What.SAVED,
        )

        with pytest.raises(NotRestoredError):
            restore(odd, ruth, digest(LOAM))

        assert file_of("loam") == LOAM

    def test_looking_changes_nothing(self, loam, place):
        place(loam=LOAM.replace("a mixture", "mud").replace("Silt", "Dust"))
        before = file_of("loam"), Version.objects.count(), Question.objects.count()

        preview(first(loam))

        after = file_of("loam"), Version.objects.count(), Question.objects.count()
        assert before == after


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happened_since_the_bytes_of_that_day_come_back(
    loam, place, ben, ruth, seed
):
    chance = Random(seed)
    for _step in range(8):
        _do_something(chance, place, ben)
    versions = list(Version.objects.filter(lesson=loam).order_by("pk"))
    answers = Answer.objects.count()

    for version in chance.sample(versions, min(4, len(versions))):
        put_back(version, ruth)

        assert file_of("loam") == version.text
        assert Answer.objects.count() == answers


def _do_something(chance: Random, place, learner: User) -> None:
    current = list(Question.objects.current().filter(lesson__slug="loam"))
    match chance.choice(["answer", "retire", "revise", "import", "import"]):
        case "answer" if current:
            asked = chance.choice(current)
            texts = [choice.text for choice in asked.choices.all()]
            answer(own(learner), asked, chance.choice(texts))
        case "retire" if current:
            retire_questions([chance.choice(current).pk])
        case "revise" if current:
            revise(chance.choice(current))
        case _:
            _import_something(chance, place)
    lessons = Lesson.objects.filter(slug="loam").values_list("pk", flat=True)
    keep_lessons(list(lessons), Occasion(What.SAVED))


def _import_something(chance: Random, place) -> None:
    number = chance.randrange(1000)
    added = f"### Number {number}? {{#n-{number}}}\n\n- [x] Yes\n- [ ] No\n\n"
    blocks = [FINEST, WATER, f"{GERMAN}\n", added]
    chosen = chance.sample(blocks, chance.randrange(1, 5))
    body = LOAM[: LOAM.index("### Which grain")]
    text = (body + "".join(chosen)).rstrip() + "\n"
    text = text.replace("Silt", chance.choice(["Silt", "Dust"]))
    text = text.replace("It sounds", chance.choice(["It sounds", "That sounds"]))
    place(loam=text.replace("a mixture", f"mixture {number}"))


class TestThePage:
    def url(self, lesson: Lesson, version: Version) -> str:
        return reverse("admin:courses_lesson_restore", args=[lesson.pk, version.pk])

    def test_shows_what_it_would_do_and_then_does_it(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))
        client = admin_client(ruth)
        url = self.url(loam, first(loam))

        page = client.get(url)

        said = page.content.decode()
        assert "<ins>a mixture</ins>" in said
        assert "whether the lesson is published stay as they are" in said
        assert "a mixture" not in file_of("loam")
        done = client.post(url, fields_in(page), follow=True)
        assert "The version is restored." in done.content.decode()
        assert file_of("loam") == LOAM

    def test_a_change_in_the_meantime_is_shown_first(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))
        client = admin_client(ruth)
        url = self.url(loam, first(loam))
        fields = fields_in(client.get(url))
        place(loam=LOAM.replace("a mixture", "clay"))

        page = client.post(url, fields)

        assert page.status_code == 409
        assert "changed in the meantime" in page.content.decode()
        assert "<del>clay</del>" in page.content.decode()
        assert client.post(url, fields_in(page)).status_code == 302
        assert file_of("loam") == LOAM

    def test_a_post_that_agreed_to_nothing_restores_nothing(self, loam, place, ruth):
        place(loam=LOAM.replace("a mixture", "mud"))

        page = admin_client(ruth).post(self.url(loam, first(loam)))

        assert page.status_code == 409
        assert "Loam is mud" in file_of("loam")

    def test_a_version_that_cannot_be_read_says_why(self, loam, ruth):
        odd = Version.objects.create(
            track=loam.track, lesson=loam, text="no front matter", what=What.SAVED
        )

        page = admin_client(ruth).get(self.url(loam, odd)).content.decode()

        assert "cannot be read any more" in page
        assert "Restore it" not in page

    def test_what_stands_already_has_nothing_to_restore(self, loam, ruth):
        page = admin_client(ruth).get(self.url(loam, first(loam))).content.decode()

        assert "There is nothing to restore." in page
        assert "Restore it" not in page

    def test_a_deleted_lesson_is_restored_from_its_track(self, loam, ruth):
        version, track = first(loam), loam.track
        delete_lesson(loam)
        client = admin_client(ruth)
        url = reverse("admin:courses_track_restore", args=[track.pk, version.pk])
        page = client.get(url)

        assert "comes back as a draft" in page.content.decode()
        client.post(url, fields_in(page))

        assert file_of("loam") == LOAM

    def test_another_instructor_finds_none(self, loam, omar):
        assert admin_client(omar).get(self.url(loam, first(loam))).status_code == 404


class TestOneQuestion:
    """From its own history, while the rest of the lesson stays as it is by now."""

    def put_back(self, version: Version, handle: str, by: User) -> None:
        restore(version, by, preview(version, handle).before_digest, handle)

    def test_says_what_it_said_and_nothing_else_changes(self, loam, place, ruth):
        changed = LOAM.replace("a mixture", "mud").replace("Below 2", "Under 2")
        place(loam=changed.replace("Silt", "Dust"))

        self.put_back(first(loam), "finest", ruth)

        assert FINEST.strip() in file_of("loam")
        assert WATER.replace("Silt", "Dust").strip() in file_of("loam")
        assert "Loam is mud" in file_of("loam")
        version = last(loam)
        assert (version.what, version.by) == ("restored", ruth)
        assert version.restores == first(loam)
        (entry,) = LogEntry.objects.all()
        assert version.entry == entry
        said = entry.get_change_message()
        assert "Restored the question “finest” of" in said

    def test_is_revised_where_it_was_answered(self, loam, place, ben, ruth):
        place(loam=LOAM.replace("Which grain", "What grain"))
        asked = question("finest")
        given = answer(own(ben), asked, "Clay")

        self.put_back(first(loam), "finest", ruth)

        assert file_of("loam") == LOAM
        assert question("finest").replaces == asked
        assert Answer.objects.get() == given

    def test_comes_back_at_the_end_where_it_was_retired(self, loam, ben, ruth):
        asked = question("finest")
        answer(own(ben), asked, "Clay")
        retire_questions([asked.pk])
        keep_lessons([loam.pk], Occasion(What.SAVED))

        self.put_back(first(loam), "finest", ruth)

        back = question("finest")
        assert (back.pk, back.position) == (asked.pk, 3)
        assert back.answers.count() == 1

    def test_says_what_it_said_in_the_lesson_that_it_came_from(self, loam, place, ruth):
        """And is asked where it is asked by now."""
        moved = f"{PEAT}\n{FINEST}".rstrip() + "\n"
        place(loam=LOAM.replace(FINEST, ""), peat=moved.replace("Clay", "Chalk"))

        self.put_back(first(loam), "finest", ruth)

        assert file_of("peat") == moved
        assert file_of("loam") == LOAM.replace(FINEST, "")

    def test_a_change_in_the_meantime_is_not_overwritten(self, loam, place, ruth):
        place(loam=LOAM.replace("Silt", "Dust"))
        seen = preview(first(loam), "finest").before_digest
        place(loam=LOAM.replace("Silt", "Chalk"))

        with pytest.raises(TextChangedError):
            restore(first(loam), ruth, seen, "finest")

        assert "Chalk" in file_of("loam")

    def test_is_offered_by_its_history_and_shown_first(self, loam, place, ruth):
        place(loam=LOAM.replace("Clay", "Chalk"))
        client = admin_client(ruth)
        asked = question("finest")
        said = client.get(
            reverse("admin:quizzes_question_history", args=[asked.pk])
        ).content.decode()
        links = re.findall(r'href="([^"]*/restore/)"', said)
        assert len(links) == 1  # not for what is asked now

        page = client.get(links[0])

        assert "<ins>Clay</ins>" in page.content.decode()
        assert "The rest of the lesson stays" in page.content.decode()
        done = client.post(links[0], fields_in(page))
        assert done.status_code == 302
        assert FINEST.strip() in file_of("loam")
        assert "Chalk" in file_of("loam")

    def test_of_a_version_without_it_is_not_found(self, loam, place, ruth):
        added = "\n### And sand? {#sand}\n\n- [x] Yes\n- [ ] No\n"
        place(loam=LOAM + added)
        keys = [question("sand").pk, first(loam).pk]
        url = reverse("admin:quizzes_question_restore", args=keys)

        assert admin_client(ruth).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_restore_at_once_the_second_is_told(loam, place, ruth, iris):
    place(loam=LOAM.replace("a mixture", "mud"))
    place(loam=LOAM.replace("a mixture", "clay"))
    mixture, mud, _clay = Version.objects.filter(lesson=loam).order_by("pk")
    agreed = preview(mud).before_digest

    results = at_once(
        [
            partial(restore, mixture, ruth, agreed),
            partial(restore, mud, iris, agreed),
        ]
    )

    assert sum(isinstance(result, TextChangedError) for result in results) == 1
    assert Version.objects.filter(lesson=loam, what=What.RESTORED).count() == 1
    assert file_of("loam") == last(loam).text


@pytest.mark.django_db(transaction=True)
def test_restoring_and_answering_at_once_loses_neither(loam, place, ben, ruth):
    place(loam=LOAM.replace("Sand", "Gravel"))
    asked, respondent = question("finest"), own(ben)
    agreed = preview(first(loam)).before_digest

    results = at_once(
        [
            partial(restore, first(loam), ruth, agreed),
            partial(answer, respondent, asked, "Clay"),
        ]
    )

    assert not isinstance(results[0], Exception)
    assert file_of("loam") == LOAM
    stored = Answer.objects.count()
    assert stored == (0 if isinstance(results[1], Exception) else 1)


@pytest.mark.django_db(transaction=True)
class TestAtOnceWith:
    """Restoring locks the track first: what it then reads is what it writes over."""

    @pytest.mark.parametrize("model", ["track", "lesson"])
    def test_a_save_one_of_the_two_is_told(self, loam, place, ruth, iris, model):
        TrackInstructor.objects.create(track=loam.track, user=iris)
        row = loam if model == "lesson" else loam.track
        client = admin_client(iris)
        url = reverse(f"admin:courses_{model}_change", args=[row.pk])
        for number in range(4):
            place(
                loam=LOAM.replace("a mixture", f"mud {number}"),
                track=TRACK.replace("Two", f"{number} or more"),
            )
            agreed = preview(first(row)).before_digest
            fields = fields_of(client, url) | {"summary": f"Iris' summary {number}."}

            restored, page = at_once(
                [
                    partial(restore, first(row), ruth, agreed),
                    partial(client.post, url, fields),
                ]
            )

            row.refresh_from_db()
            is_saved = row.summary == f"Iris' summary {number}."
            assert page.status_code == (302 if is_saved else 409)
            assert isinstance(restored, TextChangedError) == is_saved

    def test_a_save_of_the_track_that_is_not_over_waits_for_it(self, loam, place, ruth):
        place(track=TRACK.replace("Two", "Many"))
        track = loam.track
        results: list[object] = []
        agreed = preview(first(track)).before_digest

        def put_back_now() -> None:
            try:
                results.append(restore(first(track), ruth, agreed))
            except TextChangedError as error:
                results.append(error)

        with transaction.atomic():
            Track.objects.filter(pk=track.pk).update(description="Saved just now.")
            thread = in_thread(put_back_now)
            wait_until_somebody_waits()
        thread.join()

        assert isinstance(results[0], TextChangedError)
        track.refresh_from_db()
        assert track.description == "Saved just now."

    def test_reading_without_the_lock_loses_the_save(self, loam):
        """The control: what was read before the save is written over it."""
        pk, between = loam.track_id, Barrier(2)

        def naively() -> None:
            track = Track.objects.get(pk=pk)
            between.wait(timeout=45)
            between.wait(timeout=45)
            track.summary = "Restored."
            track.save()

        def save() -> None:
            between.wait(timeout=45)
            Track.objects.filter(pk=pk).update(description="Saved just now.")
            between.wait(timeout=45)

        assert at_once([naively, save]) == [None, None]
        assert "Saved" not in Track.objects.get(pk=pk).description

    def test_an_import_neither_is_lost_nor_fails(self, loam, place, tmp_path, ruth):
        for number in range(4):
            place(peat=PEAT.replace("burns", f"glows {number}"))
            delete_lesson(Lesson.objects.get(slug="loam"))
            version = Version.objects.filter(slug="loam").order_by("pk")[0]
            files = {"track.md": TRACK, "02-peat.md": PEAT, "03-clay.md": CLAY}
            folder = write_folder(tmp_path, files)

            results = at_once(
                [
                    partial(restore, version, ruth, digest("")),
                    partial(import_track_folder, folder),
                ]
            )

            assert not [each for each in results if isinstance(each, Exception)]
            assert file_of("loam") == LOAM
            assert file_of("clay") == CLAY
            positions = Lesson.objects.order_by("position").values_list("position")
            assert list(positions) == [(1,), (2,), (3,)]
            delete_lesson(Lesson.objects.get(slug="clay"))

    def test_another_of_a_deleted_lesson_brings_it_back_once(self, loam, ruth, iris):
        delete_lesson(loam)
        version = Version.objects.get(slug="loam")

        results = at_once(
            [partial(restore, version, by, digest("")) for by in (ruth, iris)]
        )

        assert sum(isinstance(result, TextChangedError) for result in results) == 1
        assert sum(isinstance(result, Restored) for result in results) == 1
        assert LogEntry.objects.count() == 1
        assert file_of("loam") == LOAM

    def test_looking_for_it_without_the_lock_ends_in_the_database(self, loam):
        """The control: both see that it is gone."""
        kept = Lesson.objects.get(pk=loam.pk)
        delete_lesson(loam)
        between = Barrier(2)

        def naively() -> None:
            if not Lesson.objects.filter(pk=kept.pk).exists():
                between.wait(timeout=45)
                back = Lesson.objects.get(slug="peat")
                back.pk, back.slug, back.position = kept.pk, "loam", 2
                back.save(force_insert=True)

        results = at_once([naively, naively])

        assert sum(isinstance(result, IntegrityError) for result in results) == 1
