"""The mail: one, after the commit, and never in the way."""

import pytest
from django.core import mail
from django.db import transaction

from certificates.models import Certificate
from certificates.services import claim_certificate, withdraw
from certificates.tasks import mail_certificate


def test_the_mail_says_it_all_and_leads_to_the_page(
    ada, finished, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        issued = claim_certificate(ada, finished, "Ada <Sample>")

    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    address = f"http://testserver{issued.get_absolute_url()}"
    assert sent.subject == "Your certificate for Soil"
    assert sent.to == ["ada@example.org"]
    assert "Ada <Sample>, you finished the track on" in sent.body
    assert "50\u00a0% · 1 of 1 question answered." in sent.body
    assert address in sent.body
    assert "You get this mail because you claimed a certificate" in sent.body
    ((content, mimetype),) = sent.alternatives
    assert mimetype == "text/html"
    assert "Ada &lt;Sample&gt;, you finished the track on" in str(content)
    assert str(content).count(address) == 3
    assert "question answered</strong>." in str(content)
    assert "<img" not in str(content)


def test_a_second_claim_sends_nothing(
    ada, finished, held, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        claim_certificate(ada, finished, "Ada")

    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_about_what_did_not_happen(ada, finished):
    with transaction.atomic():
        claim_certificate(ada, finished, "Ada")
        transaction.set_rollback(True)

    assert mail.outbox == []
    assert not Certificate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_fails_does_not_undo_the_certificate(
    ada, finished, signed_in, settings
):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }

    response = signed_in(ada).post("/tracks/soil/certificate/", {"name": "Ada"})

    assert response["Location"] == Certificate.objects.get().get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_a_task_queue_that_fails_does_not_undo_the_certificate(
    ada, finished, signed_in, settings
):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["other"]}
    }

    response = signed_in(ada).post("/tracks/soil/certificate/", {"name": "Ada"})

    assert response["Location"] == Certificate.objects.get().get_absolute_url()


def test_sent_twice_it_is_one_message(held):
    mail_certificate.call(held.pk)
    mail_certificate.call(held.pk)

    first, second = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert held.code not in first


def test_nobody_is_told_about_a_withdrawn_certificate(held):
    withdraw(held)

    mail_certificate.call(held.pk)

    assert mail.outbox == []


def test_a_title_of_two_lines_makes_no_second_header(ada, finished):
    type(finished).objects.update(title="Soil\nBcc: eve@example.org")
    finished.refresh_from_db()
    issued = claim_certificate(ada, finished, "Ada")

    mail_certificate.call(issued.pk)

    assert mail.outbox[0].subject == "Your certificate for Soil Bcc: eve@example.org"
    assert mail.outbox[0].recipients() == ["ada@example.org"]
