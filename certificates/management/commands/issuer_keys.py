"""Make, list, rotate, retire and revoke the keys that sign certificates."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from certificates import key_services
from certificates.keys import multibase_of
from certificates.models import IssuerKey
from certificates.private_key import SigningKeyError, private_key

NEXT_STEPS = """Its private half is in {file}. Now:
1. wait five minutes, until nobody's copy of did.json is older than the key;
2. set ISSUER_KEY_FILE to that file, or ISSUER_KEY to what is in it, and restart;
3. run manage.py issuer_keys retire NAME for the old key, and destroy its private half.
Certificates that the old key signed go on being verified."""


class Command(BaseCommand):
    help = "Lists the keys that sign certificates; makes, rotates and retires them."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", title="what to do (default: list)")
        verbs.add_parser("list", help="name, state and documents of each key")
        verbs.add_parser("make", help="make the first key, in ISSUER_KEY_FILE")
        verbs.add_parser("publish", help="publish the key that is configured")
        rotate = verbs.add_parser("rotate", help="make and publish the next key")
        rotate.add_argument("file", type=Path, help="a new file for its private half")
        retire = verbs.add_parser("retire", help="a key that shall sign no more")
        retire.add_argument("name")
        revoke = verbs.add_parser("revoke", help="a key that others may have got")
        revoke.add_argument("name")
        revoke.add_argument("--reason", required=True, help="for the audit log")

    def handle(self, *, verb: str | None, **options: Any) -> None:
        try:
            getattr(self, f"_{verb or 'list'}")(**options)
        except SigningKeyError as error:
            raise CommandError(str(error)) from error

    def _list(self, **options: Any) -> None:
        try:
            configured = multibase_of(private_key())
        except SigningKeyError as error:
            configured = ""
            self.stderr.write(str(error), self.style.WARNING)
        keys = IssuerKey.objects.annotate(count=Count("documents")).order_by("pk")
        for key in keys:
            signs = key.is_active and key.multibase == configured
            state = "signs" if signs else _state(key)
            self.stdout.write(
                f"{key.name:<20}{state:<24}{key.count:>8} documents  {key.multibase}"
            )
        if not keys:
            self.stdout.write("No key is published: run manage.py issuer_keys make.")

    def _make(self, **options: Any) -> None:
        self._say("Made and published", key_services.make_first_key(timezone.now()))

    def _publish(self, **options: Any) -> None:
        self._say("Published", key_services.publish_configured_key(timezone.now()))

    def _rotate(self, *, file: Path, **options: Any) -> None:
        file = file.absolute()
        self._say("Made and published", key_services.rotate_key(file, timezone.now()))
        self.stdout.write(NEXT_STEPS.format(file=file))

    def _retire(self, *, name: str, **options: Any) -> None:
        self._say("Retired", key_services.retire_key(name, timezone.now()))

    def _revoke(self, *, name: str, reason: str, **options: Any) -> None:
        if not reason.strip():
            raise CommandError("Say why in --reason: the audit log keeps it.")
        key = key_services.revoke_key(name, timezone.now(), reason)
        self._say("Revoked", key)
        self.stdout.write(
            "What it signed is signed again by manage.py sign_certificates."
        )

    def _say(self, done: str, key: IssuerKey) -> None:
        self.stdout.write(self.style.SUCCESS(f"{done} {key.name} ({key.multibase})."))


def _state(key: IssuerKey) -> str:
    if key.revoked_at:
        return f"revoked on {key.revoked_at:%Y-%m-%d}"
    return f"retired on {key.retired_at:%Y-%m-%d}" if key.retired_at else "published"
