"""Delete the files of pictures that are no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, ngettext

from courses.picture_pruning import prune_files
from courses.picture_store import PictureStorageError


class Command(BaseCommand):
    help = (
        "Deletes files, older than a day, of pictures that were deleted or never kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="count them, delete none"
        )

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        try:
            pruned = prune_files(dry_run=dry_run)
        except PictureStorageError as error:
            said = gettext("The storage of the pictures fails: %(error)s")
            raise CommandError(said % {"error": error.__cause__}) from error
        if dry_run:
            said = ngettext(
                "%(count)d file would be deleted, %(size)s.",
                "%(count)d files would be deleted, %(size)s.",
                pruned.files,
            )
        else:
            said = ngettext(
                "%(count)d file deleted, %(size)s.",
                "%(count)d files deleted, %(size)s.",
                pruned.files,
            )
        size = filesizeformat(pruned.size).replace("\xa0", " ")
        text = said % {"count": pruned.files, "size": size}
        self.stdout.write(self.style.SUCCESS(text))
