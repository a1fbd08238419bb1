"""People in the admin: finding them, what their page shows, and each logged change."""

from functools import partial
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit import Deed
from accounts.models import AuditEvent, User
from accounts.people import PersonRefusedError, change_person
from courses.models import Enrollment
from courses.services import mark_done
from tests.admin_forms import admin_client, in_thread
from tests.factories import make_admin, make_user

LIST = "/admin/accounts/user/"


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def press(client: Client, person: User, change: str, why: str = ""):
    url = reverse("admin:accounts_user_do", args=[person.pk])
    return client.post(url, {"change": change, "reason": why}, follow=True)


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


# Finding and seeing


@pytest.mark.parametrize("words", ["ada", "ADA@example", "da@exam"])
def test_a_person_is_found_by_name_or_address(ruth, ada, ben, words):
    found = admin_client(ruth).get(LIST, {"q": words}).content.decode()

    assert "ada@example.org" in found
    assert "ben@example.org" not in found


def test_the_list_shows_roles_and_can_be_narrowed_to_one(ruth, ada, iris):
    client = admin_client(ruth)

    assert ">learner<" in client.get(LIST).content.decode()
    instructors = client.get(LIST, {"role": "instructor"}).content.decode()
    assert "iris@example.org" in instructors
    assert "ada@example.org" not in instructors


def test_a_persons_page_shows_tracks_certificates_and_activity(ruth, ada, soil):
    mark_done(ada, soil.lessons.first())

    page = admin_client(ruth).get(page_of(ada)).content.decode()

    assert "1 of 2" in page
    assert "No certificates yet." in page
    assert "ada@example.org" in page


@pytest.mark.parametrize("who", ["ada", "iris"])
def test_nobody_but_admins_sees_or_changes_people(who, request, ben):
    client = admin_client(request.getfixturevalue(who))

    for url in LIST, page_of(ben), "/admin/accounts/auditevent/":
        assert client.get(url).status_code in {302, 403, 404}
    response = client.post(
        reverse("admin:accounts_user_do", args=[ben.pk]), {"change": "made admin"}
    )
    assert response.status_code in {302, 403}
    assert not fresh(ben).is_staff
    assert not AuditEvent.objects.exists()


