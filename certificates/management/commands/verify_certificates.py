"""Check every signature, text, score and history of the certificates."""

import os
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from certificates.verification import Found, unclaimed, verify_certificates
from certificates.verification_models import VerificationRun

PAUSE = 10  # seconds between two lines of progress


class Command(BaseCommand):
    help = (
        "Checks each certificate against all that is stored about it, names each that "
        "disagrees, and lists who finished without claiming one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count() or 1,
            help="how many work at the same time (as many as there are cores)",
        )

        parser.add_argument(
            "--without-files",
            action="store_true",
            help="do not make and read each PDF and badge: in half the time",
        )

    def handle(self, *, processes: int, without_files: bool, **options: Any) -> None:
        disagreeing: set[str] = set()
        run = verify_certificates(
            processes=max(processes, 1),
            with_files=not without_files,
            tell=self._teller(disagreeing),
        )
        for enrollment in unclaimed().select_related("learner", "track").iterator():
            self.stdout.write(
                f"finished, not claimed: {enrollment.learner.email} "
                f"({enrollment.learner_id}), {enrollment.track.slug}"
            )
        if disagreeing:
            said = ngettext(
                "%(count)s certificate of %(checked)s does not agree.",
                "%(count)s certificates of %(checked)s do not agree.",
                len(disagreeing),
            )
            count = {"count": len(disagreeing), "checked": run.checked}
            raise CommandError(said % count)
        said = ngettext(
            "%(count)s certificate agrees.",
            "%(count)s certificates agree.",
            run.checked,
        )
        self.stdout.write(self.style.SUCCESS(said % {"count": run.checked}))

    def _teller(
        self, disagreeing: set[str]
    ) -> Callable[[VerificationRun, Found], None]:
        started = spoken = monotonic()

        def tell(run: VerificationRun, found: Found) -> None:
            nonlocal spoken
            for certificate, fault in found:
                disagreeing.add(certificate.code)
                self.stderr.write(
                    f"{certificate.code}: {fault.kind.label}: {fault.detail}"
                )
            if monotonic() - spoken >= PAUSE:
                spoken = monotonic()
                rate = run.checked / (spoken - started)
                self.stdout.write(f"{run.checked} looked at, {rate:.0f} a second…")

        return tell
