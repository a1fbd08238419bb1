"""Export a track as a folder or a zip."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from courses.models import Track
from exchange.stored import export_track_folder, export_track_zip
from exchange.track_source import TrackFolderError


class Command(BaseCommand):
    help = (
        "Exports a track, drafts included, as a folder or zip that import_track reads. "
        "Answers, retired questions and what is published stay out of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the track's address")
        parser.add_argument(
            "folder",
            type=Path,
            help="empty, missing, or this track's own; or a new file that ends in .zip",
        )

    def handle(self, *, slug: str, folder: Path, **options: Any) -> None:
        track = Track.objects.filter(slug=slug).first()
        if track is None:
            raise CommandError(_("There is no track “%(slug)s”.") % {"slug": slug})
        try:
            if folder.suffix.lower() == ".zip":
                archive = export_track_zip(track)
                with folder.open("xb") as file:
                    file.write(archive)
            else:
                export_track_folder(track, folder)
        except TrackFolderError as error:
            heading = _("Nothing was exported. Correct this first:")
            raise CommandError(f"{heading}\n{error}") from error
        except OSError as error:
            raise CommandError(str(error)) from error
        done = _("%(title)s is exported to %(folder)s.")
        done %= {"title": track.title, "folder": folder}
        self.stdout.write(self.style.SUCCESS(done))
