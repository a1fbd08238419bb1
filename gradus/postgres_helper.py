"""The small process that runs the embedded PostgreSQL's programs.

PostgreSQL refuses to run as root, and leaving root needs calls that are only safe in a process
with a single thread: so this file is started by its path, with the standard library alone, as

    postgres_helper.py ROLE run PROGRAM...           become the program
    postgres_helper.py ROLE serve LOCK SOCKETS PROGRAM...   run it until nobody holds LOCK
"""

import contextlib
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import threading
from pathlib import Path


def main() -> None:
    role, task, *rest = sys.argv[1:]
    if task == "serve":
        serve(role, Path(rest[0]), Path(rest[1]), rest[2:])
    else:
        take_role(role)
        os.execv(rest[0], rest)  # noqa: S606


def take_role(role: str) -> None:
    """Stop being root: "namespace" as its nobody, "nobody" for good; "self" changes nothing."""
    if role == "self":
        return
    nobody = pwd.getpwnam("nobody")
    if role == "namespace":
        enter_namespace(nobody.pw_uid)
    else:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


def enter_namespace(uid: int) -> None:
    """Go on in a user namespace where we are uid; outside, our files stay root's.

    Raises:
        OSError: the kernel or the container forbids user namespaces.
    """
    if sys.platform != "linux":
        raise OSError("user namespaces exist on Linux only")
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    process = Path("/proc/self")
    (process / "setgroups").write_text("deny")
    (process / "uid_map").write_text(f"{uid} {outer_uid} 1")
    (process / "gid_map").write_text(f"{uid} {outer_gid} 1")


def serve(role: str, lock: Path, socket_dir: Path, program: list[str]) -> None:
    """Run the server in a session of its own; end when it ends or nobody holds the lock.

    The first process returns at once; the end of the one that stays closes standard output.
    """
    lock_fd = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    if os.fork():
        os._exit(0)
    os.setsid()  # so that Ctrl-C in the terminal leaves the server to its users
    take_role(role)
    server = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=sys.stderr)  # noqa: S603
    unused = threading.Event()

    def stop_when_unused() -> None:
        fcntl.flock(lock_fd, fcntl.LOCK_EX)
        unused.set()
        server.send_signal(signal.SIGINT)  # the "fast" shutdown

    threading.Thread(target=stop_when_unused, daemon=True).start()
    server.wait()
    if unused.is_set():
        with contextlib.suppress(
            OSError
        ):  # sockets left by a crash: kept for the next start
            socket_dir.rmdir()
    os._exit(0)  # the thread may wait for the lock still


if __name__ == "__main__":
    main()
