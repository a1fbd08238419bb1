"""The report of certificates: who earned which, with what score, and where each stands."""

from django.utils.translation import gettext_lazy as _

from certificates.reports.certificate_figures import figures_of
from certificates.reports.certificate_form import CertificateForm
from certificates.reports.certificate_rows import (
    ORDER,
    certificates_for,
    described,
)
from certificates.reports.columns import Column, Kind, Report

CERTIFICATES = Report(
    key="certificates",
    title=_("Certificates"),
    columns=(
        Column("printed_name", _("name"), Kind.NAME, width=28),
        Column("email", _("e-mail"), Kind.EMAIL, width=30),
        Column("track_title", _("track"), width=36),
        Column("issued_at", _("issued (UTC)"), Kind.MOMENT, width=17),
        Column("score", _("score"), Kind.PERCENT, width=9),
        Column("answered", _("answered"), Kind.NUMBER, width=11),
        Column("questions", _("questions"), Kind.NUMBER, width=11),
        Column("lesson_count", _("lessons"), Kind.NUMBER, width=10),
        Column("code", _("code"), Kind.WORD, width=22),
        Column("status", _("status"), Kind.WORD, width=12),
        Column("status_reason", _("status reason"), width=36),
        Column("address", _("address"), Kind.LINK, width=60),
    ),
    order=ORDER,
    rows=certificates_for,
    empty=_(
        "Nothing is here yet. A learner who has marked every lesson of a track done "
        "claims its certificate, and then it appears here."
    ),
    described=described,
    form=CertificateForm,
    figures=figures_of,
)
