"""Import a track folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from exchange.saving import import_track_folder
from exchange.track_source import TrackFolderError


class Command(BaseCommand):
    help = (
        "Imports a track folder, or a zip of one: track.md and NN-slug.md files. Again: "
        "its text is updated, nothing is deleted, and what is published stays so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="or a zip of one")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print what would change; store nothing",
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish the track and those of the folder's lessons that are drafts",
        )
        parser.add_argument(
            "--retire-missing",
            action="store_true",
            help="retire each question that the folder lacks, and make each lesson a draft",
        )

    def handle(
        self, *, folder: Path, dry_run: bool, publish: bool, **options: Any
    ) -> None:
        try:
            report = import_track_folder(
                folder,
                dry_run=dry_run,
                publish=publish,
                retires=lambda _name: bool(options["retire_missing"]),
            )
        except OSError as error:
            raise CommandError(str(error)) from error
        except TrackFolderError as error:
            count = len(error.problems)
            heading = ngettext(
                "Nothing was imported. Correct this, and import again:",
                "Nothing was imported. Correct these %(count)d, and import again:",
                count,
            )
            raise CommandError(f"{heading % {'count': count}}\n{error}") from error
        for warning in (*report.warnings, *report.missing):
            self.stderr.write(str(warning), self.style.WARNING)
        if dry_run or options["verbosity"] > 1:
            for change in report.changes:
                self.stdout.write(str(change))
        self.stdout.write(self.style.SUCCESS(str(report)))
