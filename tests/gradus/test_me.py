"""My data as a file, and the end of an account."""

import json
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.audit import Deed, record
from accounts.models import User
from certificates.models import Certificate, CertificateDocument
from certificates.services import claim_certificate
from courses.services import mark_done
from quizzes.models import Answer, WrittenAnswer
from tests.factories import PASSWORD, make_question

pytestmark = pytest.mark.django_db

# Tables with a key to a person, and where export or erasure deal with them.
COVERED = {
    "accounts_user": "the account itself",
    "accounts_user_groups": "roles, cleared",
    "accounts_user_user_permissions": "cleared",
    "accounts_auditevent": "what was done, kept by key alone",
    "account_emailaddress": "addresses, deleted",
    "courses_trackinstructor": "deleted",
    "courses_groupmember": "deleted",
    "courses_previewlink": "revoked, without a note",
    "courses_enrollment": "kept without a person",
    "quizzes_respondent": "kept without a person",
    "quizzes_objection": "deleted; who replied is kept without a person",
    "quizzes_regrade": "what instructors mended, exported and kept",
    "certificates_certificateevent": "who revoked, kept",
    "certificates_reportexport": "exports and their files, deleted",
    "django_admin_log": "cleared of texts",
    "exchange_trackupload": "what waits to be imported, deleted",
    "exchange_version": "whose change, kept without a person",
}


@pytest.fixture
def history(ada, soil, probe, signed_in):
    """Ada answered in writing, finished the track and holds a certificate."""
    client = signed_in(ada)
    written = make_question(probe.lesson, "What soil?", kind="text", right=("Loam",))
    client.post(
        written.answer_url, {"submission": uuid4(), "written": "peat from Ada's field"}
    )
    picked = probe.choices.get(text="Right").pk
    client.post(probe.answer_url, {"submission": uuid4(), "choice": picked})
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    claim_certificate(ada, soil, "Ada Sample")
    ada.refresh_from_db()
    return client


def delete(client: Client, certificates: str = "keep", password: str = PASSWORD):
    data = {"certificates": certificates, "password": password}
    return client.post("/me/delete/", data, follow=True)


def whole_database() -> str:
    """Every text of every row of every table."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            said += [row[0] for row in cursor.fetchall()]
    return "\n".join(said)


def test_every_table_with_a_key_to_a_person_is_covered():
    with_key = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if getattr(field, "remote_field", None)
        and field.concrete
        and field.related_model is User
    }

    assert with_key <= set(COVERED)


class TestExport:
    def test_gives_everything_of_this_person(self, history):
        response = history.get("/me/export/")

        data = json.loads(response.content)
        assert response["Content-Disposition"].startswith("attachment")
        assert data["account"]["email"] == "ada@example.org"
        assert {a["written"] for a in data["answers"]} == {
            None,
            "peat from Ada's field",
        }
        assert data["answers"][1]["picked"] == ["Right"]
        assert len(data["lessons_done"]) == 2
        assert data["tracks"][0]["slug"] == "soil"
        assert Certificate.objects.get().code in response.content.decode()

    def test_gives_nothing_of_anybody_else(self, history, ben, signed_in):
        said = signed_in(ben).get("/me/export/").content.decode()

        assert "Ada" not in said
        assert json.loads(said)["answers"] == []


class TestDeleting:
    def test_shows_first_what_goes_and_what_stays(self, history):
        page = " ".join(history.get("/me/delete/").content.decode().split())

        assert "What goes" in page
        assert "What stays" in page
        assert "You have 1 certificate." in page

    def test_asks_for_the_password(self, history):
        response = delete(history, password="something else")

        assert response.status_code == 422
        assert "There is a problem" in response.content.decode()
        assert User.objects.get(name="Ada Sample").erased_at is None

    def test_asks_what_becomes_of_the_certificates(self, history):
        assert delete(history, certificates="burn").status_code == 422

    def test_leaves_no_person_but_the_kept_certificate(self, history, ada):
        delete(history)

        ada.refresh_from_db()
        assert (ada.email, ada.name) == (None, "")
        assert ada.erased_at is not None
        assert not ada.has_usable_password()
        assert WrittenAnswer.objects.count() == 0
        assert Answer.objects.count() == 2
        assert CertificateDocument.objects.get().name == "Ada Sample"
        rest = whole_database().replace(
            str(CertificateDocument.objects.get().credential), ""
        )
        assert "ada@example.org" not in rest
        assert "peat from Ada" not in rest

    def test_withdraws_certificates_if_the_holder_says_so(self, history, ada):
        code = Certificate.objects.get().code
        record(
            Deed.DEACTIVATED,
            actor=ada,
            about=ada,
            reason="Ada Sample, ada@example.org, wished it",
        )

        delete(history, certificates="withdraw")

        assert CertificateDocument.objects.count() == 0
        page = Client().get(f"/certificates/{code}/").content.decode()
        assert "Withdrawn by its holder" in page
        said = whole_database()
        assert "Ada Sample" not in said
        assert "ada@example.org" not in said

    def test_signs_out_everywhere(self, history, ada):
        elsewhere = Client()
        elsewhere.force_login(ada)

        delete(history)

        assert history.get("/me/").status_code == 302
        assert elsewhere.get("/me/").status_code == 302

    def test_frees_the_address_for_a_new_account(self, history):
        delete(history)

        assert User.objects.create_user("ada@example.org", name="Another Ada").pk


class TestMyLearning:
    def test_offers_the_certificate_of_a_finished_track(self, ada, soil, signed_in):
        for lesson in soil.lessons.all():
            mark_done(ada, lesson)

        page = signed_in(ada).get("/me/").content.decode()

        assert "Claim your certificate" in page
        assert "/tracks/soil/certificate/" in page

    def test_shows_the_certificate_once_it_is_claimed(self, history):
        page = history.get("/me/").content.decode()

        assert "Claim your certificate" not in page
        assert Certificate.objects.get().code in page


def test_who_has_no_certificate_is_not_asked_about_any(ben, signed_in):
    client = signed_in(ben)

    assert "Your certificates" not in client.get("/me/delete/").content.decode()
    assert client.post("/me/delete/", {"password": PASSWORD}).status_code == 302
