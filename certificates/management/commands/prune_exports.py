"""Delete the files of exports that nobody can download any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, ngettext

from certificates.reports.export_job import prune
from certificates.reports.export_store import ExportStorageError


class Command(BaseCommand):
    help = (
        "Gives up exports that nobody wrote in 7 days; deletes those that expired, and "
        "files that a killed worker left."
    )

    def handle(self, **options: Any) -> None:
        try:
            count = prune()
        except ExportStorageError as error:
            said = gettext("The storage of the exports fails: %(error)s")
            raise CommandError(said % {"error": error.__cause__}) from error
        said = ngettext("%(count)d file deleted.", "%(count)d files deleted.", count)
        self.stdout.write(self.style.SUCCESS(said % {"count": count}))
