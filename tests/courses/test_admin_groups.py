"""Who may learn, in the admin: the track's page, and the groups that admins keep."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.audience import MEANING
from courses.groups import GroupMember, LearnerGroup, TrackGroup
from courses.models import Track
from tests.admin_forms import admin_client, fields_of

pytestmark = pytest.mark.django_db

GROUPS = "admin:courses_learnergroup"
MEMBERS = reverse("admin:courses_groupmember_changelist")


def at(name: str, *args: object) -> str:
    return reverse(name, args=args)


@pytest.fixture
def group(ben) -> LearnerGroup:
    """Class 7, with Ben."""
    group = LearnerGroup.objects.create(name="Class 7")
    GroupMember.objects.create(group=group, learner=ben)
    return group


def page_of(response) -> str:
    return " ".join(response.content.decode().split())


class TestOnTheTracksPage:
    @pytest.fixture
    def client(self, iris):
        return admin_client(iris)

    @pytest.fixture
    def url(self, soil) -> str:
        return at("admin:courses_track_change", soil.pk)

    def test_each_audience_says_what_it_means(self, client, url):
        page = page_of(client.get(url))

        assert all(str(sentence) in page for sentence in MEANING.values())
        assert fields_of(client, url)["audience"] == "public"

    def test_its_instructor_names_groups(self, client, url, soil, group):
        fields = fields_of(client, url)
        fields |= {"audience": "groups", "learner_groups": str(group.pk)}

        assert client.post(url, fields).status_code == 302

        soil.refresh_from_db()
        assert soil.audience == "groups"
        assert list(soil.groups.all()) == [group]

    def test_a_new_track_is_for_groups_from_its_first_save(self, client, group):
        url = at("admin:courses_track_add")
        fields = fields_of(client, url)
        fields |= {"title": "Moss", "slug": "moss", "summary": "All about moss."}
        fields |= {"audience": "groups", "learner_groups": str(group.pk)}

        client.post(url, fields)

        assert list(Track.objects.get(slug="moss").groups.all()) == [group]

    def test_for_groups_without_a_group_is_an_error_beside_them(
        self, client, url, soil, group
    ):
        fields = fields_of(client, url) | {"audience": "groups", "title": "Kept"}

        page = client.post(url, fields)

        assert "Name at least one group" in page_of(page)
        assert 'value="Kept"' in page_of(page)
        soil.refresh_from_db()
        assert (soil.audience, soil.title) == ("public", "Soil")

    def test_the_last_group_is_not_taken_from_it(self, client, url, soil, group):
        TrackGroup.objects.create(track=soil, group=group)
        Track.objects.filter(pk=soil.pk).update(audience="groups")
        fields = fields_of(client, url)
        assert fields.pop("learner_groups") == str(group.pk)

        assert "Name at least one group" in page_of(client.post(url, fields))
        assert soil.groups.exists()

    def test_groups_are_kept_while_the_track_is_public(self, client, url, soil, group):
        """They stand ready, and a save that touches nothing writes none of them."""
        named = TrackGroup.objects.create(track=soil, group=group)

        assert client.post(url, fields_of(client, url)).status_code == 302

        assert TrackGroup.objects.get() == named

    @pytest.mark.parametrize("key", ["x", "0", "-1", "9" * 30, "\0"])
    def test_a_group_that_is_none_is_an_error(self, client, url, soil, key):
        fields = fields_of(client, url)

        page = client.post(url, fields | {"audience": "groups", "learner_groups": key})

        assert page.status_code == 200
        assert not soil.groups.exists()

    def test_an_audience_that_is_none_is_an_error(self, client, url, soil):
        page = client.post(url, fields_of(client, url) | {"audience": "nobody"})

        assert page.status_code == 200
        assert "not one of the available choices" in page_of(page)

    def test_it_costs_as_much_with_many_groups_as_with_two(self, client, url, soil):
        def name(count):
            groups = LearnerGroup.objects.bulk_create(
                LearnerGroup(name=f"Class {count}-{n}") for n in range(count)
            )
            TrackGroup.objects.bulk_create(
                TrackGroup(track=soil, group=group) for group in groups
            )
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(url).status_code == 200
            return len(captured)

        client.get(url)
        few, many = name(2), name(20)
        assert many == few

    def test_a_track_with_groups_is_deleted_and_the_groups_stay(
        self, client, soil, group, url
    ):
        other = LearnerGroup.objects.create(name="Class 8")
        for each in group, other:
            TrackGroup.objects.create(track=soil, group=each)

        address = at("admin:courses_track_delete", soil.pk)
        assert client.get(address).status_code == 200
        client.post(address, {"post": "yes"})

        assert not Track.objects.filter(pk=soil.pk).exists()
        assert LearnerGroup.objects.count() == 2


class TestTheGroupsThatAdminsKeep:
    @pytest.fixture
    def client(self, ruth):
        return admin_client(ruth)

    def add(self, client, group, lines):
        url = at(f"{GROUPS}_change", group.pk)
        return client.post(url, {"name": group.name, "addresses": lines}, follow=True)

    def test_are_made_with_learners_in_one_save(self, client, ada, ben):
        lines = "Ada@Example.org\r\n\r\n  ben@example.org \r\nben@example.org"

        page = client.post(
            at(f"{GROUPS}_add"), {"name": "Class 7", "addresses": lines}, follow=True
        )

        group = LearnerGroup.objects.get()
        assert {member.learner for member in group.members.all()} == {ada, ben}
        assert "2 learners were added." in page_of(page)

    def test_count_only_who_is_new(self, client, ada, ben, group):
        page = self.add(client, group, "ada@example.org\nben@example.org")

        assert "1 learner was added." in page_of(page)
        assert group.members.count() == 2

    def test_store_nothing_when_an_address_is_unknown(self, client, ada, group):
        lines = "ada@example.org\nNobody@Example.org\ncleo@example.org"
        url = at(f"{GROUPS}_change", group.pk)

        page = client.post(url, {"name": "Renamed", "addresses": lines})

        said = page_of(page)
        assert "2 addresses belong to no account, so nobody was added" in said
        assert "Nobody@Example.org, cleo@example.org" in said
        assert "ada@example.org Nobody@Example.org cleo@example.org" in said
        group.refresh_from_db()
        assert (group.name, group.members.count()) == ("Class 7", 1)

    def test_name_twenty_unknown_addresses_and_keep_all_in_the_field(
        self, client, group
    ):
        lines = "\n".join(f"nobody-{n}@example.org" for n in range(1000))

        page = page_of(self.add(client, group, lines))

        assert "1000 addresses belong to no account" in page
        assert page.count("nobody-19@example.org") == 2
        assert page.count("nobody-20@example.org") == 1

    @pytest.mark.parametrize("lines", ["\0", "a" * 100_001, "@", "=HYPERLINK(1)"])
    def test_refuse_what_is_no_list_of_addresses(self, client, group, lines):
        assert self.add(client, group, lines).status_code == 200
        assert group.members.count() == 1

    def test_do_not_take_an_erased_account(self, client, group, ada):
        ada.email, ada.name = None, ""
        User.objects.filter(pk=ada.pk).update(
            email=None, name="", erased_at=ada.created_at
        )

        assert "no account" in page_of(self.add(client, group, "ada@example.org"))

    def test_have_a_name_of_their_own(self, client, group):
        page = client.post(at(f"{GROUPS}_add"), {"name": "Class 7", "addresses": ""})

        assert "already exists" in page_of(page)
        assert LearnerGroup.objects.count() == 1

    def test_lead_to_their_learners_who_are_taken_out(self, client, group, ben, ada):
        other = LearnerGroup.objects.create(name="Class 8")
        stays = GroupMember.objects.create(group=other, learner=ada)
        page = page_of(client.get(at(f"{GROUPS}_change", group.pk)))
        assert f'href="{MEMBERS}?group={group.pk}"' in page

        listed = page_of(client.get(MEMBERS, {"group": group.pk}))
        assert "ben@example.org" in listed
        assert "ada@example.org" not in listed
        chosen = {"action": "take_out", "_selected_action": [group.members.get().pk]}
        after = page_of(client.post(MEMBERS, chosen, follow=True))

        assert "1 learner was taken out." in after
        assert list(GroupMember.objects.all()) == [stays]
        assert LogEntry.objects.get().change_message == "1 learner was taken out."

    def test_are_not_deleted_while_a_track_is_for_them(self, client, group, soil):
        TrackGroup.objects.create(track=soil, group=group)
        url = at(f"{GROUPS}_delete", group.pk)

        assert "Soil" in page_of(client.get(url))
        client.post(url, {"post": "yes"})

        assert LearnerGroup.objects.filter(pk=group.pk).exists()

    def test_are_deleted_with_who_is_in_them_and_no_learner_is(
        self, client, group, ben
    ):
        client.post(at(f"{GROUPS}_delete", group.pk), {"post": "yes"})

        assert not LearnerGroup.objects.exists()
        assert User.objects.filter(pk=ben.pk).exists()

    @pytest.mark.parametrize("page", ["list", "change", "delete", "members"])
    def test_cost_as_many_statements_with_1000_learners_as_with_10(
        self, client, group, page
    ):
        url = {
            "list": at(f"{GROUPS}_changelist"),
            "change": at(f"{GROUPS}_change", group.pk),
            "delete": at(f"{GROUPS}_delete", group.pk),
            "members": MEMBERS,
        }[page]

        def count(learners):
            people = User.objects.bulk_create(
                User(email=f"l{learners}-{n}@example.org", name=f"Learner {n}")
                for n in range(learners)
            )
            GroupMember.objects.bulk_create(
                GroupMember(group=group, learner=person) for person in people
            )
            LearnerGroup.objects.bulk_create(
                LearnerGroup(name=f"{learners}-{n}") for n in range(learners)
            )
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(url).status_code == 200
            return len(captured)

        client.get(url)
        assert count(10) == count(1000)


class TestWhatInstructorsSeeOfGroups:
    @pytest.fixture
    def client(self, iris, group):
        return admin_client(iris)

    def test_is_name_and_size(self, client, group):
        for url in at(f"{GROUPS}_changelist"), at(f"{GROUPS}_change", group.pk):
            page = page_of(client.get(url))
            assert "Class 7" in page
            assert ">1<" in page.replace("> 1 <", ">1<")
            assert "ben@example.org" not in page
            assert "Ben" not in page

    def test_is_offered_to_be_chosen_by_name_alone(self, client, group):
        asked = {
            "app_label": "courses",
            "model_name": "trackgroup",
            "field_name": "group",
        }
        found = client.get("/admin/autocomplete/", asked | {"term": "class"}).json()
        by_person = client.get("/admin/autocomplete/", asked | {"term": "ben"}).json()

        assert [row["text"] for row in found["results"]] == ["Class 7"]
        assert by_person["results"] == []

    def test_does_not_tell_by_a_filter_who_is_in_one_and_what_it_is_for(
        self, client, ben, soil, group
    ):
        for lookup in (
            "members__learner__email__startswith=ben",
            f"members__learner={ben.pk}",
            "tracks__title=Soil",
            f"tracks={soil.pk}",
            f"members={group.members.get().pk}",
        ):
            response = client.get(f"{at(f'{GROUPS}_changelist')}?{lookup}")
            assert response.status_code != 200, lookup

    def test_is_not_who_is_in_them(self, client, group):
        assert client.get(MEMBERS).status_code == 403
        assert client.get(MEMBERS, {"group": group.pk}).status_code == 403

    def test_cannot_be_changed(self, client, group):
        url = at(f"{GROUPS}_change", group.pk)

        answer = client.post(url, {"name": "Mine", "addresses": "iris@example.org"})

        assert answer.status_code == 403
        group.refresh_from_db()
        assert (group.name, group.members.count()) == ("Class 7", 1)


def test_the_groups_stand_in_the_side_bar(iris, ruth):
    for person in iris, ruth:
        page = admin_client(person).get(at("admin:index")).content.decode()
        assert at(f"{GROUPS}_changelist") in page
