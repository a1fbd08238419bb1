import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.reading import title_of
from tests.factories import PASSWORD, make_user

NAME = "/accounts/name/"
EMAIL = "/accounts/email/"
CONFIRM = "/accounts/confirm-email/"


@pytest.fixture
def ada_in(client, ada):
    client.force_login(ada)
    return client


def change_email(client, email, password=PASSWORD):
    return client.post(EMAIL, {"action_add": "1", "email": email, "password": password})


def test_the_account_page_leads_to_name_address_and_password(ada_in):
    page = ada_in.get(reverse("account")).content.decode()

    assert "ada@example.org" in page
    for name in ("account_name", "account_email", "account_change_password"):
        assert reverse(name) in page


@pytest.mark.parametrize(
    "name",
    [
        "account",
        "account_name",
        "account_email",
        "account_change_password",
        "account_reauthenticate",
    ],
)
def test_the_account_is_for_who_is_signed_in(client, db, name):
    went = client.get(reverse(name))

    assert went.url == f"/accounts/login/?next={reverse(name)}"


def test_a_new_name_is_cleaned_and_kept(ada_in, ada):
    done = ada_in.post(NAME, {"name": "  Ada\u202e  Zo\u0065\u0308 "})

    ada.refresh_from_db()
    assert ada.name == "Ada Zo\u00eb"
    assert "Your name is changed." in ada_in.get(done.url).content.decode()


@pytest.mark.parametrize("typed", ["", "\u200b", "12", "x" * 201, "x" * 50_000])
def test_a_name_that_is_none_changes_nothing(ada_in, ada, typed):
    page = ada_in.post(NAME, {"name": typed})

    assert page.status_code == 422
    assert title_of(page) == "Error: Change your name · Gradus"
    ada.refresh_from_db()
    assert ada.name == "Ada"


def test_a_name_made_of_markup_comes_out_as_text(ada_in):
    ada_in.post(NAME, {"name": "<b>Ada</b>"})

    page = ada_in.get(reverse("account")).content.decode()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "<b>Ada" not in page


def test_a_new_address_counts_once_confirmed(ada_in, ada, confirm, sign_in):
    assert change_email(ada_in, "Ada.New@example.org").url == CONFIRM
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"
    assert mail.outbox[-1].to == ["ada.new@example.org"]

    done = confirm(ada_in)

    ada.refresh_from_db()
    assert done.url == reverse("account")
    assert ada.email == "ada.new@example.org"
    held = list(EmailAddress.objects.filter(user=ada).values_list("email", "verified"))
    assert held == [("ada.new@example.org", True)]
    assert sign_in(Client(), "ada.new@example.org").status_code == 302
    assert sign_in(Client(), "ada@example.org").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_old_address_hears_of_the_change(ada_in, confirm):
    change_email(ada_in, "ada.new@example.org")
    confirm(ada_in)

    assert mail.outbox[-1].to == ["ada@example.org"]
    assert "ada.new@example.org" in mail.outbox[-1].body


def test_a_new_address_has_no_quotes_for_anything_to_stand_in(ada_in):
    page = change_email(ada_in, '";=1+1;"@example.org')

    assert page.status_code == 422
    assert "Write an e-mail address, for example" in page.content.decode()
    assert EmailAddress.objects.count() == 1


def test_a_new_address_needs_the_password(ada_in, ada):
    page = change_email(ada_in, "ada.new@example.org", "guess")

    assert page.status_code == 422
    assert page.content.decode().count("This is not your password") == 2
    assert not mail.outbox


def test_somebody_elses_address_is_asked_for_its_code_and_never_taken(
    ada_in, ada, confirm
):
    make_user("Ben")
    unknown = change_email(ada_in, "nobody@example.org")
    known = change_email(ada_in, "ben@example.org")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    page = confirm(ada_in)  # even with the code from Ben's mailbox
    assert page.status_code == 422
    assert "Another account has this address" in page.content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_the_third_wrong_code_keeps_the_old_address(ada_in, ada, confirm):
    change_email(ada_in, "ada.new@example.org")
    for _ in range(3):
        last = confirm(ada_in, "QQQQQQ")

    assert last.url == EMAIL
    assert "That code no longer works" in ada_in.get(EMAIL).content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_of_two_accounts_that_take_an_address_at_once_one_has_it(
    ada_in, ada, confirm, monkeypatch
):
    change_email(ada_in, "wanted@example.org")
    ben = make_user("Ben")
    # what the check of the form cannot see: Ben's change is committed just after it
    check = "allauth.account.forms.email_already_exists"
    monkeypatch.setattr(check, lambda **_: (ben.email, False))
    User.objects.filter(pk=ben.pk).update(email="wanted@example.org")

    done = confirm(ada_in)

    page = ada_in.get(done.url).content.decode()
    assert "Another account has this address. Yours keeps the one it has." in page
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"
    assert EmailAddress.objects.get(user=ada).email == "ada@example.org"


@pytest.mark.parametrize("command", ["action_remove", "action_primary", "action_send"])
def test_addresses_are_changed_and_nothing_else(ada_in, ada, command):
    answer = ada_in.post(EMAIL, {command: "1", "email": ada.email})

    assert answer.status_code == 400
    assert EmailAddress.objects.filter(user=ada, primary=True).exists()
