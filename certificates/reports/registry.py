"""The reports there are, by their keys."""

from certificates.reports.certificate_report import CERTIFICATES
from certificates.reports.columns import Report
from certificates.reports.enrolment_report import ENROLMENTS

REPORTS: dict[str, Report] = {
    report.key: report for report in (CERTIFICATES, ENROLMENTS)
}
