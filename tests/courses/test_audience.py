"""Who may learn a track: public, unlisted, or for groups; one rule in every place."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from certificates.services import claim_certificate
from courses.audience import Audience
from courses.groups import GroupMember, LearnerGroup, TrackGroup
from courses.models import Enrollment, Lesson, LessonCompletion, Track
from courses.picture_services import add_picture
from courses.publishing import archive_track, render_lesson
from courses.services import leave_track, mark_done
from quizzes.models import Objection
from tests.drawings import png
from tests.factories import PASSWORD, make_lesson, make_track

pytestmark = pytest.mark.django_db

# v visitor, a Ada (has begun the track), b Ben (in its group), i Iris (teaches it), o Omar
# (teaches another), r Ruth (an admin)
EVERYBODY = set("vabior")
SEES = {"public": EVERYBODY, "unlisted": EVERYBODY, "groups": set("bir")}
FINDS = {"public": EVERYBODY, "unlisted": set(), "groups": set("bir")}


@pytest.fixture
def group(ben, soil) -> LearnerGroup:
    """Ben is in it, and soil is for it where soil is for groups."""
    group = LearnerGroup.objects.create(name="Class 7")
    GroupMember.objects.create(group=group, learner=ben)
    TrackGroup.objects.create(track=soil, group=group)
    other = LearnerGroup.objects.create(name="Class 8")
    TrackGroup.objects.create(track=make_track("moss"), group=other)
    return group


@pytest.fixture
def clients(ada, ben, group, iris, omar, ruth, signed_in) -> dict[str, Client]:
    people = {"a": ada, "b": ben, "i": iris, "o": omar, "r": ruth}
    return {"v": Client()} | {who: signed_in(person) for who, person in people.items()}


def set_audience(track: Track, audience: str) -> None:
    Track.objects.filter(pk=track.pk).update(audience=audience)


def who_gets(clients, found) -> set[str]:
    return {who for who, client in clients.items() if found(client)}


@pytest.mark.parametrize("audience", Audience.values)
class TestOneRule:
    @pytest.mark.parametrize(
        "place",
        ["track", "lesson", "question", "score", "claim", "picture"],
    )
    def test_for_pages(self, audience, place, clients, soil, lesson, probe):
        picture = add_picture(soil, "soil.png", png())
        lesson.markdown = "![Soil](soil.png)"
        render_lesson(lesson)
        lesson.save()
        set_audience(soil, audience)
        address = {
            "track": "/tracks/soil/",
            "lesson": "/tracks/soil/probe-the-soil/",
            "question": probe.answer_url,
            "score": "/tracks/soil/score/",
            "claim": "/tracks/soil/certificate/",
            "picture": picture.shown.address(picture.widths[0]),
        }[place]

        seen = who_gets(clients, lambda c: c.get(address).status_code == 200)
        hidden = who_gets(clients, lambda c: c.get(address).status_code == 404)

        assert seen == SEES[audience]
        assert hidden == EVERYBODY - seen

    def test_for_what_is_sent(self, audience, clients, soil, probe, lesson):
        set_audience(soil, audience)
        answered = {
            "submission": str(uuid4()),
            "choice": str(probe.choices.get(text="Right").pk),
        }
        done = f"{lesson.get_absolute_url()}done/"

        may_answer = who_gets(
            clients, lambda c: c.post(probe.answer_url, answered).status_code == 302
        )
        may_mark = who_gets(
            clients, lambda c: c.post(done, {"done": "1"}).status_code == 302
        )

        assert may_answer == may_mark == SEES[audience]
        kept = LessonCompletion.objects.count()
        assert kept == len(SEES[audience] - {"v"})

    @pytest.mark.parametrize(
        "address", ["/search/?q=probe", "/search/?q=proobe", "/sitemap.xml"]
    )
    def test_for_what_finds_it(self, audience, address, clients, soil):
        """Also the word that a misspelt one is put right by."""
        set_audience(soil, audience)
        said = "q=probe" if "proobe" in address else "/tracks/soil/probe-the-soil/"

        found = who_gets(clients, lambda c: said in c.get(address).content.decode())

        finds = FINDS[audience]
        if "sitemap" in address:  # the same file for everybody
            finds = EVERYBODY if "v" in finds else set()
        assert found == finds

    def test_for_the_catalogue(self, audience, clients, soil):
        """There an unlisted one stands for Ada, who has begun it."""
        set_audience(soil, audience)

        found = who_gets(
            clients, lambda c: 'href="/tracks/soil/"' in c.get("/").content.decode()
        )

        assert found == FINDS[audience] | (
            set("a") if audience == "unlisted" else set()
        )

    def test_for_the_link_on_a_certificate(self, audience, clients, soil, ada):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)
        address = claim_certificate(ada, soil, "Ada").get_absolute_url()
        set_audience(soil, audience)

        pages = {who: c.get(address).content.decode() for who, c in clients.items()}

        assert all("Valid" in page and "Soil" in page for page in pages.values())
        linked = {w for w, page in pages.items() if 'href="/tracks/soil/"' in page}
        assert linked == SEES[audience]

    def test_for_an_archived_track(self, audience, clients, soil, ben):
        """Its notice, and its lessons for those among them who learned it."""
        mark_done(ben, soil.lessons.first())
        archive_track(soil)
        set_audience(soil, audience)

        notice = who_gets(clients, lambda c: c.get("/tracks/soil/").status_code == 200)
        read = who_gets(
            clients, lambda c: c.get("/tracks/soil/water-it/").status_code == 200
        )

        assert notice == SEES[audience]
        assert read == SEES[audience] & set("abir")

    def test_for_a_draft(self, audience, clients, soil):
        Track.objects.filter(pk=soil.pk).update(published_at=None, audience=audience)

        seen = who_gets(clients, lambda c: c.get("/tracks/soil/").status_code == 200)

        assert seen == set("ir")


class TestWhatReadersKeep:
    @pytest.mark.parametrize("page", ["", "probe-the-soil/", "score/"])
    @pytest.mark.parametrize(
        ("audience", "robots", "kept"),
        [
            ("public", None, "no-cache"),
            ("unlisted", "noindex", "no-cache"),
            ("groups", "noindex", "no-store"),
        ],
    )
    def test_is_as_private_as_the_track(
        self, audience, robots, kept, page, clients, soil
    ):
        set_audience(soil, audience)

        response = clients["b"].get(f"/tracks/soil/{page}")

        assert response.get("X-Robots-Tag") == robots
        assert {"private", kept} <= set(response["Cache-Control"].split(", "))
        if page != "score/":  # which is never indexed
            has_meta = '<meta name="robots"' in response.content.decode()
            assert has_meta is (audience != "public")

    def test_an_unlisted_track_is_not_named_to_robots(self, clients, soil):
        set_audience(soil, "unlisted")

        assert "soil" not in clients["v"].get("/robots.txt").content.decode()


class TestAnUnlistedTrack:
    def test_that_one_has_begun_stands_in_ones_own_lists(self, clients, soil):
        set_audience(soil, "unlisted")

        for address in "/", "/me/":
            page = clients["a"].get(address).content.decode()
            assert 'href="/tracks/soil/"' in page
            assert "Continue lesson 1" in page

    def test_that_one_left_does_not(self, clients, soil, ada):
        set_audience(soil, "unlisted")
        leave_track(ada, soil)

        for address in "/", "/me/":
            assert "/tracks/soil/" not in clients["a"].get(address).content.decode()


class TestWhoLeavesAGroup:
    @pytest.fixture
    def left(self, clients, soil, lesson, probe, ben, group):
        """Ben answered, finished, was certified, and then taken out of the group."""
        set_audience(soil, "groups")
        choice = str(probe.choices.get(text="Right").pk)
        sent = {"submission": str(uuid4()), "choice": choice}
        clients["b"].post(probe.answer_url, sent)
        for each in soil.lessons.all():
            mark_done(ben, each)
        certificate = claim_certificate(ben, soil, "Ben")
        group.members.filter(learner=ben).delete()
        return certificate

    def test_sees_the_track_no_more(self, left, clients, soil, lesson, probe):
        for address in (
            soil.get_absolute_url(),
            lesson.get_absolute_url(),
            probe.answer_url,
            "/tracks/soil/score/",
        ):
            assert clients["b"].get(address).status_code == 404

    def test_is_told_so_under_my_learning(self, left, clients):
        page = clients["b"].get("/me/").content.decode()

        assert "Soil" in page
        assert "no longer open to you" in page
        assert 'href="/tracks/soil/' not in page

    def test_reads_replies_without_a_way_to_the_question(
        self, left, clients, ben, probe
    ):
        Objection.objects.create(question=probe, learner=ben, text="Is it so?")

        page = clients["b"].get("/me/").content.decode()

        assert "Is it so?" in page
        assert "/tracks/soil/" not in page

    def test_keeps_answers_and_marks_in_the_data(self, left, clients):
        data = clients["b"].get("/me/export/").json()

        assert [answer["track"] for answer in data["answers"]] == ["soil"]
        assert [row["slug"] for row in data["tracks"]] == ["soil"]
        assert len(data["lessons_done"]) == 2

    def test_holds_a_valid_certificate_without_a_way_to_the_track(self, left, clients):
        page = clients["b"].get(left.get_absolute_url()).content.decode()

        assert "Valid" in page
        assert "/tracks/soil/" not in page

    def test_resumes_another_track(self, left, clients, ben):
        stars = Track.objects.get(slug="stars")
        Enrollment.objects.create(
            learner=ben, track=stars, active_at=timezone.now() - timedelta(days=9)
        )

        page = clients["b"].get("/me/").content.decode()

        assert 'href="/tracks/stars/lesson-1/"' in page

    def test_comes_back_to_everything(self, left, clients, ben, group):
        GroupMember.objects.create(group=group, learner=ben)

        assert "2 of 2" in clients["b"].get("/tracks/soil/").content.decode()


def test_a_visitors_marks_in_a_track_that_closed_do_not_fail_the_sign_in(
    client, soil, lesson, ben
):
    client.post(f"{lesson.get_absolute_url()}done/", {"done": "1"})
    set_audience(soil, "groups")

    page = client.post(
        "/accounts/login/?next=/me/",
        {"login": ben.email, "password": PASSWORD},
        follow=True,
    )

    assert page.status_code == 200
    assert LessonCompletion.objects.filter(enrollment__learner=ben).count() == 1
    assert "no longer open to you" in page.content.decode()


def test_a_missing_page_tells_visitors_that_signing_in_may_help(client, clients, soil):
    set_audience(soil, "groups")

    hidden = client.get("/tracks/soil/")
    missing = client.get("/tracks/xyzzy/")

    assert '/accounts/login/?next=/tracks/soil/"' in hidden.content.decode()
    same = missing.content.decode().replace("xyzzy", "soil")
    assert hidden.content.decode() == same
    assert (
        "groups of learners" not in clients["a"].get("/tracks/xyzzy/").content.decode()
    )


class TestTheDatabase:
    def test_knows_the_audiences(self, soil):
        with pytest.raises(IntegrityError, match="track_audience_is_known"):
            set_audience(soil, "nobody")

    def test_takes_a_track_for_public_unless_told(self, soil):
        """Also one that the version before this one stores."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_default FROM information_schema.columns WHERE"
                " table_name = 'courses_track' AND column_name = 'audience'"
            )
            assert "'public'" in cursor.fetchone()[0]

    def test_has_a_learner_in_a_group_once_and_a_group_at_a_track(
        self, group, ben, soil
    ):
        for name, make in {
            "learner_once_per_group": lambda: group.members.create(learner=ben),
            "group_once_per_track": lambda: group.track_groups.create(track=soil),
        }.items():
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                make()


class TestAPerson:
    def test_finds_the_groups_in_the_data(self, clients, group):
        data = clients["b"].get("/me/export/").json()

        assert [row["name"] for row in data["groups"]] == ["Class 7"]
        assert clients["a"].get("/me/export/").json()["groups"] == []

    def test_leaves_them_with_the_account(self, clients, group):
        sent = {"certificates": "keep", "password": PASSWORD}
        clients["b"].post("/me/delete/", sent)

        assert not group.members.exists()


def test_a_lesson_of_a_group_is_found_like_any_other_by_its_members(ben, group, soil):
    set_audience(soil, "groups")
    make_lesson(soil, "draft", published=False)

    listed = Lesson.objects.listed_for(ben).filter(track=soil)

    assert [each.slug for each in listed] == ["probe-the-soil", "water-it"]
