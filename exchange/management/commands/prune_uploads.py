"""Drop uploads that waited for more than a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from exchange.uploads import drop_old_uploads


class Command(BaseCommand):
    help = "Drops track uploads that nobody applied or cancelled within a day."

    def handle(self, **options: Any) -> None:
        count = drop_old_uploads()
        said = ngettext(
            "%(count)d upload dropped.", "%(count)d uploads dropped.", count
        )
        self.stdout.write(self.style.SUCCESS(said % {"count": count}))
