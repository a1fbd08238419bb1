"""Run again what a killed worker left; before each start of a worker."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from gradus.background import STALE_AFTER, requeue_stale


class Command(BaseCommand):
    help = "Has the tasks run again that began over 10 minutes ago and never ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="also those that began just now: only while no worker runs",
        )

    def handle(self, **options: Any) -> None:
        count = requeue_stale(timedelta(0) if options["all"] else STALE_AFTER)
        self.stdout.write(f"Tasks to run again: {count}")
