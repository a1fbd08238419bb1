"""Sign the certificates of before there were signatures, or of a revoked key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.audit import Deed, record
from certificates.credential import CredentialError
from certificates.documents import sign_again, unsigned
from certificates.keys import signing_key
from certificates.private_key import SigningKeyError
from certificates.signing import SigningError

A_LINE_EACH = 100  # certificates


class Command(BaseCommand):
    help = (
        "Signs each certificate that bears no proof, or that of a revoked key. No fact "
        "changes, no mail is sent; again it does nothing."
    )

    def handle(self, **options: Any) -> None:
        try:
            key = signing_key()
        except SigningKeyError as error:
            raise CommandError(str(error)) from error
        signed = failed = 0
        try:
            for certificate in unsigned():
                try:
                    signed += sign_again(certificate, key)
                except (SigningError, CredentialError) as error:
                    failed += 1
                    self.stderr.write(f"{certificate.code}: {error}")
                if signed and signed % A_LINE_EACH == 0:
                    self.stdout.write(f"{signed} certificates are signed…")
        except SigningKeyError as error:  # it ended while the command ran
            raise CommandError(str(error)) from error
        finally:  # also of a run that was interrupted
            if signed:
                self._note(signed, key.row.name)
        self.stdout.write(self.style.SUCCESS(f"Signed {signed} certificates."))
        if failed:
            raise CommandError(f"{failed} certificates cannot be signed.")

    @transaction.atomic
    def _note(self, signed: int, key: str) -> None:
        record(
            Deed.SIGNED,
            actor=None,
            target=f"key:{key}",
            details={"command": "sign_certificates", "count": signed},
        )
