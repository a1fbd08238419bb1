"""The first page of the admin, and what the admin holds."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

import gradus.urls
from tests.admin_forms import admin_client

pytestmark = pytest.mark.django_db

# Of libraries: a role is given on a person's page, an address is the person's own.
STOCK = [
    "auth_group",
    "auth_permission",
    "account_emailaddress",
    "account_emailconfirmation",
    "django_tasks_database_dbtaskresult",
    "sites_site",
    "sessions_session",
]


def index_of(user) -> str:
    page: str = admin_client(user).get("/admin/").content.decode()
    return page


# What the admin holds


def test_the_admin_holds_the_models_of_our_own_rooms_alone():
    assert gradus.urls.urlpatterns
    rooms = {model._meta.app_label for model in admin.site._registry}

    assert rooms <= {"accounts", "courses", "quizzes", "certificates", "exchange"}
    assert {"accounts", "courses", "quizzes", "certificates"} <= rooms


@pytest.mark.parametrize("name", STOCK)
def test_no_address_leads_to_a_librarys_model(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{name}_changelist")


@pytest.mark.parametrize("place", ["account/emailaddress", "auth/group"])
def test_not_even_a_superuser_finds_one(ruth, place):
    ruth.is_superuser = True
    ruth.save()
    client = admin_client(ruth)

    assert client.get(f"/admin/{place}/").status_code == 404
    assert f"/admin/{place}/" not in client.get("/admin/").content.decode()
