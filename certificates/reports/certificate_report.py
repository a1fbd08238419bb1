"""The report of certificates: who earned which, with what score, and where each stands."""

from django.conf import settings
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.models import Certificate
from certificates.querysets import CertificateQuerySet
from certificates.report import with_holder_and_status
from certificates.reports.columns import Column, Kind, Report


def certificates_for(reader: User) -> CertificateQuerySet:
    """All, as the report has them; to somebody who may read all of them."""
    before, after = reverse("certificate", args=["-"]).split("-")
    address = Concat(
        Value(f"{settings.SITE_ORIGIN}{before}"),
        F("code"),
        Value(after),
        output_field=CharField(),
    )
    return with_holder_and_status(Certificate.objects.all()).annotate(address=address)


CERTIFICATES = Report(
    key="certificates",
    title=_("Certificates"),
    columns=(
        Column("printed_name", _("name"), width=28),
        Column("email", _("e-mail"), width=30),
        Column("track_title", _("track"), width=36),
        Column("issued_at", _("issued (UTC)"), Kind.MOMENT, width=17),
        Column("score", _("score"), Kind.PERCENT, width=9),
        Column("answered", _("answered"), Kind.NUMBER, width=11),
        Column("questions", _("questions"), Kind.NUMBER, width=11),
        Column("lesson_count", _("lessons"), Kind.NUMBER, width=10),
        Column("code", _("code"), width=22),
        Column("status", _("status"), width=12),
        Column("status_reason", _("status reason"), width=36),
        Column("address", _("address"), Kind.LINK, width=60),
    ),
    order=("-issued_at", "-pk"),
    rows=certificates_for,
)
