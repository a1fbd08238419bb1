"""Delete the files of exports that nobody can download any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, ngettext

from certificates.reports.export_store import ExportStorageError, prune_exports


class Command(BaseCommand):
    help = "Deletes exports that expired, and files that a killed worker left."

    def handle(self, **options: Any) -> None:
        try:
            count = prune_exports()
        except ExportStorageError as error:
            said = gettext("The storage of the exports fails: %(error)s")
            raise CommandError(said % {"error": error.__cause__}) from error
        said = ngettext("%(count)d file deleted.", "%(count)d files deleted.", count)
        self.stdout.write(self.style.SUCCESS(said % {"count": count}))
