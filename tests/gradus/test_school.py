"""A school sees its own name."""

import pytest
from django.core import mail

from certificates.services import claim_certificate
from courses.services import mark_done

pytestmark = pytest.mark.django_db


def test_in_header_title_admin_mails_and_on_certificates(
    settings, ada, ruth, soil, signed_in, client, django_capture_on_commit_callbacks
):
    settings.SITE_NAME = "School of Soil"
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    with django_capture_on_commit_callbacks(execute=True):
        certificate = claim_certificate(ada, soil, "Ada")

    assert "School of Soil</title>" in client.get("/").content.decode()
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "This certificate was issued by School of Soil" in page
    assert "School of Soil" in mail.outbox[0].body
    assert "School of Soil" in signed_in(ruth).get("/admin/").content.decode()
    assert certificate.facts["issuer"] == "School of Soil"
