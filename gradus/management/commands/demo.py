"""Set up and serve the demo; what comes before the settings is gradus.demo_folder's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gradus import demo, demo_folder, demo_processes
from gradus.demo_folder import say, step


class Command(BaseCommand):
    help = "Starts Gradus with its own database, tracks and accounts, all in .demo/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        demo_folder.add_arguments(parser)

    def handle(self, *, port: int, no_serve: bool, **options: Any) -> None:
        try:
            logins = demo.set_up()
            if no_serve:
                say("All is set up. Without --no-serve this command serves it:")
                self._say_lines(logins)
                return
            step("Starting the server and the task worker…")
            with demo_processes.running(port) as processes:
                self._say_lines(logins)
                say("Ctrl-C stops it.")
                demo_processes.wait(processes)
        except KeyboardInterrupt:
            say("Stopped.")

    def _say_lines(self, logins: list[demo.Login]) -> None:
        for line in ["", *demo.summary(logins), ""]:
            say(line)
