"""The mail: one, after the commit, and never in the way."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate
from certificates.services import (
    claim_certificate,
    issue_anew,
    revoke,
    supersede,
    withdraw,
)
from certificates.tasks import mail_certificate, mail_revocation


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


REASON = "it was issued to the wrong account"


@pytest.mark.django_db(transaction=True)
def test_each_thing_that_happens_has_its_own_mail(ada, finished, ruth):
    issued = claim_certificate(ada, finished, "Ada <Sample>")
    corrected = supersede(issued, "Ada <Byron>", "the name was corrected")
    revoke(corrected, ruth, REASON)
    anew = issue_anew(corrected, ruth, "the revocation was a mistake")

    assert [sent.subject for sent in mail.outbox] == [
        "Your certificate for Soil",
        "Your corrected certificate for Soil",
        "Your certificate for Soil was revoked",
        "Your certificate for Soil was issued anew",
    ]
    told = [issued, corrected, corrected, anew]
    for sent, certificate in zip(mail.outbox, told, strict=True):
        assert isinstance(sent, mail.EmailMultiAlternatives)
        ((content, _mimetype),) = sent.alternatives
        address = f"http://testserver{certificate.get_absolute_url()}"
        assert sent.to == ["ada@example.org"]
        assert address in sent.body
        assert str(content).count(address) == 3
        assert "There is no newsletter" in sent.body
    said = [str(sent.body) for sent in mail.outbox]
    assert "Your certificate now says Ada <Byron>." in said[1]
    assert "because it was issued to the wrong account." in said[2]
    assert f"your certificate {corrected.code}, which was revoked" in said[3]
    assert len({sent.message()["Message-ID"] for sent in mail.outbox}) == 4


def test_the_mail_of_a_revocation_says_whom_to_write_to(held, ruth, settings):
    settings.SITE_CONTACT = "help@example.org"
    revoke(held, ruth, "<b>it was a test</b>")

    mail_revocation.call(held.pk)

    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert "write to help@example.org" in sent.body
    assert "because <b>it was a test</b>." in sent.body
    assert "&lt;b&gt;it was a test" in str(sent.alternatives[0][0])


def test_nobody_is_told_of_a_revocation_that_is_over(ada, held, ruth):
    mail_revocation.call(held.pk)  # there is none
    revoke(held, ruth, REASON)
    type(ada).objects.update(erased_at=timezone.now(), email=None, name="")
    mail_revocation.call(held.pk)  # the account is erased
    withdraw(held)
    mail_revocation.call(held.pk)

    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_cannot_be_sent_undoes_no_revocation(held, ruth, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["other"]}
    }

    revoke(held, ruth, REASON)

    assert held.events.get().kind == "revoked"
