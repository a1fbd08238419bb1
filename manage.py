#!/usr/bin/env python
"""Django's command line, with the local settings: Postgres starts by itself."""

import os
import sys


def main() -> None:
    """Run the command; whatever a person has to mend first is said in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gradus.settings.local")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from gradus.demo_folder import DemoError, prepare
    from gradus.postgres import PostgresError

    try:
        if sys.argv[1:2] == ["demo"]:
            prepare(sys.argv[2:])
        execute_from_command_line(sys.argv)
    except (DemoError, PostgresError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
