"""One process of the demo, which ends when the demo does, however that ended.

    python -m gradus.demo_child LIFELINE server PORT
    python -m gradus.demo_child LIFELINE worker

LIFELINE is the number of a pipe's descriptor: only the demo holds its other end, so that
it reads as ended once the demo is gone, also after kill -9.
"""

import os
import signal
import sys
import threading
import time
from functools import partial

from gradus.demo_folder import HOST

GRACE_SECONDS = 10
PAUSE_SECONDS = 1
WORKERS = 2


def main() -> None:
    lifeline, role, *rest = sys.argv[1:]
    watch = partial(_end_with, int(lifeline))
    watch()
    os.register_at_fork(after_in_child=watch)  # the server's own workers
    if role == "server":
        _serve(int(rest[0]))
    else:
        _work()


def _end_with(lifeline: int) -> None:
    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "gradus.wsgi:application",
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=1,
        workers_kill_timeout=GRACE_SECONDS // 2,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


def _work() -> None:
    """The task worker; where the database goes away, it waits until that is back."""
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError, connections

    while True:
        try:
            execute_from_command_line(["manage.py", "db_worker", "--no-startup-delay"])
            return
        except (OperationalError, InterfaceError):
            connections.close_all()
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