def test_a_person_is_not_edited_added_or_deleted_in_the_admin(ruth, ada):
    client = admin_client(ruth)

    assert client.post(page_of(ada), {"name": "Eve"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    delete = reverse("admin:accounts_user_delete", args=[ada.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert fresh(ada).name == "Ada"


# Changing


@pytest.mark.parametrize(
    ("change", "back", "said"),
    [
        ("made instructor", "ended instructor", "is_instructor"),
        ("made admin", "ended admin", "is_admin"),
    ],
)
def test_a_role_is_given_and_taken(ruth, ada, change, back, said):
    client = admin_client(ruth)

    press(client, ada, change)
    assert (getattr(fresh(ada), said), fresh(ada).is_staff) == (True, True)
    press(client, ada, back)
    assert (getattr(fresh(ada), said), fresh(ada).is_staff) == (False, False)
    assert list(AuditEvent.objects.values_list("actor", "person", "what")) == [
        (ruth.pk, ada.pk, back),
        (ruth.pk, ada.pk, change),
    ]


def test_an_instructor_who_is_no_admin_any_more_still_enters_the_admin(ruth, iris):
    client = admin_client(ruth)

    press(client, iris, "made admin")
    press(client, iris, "ended admin")

    assert fresh(iris).is_instructor
    assert not fresh(iris).is_admin


def test_deactivating_ends_the_sessions_and_the_sign_in(ruth, ada):
    session = admin_client(ada)
    assert session.get(reverse("me")).status_code == 200

    press(admin_client(ruth), ada, "deactivated")

    assert session.get(reverse("me")).status_code == 302
    press(admin_client(ruth), ada, "activated")
    assert session.get(reverse("me")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_reset_mail_is_the_one_a_person_asks_for(ruth, ada):
    page = press(admin_client(ruth), ada, "sent reset").content.decode()
    Client().post(reverse("account_reset_password"), {"email": ada.email})

    ours, own = mail.outbox
    assert ours.to == own.to == [ada.email]
    assert ours.subject == own.subject
    assert ours.body.splitlines()[0] == own.body.splitlines()[0]
    assert AuditEvent.objects.get().what == "sent reset"
    assert "Ada: sent a password reset." in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("ended admin", "You cannot take your own admin role away."),
        ("deactivated", "You cannot deactivate your own account."),
    ],
)
def test_an_admin_does_not_end_the_own_role_or_account(ruth, change, message):
    client = admin_client(ruth)
    assert f'value="{change}"' not in client.get(page_of(ruth)).content.decode()

    page = press(client, ruth, change).content.decode()

    assert message in page
    assert (fresh(ruth).is_admin, fresh(ruth).is_active) == (True, True)
    assert not AuditEvent.objects.exists()


def test_pressing_a_button_twice_is_one_change(ruth, ada):
    client = admin_client(ruth)

    press(client, ada, "made admin")
    press(client, ada, "made admin")

    assert AuditEvent.objects.count() == 1


def test_an_unknown_change_is_not_found_and_a_get_changes_nothing(ruth, ada):
    client = admin_client(ruth)

    assert press(client, ada, "made god").status_code == 404
    url = reverse("admin:accounts_user_do", args=[ada.pk])
    assert client.get(url, {"change": "made admin"}).status_code == 403
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_end_each_other_one_stays(ruth):
    other = make_admin("Rosa")
    barrier = Barrier(2)
    refused = []

    def end(actor: User, person: User) -> None:
        request = RequestFactory().post("/")
        barrier.wait()
        try:
            change_person(actor, person, Deed.ENDED_ADMIN, request)
        except PersonRefusedError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [
        Thread(target=partial(end, *pair)) for pair in [(ruth, other), (other, ruth)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["You are no longer an admin."]
    assert User.objects.filter(groups__name="admin").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_one_that_ends_its_own_admin(ruth):
    """The other is made and not committed yet: without the lock both would be."""
    other = make_admin("Rosa")
    request = RequestFactory().post("/")
    refused = []

    def end_other() -> None:
        try:
            change_person(ruth, other, Deed.ENDED_ADMIN, request)
        except PersonRefusedError as error:
            refused.append(str(error))

    with transaction.atomic():
        change_person(other, ruth, Deed.ENDED_ADMIN, request)
        waiting = in_thread(end_other)
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
    waiting.join()

    assert refused == ["You are no longer an admin."]
    assert fresh(other).is_admin


# The log


def test_the_audit_log_says_who_did_what_to_whom(ruth, ada):
    client = admin_client(ruth)
    press(client, ada, "made instructor")

    log = client.get("/admin/accounts/auditevent/").content.decode()

    assert "made instructor" in log
    assert "Ruth" in log
    assert "Ada" in log
    assert "made instructor" in client.get(page_of(ada)).content.decode()


@pytest.mark.parametrize(
    "harm",
    [
        lambda: AuditEvent.objects.update(what="nothing"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.get().save(),
        lambda: connection.cursor().execute("DELETE FROM accounts_auditevent"),
    ],
)
def test_the_audit_log_only_grows(ruth, ada, harm):
    press(admin_client(ruth), ada, "made admin")

    with pytest.raises(IntegrityError), transaction.atomic():
        harm()

    assert AuditEvent.objects.get().what == "made admin"


def test_nobody_changes_the_audit_log_in_the_admin(ruth, ada):
    client = admin_client(ruth)
    press(client, ada, "made admin")
    event = AuditEvent.objects.get()

    for page in "change", "delete":
        url = reverse(f"admin:accounts_auditevent_{page}", args=[event.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403


# Size


def test_the_list_costs_as_many_statements_with_many_people(ruth, soil):
    client = admin_client(ruth)
    counts = []
    for people in (2, 20):
        for number in range(people):
            learner = make_user(f"learner{people}-{number}")
            Enrollment.objects.create(learner=learner, track=soil)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(LIST).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_the_log_tells_why_somebody_was_given_a_role(ruth, ada):
    client = admin_client(ruth)

    press(client, ada, "made instructor", "  she takes over\tthe soil track ")

    made = AuditEvent.objects.select_related("given_reason").get(what="made instructor")
    assert (made.actor, made.person) == (ruth, ada)
    assert made.reason == "she takes over the soil track"
    assert "she takes over the soil track" in client.get(page_of(ada)).content.decode()


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("Ada asked for it", "“Ada” names a person"),
        ("see the mail from boss@example.org", "“boss@example.org” names a person"),
        ("x" * 201, "at most 200 characters"),
    ],
)
def test_a_reason_that_names_a_person_changes_nothing(ruth, ada, why, said):
    page = press(admin_client(ruth), ada, "made instructor", why).content.decode()

    assert said in page
    assert not fresh(ada).is_staff
    assert not AuditEvent.objects.exists()
