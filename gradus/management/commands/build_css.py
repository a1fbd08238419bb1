"""Build the one stylesheet that pages load."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

SOURCES = ["tokens.css", "app.css", "prose.css"]


def built_css(folder: Path) -> str:
    """The sources in order, as one text; nothing is minified, the server compresses."""
    return "\n".join((folder / name).read_text() for name in SOURCES)


class Command(BaseCommand):
    help = "Joins static/css/tokens.css, app.css and prose.css into gradus.css."

    def handle(self, **options: Any) -> None:
        folder = settings.BASE_DIR / "static" / "css"
        (folder / "gradus.css").write_text(built_css(folder))
        self.stdout.write("static/css/gradus.css is built.")
